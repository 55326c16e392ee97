"""Claims about layer-wise learning rates."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from spobet.config import Experiment
from spobet.model.backbone import SignBackbone
from spobet.poses.skeleton import HANDS_42
from spobet.training.layer_rates import LayerwiseAdamW, layer_rates


def test_rates_fall_from_the_last_block_to_the_embedding(tiny_experiment: Experiment) -> None:
    backbone = SignBackbone(tiny_experiment.backbone, HANDS_42, 8)
    rates = layer_rates(backbone, 0.5)
    assert set(rates) == {variable.path for variable in backbone.trainable_variables}
    of_layer = {
        layer.name: {rates[variable.path] for variable in layer.trainable_variables}
        for layer in backbone.layers
        if layer.trainable_variables
    }
    assert of_layer == {
        "embedding": {0.125},
        "convolution_0": {0.25},
        "attention_1": {0.5},
        "final_norm": {0.5},
    }


@pytest.mark.parametrize("rate", [0.0, 0.25, 1.0])
def test_a_step_is_as_long_as_its_rate_says(rate: float) -> None:
    variable = keras.Variable(np.ones(3, np.float32), name="weight")
    optimizer = LayerwiseAdamW(0.1, weight_decay=0.0, rates={variable.path: rate})
    optimizer.apply([keras.ops.ones(3)], [variable])
    steps = 1 - keras.ops.convert_to_numpy(variable)
    np.testing.assert_allclose(steps, 0.1 * rate, rtol=1e-4, atol=1e-7)
