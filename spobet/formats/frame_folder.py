"""A folder of one file a frame, of MediaPipe, MMPose, OpenPose or of tutorials' arrays."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.formats import (
    coco_wholebody,
    holistic_array,
    mediapipe,
    openpose,
    openpose_clip,
    traits,
)
from spobet.formats.arrays import load_npy
from spobet.formats.text import MAX_BYTES, head_of, load_json, naming
from spobet.poses.sequence import PoseSequence

NOT_KEPT = "z and the face's landmarks"
_SUFFIXES = (".json", ".npy")
_LOOKED_AT = 100  # frames: a signer who comes into the picture later is rare


def looks_like(path: Path) -> str:
    """Why this is a folder of one file a frame; "" where it is not."""
    files = _frame_files(path) if path.is_dir() else {}
    return f"a folder with {next(iter(files.values())).name}" if _reader_of(files) else ""


def read(path: Path) -> PoseSequence:
    """The clip of a folder, frames in the order of the last number in their names.

    A number without a file is a frame with every landmark missing, as in OpenPose's folders;
    numbers that are milliseconds give the times. Otherwise as the reader of the files says.
    UserError names the file that is of another kind or holds more than one frame.
    """
    files = _frame_files(path)
    if not files:
        raise UserError(f"{path}: no frame files in it, expected one .json or .npy a frame")
    kind = _reader_of(files)
    if kind == "openpose":
        names = {number: str(file) for number, file in files.items()}
        return openpose.read_frames(names, path)
    with naming(path):
        traits.check_one_clip([file.name for file in files.values()])
        order = traits.frame_order(list(files))
        if kind == "array":
            rows = [_row(file) for file in files.values()]
            if len({row.shape for row in rows}) > 1:
                raise UserError("arrays of several shapes, expected as many numbers in each frame")
            block = np.full((order.num_frames, *rows[0].shape), np.nan)
            block[order.positions] = rows
            return holistic_array.clip_of_array(block, order.times)
        size = sum(file.stat().st_size for file in files.values())
        if size > MAX_BYTES:
            raise UserError(
                f"{size:,} bytes in its files, expected at most {MAX_BYTES:,} for one clip"
            )
        reader = mediapipe if kind == "mediapipe" else coco_wholebody
        content: dict[str, Any] = {}
        for number, file in files.items():
            with naming(file):
                content[str(number)] = _only_frame(load_json(file), kind)
        return reader.clip_of_json(content)


def _frame_files(path: Path) -> dict[int, Path]:
    """The numbered files of the suffix of the first one, by ascending number."""
    found: dict[int, Path] = {}
    suffix = ""
    for file in traits.entries(path):
        number = traits.last_number(file.name)
        wanted = (suffix,) if suffix else _SUFFIXES
        if number is not None and file.suffix.lower() in wanted and file.is_file():
            suffix = file.suffix.lower()
            other = found.setdefault(number, file)
            if other != file:
                return {}  # two clips, or files that are no frames
    return dict(sorted(found.items()))


def _reader_of(files: Mapping[int, Path]) -> str:
    """Which reader knows the frames' files: openpose, mediapipe, coco, array; "" for none.

    A frame without anybody, such as `[]`, tells nothing: of the first files one that does decides.
    """
    for file in islice(files.values(), _LOOKED_AT):
        head = head_of(file)
        if head.startswith(b"\x93NUMPY"):
            return "array"
        if openpose_clip.key_in(head):
            return "openpose"
        if mediapipe.looks_like(file):
            return "mediapipe"
        if coco_wholebody.looks_like(file):
            return "coco"
    return ""


def _only_frame(content: Any, kind: str) -> Any:
    """The frame of one file; UserError where it holds several."""
    if kind == "coco":
        if isinstance(content, dict) and "instance_info" in content:
            content = content["instance_info"]
        if isinstance(content, list) and all(
            isinstance(entry, dict) and "instances" not in entry for entry in content
        ):
            return content  # the people of one picture
    if not isinstance(content, list):
        return content
    if len(content) > 1:
        raise UserError(f"{len(content)} frames, expected one frame a file")
    return content[0] if content else {}


def _row(file: Path) -> np.ndarray:
    array = load_npy(file)
    if array.dtype.kind not in "iuf" or not 1 <= array.ndim <= 2 or array.size > 100_000:
        raise UserError(
            f"{file}: array is {array.dtype} {array.shape}, expected one frame's numbers"
        )
    return np.asarray(array, np.float64)
