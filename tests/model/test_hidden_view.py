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
    target = keras.Variable(np.ones((2, 3), np.float32))
    layer = Agreement()
    layer.build(None)

    class Pair(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.target = target
            self.scale = self.add_weight(shape=(3,), initializer="ones")

        def call(self, x: np.ndarray) -> np.ndarray:
            return layer(x * self.scale, x * 0 + self.target)

    model = Pair()
    model.compile("sgd", loss="mae")
    x = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]], np.float32)
    model.train_on_batch(x, np.ones((2, 1), np.float32))
    assert np.array(keras.ops.convert_to_numpy(target)).tolist() == [[1, 1, 1]] * 2
    assert (keras.ops.convert_to_numpy(model.scale) != 1).any()


def test_the_prediction_serves_positions() -> None:
    backbone = SignBackbone(TINY, TINY_SKELETON, FRAMES)
    clean, hidden = both_views(backbone)
    mask = backbone.position_mask(backbone.input["frame_mask"])
    model = keras.Model(backbone.input, frame_agreement(backbone, clean, hidden, mask))
    cosines = call(model, network_input(TINY_SKELETON))
    assert cosines.shape == (2, FRAMES // backbone.stride, 1)
    assert np.abs(cosines).max() <= 1 + 1e-6
