"""INCLUDE: a folder a category, in it a folder a sign, `1. loud`, with its videos."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.text import read_bounded
from spobet.ingest.folders import files_below
from spobet.ingest.published_set import PublishedSet
from spobet.ingest.report import Problem
from spobet.ingest.videos import Job, VideoList
from spobet.ingest.videos import videos_in as sorted_videos

_NUMBERED = re.compile(r"^\d+\.\s*")
_LIST = re.compile(r"include_?(train|val|test)", re.IGNORECASE)  # not those of INCLUDE-50
_SIGN_AND_FILE = re.compile(r"([^/,\"]+/[^/,\"]+\.(?:mov|mp4))", re.IGNORECASE)


def videos_in(folder: Path) -> VideoList:
    """Every video, its gloss the folder's name without number.

    Splits are those of lists of paths named include_train, include_val and include_test below the
    folder, .csv or .txt; none where they are not there. Signers are not published.
    """
    listed = sorted_videos(folder)
    splits = _splits(folder)
    jobs, keys = [], set()
    for job in listed.jobs:
        key = "/".join(job.video.parts[-2:]).lower()
        keys.add(key)
        gloss = _NUMBERED.sub("", job.video.parent.name)
        jobs.append(Job(replace(job.clip, gloss=gloss, split=splits.get(key, "")), job.video))
    missing = (Problem(key, "missing", f"{folder}/*/{key}") for key in splits if key not in keys)
    notes = listed.notes
    if splits and (others := len(keys - set(splits))):
        notes += (f"{others:,} videos are in no list: without a split",)
    return VideoList(tuple(jobs), tuple(missing), notes)


def _splits(folder: Path) -> dict[str, str]:
    """The split of each video, by its folder and name in small letters."""
    splits: dict[str, str] = {}
    for path in files_below(folder)[0]:
        match = _LIST.match(path.stem)
        if match and path.suffix.lower() in (".csv", ".txt"):
            text = traits.forward_slashes(traits.decode(read_bounded(path)))
            for name in _SIGN_AND_FILE.findall(text):
                key, split = "/".join(name.strip().split("/")[-2:]).lower(), match[1].lower()
                if splits.setdefault(key, split) != split:
                    raise UserError(f"{path}: {key} is also listed for {splits[key]}")
    return splits


INCLUDE = PublishedSet(
    "include",
    "INCLUDE",
    "CC BY 4.0 at https://huggingface.co/datasets/ai4bharat/INCLUDE, its makers' page",
    "https://zenodo.org/records/4010759",
    "<category>/<number>. <sign>/<video>.MOV, and lists include_train, include_val, include_test",
    videos=videos_in,
)
