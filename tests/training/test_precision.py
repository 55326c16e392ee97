"""Claims about what layers compute in while they are trained."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from spobet.config import Experiment
from spobet.model.backbone import SignBackbone
from spobet.model.classifier import GlossHead, SignClassifier
from spobet.poses.skeleton import HANDS_42
from spobet.training.precision import (
    backbone_in_float32,
    classifier_in_float32,
    precision,
)


def classifier_in(policy: str, experiment: Experiment) -> SignClassifier:
    with precision(policy):
        backbone = SignBackbone(experiment.backbone, HANDS_42, 8, name="backbone")
        return SignClassifier(backbone, GlossHead(3, 4, 0.1, 16.0, name="head"), name="classifier")


def test_the_policy_holds_within_and_is_put_back_after_an_error() -> None:
    before = keras.config.dtype_policy().name
    with pytest.raises(RuntimeError), precision("mixed_bfloat16"):
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
        raise RuntimeError
    assert keras.config.dtype_policy().name == before


def test_what_is_kept_has_the_same_weights_and_computes_in_float32(
    tiny_experiment: Experiment,
) -> None:
    trained = classifier_in("mixed_bfloat16", tiny_experiment)
    assert "bfloat16" in str(trained.backbone.get_layer("convolution_0").compute_dtype)
    backbone = backbone_in_float32(trained.backbone)
    copy = classifier_in_float32(trained, backbone)
    assert copy.backbone is backbone
    for one, other in zip(copy.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    layers = [*backbone.layers, copy.head, copy.head.widen]
    assert {layer.compute_dtype for layer in layers} == {"float32"}
