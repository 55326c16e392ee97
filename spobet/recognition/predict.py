"""Ranked glosses for clips on disk: single clips, or a folder of clips and a WLASL split file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from spobet.errors import UserError
from spobet.formats import openpose, read
from spobet.ingest.wlasl import read_split
from spobet.poses.sequence import PoseSequence
from spobet.recognition.recognizer import Answer, load


def predict_paths(
    run: Path, clips: Sequence[Path], split_file: Path | None, top: int, say: Callable[[str], None]
) -> Iterator[tuple[Path, list[Answer]]]:
    """(path, answers best first) of each clip; with a split file, of each clip it names in the one folder given.

    `say` gets a line where the file's frames lie outside a clip, all of which is then read. ValueError names the clip that
    cannot be read or shows no hand.
    """
    recognizer = load(run)
    for path, pose in (
        _named_clips(clips, split_file, say)
        if split_file
        else ((path, read(path)) for path in clips)
    ):
        try:
            yield path, recognizer.predict(pose, top)
        except ValueError as error:
            raise UserError(f"{path}: {error}") from error


def _named_clips(
    folders: Sequence[Path], split_file: Path, say: Callable[[str], None]
) -> Iterator[tuple[Path, PoseSequence]]:
    if len(folders) != 1:
        raise UserError(f"{split_file}: names clips of one folder, {len(folders)} were given")
    for clip in read_split(split_file):
        folder = folders[0] / clip.id
        try:
            pose = openpose.read(folder, clip.frame_start, clip.frame_end)
        except openpose.RangeOutsideClip as outside:
            pose = openpose.read(folder)
            say(f"{outside}; all {len(pose)} frames are read")
        yield folder, pose
