"""Claims about efficient channel attention."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from kit import TINY, call

from spobet.model.blocks.channel_attention import ChannelAttentionBlock


def test_a_channel_is_weighed_by_the_means_of_its_neighbours_over_the_real_frames() -> None:
    x = np.zeros((1, 3, 4), np.float32)
    x[0, :, 1] = (1, 3, 9)  # mean 2 over the two real frames
    block, mask = ChannelAttentionBlock(3), np.array([[True, True, False]])
    call(block, (x, mask))
    block.mix.kernel.assign(np.array([0.5, 1, -1], np.float32)[:, None, None])
    shares = 1 / (1 + np.exp([2.0, -2.0, -1.0, 0.0]))  # left neighbour 0.5, right one -1
    ones = np.where(x > 0, x, np.float32(1)).copy()
    ones[0, :2, [0, 2, 3]] = 0
    np.testing.assert_allclose(call(block, (x, mask))[0, :, 1], x[0, :, 1] * shares[1], rtol=1e-5)
    np.testing.assert_allclose(call(block, (ones, mask))[0, 2], ones[0, 2] * shares, rtol=1e-5)


@pytest.mark.parametrize(("width", "kernel_size"), [(8, 3), (64, 3), (192, 5), (512, 5)])
def test_the_kernel_grows_with_the_width_as_in_the_paper(width: int, kernel_size: int) -> None:
    assert ChannelAttentionBlock.of(replace(TINY, width=width), "x").kernel_size == kernel_size
