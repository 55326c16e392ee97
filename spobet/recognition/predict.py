"""Ranked glosses for clips on disk: single clips, or a folder of clips and a WLASL split file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.formats import openpose, read
from spobet.ingest.wlasl import clip_reader
from spobet.ingest.wlasl_splits import read_split
from spobet.poses.sequence import PoseSequence
from spobet.recognition.answers import Answers
from spobet.recognition.recognizer import load


@dataclass(frozen=True)
class Predicted:
    """What came of one clip: its answers, or why there are none."""

    path: Path
    answers: Answers | None
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """clip beside what the answers hold, or beside the error."""
        failed = {"error": self.error}
        result = failed if self.answers is None else self.answers.to_json()
        return {"clip": str(self.path), **result}

    def __str__(self) -> str:
        return f"{self.path}: {self.error if self.answers is None else self.answers}"


def predict_paths(
    run: Path,
    clips: Sequence[Path],
    split_file: Path | None,
    top: int,
    say: Callable[[str], None],
    size: tuple[int, int] | None = None,
    enrolled: Path | None = None,
    data: Path | None = None,
) -> Iterator[Predicted]:
    """What each clip is answered with; with a split file, each clip it names in the one folder.

    A clip that cannot be read or shows no hand is answered with the error, and the next one
    follows. size: the picture's width and height in pixels, of clips that do not say it
    themselves. enrolled: the file of enrolled signs, if not the run's own. `say` gets a line where
    the split file's frames lie outside a clip, all of which is then read. data: the data set in
    which `clips` are ids.
    """
    recognizer = load(run, enrolled=enrolled)
    find: Callable[[str], PoseSequence] = Dataset.open(data).pose if data else read
    readers = (
        _split_readers(clips, split_file, say)
        if split_file
        else ((path, partial(find, path.as_posix())) for path in clips)
    )
    for path, read_clip in readers:
        try:
            pose = read_clip()
            if size and pose.size is None:
                pose = replace(pose, size=size)
            yield Predicted(path, recognizer.predict(pose, top))
        except (UserError, OSError) as error:
            message = " ".join(str(error).split())
            where = "" if str(path) in message else f"{path}: "
            yield Predicted(path, None, where + message)


def _split_readers(
    folders: Sequence[Path], split_file: Path, say: Callable[[str], None]
) -> Iterator[tuple[Path, Callable[[], PoseSequence]]]:
    if len(folders) != 1:
        raise UserError(f"{split_file}: names clips of one folder, {len(folders)} were given")
    read_by_id, _ = clip_reader(folders[0])
    for clip in read_split(split_file):

        def read_clip(clip: Clip = clip) -> PoseSequence:
            try:
                return read_by_id(clip.id, clip.frame_start, clip.frame_end)
            except openpose.RangeOutsideClip as outside:
                pose = read_by_id(clip.id)
                say(f"{outside}; all {len(pose)} frames are read")
                return pose

        yield folders[0] / clip.id, read_clip
