"""Which videos are to become clips, and what is known of them."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path

from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.errors import NotFound, UserError
from spobet.ingest.custom import ALIASES, clip_of_row
from spobet.ingest.report import Problem
from spobet.ingest.wlasl import read_split
from spobet.video.frames import SUFFIXES

UNKNOWN_GLOSS = "unknown"
_FACTS = [field.name for field in fields(Clip)]
_SPELLINGS = {**ALIASES, "video": "path"}


@dataclass(frozen=True)
class Job:
    """One clip to make: its facts and its video."""

    clip: Clip
    video: Path


def videos_in(folder: Path) -> list[Job]:
    """Every video below a folder, in the order of their ids, which are their paths without suffix.

    The folder a video lies in names its gloss ("unknown" at the top), a folder train, val or test above that its split.
    Raises FileNotFoundError where there is no video. One file is a job of its own.
    """
    if folder.is_file():
        return [Job(Clip(folder.stem, UNKNOWN_GLOSS), folder)]
    videos = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not videos:
        raise NotFound(
            f"{folder}: no video in it, expected files ending in {', '.join(sorted(SUFFIXES))}"
        )
    stems = Counter(_stem(path, folder) for path in videos)
    return [_job(path, folder, twins=stems[_stem(path, folder)] > 1) for path in videos]


def videos_listed(
    folder: Path, table: Path, class_list: Path | None = None
) -> tuple[list[Job], list[Problem]]:
    """The clips of a table, each with its video below `folder`, and those whose video is not there.

    table: a WLASL split file (.json), whose clips are `<video id>.<suffix>`; or a CSV with the columns `path` (below the folder) or
    `id`, and any of gloss, signer, split, frame_start, frame_end, url, variation, also spelt as `spobet import clips` has it.
    Frames count from 1 in the video. ValueError names the line that is not a clip.
    """
    is_split = table.suffix.lower() == ".json"
    named = (
        [(clip, "") for clip in read_split(table, class_list)] if is_split else _read_table(table)
    )
    Manifest(tuple(clip for clip, _ in named))  # ids stand once
    jobs, missing = [], []
    for clip, video in named:
        path = folder / video if video else _named(folder, clip.id)
        if path and path.is_file():
            jobs.append(Job(clip, path))
        else:
            missing.append(Problem(clip.id, "missing", str(path or folder / f"{clip.id}.*")))
    return jobs, missing


def _stem(path: Path, folder: Path) -> str:
    return path.relative_to(folder).with_suffix("").as_posix()


def _job(path: Path, folder: Path, twins: bool) -> Job:
    """A clip named by its place; of videos that differ in their suffix alone each keeps it."""
    *above, _ = path.relative_to(folder).parts
    split = above[0] if len(above) > 1 and above[0] in SPLITS else ""
    name = path.relative_to(folder).as_posix() if twins else _stem(path, folder)
    return Job(Clip(name, above[-1] if above else UNKNOWN_GLOSS, split=split), path)


def _named(folder: Path, clip_id: str) -> Path | None:
    return next(
        (path for suffix in sorted(SUFFIXES) if (path := folder / f"{clip_id}{suffix}").is_file()),
        None,
    )


def _read_table(table: Path) -> list[tuple[Clip, str]]:
    """(clip, path) of every line, path "" where the table does not say."""
    with table.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        columns = [_SPELLINGS.get(name, name) for name in rows.fieldnames or []]
        known = {"path", *_FACTS}
        if (
            set(columns) - known
            or not {"id", "path"} & set(columns)
            or len(set(columns)) < len(columns)
        ):
            raise UserError(
                f"{table}: columns {', '.join(columns)}; expected path or id, and any of: {', '.join(_FACTS[1:])}"
            )
        return [
            clip_of_row(row, f"{table}:{rows.line_num}", _SPELLINGS, UNKNOWN_GLOSS) for row in rows
        ]
