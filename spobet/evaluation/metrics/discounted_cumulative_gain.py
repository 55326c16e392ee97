"""Discounted cumulative gain (Järvelin & Kekäläinen 2002): dictionary look-up is judged by it."""

from __future__ import annotations

import numpy as np


def discounted_cumulative_gain(ranks: np.ndarray) -> np.ndarray:
    """The gain of each clip: 1 at rank 1, 0.63 at rank 2, 0.5 at rank 3.

    One gloss is relevant, so this is the normalised gain too.
    """
    gain: np.ndarray = 1 / np.log2(1 + np.asarray(ranks, dtype=np.float64))
    return gain
