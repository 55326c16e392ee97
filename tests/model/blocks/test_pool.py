"""Claims about halving the frames."""

from __future__ import annotations

import numpy as np
from kit import call

from spobet.model.blocks.pool import FramePool

X = np.random.default_rng(0).normal(size=(2, 5, 4)).astype(np.float32)
MASK = np.arange(5)[None, :] < np.array([[5], [3]])


def test_a_pooled_frame_is_the_mean_of_the_real_ones_of_two() -> None:
    whole, padded = call(FramePool(), (np.where(MASK[..., None], X, np.float32(7)), MASK))
    expected = [X[0, :2].mean(axis=0), X[0, 2:4].mean(axis=0), X[0, 4]]
    np.testing.assert_allclose(whole, expected, atol=1e-6)
    np.testing.assert_allclose(padded, [X[1, :2].mean(axis=0), X[1, 2], np.zeros(4)], atol=1e-6)
    after = np.asarray(FramePool.mask_after(MASK))
    assert after.tolist() == [[True, True, True], [True, True, False]]
