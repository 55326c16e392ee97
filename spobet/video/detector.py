"""What finds people in pictures: the one interface between video and landmarks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from spobet.video.frames import Frame


@dataclass(frozen=True, eq=False)
class Found:
    """Everyone a detector found in one frame, in its own order.

    bodies: (people, 33, 3) float32 x, y and visibility 0..1 of MediaPipe's pose landmarks.
    hands: (hands, 21, 2) float32 x, y, wrist first. x and y are shares of the picture's width and
    height. votes: (hands,) the detector's own word on each, from 1, surely a right hand, to -1;
    None where it has none.
    """

    bodies: np.ndarray
    hands: np.ndarray
    votes: np.ndarray | None = None


class Detector(Protocol):
    """Finds bodies and hands. Picklable; remembers nothing of a clip once the next begins."""

    @property
    def name(self) -> str:
        """Whatever changes what is found, as text: two detectors of one name find the same."""

    def find(self, frames: Iterable[Frame]) -> Iterator[Found]:
        """What is found in each frame of one clip."""
