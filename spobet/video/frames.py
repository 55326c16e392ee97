"""The pictures of a video file, upright and with their times (PyAV)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spobet.extras import extra_module

TO_THE_END = -1
_SUFFIXES = "3gp avi flv gif m4v mkv mov mp4 mpeg mpg mts ogv swf ts webm wmv"
SUFFIXES = frozenset(f".{suffix}" for suffix in _SUFFIXES.split())


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture: (height, width, 3) uint8 RGB, upright; time in seconds, None where the file does not tell."""

    picture: np.ndarray
    time: float | None


def looks_like(path: Path) -> bool:
    """Is this a file whose name ends as a video's does?"""
    return path.suffix.lower() in SUFFIXES and path.is_file()


def read_frames(path: Path, first: int = 1, last: int = TO_THE_END) -> Iterator[Frame]:
    """The frames first..last of a video, counted from 1, both included, -1 = to the end, turned as its metadata says.

    Raises FileNotFoundError, and ValueError where the file holds no video, is damaged, or ends before `first`.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    number = 0
    for number, frame in enumerate(_decoded(path), start=1):
        if number >= first:
            yield frame
        if number == last:
            return
    if number < first:
        raise ValueError(f"{path}: {number} frames, expected frames {first}..{last if last != TO_THE_END else 'end'}")


def count_frames(path: Path) -> int | None:
    """How many frames the file says it holds; None where it does not say or is no video."""
    av = extra_module("av", "video", "reading video")
    try:
        with av.open(str(path)) as container:
            return container.streams.video[0].frames or None
    except (av.FFmpegError, IndexError, OSError, ValueError):
        return None


def _decoded(path: Path) -> Iterator[Frame]:
    av = extra_module("av", "video", "reading video")
    number = 0
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise ValueError(f"{path}: no video in it")
            container.streams.video[0].thread_type = "AUTO"
            for number, frame in enumerate(container.decode(video=0), start=1):  # noqa: B007 - tells where it broke
                yield Frame(_upright(frame), frame.time)
    except av.FFmpegError as error:
        where = f"damaged after {number} frames" if number else "not a video that FFmpeg can read"
        raise ValueError(f"{path}: {where} ({error.strerror or error})") from error


def _upright(frame: Any) -> np.ndarray:
    quarter_turns = round(frame.rotation / 90)  # counter-clockwise, as np.rot90 turns
    return np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24"), quarter_turns))
