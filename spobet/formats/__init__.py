"""Readers: one module a file format.

Each has `looks_like(path)`, which says why a path is of its format or gives "", and
`read(path) -> PoseSequence`; some have `write(pose, path)`. `traits` decides for all of them what
files in the wild have in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from spobet import video
from spobet.errors import NotFound, UserError
from spobet.files import check_new_file
from spobet.formats import (
    coco_wholebody,
    dotpose,
    frame_folder,
    holistic_array,
    json_lines,
    landmark_table,
    mediapipe,
    openpose,
    openpose_clip,
    openpose_zip,
    packed,
    spoter_csv,
    traits,
)
from spobet.formats.text import head_of
from spobet.poses.sequence import PoseSequence

_READERS: dict[str, ModuleType] = {
    "OpenPose clip folder": openpose,
    "OpenPose archive": openpose_zip,
    "packed arrays": packed,
    "JSON Lines": json_lines,
    "MediaPipe landmarks": mediapipe,
    "landmark table": landmark_table,
    "COCO-WholeBody landmarks": coco_wholebody,
    "OpenPose frames": openpose_clip,
    "MediaPipe array": holistic_array,
    "folder of frames": frame_folder,
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
    """What a path holds.

    format: its name. why: by what it was known. not_kept: what reading it leaves out.
    """

    format: str
    why: str
    not_kept: str

    def __str__(self) -> str:
        return f"{self.format}, known by {self.why}; not kept: {self.not_kept}"


def recognise(path: str | Path) -> Recognised:
    """The format of one clip's file or folder, known by its content.

    UserError names the formats it could be.
    """
    path = Path(path)
    if not traits.is_there(path):
        raise NotFound(f"{path}: no such file or folder")
    for name, reader in _READERS.items():
        if why := reader.looks_like(path):
            return Recognised(name, why, reader.NOT_KEPT)
    expected = f"expected one of: {', '.join(_READERS)}"
    raise UserError(f"{path}: no format recognised{_advice(path)}, {expected}")


def _advice(path: Path) -> str:
    """What to do with a file of a known form that no reader takes."""
    head = head_of(path)
    if head.startswith(b"\x80") or path.suffix.lower() in (".pkl", ".pickle"):
        return " (a pickle could run code when it is read: save its arrays as .npz)"
    if head.startswith((b"\x89HDF", b"MATLAB")):
        return " (save the arrays in it as .npz)"
    if openpose_clip.key_in(head):
        return " (one frame of OpenPose: name the folder of its clip)"
    if (path / "dataset.json").is_file():
        return " (a data set: name a clip of it by its id, with --data)"
    return ""


def read(path: str | Path) -> PoseSequence:
    """The landmarks of one clip, its format known by content.

    UserError names the file, and the formats it could be where it is of none.
    """
    return _READERS[recognise(path).format].read(Path(path))


def write(pose: PoseSequence, path: str | Path) -> None:
    """Write one clip in the form that the suffix names.

    .pose, .npz (packed), .csv (SPOTER), or none for an OpenPose folder. UserError for another
    suffix, and where the form cannot hold the pose; AlreadyThere where something is there.
    """
    path = Path(path)
    check_new(path)
    _WRITERS[path.suffix.lower()].write(pose, path)


def check_new(path: Path) -> None:
    """Refuse, before any work, what `write` could not write: UserError, AlreadyThere."""
    if path.suffix.lower() not in _WRITERS:
        raise UserError(
            f"{path}: no form to write with that suffix, "
            "expected .pose, .npz, .csv, or none for an OpenPose folder"
        )
    check_new_file(path)
