"""Which hand a hand is, by its shape: a small network of 2D landmarks, learned from pairs of hands.

Arms come from their own side, and palms turn as wrists let them: so a right hand seen in a picture
mostly differs from the mirror image of a left one. `experiments/hand_shape.py` trained and measured
it. A mirrored picture gives exchanged sides.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).with_name("hand_shape.npz")
_WRIST, _MIDDLE_KNUCKLE = 0, 9
_TINY = 1e-6  # a palm seen from its edge


def side_by_shape(hands: np.ndarray) -> np.ndarray:
    """From 1, surely a right hand, to -1, surely a left one: (n,), of hands (n, 21, 2).

    x to the right, y down, in any unit in which a picture is at most twice as wide as it is high.
    A hand and its mirror image get opposite values.
    """
    shape, mirrored = (shape_of(xy) for xy in (hands, hands * np.array([-1, 1], np.float32)))
    values: np.ndarray = np.tanh(0.5 * (_logits(shape) - _logits(mirrored)))
    return values


def shape_of(hands: np.ndarray) -> np.ndarray:
    """Landmarks but the wrist relative to it, in palm lengths: (n, 40), of hands (n, 21, 2)."""
    apart = hands - hands[:, _WRIST : _WRIST + 1]
    palms = np.linalg.norm(apart[:, _MIDDLE_KNUCKLE], axis=-1)
    return np.asarray(apart[:, 1:] / np.maximum(palms, _TINY)[:, None, None]).reshape(
        len(hands), -1
    )


def _logits(x: np.ndarray) -> np.ndarray:
    *hidden, (matrix, shift) = _layers()
    for inner, offset in hidden:
        x = x @ inner + offset
        x = x / (1 + np.exp(-np.clip(x, -30, 30)))  # silu
    return (x @ matrix + shift)[:, 0]


@cache
def _layers() -> list[tuple[np.ndarray, np.ndarray]]:
    with np.load(BytesIO(WEIGHTS.read_bytes())) as stored:
        return [(stored[f"matrix_{n}"], stored[f"shift_{n}"]) for n in range(len(stored) // 2)]
