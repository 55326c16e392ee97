"""Pretraining: from clips to a backbone that accepts how signers move, what they sign, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from spobet.config import Experiment, PretrainConfig
from spobet.dataset.manifest import Vocabulary
from spobet.dataset.reserve import Reserved, Source, training_clips, write_left_out
from spobet.dataset.store import Dataset
from spobet.model.backbone import SignBackbone
from spobet.model.classifier import SignClassifier
from spobet.model.export import write_onnx
from spobet.model.masked_frames import MaskedFrameModel
from spobet.runs import RunFolder, RunRecord
from spobet.training.batches import PretrainingBatches
from spobet.training.fit import fit, optimizer_of
from spobet.training.run import (
    close,
    new_backbone,
    new_head,
    origin_of,
    pose_bank,
    record_of,
    start,
)


def pretrain(
    experiment: Experiment,
    data: Sequence[Path],
    path: Path,
    reserved: Reserved | None = None,
    pretrained: Path | None = None,
    command: str = "",
) -> RunRecord:
    """Learn from the clips of the split `train` of every data set what [pretrain] weighs; leaves backbone.keras at `path`.

    Fresh frames are hidden in every clip of every epoch. Restoring is judged by the mean squared error over hidden landmarks
    that were seen; glosses are read only where they weigh something, and then the run names glosses as one of `train` does.
    reserved: clips left out, listed in left-out.csv. pretrained: a run folder whose backbone to start from.
    The same call on the folder of an interrupted run goes on where that stopped.
    """
    sources = training_clips([Dataset.open(folder) for folder in data], reserved or Reserved())
    glosses = tuple(dict.fromkeys(clip.gloss for source in sources for clip in source.clips))
    vocabulary = Vocabulary(glosses if experiment.pretrain.gloss_weight else ())
    backbone = new_backbone(experiment, sources[0].dataset, pretrained)
    restoring, naming = (
        MaskedFrameModel(backbone, name="masked_frames"),
        _classifier(experiment, backbone, vocabulary),
    )
    model = _both(backbone, restoring, naming, experiment.pretrain)
    batches = PretrainingBatches(
        pose_bank(experiment, sources), _labels(sources, vocabulary), len(vocabulary), experiment
    )
    schedule = experiment.pretrain.schedule
    run = start(experiment, path)
    left_out = write_left_out(sources, run.left_out)
    model.compile(
        optimizer_of(schedule, len(batches)),
        loss={name: _LOSSES[name]() for name in model.output},
        loss_weights={name: getattr(experiment.pretrain, _WEIGHTS[name]) for name in model.output},
        weighted_metrics={"logits": ["accuracy"]} if naming else None,
    )
    fit(model, batches, schedule, run, origin=origin_of(sources, pretrained=pretrained))
    _save(
        run, backbone, restoring if experiment.pretrain.reconstructs else None, naming, vocabulary
    )
    record = replace(
        record_of(run, experiment, schedule.epochs, sources, pretrained, command), left_out=left_out
    )
    close(run, record)
    return record


_WEIGHTS = {
    "coordinates": "coordinates_weight",
    "motion": "motion_weight",
    "logits": "gloss_weight",
}


def _squared_error() -> keras.losses.Loss:
    return keras.losses.MeanSquaredError(
        reduction="mean_with_sample_weight"
    )  # over what is hidden, not over everything


def _cross_entropy() -> keras.losses.Loss:
    return keras.losses.CategoricalCrossentropy(from_logits=True)


_LOSSES = {"coordinates": _squared_error, "motion": _squared_error, "logits": _cross_entropy}


def _classifier(
    experiment: Experiment, backbone: SignBackbone, vocabulary: Vocabulary
) -> SignClassifier | None:
    if not len(vocabulary):
        return None
    return SignClassifier(backbone, new_head(experiment, len(vocabulary)), name="classifier")


def _both(
    backbone: SignBackbone,
    restoring: MaskedFrameModel,
    naming: SignClassifier | None,
    config: PretrainConfig,
) -> keras.Model:
    """One pass through the backbone, whatever is to be told of it."""
    sequence = backbone(backbone.input)["sequence"]
    told = restoring.head(sequence) if config.reconstructs else {}
    if naming:
        told["logits"] = naming.head(sequence, backbone.position_mask(backbone.input["frame_mask"]))
    weighed = {name: tensor for name, tensor in told.items() if getattr(config, _WEIGHTS[name])}
    return keras.Model(backbone.input, weighed, name="pretraining")


def _labels(sources: Sequence[Source], vocabulary: Vocabulary) -> np.ndarray:
    """The output that names each clip's gloss (clips,), zeros where none are named."""
    clips = [clip for source in sources for clip in source.clips]
    return np.array(
        [vocabulary.index(clip.gloss) if len(vocabulary) else 0 for clip in clips], np.int64
    )


def _save(
    run: RunFolder,
    backbone: SignBackbone,
    restoring: MaskedFrameModel | None,
    naming: SignClassifier | None,
    vocabulary: Vocabulary,
) -> None:
    backbone.save(run.backbone)
    if restoring:
        restoring.save(run.masked_frames)
    if naming:
        vocabulary.write(run.vocabulary)
        naming.save(run.classifier)
        write_onnx(naming, run.onnx)
