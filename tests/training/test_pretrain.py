"""Claims about pretraining."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from spobet.config import Experiment
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.model.masked_frames import MaskedFrameModel
from spobet.runs import RunFolder
from spobet.training import pretrain


def weights_of(run: Path) -> list[np.ndarray]:
    return keras.saving.load_model(RunFolder(run).masked_frames).get_weights()


def test_a_finished_run_has_every_file_and_no_other(pretrained_run: Path) -> None:
    expected = {"config.toml", "backbone.keras", "masked_frames.keras", "history.csv", "logs", "run.json"}
    assert {file.name for file in pretrained_run.iterdir()} == expected


def test_the_record_lists_exactly_the_training_clips(pretrained_run: Path, tiny_data: Path) -> None:
    record, dataset = RunFolder(pretrained_run).record(), Dataset.open(tiny_data)
    training = dataset.manifest.of_splits("train")
    assert record.clips == tuple(clip.id for clip in training)
    assert record.data == {"synthetic": dataset.info.content_hash}
    assert (record.epochs, record.seed, record.backend) == (2, 0, keras.backend.backend())


def test_the_backbone_is_saved_with_the_weights_it_has_in_the_whole(pretrained_run: Path) -> None:
    whole = keras.saving.load_model(RunFolder(pretrained_run).masked_frames)
    alone = keras.saving.load_model(RunFolder(pretrained_run).backbone)
    assert isinstance(whole, MaskedFrameModel)
    for one, other in zip(alone.trainable_variables, whole.backbone.trainable_variables, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other))


def test_the_loss_falls(tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path) -> None:
    schedule = replace(tiny_experiment.pretrain.schedule, epochs=12, learning_rate=1e-2)
    pretrain(replace(tiny_experiment, pretrain=replace(tiny_experiment.pretrain, schedule=schedule)), tiny_data, tmp_path / "run")
    losses = RunFolder(tmp_path / "run").read_history()["loss"]
    assert np.mean(losses[-3:]) < 0.8 * np.mean(losses[:3])


def test_glosses_are_not_read(pretrained_run: Path, tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path) -> None:
    dataset = Dataset.open(tiny_data)
    with DatasetWriter(tmp_path / "other", dataset.skeleton, dataset.info.unit, "synthetic", "CC0-1.0") as writer:
        for number, (clip, pose) in enumerate(dataset.poses()):
            writer.add(Clip(clip.id, f"gloss {number % 3}", clip.signer, clip.split), pose)
    pretrain(tiny_experiment, tmp_path / "other", tmp_path / "run")
    for one, other in zip(weights_of(pretrained_run), weights_of(tmp_path / "run"), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-6)


def test_a_finished_folder_is_refused(pretrained_run: Path, tiny_experiment: Experiment, tiny_data: Path) -> None:
    with pytest.raises(ValueError, match="a finished run is there already; name a new folder"):
        pretrain(tiny_experiment, tiny_data, pretrained_run)
