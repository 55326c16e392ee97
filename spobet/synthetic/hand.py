"""Synthetic hands: handshapes and the 21 points they put in space."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np

from spobet.poses.skeleton import hand_landmarks

_KNUCKLES = np.array(
    [[0.13, 0.47], [0.04, 0.49], [-0.05, 0.46], [-0.13, 0.41]]
)  # (finger, thumbwards and fingerwards)
_BONES = np.array([[0.22, 0.13, 0.10], [0.24, 0.15, 0.11], [0.22, 0.14, 0.10], [0.17, 0.10, 0.09]])
_FULL_FLEXION = np.radians([80.0, 100.0, 60.0])  # of the three joints of a finger
_FAN = np.radians([16.0, 4.0, -8.0, -20.0])  # of the fingers of a spread hand
_CLOSED_FAN = np.radians([3.0, 1.0, -1.0, -4.0])
_THUMB_ROOT = np.array([0.10, 0.08])
_THUMB_BONES = np.array([0.20, 0.16, 0.13])
_THUMB_FLEXION = np.radians([0.0, 50.0, 70.0])


@dataclass(frozen=True)
class Handshape:
    """How far each finger is bent and where the thumb goes.

    thumb, index, middle, ring, little: flexion, 0 straight .. 1 on the palm.
    spread: 0 fingers together .. 1 fanned out.
    abduction: of the thumb away from the fingers in the plane of the palm, degrees.
    opposition: of the thumb out of that plane, to the palm's side, degrees.
    """

    thumb: float
    index: float
    middle: float
    ring: float
    little: float
    spread: float = 0.0
    abduction: float = 25.0
    opposition: float = 0.0

    def __post_init__(self) -> None:
        shares = (self.thumb, self.index, self.middle, self.ring, self.little, self.spread)
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError(f"flexion and spread {shares}, expected 0..1")
        if not (0 <= self.abduction <= 90 and 0 <= self.opposition <= 90):
            raise ValueError(
                f"abduction {self.abduction} and opposition {self.opposition}, "
                "expected 0..90 degrees"
            )

    @property
    def values(self) -> np.ndarray:
        """The eight numbers in the order of the fields (8,): to blend, average or disturb."""
        return np.array(astuple(self), dtype=np.float64)


HANDSHAPES = {
    "flat": Handshape(0.1, 0.0, 0.0, 0.0, 0.0),
    "spread": Handshape(0.0, 0.0, 0.0, 0.0, 0.0, spread=1.0, abduction=60.0),
    "fist": Handshape(0.7, 1.0, 1.0, 1.0, 1.0, abduction=15.0, opposition=45.0),
    "point": Handshape(0.7, 0.0, 1.0, 1.0, 1.0, abduction=15.0, opposition=50.0),
    "v": Handshape(0.8, 0.0, 0.0, 1.0, 1.0, spread=0.9, abduction=5.0, opposition=50.0),
    "c": Handshape(0.4, 0.45, 0.45, 0.45, 0.45, spread=0.2, abduction=45.0, opposition=55.0),
    "thumb": Handshape(0.0, 1.0, 1.0, 1.0, 1.0, abduction=75.0),
    "y": Handshape(0.0, 1.0, 1.0, 1.0, 0.0, spread=0.8, abduction=70.0),
}
RELAXED = Handshape(0.25, 0.2, 0.25, 0.3, 0.35, spread=0.2, abduction=30.0, opposition=20.0)


def hand_points(values: np.ndarray) -> np.ndarray:
    """The points of a hand of length 1 whose wrist is the origin.

    values: (frames, 8), the numbers of a Handshape; those out of range are clipped.
    Returns (frames, 21, 3) in the order of `hand_landmarks`; the axes lead to the thumb's side,
    along the straight fingers and out of the palm.
    """
    flexion, spread = np.clip(values[:, :5], 0, 1), np.clip(values[:, 5], 0, 1)
    fan = _CLOSED_FAN + spread[:, None] * (_FAN - _CLOSED_FAN)  # (frames, finger)
    points = np.zeros((len(values), len(hand_landmarks("right")), 3))
    points[:, 1:5] = _thumb(flexion[:, 0], *np.radians(np.clip(values[:, 6:], 0, 90)).T)
    for finger, (knuckle, bones) in enumerate(zip(_KNUCKLES, _BONES, strict=True)):
        bends = np.cumsum(flexion[:, 1 + finger, None] * _FULL_FLEXION, axis=1)  # (frames, joint)
        steps = bones[:, None] * _directions(
            np.broadcast_to(fan[:, finger, None], bends.shape), bends
        )
        root = np.broadcast_to([*knuckle, 0.0], (len(values), 1, 3))
        points[:, 5 + 4 * finger : 9 + 4 * finger] = np.cumsum(
            np.concatenate([root, steps], axis=1), axis=1
        )
    return points


def _thumb(flexion: np.ndarray, abduction: np.ndarray, opposition: np.ndarray) -> np.ndarray:
    """Root, two joints and tip of the thumb (frames, 4, 3); a bent thumb folds over the fingers."""
    sideways = abduction[:, None] - flexion[:, None] * np.cumsum(_THUMB_FLEXION)  # (frames, bone)
    steps = _THUMB_BONES[:, None] * _directions(
        sideways, np.broadcast_to(opposition[:, None], sideways.shape)
    )
    root = np.broadcast_to([*_THUMB_ROOT, 0.0], (len(flexion), 1, 3))
    return np.cumsum(np.concatenate([root, steps], axis=1), axis=1)


def _directions(sideways: np.ndarray, bend: np.ndarray) -> np.ndarray:
    """Unit vectors (..., 3) at an angle to the thumb's side within the palm and bent out of it."""
    return np.stack(
        [np.sin(sideways) * np.cos(bend), np.cos(sideways) * np.cos(bend), np.sin(bend)], axis=-1
    )
