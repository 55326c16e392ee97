"""WLASL's OpenPose folders made into a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from spobet.dataset.manifest import Clip, Manifest
from spobet.errors import UserError
from spobet.files import check_new_folder
from spobet.formats import openpose
from spobet.formats.names import Names
from spobet.formats.openpose_zip import ClipArchive, ClipNotThere
from spobet.ingest.folders import find_file, listing
from spobet.ingest.glosses import one_spelling
from spobet.ingest.report import ImportReport, Problem
from spobet.ingest.wlasl_splits import merge_splits, read_split
from spobet.ingest.writing import ReadClip, checked, write_clips
from spobet.poses.sequence import PoseSequence

SOURCE = "WLASL (https://dxli94.github.io/WLASL/), OpenPose landmarks"
LICENCE = "C-UDA 1.0; academic and computational use only"

ClipReader = Callable[..., PoseSequence]  # clip id[, first frame, last frame]


def import_wlasl(
    poses: Path,
    splits: Sequence[Path],
    out: Path,
    class_list: Path | None = None,
    progress: Callable[[Iterable[Clip]], Iterable[Clip]] = iter,
) -> ImportReport:
    """Make a data set of the clips that the split files name.

    poses: holds an OpenPose folder `<video id>` for each, or is a .zip of them. progress: wraps the
    clips on their way through, to show how far it is. Every clip that is left out or not as its
    split file says is in the report and in problems.csv of the new folder; clips that no split file
    names are in left_over.csv. Raises UserError where
    no clip at all can be read, AlreadyThere where `out` is there already.
    """
    check_new_folder(out)
    merged = merge_splits(*(read_split(path, class_list) for path in splits))
    clips, notes = one_spelling(merged.clips)
    read, listed = clip_reader(poses)
    there = listed()
    names = Names(there)
    left_over = tuple(sorted(set(there) - {names.find(clip.id) for clip in clips}))
    reading = (_read_clip(clip, poses / clip.id, read) for clip in progress(Manifest(clips).clips))
    return write_clips(reading, out, SOURCE, LICENCE, notes, poses, left_over)


def clip_reader(poses: Path) -> tuple[ClipReader, Callable[[], list[str]]]:
    """What reads a clip by its id from a folder of clips or a .zip of it, and what lists them."""
    if poses.is_file():
        archive = ClipArchive(poses)
        return archive.read, lambda: list(archive.clips)

    def read(clip: str, *frames: int) -> PoseSequence:
        folder = find_file(poses, clip)
        if not folder.is_dir():
            raise ClipNotThere(
                f"{folder}: no such folder, expected one with *_keypoints.json files"
            )
        return openpose.read(folder, *frames)

    return read, lambda: [path.name for path in listing(poses)[0] if path.is_dir()]


def _read_clip(clip: Clip, folder: Path, read: ClipReader) -> ReadClip:
    problem = None
    try:
        try:
            pose = read(clip.id, clip.frame_start, clip.frame_end)
        except openpose.RangeOutsideClip as error:
            problem = Problem(clip.id, "range outside clip", str(folder), str(error))
            pose = read(clip.id)
        return checked(clip, folder, pose, problem)
    except ClipNotThere:
        return ReadClip.failed(clip, folder, "missing")
    except FileNotFoundError as error:
        return ReadClip.failed(clip, folder, "empty", str(error))
    except UserError as error:
        return ReadClip.failed(clip, folder, "corrupt", str(error))
