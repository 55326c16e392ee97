"""Claims about the attention block."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from kit import assert_conforms, call

from spobet.model.blocks.attention import AttentionBlock

X = np.random.default_rng(0).normal(size=(2, 5, 4)).astype(np.float32)
MASK = np.arange(5)[None, :] < np.array([[5], [3]])


def test_a_block_that_normalises_last_conforms_and_leaves_padding_out(tmp_path: Path) -> None:
    block = AttentionBlock(2, 6, "relu", 0.1, norm_first=False)
    assert_conforms(block, (X, MASK), X.shape, tmp_path)
    loud = call(block, (np.where(MASK[..., None], X, np.float32(7)), MASK))
    np.testing.assert_allclose(loud[MASK], call(block, (X, MASK))[MASK], atol=1e-6)


def test_dropout_takes_whole_channels_and_only_in_training() -> None:
    block = AttentionBlock(2, 6, "silu", 0.5, norm_first=True)
    np.testing.assert_array_equal(call(block, (X, MASK)), call(block, (X, MASK)))
    dropped = keras.ops.convert_to_numpy(block.drops[0](np.ones_like(X), training=True))
    assert set(np.unique(dropped)) <= {0.0, 2.0}
    np.testing.assert_array_equal(dropped, np.tile(dropped[:, :1], (1, 5, 1)))
