"""Readers: one module a file format, each `read(path) -> PoseSequence`."""

from __future__ import annotations

from pathlib import Path

from spobet import video
from spobet.formats import openpose, packed
from spobet.poses.sequence import PoseSequence

_READERS = {"OpenPose clip folder": openpose, "packed arrays": packed, "video": video}


def read(path: str | Path) -> PoseSequence:
    """The landmarks of one clip, its format recognised by content; ValueError names the formats it could be."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    for reader in _READERS.values():
        if reader.looks_like(path):
            return reader.read(path)
    raise ValueError(f"{path}: no format recognised, expected one of: {', '.join(_READERS)}")
