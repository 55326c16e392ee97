"""Videos of three coloured blocks, and a detector that finds them without MediaPipe."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from spobet.poses.skeleton import HOLISTIC_75
from spobet.video.detector import Found
from spobet.video.frames import Frame

SIZE = (48, 64)  # height, width
BODY, RIGHT, LEFT = (0, 1, 2)  # the colour that shows each: red, green, blue
NUM_BODY_POINTS = len(HOLISTIC_75.body)
_PALM = 0.1


def picture(places: dict[int, tuple[int, int]], size: tuple[int, int] = SIZE) -> np.ndarray:
    """(height, width, 3) uint8, black but for a block of 8 x 8 in each colour at (row, column)."""
    values = np.zeros((*size, 3), np.uint8)
    for colour, (row, column) in places.items():
        values[row : row + 8, column : column + 8, colour] = 255
    return values


def waving(num_frames: int, size: tuple[int, int] = SIZE) -> list[np.ndarray]:
    """A signer whose right hand rises and whose left hand rests."""
    hand = [8 + 16 * frame // max(num_frames - 1, 1) for frame in range(num_frames)]
    return [picture({BODY: (20, 28), RIGHT: (row, 8), LEFT: (30, 48)}, size) for row in hand]


def write_video(
    path: Path,
    pictures: Sequence[np.ndarray],
    codec: str = "libx264",
    times_ms: Sequence[int] | None = None,
    rotation: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """Encode pictures, 25 a second unless their times are given.

    rotation: degrees counter-clockwise by which a player must turn them.
    """
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        for number, values in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(values, format="rgb24")
            frame.pts, frame.time_base = (
                (times_ms[number] if times_ms else 40 * number),
                Fraction(1, 1000),
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@dataclass(frozen=True)
class Blocks:
    """Finds a body whose points lie on red, its wrists and the hands on green and blue.

    pause: seconds a clip takes. kill: ends the process at a clip of so many frames; once: only
    where this file is not there yet, which it then makes.
    """

    pause: float = 0.0
    kill: int | None = None
    once: Path | None = None
    name: str = "blocks"

    def find(self, frames: Iterable[Frame]) -> Iterator[Found]:
        frames = list(frames)
        time.sleep(self.pause)
        if len(frames) == self.kill and not (self.once and self.once.exists()):
            if self.once:
                self.once.touch()
            os._exit(9)
        yield from map(_found, frames)


def _found(frame: Frame) -> Found:
    body, right, left = (_middle(frame.picture[..., colour]) for colour in (BODY, RIGHT, LEFT))
    if body is None:
        return Found(np.zeros((0, NUM_BODY_POINTS, 3), np.float32), _hands([right, left]))
    values = np.full((1, NUM_BODY_POINTS, 3), (*body, 1), np.float32)
    values[0, 0, 1] -= 0.1  # a body has some size
    for side, place in (("right", right), ("left", left)):
        wrist = HOLISTIC_75.index(f"{side}_wrist")
        values[0, wrist] = (0, 0, 0) if place is None else (*place, 1)
    return Found(values, _hands([left, right]))


def _hands(places: list[np.ndarray | None]) -> np.ndarray:
    return np.array(
        [place + _PALM * np.linspace(0, 1, 21)[:, None] for place in places if place is not None],
        np.float32,
    ).reshape(-1, 21, 2)


def _middle(colour: np.ndarray) -> np.ndarray | None:
    """Middle of the bright block in shares of width and height."""
    rows, columns = np.nonzero(colour > 128)
    return (
        np.array([columns.mean() / colour.shape[1], rows.mean() / colour.shape[0]])
        if len(rows)
        else None
    )
