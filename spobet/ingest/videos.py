"""Which videos are to become clips, and what is known of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.errors import NotFound, UserError
from spobet.formats import traits
from spobet.formats.text import naming
from spobet.ingest.folders import files_below, find_file, leftovers_note
from spobet.ingest.glosses import one_spelling
from spobet.ingest.report import Problem
from spobet.ingest.tables import (
    ALIASES,
    FACTS,
    clip_of_row,
    read_table,
    split_named,
    unused_note,
)
from spobet.ingest.wlasl_splits import frame_rates, read_split
from spobet.video.frames import SUFFIXES

UNKNOWN_GLOSS = "unknown"
RATE = "fps"
_ALIASES = {**ALIASES, "video": "path", "frame_rate": RATE}


@dataclass(frozen=True)
class Job:
    """One clip to make: its facts, its video, and at how many frames a second its range counts.

    rate: None where the range counts the frames of the video as they are.
    """

    clip: Clip
    video: Path
    rate: float | None = None


@dataclass(frozen=True)
class VideoList:
    """The clips to make; those without a video; and what else is worth a line.

    UserError where two clips have one id.
    """

    jobs: tuple[Job, ...]
    missing: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        clips, notes = one_spelling(Manifest(tuple(job.clip for job in self.jobs)).clips)
        jobs = tuple(replace(job, clip=clip) for job, clip in zip(self.jobs, clips, strict=True))
        object.__setattr__(self, "jobs", jobs)
        object.__setattr__(self, "notes", (*self.notes, *notes))


def videos_in(folder: Path) -> VideoList:
    """Every video below a folder, in the order of their ids, which are their paths without suffix.

    The folder a video lies in names its gloss ("unknown" at the top), a folder train, val or test
    above that its split. Links to folders are followed. Raises NotFound where there is no video.
    One file is a list of its own.
    """
    if folder.is_file():
        return VideoList((Job(Clip(folder.stem, UNKNOWN_GLOSS), folder),))
    files, leftovers = files_below(folder)
    videos = [path for path in files if path.suffix.lower() in SUFFIXES]
    if not videos:
        expected = f"expected files ending in {', '.join(sorted(SUFFIXES))}"
        raise NotFound(f"{folder}: no video in it, {expected}")
    ids = Counter(path.relative_to(folder).with_suffix("") for path in videos)
    jobs = []
    for path in videos:
        name = path.relative_to(folder)
        *above, _ = name.parts
        split = next((name for name in map(split_named, above[:-1]) if name in SPLITS), "")
        gloss = above[-1] if above else UNKNOWN_GLOSS
        # of videos that differ in their suffix alone, each keeps it
        clip_id = name if ids[name.with_suffix("")] > 1 else name.with_suffix("")
        jobs.append(Job(Clip(clip_id.as_posix(), gloss, split=split), path))
    return VideoList(tuple(jobs), notes=leftovers_note(leftovers))


def videos_listed(folder: Path, table: Path, class_list: Path | None = None) -> VideoList:
    """The clips of a table, each with its video below `folder`, and those whose video is not there.

    table: a WLASL split file (.json), whose clips are `<video id>.<suffix>` and whose ranges count
    at the rate it gives; or a CSV with the columns `path` (below the folder) or `id`, and any of
    gloss, signer, split, frame_start, frame_end, fps, url, variation, also as `spobet import clips`
    spells them. Frames count from 1 in the video, or at `fps`. UserError names the line that is no
    clip.
    """
    named: list[tuple[Clip, str, float | None]]
    notes: tuple[str, ...] = ()
    if table.suffix.lower() == ".json":
        clips = read_split(table, class_list)
        rates = frame_rates(table)
        named = [(clip, "", rates[clip.id]) for clip in clips]
    else:
        named, notes = _read_table(table)
    with naming(table):
        return listed_videos(folder, named, notes)


def listed_videos(
    folder: Path, named: list[tuple[Clip, str, float | None]], notes: tuple[str, ...] = ()
) -> VideoList:
    """The clips, each with its video below a folder, and those whose video is not there.

    named: clip, path of its video ("" = named by its id), and the rate at which its range counts.
    """
    Manifest(tuple(clip for clip, _, _ in named))  # no id twice
    jobs, missing = [], []
    for clip, video, rate in named:
        names = [video] if video else [f"{clip.id}{suffix}" for suffix in sorted(SUFFIXES)]
        paths = [find_file(folder, name) for name in names]
        found = sorted({path for path in paths if traits.is_there(path) and path.is_file()})
        if len(found) == 1:
            jobs.append(Job(clip, found[0], rate))
        elif found:
            detail = f"{', '.join(path.name for path in found)}: expected one of them"
            missing.append(Problem(clip.id, "several files", str(found[0]), detail))
        else:
            path = paths[0] if video else folder / f"{clip.id}.*"
            missing.append(Problem(clip.id, "missing", str(path)))
    return VideoList(tuple(jobs), tuple(missing), notes)


def _read_table(
    table: Path,
) -> tuple[list[tuple[Clip, str, float | None]], tuple[str, ...]]:
    """(clip, path, rate) of every line, and a note on the columns that are not used.

    path "" and rate None where the table does not say.
    """
    columns, rows = read_table(table, _ALIASES)
    if not {"id", "path"} & set(columns) or len(set(columns)) < len(columns):
        expected = f"expected path or id, and any of: {', '.join((*FACTS[1:], RATE))}"
        raise UserError(f"{table}: columns {', '.join(columns)}; {expected}")
    named = []
    for row in rows:
        with naming(Path(row.where)):
            rate = traits.frame_rate(row.values.get(RATE))
        named.append((*clip_of_row(row, UNKNOWN_GLOSS), rate))
    return named, unused_note(columns, ("path", RATE, *FACTS))
