"""Claims about restoring what was hidden."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from kit import FRAMES, POOLED, TINY, TINY_SKELETON, assert_conforms, call, network_input, stir

from spobet.config import BackboneConfig
from spobet.model.backbone import SignBackbone
from spobet.model.masked_frames import MaskedFrameModel
from spobet.poses.skeleton import OPENPOSE_54


@pytest.mark.parametrize(
    ("config", "num_frames"),
    [(TINY, FRAMES), (POOLED, FRAMES), (POOLED, 5)],
    ids=["every frame", "pooled", "odd"],
)
def test_a_masked_frame_model_conforms(
    config: BackboneConfig, num_frames: int, tmp_path: Path
) -> None:
    model = MaskedFrameModel(SignBackbone(config, OPENPOSE_54, num_frames))
    shape = (2, num_frames, len(OPENPOSE_54), 2)
    inputs = network_input(lengths=(num_frames, 4), num_frames=num_frames)
    assert_conforms(model, inputs, {"coordinates": shape, "motion": shape}, tmp_path)


def test_what_is_restored_does_not_depend_on_what_was_hidden() -> None:
    model = stir(MaskedFrameModel(SignBackbone(TINY, TINY_SKELETON, FRAMES)))
    inputs = network_input(TINY_SKELETON)
    inputs["hidden"][0, 2] = True
    moved = {**inputs, "landmarks": inputs["landmarks"].copy()}
    moved["landmarks"][0, 2, :, :2] = 9
    keras.tree.map_structure(np.testing.assert_array_equal, call(model, moved), call(model, inputs))


def test_it_holds_the_backbone_it_was_given() -> None:
    backbone = SignBackbone(TINY, TINY_SKELETON, FRAMES)
    assert MaskedFrameModel(backbone).backbone is backbone


def test_the_loss_is_the_mean_over_the_hidden_landmarks_only() -> None:
    loss = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    places, restored = np.zeros((1, 2, 3, 2), np.float32), np.full((1, 2, 3, 2), 100, np.float32)
    weights = np.zeros((1, 2, 3), np.float32)
    restored[0, 1, 2], weights[0, 1, 2] = (1, 3), 1
    assert float(loss(places, restored, sample_weight=weights)) == 5
