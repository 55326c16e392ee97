"""Which hand a hand is, by its shape: a small network of 2D landmarks, learned from pairs of hands.

Arms come from their own side, and palms turn as wrists let them: so a right hand seen in a picture
mostly differs from the mirror image of a left one. `experiments/hand_shape.py` trained and measured
it. A mirrored picture gives exchanged sides.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

WEIGHTS = Path(__file__).with_name("hand_shape.npz")
WRIST, MIDDLE_KNUCKLE = 0, 9
TINY = 1e-6  # a palm seen from its edge
# Mean agreement of shapes with sides, below whose negative hands count as exchanged: of WLASL100's
# 748 training clips none, and 745 where their hands are exchanged.
CONTRADICTS = 0.1


def side_by_shape(hands: np.ndarray) -> np.ndarray:
    """From 1, surely a right hand, to -1, surely a left one: (n,), of hands (n, 21, 2).

    x to the right, y down, in any unit in which a picture is at most twice as wide as it is high.
    A hand and its mirror image get opposite values.
    """
    shape = shape_of(hands)
    mirrored = shape * np.tile(np.array([-1, 1], shape.dtype), shape.shape[1] // 2)
    seen, seen_mirrored = np.split(_logits(np.concatenate([shape, mirrored])), 2)
    values: np.ndarray = np.tanh(0.5 * (seen - seen_mirrored))
    return values


def exchanged(pose: PoseSequence) -> bool:
    """Whether a clip's right hand is its left one and the other way round, by their shapes."""
    right, left = (pose.xy[:, hand] for hand in pose.skeleton.hands)
    right, left = (hands[np.isfinite(hands).all(axis=(1, 2))] for hands in (right, left))
    sides = side_by_shape(np.concatenate([right, left]))
    agreement = sides[: len(right)].sum() - sides[len(right) :].sum()
    return bool(agreement < -CONTRADICTS * len(sides))


def with_sides_by_shape(pose: PoseSequence) -> PoseSequence:
    """The clip with its hands exchanged where their shapes contradict their sides."""
    if len(pose.skeleton.hands) < 2 or not exchanged(pose):
        return pose
    order = exchange_order(pose.skeleton)
    return replace(pose, xy=pose.xy[:, order], confidence=pose.confidence[:, order])


def exchange_order(skeleton: Skeleton) -> np.ndarray:
    """Positions (landmarks,) with those of the two hands exchanged."""
    order = np.arange(len(skeleton))
    right, left = skeleton.hands
    order[right], order[left] = left, right
    return order


def shape_of(hands: np.ndarray) -> np.ndarray:
    """Landmarks but the wrist relative to it, in palm lengths: (n, 40), of hands (n, 21, 2)."""
    apart = hands - hands[:, WRIST : WRIST + 1]
    palms = np.linalg.norm(apart[:, MIDDLE_KNUCKLE], axis=-1)
    shape: np.ndarray = apart[:, 1:] / np.maximum(palms, TINY)[:, None, None]
    return shape.reshape(len(hands), 2 * (hands.shape[1] - 1))


def _logits(x: np.ndarray) -> np.ndarray:
    *hidden, (matrix, shift) = layers()
    for inner, offset in hidden:
        x = x @ inner + offset
        x = x / (1 + np.exp(-np.clip(x, -30, 30)))  # silu
    return (x @ matrix + shift)[:, 0]


@cache
def layers() -> list[tuple[np.ndarray, np.ndarray]]:
    """Matrix and shift of each layer of the network; all but the last are followed by silu."""
    with np.load(BytesIO(WEIGHTS.read_bytes())) as stored:
        return [(stored[f"matrix_{n}"], stored[f"shift_{n}"]) for n in range(len(stored) // 2)]
