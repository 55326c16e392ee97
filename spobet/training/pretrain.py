"""Pretraining: from clips without labels to a backbone that knows how signers move."""

from __future__ import annotations

from pathlib import Path

import keras

from spobet.config import Experiment
from spobet.dataset.store import Dataset
from spobet.model.backbone import SignBackbone
from spobet.model.masked_frames import MaskedFrameModel
from spobet.runs import RunRecord
from spobet.training.batches import MaskedBatches
from spobet.training.fit import fit, optimizer_of
from spobet.training.run import close, origin_of, pose_bank, record_of, skeleton_of, start


def pretrain(experiment: Experiment, data: Path, path: Path, command: str = "") -> RunRecord:
    """Masked frame modelling on the clips of the split `train`, glosses unread; leaves backbone.keras at `path`.

    Fresh frames are hidden in every clip of every epoch. The loss is the mean squared error over hidden
    landmarks that were seen. The same call on the folder of an interrupted run goes on where that stopped.
    """
    dataset = Dataset.open(data)
    clips = dataset.manifest.of_splits("train")
    keras.utils.set_random_seed(experiment.seed)
    backbone = SignBackbone(experiment.backbone, skeleton_of(experiment, dataset), experiment.input.num_frames, name="backbone")
    model = MaskedFrameModel(backbone, name="masked_frames")
    batches = MaskedBatches(pose_bank(experiment, dataset, clips), experiment)
    schedule = experiment.pretrain.schedule
    run = start(experiment, path)
    model.compile(optimizer_of(schedule, len(batches)), loss=keras.losses.MeanSquaredError(reduction="mean_with_sample_weight"))
    fit(model, batches, schedule, run, origin=origin_of(dataset))
    backbone.save(run.backbone, include_optimizer=False)
    model.save(run.masked_frames, include_optimizer=False)
    record = record_of(run, experiment, schedule.epochs, dataset, clips, None, command)
    close(run, record)
    return record
