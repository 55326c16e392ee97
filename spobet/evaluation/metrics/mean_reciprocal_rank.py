"""Mean reciprocal rank (Voorhees 1999): how far down a list of answers the true gloss stands."""

from __future__ import annotations

import numpy as np


def mean_reciprocal_rank(ranks: np.ndarray) -> np.ndarray:
    """The gain of each clip: 1 at rank 1, 1/2 at rank 2, 1/3 at rank 3."""
    gain: np.ndarray = 1 / np.asarray(ranks, dtype=np.float64)
    return gain
