"""Readers: one module a file format, each with `looks_like(path) -> reason` and `read(path) -> PoseSequence`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from spobet import video
from spobet.errors import AlreadyThere, NotFound, UserError
from spobet.formats import (
    coco_wholebody,
    dotpose,
    mediapipe,
    openpose,
    openpose_zip,
    packed,
    spoter_csv,
)
from spobet.poses.sequence import PoseSequence

_READERS: dict[str, ModuleType] = {
    "OpenPose clip folder": openpose,
    "OpenPose archive": openpose_zip,
    "packed arrays": packed,
    "MediaPipe landmarks": mediapipe,
    "COCO-WholeBody landmarks": coco_wholebody,
    "SPOTER table": spoter_csv,
    ".pose file": dotpose,
    "video": video,
}
_WRITERS: dict[str, ModuleType] = {
    "": openpose,
    ".npz": packed,
    ".csv": spoter_csv,
    ".pose": dotpose,
}


@dataclass(frozen=True)
class Recognised:
    """What a path holds. format: its name; why: by what it was known; not_kept: what reading it leaves out."""

    format: str
    why: str
    not_kept: str

    def __str__(self) -> str:
        return f"{self.format}, known by {self.why}; not kept: {self.not_kept}"


def recognise(path: str | Path) -> Recognised:
    """The format of one clip's file or folder, told by its content; ValueError names the formats it could be."""
    path = Path(path)
    if not path.exists():
        raise NotFound(f"{path}: no such file or folder")
    for name, reader in _READERS.items():
        if why := reader.looks_like(path):
            return Recognised(name, why, reader.NOT_KEPT)
    raise UserError(f"{path}: no format recognised, expected one of: {', '.join(_READERS)}")


def read(path: str | Path) -> PoseSequence:
    """The landmarks of one clip, its format recognised by content; ValueError names the formats it could be."""
    return _READERS[recognise(path).format].read(Path(path))


def write(pose: PoseSequence, path: str | Path) -> None:
    """Write one clip in the form that the suffix names: .pose, .npz (packed), .csv (SPOTER), none for an OpenPose folder.

    ValueError for another suffix, and where the form cannot hold the pose; FileExistsError where something is there already.
    """
    path = Path(path)
    if path.suffix.lower() not in _WRITERS:
        raise UserError(
            f"{path}: no form to write with that suffix, expected .pose, .npz, .csv, or none for an OpenPose folder"
        )
    if path.exists():
        raise AlreadyThere(f"{path}: is there already; name a new file")
    _WRITERS[path.suffix.lower()].write(pose, path)
