"""MS-ASL: MSASL_train.json, _val and _test, which name ranges of YouTube videos."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

from spobet.dataset.manifest import SPLITS, Clip
from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.text import naming, parse_json, read_bounded
from spobet.ingest.published_set import PublishedSet, need_file, videos_by_name
from spobet.ingest.report import Problem
from spobet.ingest.tables import known
from spobet.ingest.videos import Job, VideoList

_TITLED = re.compile(r"(?:\[|-)([\w-]{11})\]?\Z")  # as yt-dlp and youtube-dl name a video


def videos_in(folder: Path) -> VideoList:
    """The clips of the three files, in videos that are named by their YouTube ids, titles before.

    A clip's id is its split and number there. Ranges count at the frame rate that the file gives.
    """
    named = videos_by_name(folder)
    ids = {match[1]: path for name, path in named.items() if (match := _TITLED.search(name))}
    videos = {**ids, **named}
    jobs, missing = [], []
    for split in SPLITS:
        file = need_file(folder, f"MSASL_{split}.json", f"MS-ASL/MSASL_{split}.json")
        for number, entry in enumerate(_entries(file)):
            try:
                clip, rate, name = _clip(f"{split}/{number:05d}", split, entry)
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                raise UserError(f"{file}: entry {number} is no clip ({error})") from error
            if name in videos:
                jobs.append(Job(clip, videos[name], rate))
            else:
                missing.append(Problem(clip.id, "missing", f"{name}.mp4", clip.url))
    return VideoList(tuple(jobs), tuple(missing))


def _entries(file: Path) -> list[dict[str, Any]]:
    with naming(file):
        entries = parse_json(read_bounded(file))
    if not isinstance(entries, list):
        raise UserError(f"{file}: expected a list of clips")
    return entries


def _clip(clip_id: str, split: str, entry: dict[str, Any]) -> tuple[Clip, float | None, str]:
    """A clip, at how many frames a second its range counts, and its video's id."""
    url = entry["url"]
    place = urlparse(url if "//" in url else f"https://{url}")
    name = parse_qs(place.query).get("v", [place.path.rstrip("/").rsplit("/", 1)[-1]])[0]
    clip = Clip(
        id=clip_id,
        gloss=entry["clean_text"],
        signer=known(str(entry.get("signer_id"))),
        split=split,
        frame_start=int(entry["start"]) + 1,  # the files count from 0
        frame_end=max(int(entry["end"]), int(entry["start"]) + 1),
        url=url,
    )
    return clip, traits.frame_rate(entry.get("fps")), name


MS_ASL = PublishedSet(
    "ms-asl",
    "MS-ASL",
    "C-UDA 1.0; academic and computational use only",
    "https://www.microsoft.com/en-us/download/details.aspx?id=100121",
    "MSASL_train.json, MSASL_val.json, MSASL_test.json, and the videos as <YouTube id>.mp4",
    videos=videos_in,
)
