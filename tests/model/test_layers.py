"""Claims about the parts of a backbone."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from kit import assert_conforms, call

from spobet.model.layers import (
    AttentionBlock,
    ClipToken,
    ConvolutionBlock,
    CosineLogits,
    FrameEmbedding,
    FrameMean,
    FramePool,
    SinusoidalPositions,
    TimeConvolution,
    pooled_mask,
)

CLIPS, FRAMES, WIDTH = 2, 5, 4
X = np.random.default_rng(0).normal(size=(CLIPS, FRAMES, WIDTH)).astype(np.float32)
MASK = np.arange(FRAMES)[None, :] < np.array([[FRAMES], [3]])
HIDDEN = np.random.default_rng(1).random((CLIPS, FRAMES, 3)) < 0.5
FIVE_WIDE = (CLIPS, FRAMES, 5)


def padded_with(value: float) -> np.ndarray:
    return np.where(MASK[..., None], X, np.float32(value))


@pytest.mark.parametrize(
    ("layer", "inputs", "shape"),
    [
        (FrameEmbedding(5, "relu", landmark_tokens=True), (X, HIDDEN), FIVE_WIDE),
        (FrameEmbedding(5, landmark_tokens=False), (X, HIDDEN), FIVE_WIDE),
        (ClipToken(), X, (CLIPS, 1 + FRAMES, WIDTH)),
        (SinusoidalPositions(), X, X.shape),
        (TimeConvolution(3), X, X.shape),
        (ConvolutionBlock(2, 3, "silu", 0.1), (X, MASK), X.shape),
        (AttentionBlock(2, 6, "silu", 0.1, norm_first=True), (X, MASK), X.shape),
        (AttentionBlock(2, 6, "relu", 0.1, norm_first=False), (X, MASK), X.shape),
        (FrameMean(), (X, MASK), (CLIPS, WIDTH)),
        (FramePool(), (X, MASK), (CLIPS, 3, WIDTH)),
        (CosineLogits(6, 8.0), X[:, 0], (CLIPS, 6)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_every_layer_conforms(
    layer: keras.Layer, inputs: object, shape: tuple[int, ...], tmp_path: Path
) -> None:
    assert_conforms(layer, inputs, shape, tmp_path)


@pytest.mark.parametrize(
    "layer",
    [
        ConvolutionBlock(2, 3, "silu", 0.1),
        AttentionBlock(2, 6, "silu", 0.1, True),
        AttentionBlock(2, 6, "relu", 0.1, False),
    ],
    ids=["convolution", "norm first", "norm last"],
)
def test_what_is_in_padded_frames_does_not_reach_real_ones(layer: keras.Layer) -> None:
    quiet, loud = (call(layer, (padded_with(value), MASK)) for value in (0, 7))
    np.testing.assert_allclose(loud[MASK], quiet[MASK], atol=1e-6)


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


def test_each_hidden_landmark_adds_its_own_vector() -> None:
    layer = FrameEmbedding(5, landmark_tokens=True)
    hidden = np.zeros((1, 4, 3), dtype=bool)
    hidden[0, 1, 0] = hidden[0, 2, 1] = hidden[0, 3, :2] = True
    nothing, first, second, both = call(layer, (np.zeros((1, 4, WIDTH), np.float32), hidden))[0]
    assert not np.allclose(first, second)
    np.testing.assert_allclose(first + second, both + nothing, atol=1e-6)


def test_one_mask_token_is_added_by_the_share_of_hidden_landmarks() -> None:
    layer = FrameEmbedding(5, landmark_tokens=False)
    hidden = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1]]], dtype=bool)
    nothing, first, second, everything = call(layer, (np.zeros((1, 4, WIDTH), np.float32), hidden))[
        0
    ]
    np.testing.assert_allclose(first, second)
    np.testing.assert_allclose((first - nothing) * 3, everything - nothing, atol=1e-6)


def test_positions_are_the_sines_and_cosines_of_the_frame_number() -> None:
    positions = call(SinusoidalPositions(), np.zeros((1, 3, 4), np.float32))[0]
    expected = [[np.sin(t), np.cos(t), np.sin(t / 100), np.cos(t / 100)] for t in range(3)]
    np.testing.assert_allclose(positions, expected, atol=1e-6)


def test_cosine_logits_ignore_how_long_a_vector_is_and_stay_within_the_scale() -> None:
    layer = CosineLogits(6, 8.0)
    logits = call(layer, X[:, 0])
    np.testing.assert_allclose(call(layer, 3 * X[:, 0]), logits, atol=1e-5)
    assert np.abs(logits).max() <= 8
    own = keras.ops.convert_to_numpy(layer.prototypes.value).T
    np.testing.assert_allclose(np.diag(call(layer, own)), 8, rtol=1e-5)


def test_an_odd_width_has_positions_too() -> None:
    assert call(SinusoidalPositions(), np.zeros((1, 3, 5), np.float32)).shape == (1, 3, 5)


def test_the_mean_is_that_of_the_real_frames() -> None:
    means = call(FrameMean(), (X, MASK))
    np.testing.assert_allclose(means, [X[0].mean(axis=0), X[1, :3].mean(axis=0)], atol=1e-6)


def test_the_mean_of_no_frame_is_zero() -> None:
    np.testing.assert_array_equal(
        call(FrameMean(), (X, np.zeros_like(MASK))), np.zeros((CLIPS, WIDTH))
    )


def test_a_pooled_frame_is_the_mean_of_the_real_ones_of_two() -> None:
    pooled = call(FramePool(), (padded_with(7), MASK))
    np.testing.assert_allclose(
        pooled[0], [X[0, :2].mean(axis=0), X[0, 2:4].mean(axis=0), X[0, 4]], atol=1e-6
    )
    np.testing.assert_allclose(
        pooled[1], [X[1, :2].mean(axis=0), X[1, 2], np.zeros(WIDTH)], atol=1e-6
    )
    assert np.asarray(pooled_mask(MASK)).tolist() == [[True, True, True], [True, True, False]]


@pytest.mark.parametrize(
    "layer", [ConvolutionBlock(2, 3, "silu", 0.5), AttentionBlock(2, 6, "silu", 0.5, True)]
)
def test_dropout_takes_whole_channels_and_only_in_training(layer: keras.Layer) -> None:
    flat = np.tile(X[:, :1], (1, FRAMES, 1))  # each frame alike
    mask = np.ones_like(MASK)
    np.testing.assert_array_equal(call(layer, (flat, mask)), call(layer, (flat, mask)))
    drop = layer.drop if isinstance(layer, ConvolutionBlock) else layer.drops[0]
    dropped = keras.ops.convert_to_numpy(drop(np.ones_like(X), training=True))
    assert set(np.unique(dropped)) <= {0.0, 2.0}
    np.testing.assert_array_equal(dropped, np.tile(dropped[:, :1], (1, FRAMES, 1)))
