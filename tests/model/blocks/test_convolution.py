"""Claims about the convolution over time and its block."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from kit import assert_conforms, call

from spobet.model.blocks.convolution import ConvolutionBlock, TimeConvolution

FRAMES, WIDTH = 5, 4
X = np.random.default_rng(0).normal(size=(2, FRAMES, WIDTH)).astype(np.float32)
MASK = np.arange(FRAMES)[None, :] < np.array([[FRAMES], [3]])


def test_a_time_convolution_conforms(tmp_path: Path) -> None:
    assert_conforms(TimeConvolution(3), X, X.shape, tmp_path)


def test_a_time_convolution_equals_the_stock_depthwise_one() -> None:
    layer = TimeConvolution(3)
    outputs = call(layer, X)
    stock = keras.layers.DepthwiseConv1D(3, padding="same", use_bias=False)
    stock.build(X.shape)
    stock.kernel.assign(layer.kernel.value[:, :, None])
    np.testing.assert_allclose(outputs, call(stock, X), atol=1e-6)


@pytest.mark.parametrize("kernel_size", [1, 3, 7, 13])
def test_a_time_convolution_equals_numpy_whatever_its_size(kernel_size: int) -> None:
    layer = TimeConvolution(kernel_size)
    outputs, kernel = call(layer, X), keras.ops.convert_to_numpy(layer.kernel.value)
    middle = slice(kernel_size // 2, kernel_size // 2 + FRAMES)
    for channel in range(WIDTH):
        full = np.convolve(X[0, :, channel], kernel[::-1, channel])
        np.testing.assert_allclose(outputs[0, :, channel], full[middle], atol=1e-5)


def test_dropout_takes_whole_channels_and_only_in_training() -> None:
    block = ConvolutionBlock(2, 3, "silu", 0.5)
    np.testing.assert_array_equal(call(block, (X, MASK)), call(block, (X, MASK)))
    dropped = keras.ops.convert_to_numpy(block.drop(np.ones_like(X), training=True))
    assert set(np.unique(dropped)) <= {0.0, 2.0}
    np.testing.assert_array_equal(dropped, np.tile(dropped[:, :1], (1, FRAMES, 1)))
