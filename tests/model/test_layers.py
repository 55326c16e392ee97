"""Claims about the layers around a backbone's blocks."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from kit import assert_conforms, call

from spobet.model.layers import (
    ClipToken,
    CosineLogits,
    FrameEmbedding,
    FrameMean,
    SinusoidalPositions,
)

CLIPS, FRAMES, WIDTH = 2, 5, 4
X = np.random.default_rng(0).normal(size=(CLIPS, FRAMES, WIDTH)).astype(np.float32)
MASK = np.arange(FRAMES)[None, :] < np.array([[FRAMES], [3]])
HIDDEN = np.random.default_rng(1).random((CLIPS, FRAMES, 3)) < 0.5
FIVE_WIDE = (CLIPS, FRAMES, 5)


@pytest.mark.parametrize(
    ("layer", "inputs", "shape"),
    [
        (FrameEmbedding(5, "relu", landmark_tokens=True), (X, HIDDEN), FIVE_WIDE),
        (FrameEmbedding(5, landmark_tokens=False), (X, HIDDEN), FIVE_WIDE),
        (ClipToken(), X, (CLIPS, 1 + FRAMES, WIDTH)),
        (SinusoidalPositions(), X, X.shape),
        (FrameMean(), (X, MASK), (CLIPS, WIDTH)),
        (CosineLogits(6, 8.0), X[:, 0], (CLIPS, 6)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_every_layer_conforms(
    layer: keras.Layer, inputs: object, shape: tuple[int, ...], tmp_path: Path
) -> None:
    assert_conforms(layer, inputs, shape, tmp_path)


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
    features = np.zeros((1, 4, WIDTH), np.float32)
    none, first, second, all_three = call(layer, (features, hidden))[0]
    np.testing.assert_allclose(first, second)
    np.testing.assert_allclose((first - none) * 3, all_three - none, atol=1e-6)


def test_positions_are_the_sines_and_cosines_of_the_frame_number() -> None:
    positions = call(SinusoidalPositions(), np.zeros((1, 3, 4), np.float32))[0]
    expected = [[np.sin(t), np.cos(t), np.sin(t / 100), np.cos(t / 100)] for t in range(3)]
    np.testing.assert_allclose(positions, expected, atol=1e-6)


def test_cosine_logits_ignore_how_long_a_vector_is_and_stay_within_the_scale() -> None:
    layer = CosineLogits(6, 8.0)
    logits = call(layer, X[:, 0])
    np.testing.assert_allclose(call(layer, 3 * X[:, 0]), logits, atol=1e-5)
    assert np.abs(logits).max() <= 8
    prototypes = keras.ops.convert_to_numpy(layer.prototypes.value).T
    np.testing.assert_allclose(np.diag(call(layer, prototypes)), 8, rtol=1e-5)


def test_a_clip_whose_units_are_all_dropped_does_not_break_the_weights() -> None:
    """Once its gradient was nan: in a narrow head dropout can leave a vector of zeros."""
    narrow = keras.layers.Dense(3, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((WIDTH,)), narrow, CosineLogits(6, 8.0)])
    model.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True))
    model.train_on_batch(X[:, 0], np.eye(6, dtype=np.float32)[:CLIPS])
    assert all(np.isfinite(weights).all() for weights in model.get_weights())


def test_an_odd_width_has_positions_too() -> None:
    assert call(SinusoidalPositions(), np.zeros((1, 3, 5), np.float32)).shape == (1, 3, 5)


def test_the_mean_is_that_of_the_real_frames() -> None:
    means = call(FrameMean(), (X, MASK))
    np.testing.assert_allclose(means, [X[0].mean(axis=0), X[1, :3].mean(axis=0)], atol=1e-6)


def test_the_mean_of_no_frame_is_zero() -> None:
    np.testing.assert_array_equal(
        call(FrameMean(), (X, np.zeros_like(MASK))), np.zeros((CLIPS, WIDTH))
    )
