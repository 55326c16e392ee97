"""Claims about two views of a clip in one pass."""

from __future__ import annotations

import keras
import numpy as np
from kit import FRAMES, TINY, TINY_SKELETON, call, network_input, stir

from spobet.model.backbone import SignBackbone
from spobet.model.classifier import unhidden
from spobet.model.hidden_view import Agreement, both_views, frame_agreement


def test_the_first_view_is_of_nothing_hidden_and_the_second_of_what_is_left() -> None:
    backbone = stir(SignBackbone(TINY, TINY_SKELETON, FRAMES))
    inputs = network_input(TINY_SKELETON)
    inputs["hidden"][0, 2] = True
    clean, hidden = call(keras.Model(backbone.input, both_views(backbone)), inputs)
    expected = call(keras.Model(backbone.input, unhidden(backbone, backbone.input)), inputs)
    np.testing.assert_allclose(clean, expected, atol=1e-5)
    np.testing.assert_allclose(hidden, call(backbone, inputs)["sequence"], atol=1e-5)
    assert np.abs(clean[0] - hidden[0]).max() > 1e-3
    np.testing.assert_allclose(clean[1], hidden[1], atol=1e-5)  # nothing hidden there


def test_agreement_is_the_cosine_of_prediction_and_clean_view() -> None:
    predicted = np.array([[[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]], np.float32)
    target = np.array([[[-2.0, 0.0], [3.0, 3.0], [1.0, 0.0]]], np.float32)
    cosines = call(Agreement(), (predicted, target))
    np.testing.assert_allclose(cosines, [[[-1], [1], [0]]], atol=1e-6)


def test_no_gradient_passes_to_the_clean_view() -> None:
    x = keras.Input((2,))
    predicted = keras.layers.Dense(3, name="predicted")(x)
    target = keras.layers.Dense(3, name="target")(x)
    model = keras.Model(x, [Agreement()(predicted, target), target])
    model.compile("sgd", loss=["mae", "mae"], loss_weights=[1.0, 0.0])
    before = [layer.get_weights()[0] for layer in map(model.get_layer, ("predicted", "target"))]
    inputs = np.array([[1.0, 2.0], [0.0, 1.0]], np.float32)
    model.train_on_batch(inputs, [np.ones((2, 1)), np.zeros((2, 3))])
    after = [layer.get_weights()[0] for layer in map(model.get_layer, ("predicted", "target"))]
    np.testing.assert_array_equal(after[1], before[1])
    assert (after[0] != before[0]).any()


def test_the_prediction_serves_positions() -> None:
    backbone = SignBackbone(TINY, TINY_SKELETON, FRAMES)
    clean, hidden = both_views(backbone)
    mask = backbone.position_mask(backbone.input["frame_mask"])
    model = keras.Model(backbone.input, frame_agreement(backbone, clean, hidden, mask))
    cosines = call(model, network_input(TINY_SKELETON))
    assert cosines.shape == (2, FRAMES // backbone.stride, 1)
    assert np.abs(cosines).max() <= 1 + 1e-6
