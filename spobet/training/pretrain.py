"""Pretraining: a backbone that learns how signers move, what they sign, or both."""

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
from spobet.runs import RunRecord
from spobet.training.batches import PretrainingBatches
from spobet.training.fit import fit, optimizer_of
from spobet.training.networks import new_backbone, new_head
from spobet.training.run import close, origin_of, pose_bank, record_of, start


def pretrain(
    experiment: Experiment,
    data: Sequence[Path],
    path: Path,
    reserved: Reserved | None = None,
    pretrained: Path | None = None,
    command: str = "",
) -> RunRecord:
    """Learn what [pretrain] weighs from all clips of the split `train`; leaves backbone.keras.

    Other frames are hidden in every clip of every epoch. A reconstruction is judged by the mean
    squared error over hidden landmarks that were seen; glosses are read only where they weigh
    something, and then the run names glosses as one of `train` does. reserved: clips left out,
    listed in left-out.csv. pretrained: a run folder whose backbone to start from. The same call on
    the folder of an interrupted run goes on where that stopped.
    """
    sources = training_clips([Dataset.open(folder) for folder in data], reserved or Reserved())
    glosses = tuple(dict.fromkeys(clip.gloss for source in sources for clip in source.clips))
    vocabulary = Vocabulary(glosses if experiment.pretrain.gloss_weight else ())
    backbone = new_backbone(experiment, sources[0].dataset, pretrained)
    masked = MaskedFrameModel(backbone, name="masked_frames")
    classifier = None
    if vocabulary:
        head = new_head(experiment, len(vocabulary))
        classifier = SignClassifier(backbone, head, name="classifier")
    bank, labels = pose_bank(experiment, sources), _labels(sources, vocabulary)
    batches = PretrainingBatches(bank, labels, len(vocabulary), experiment)
    run = start(experiment, path)
    left_out = write_left_out(sources, run.left_out)
    schedule = experiment.pretrain.schedule
    model = _compiled(masked, classifier, experiment.pretrain, len(batches))
    fit(model, batches, schedule, run, origin=origin_of(sources, pretrained=pretrained))
    backbone.save(run.backbone)
    if experiment.pretrain.reconstructs:
        masked.save(run.masked_frames)
    if classifier:
        vocabulary.write(run.vocabulary)
        classifier.save(run.classifier)
        write_onnx(classifier, run.onnx)
    record = record_of(run, experiment, schedule.epochs, sources, pretrained, command)
    record = replace(record, left_out=left_out)
    close(run, record)
    return record


def _compiled(
    masked: MaskedFrameModel,
    classifier: SignClassifier | None,
    config: PretrainConfig,
    num_batches: int,
) -> keras.Model:
    """One pass through the backbone with every output that [pretrain] weighs."""
    backbone: SignBackbone = masked.backbone
    sequence = backbone(backbone.input)["sequence"]
    outputs = masked.head(sequence) if config.reconstructs else {}
    if classifier:
        mask = backbone.position_mask(backbone.input["frame_mask"])
        outputs["logits"] = classifier.head(sequence, mask)
    weights = {
        "coordinates": config.coordinates_weight,
        "motion": config.motion_weight,
        "logits": config.gloss_weight,
    }
    outputs = {name: output for name, output in outputs.items() if weights[name]}
    model = keras.Model(backbone.input, outputs, name="pretraining")
    # The mean over hidden landmarks; Keras's default divides by all of them.
    squared = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    losses = dict.fromkeys(model.output, squared)
    if classifier:
        losses["logits"] = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(
        optimizer_of(config.schedule, num_batches),
        loss=losses,
        loss_weights={name: weights[name] for name in model.output},
        weighted_metrics={"logits": ["accuracy"]} if classifier else None,
    )
    return model


def _labels(sources: Sequence[Source], vocabulary: Vocabulary) -> np.ndarray:
    """Each clip's gloss in the vocabulary (clips,), zeros where that is empty."""
    clips = [clip for source in sources for clip in source.clips]
    if not vocabulary:
        return np.zeros(len(clips), np.int64)
    return np.array([vocabulary.index(clip.gloss) for clip in clips], np.int64)
