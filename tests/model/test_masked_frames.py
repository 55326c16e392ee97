"""Claims about reconstructing what was hidden."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from cells import cells
from kit import (
    FRAMES,
    POOLED,
    TINY,
    TINY_SKELETON,
    assert_conforms,
    assert_same,
    call,
    network_input,
    stir,
)

from spobet.model.backbone import SignBackbone
from spobet.model.masked_frames import MaskedFrameModel
from spobet.poses.skeleton import OPENPOSE_54
from spobet.sizes import BackboneConfig

MODELS = {"every frame": (TINY, FRAMES), "pooled": (POOLED, FRAMES), "odd": (POOLED, 5)}


@pytest.mark.parametrize("case", cells(MODELS, ("every frame", "odd")))
def test_a_masked_frame_model_conforms(case: tuple[BackboneConfig, int], tmp_path: Path) -> None:
    config, num_frames = case
    model = MaskedFrameModel(SignBackbone(config, OPENPOSE_54, num_frames))
    shape = (2, num_frames, len(OPENPOSE_54), 2)
    inputs = network_input(lengths=(num_frames, 4), num_frames=num_frames)
    assert_conforms(model, inputs, {"coordinates": shape, "motion": shape}, tmp_path)


def test_a_reconstruction_does_not_depend_on_what_was_hidden() -> None:
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
    truth, reconstructed = np.zeros((1, 2, 3, 2), np.float32), np.full((1, 2, 3, 2), 100.0)
    weights = np.zeros((1, 2, 3), np.float32)
    reconstructed[0, 1, 2], weights[0, 1, 2] = (1, 3), 1
    assert float(loss(truth, reconstructed, sample_weight=weights)) == 5


def test_a_file_of_version_0_1_loads_with_the_weights_of_its_head(tmp_path: Path) -> None:
    """There the head had another class name, by which Keras looks for its weights."""
    model = stir(MaskedFrameModel(SignBackbone(TINY, TINY_SKELETON, FRAMES)))
    model.save(tmp_path / "now.keras")
    with (
        zipfile.ZipFile(tmp_path / "now.keras") as now,
        zipfile.ZipFile(tmp_path / "then.keras", "w") as then,
    ):
        config = json.loads(now.read("config.json"))
        del config["config"]["head"]
        weights = io.BytesIO(now.read("model.weights.h5"))
        with h5py.File(weights, "r+") as file:
            file.move("layers/reconstruction_head", "layers/restoring_head")
        then.writestr("config.json", json.dumps(config))
        then.writestr("metadata.json", now.read("metadata.json"))
        then.writestr("model.weights.h5", weights.getvalue())
    loaded, inputs = keras.saving.load_model(tmp_path / "then.keras"), network_input(TINY_SKELETON)
    assert_same(call(loaded, inputs), call(model, inputs), atol=0)
    loaded.save(tmp_path / "again.keras")
    again = keras.saving.load_model(tmp_path / "again.keras")
    assert_same(call(again, inputs), call(model, inputs), atol=0)
