"""Pretraining: from clips to a backbone that accepts how signers move, what they sign, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from spobet.config import Experiment, PretrainConfig
from spobet.dataset.manifest import Vocabulary
from spobet.dataset.phonology import read_phonology
from spobet.dataset.reserve import Reserved, Source, training_clips, write_left_out
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.model.backbone import SignBackbone
from spobet.model.classifier import SignClassifier
from spobet.model.export import write_onnx
from spobet.model.masked_frames import MaskedFrameModel
from spobet.model.phonology import PhonologyHead
from spobet.runs import RunFolder, RunRecord
from spobet.training.batches import PretrainingBatches
from spobet.training.fit import fit, optimizer_of
from spobet.training.phonology import feature_loss, write_phonology
from spobet.training.precision import in_float32, precision
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
    lexicon: Path | None = None,
) -> RunRecord:
    """Learn from the clips of the split `train` of every data set what [pretrain] weighs; leaves backbone.keras at `path`.

    Fresh frames are hidden in every clip of every epoch. Restoring is judged by the mean squared error over hidden landmarks
    that were seen; glosses are read only where they weigh something, and then the run names glosses as one of `train` does.
    reserved: clips left out, listed in left-out.csv. pretrained: a run folder whose backbone to start from. lexicon: the table of
    how signs are made, for an experiment that weighs phonology; UserError where it is not given then.
    The same call on the folder of an interrupted run goes on where that stopped.
    """
    if experiment.pretrain.phonology_weight and lexicon is None:
        raise UserError("pretrain.phonology_weight needs the table of `spobet lexicon`: --lexicon")
    sources = training_clips([Dataset.open(folder) for folder in data], reserved or Reserved())
    run = start(experiment, path)
    with precision(experiment.pretrain.schedule.precision):
        _fit(experiment, sources, run, pretrained, lexicon)
    left_out = write_left_out(sources, run.left_out)
    epochs = experiment.pretrain.schedule.epochs
    record = record_of(run, experiment, epochs, sources, pretrained, command)
    record = replace(record, left_out=left_out)
    close(run, record)
    return record


def _fit(
    experiment: Experiment,
    sources: Sequence[Source],
    run: RunFolder,
    pretrained: Path | None,
    lexicon: Path | None,
) -> None:
    """Fit the networks that the experiment weighs, and keep them in the run folder."""
    glosses = tuple(dict.fromkeys(clip.gloss for source in sources for clip in source.clips))
    vocabulary = Vocabulary(glosses if experiment.pretrain.gloss_weight else ())
    backbone = new_backbone(experiment, sources[0].dataset, pretrained)
    reconstructing, naming = (
        MaskedFrameModel(backbone, name="masked_frames"),
        _classifier(experiment, backbone, vocabulary),
    )
    weighed = experiment.pretrain.phonology_weight and lexicon
    phonology = read_phonology(lexicon, vocabulary.glosses) if weighed else None
    features = phonology and PhonologyHead(phonology.num_values, name="phonology", dtype="float32")
    model = _together(backbone, reconstructing, naming, features, experiment.pretrain)
    labels = _labels(sources, vocabulary)
    bank = pose_bank(experiment, sources)
    batches = PretrainingBatches(bank, labels, len(vocabulary), experiment, phonology)
    schedule = experiment.pretrain.schedule
    losses = {**_LOSSES, "phonology": lambda: feature_loss(phonology, experiment)}
    model.compile(
        optimizer_of(schedule, len(batches)),
        loss={name: losses[name]() for name in model.output},
        loss_weights={name: getattr(experiment.pretrain, _WEIGHTS[name]) for name in model.output},
        weighted_metrics={"logits": ["accuracy"]} if naming else None,
    )
    fit(model, batches, schedule, run, origin=origin_of(sources, pretrained=pretrained))
    _save(run, reconstructing if experiment.pretrain.reconstructs else None, naming, vocabulary)
    in_float32(backbone)[0].save(run.backbone)
    if features:
        write_phonology(features, phonology, run.phonology)


_WEIGHTS = {
    "coordinates": "coordinates_weight",
    "motion": "motion_weight",
    "logits": "gloss_weight",
    "phonology": "phonology_weight",
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


def _together(
    backbone: SignBackbone,
    reconstructing: MaskedFrameModel,
    naming: SignClassifier | None,
    features: PhonologyHead | None,
    config: PretrainConfig,
) -> keras.Model:
    """One pass through the backbone for all that is weighed."""
    sequence = backbone(backbone.input)["sequence"]
    outputs = reconstructing.head(sequence) if config.reconstructs else {}
    if naming:
        position_mask = backbone.position_mask(backbone.input["frame_mask"])
        outputs["logits"] = naming.head(sequence, position_mask)
        if features:
            outputs["phonology"] = features(naming.head.embed(sequence, position_mask))
    weighed = {name: values for name, values in outputs.items() if getattr(config, _WEIGHTS[name])}
    return keras.Model(backbone.input, weighed, name="pretraining")


def _labels(sources: Sequence[Source], vocabulary: Vocabulary) -> np.ndarray:
    """The output that names each clip's gloss (clips,), zeros where none are named."""
    clips = [clip for source in sources for clip in source.clips]
    return np.array(
        [vocabulary.index(clip.gloss) if len(vocabulary) else 0 for clip in clips], np.int64
    )


def _save(
    run: RunFolder,
    reconstructing: MaskedFrameModel | None,
    naming: SignClassifier | None,
    vocabulary: Vocabulary,
) -> None:
    if reconstructing:
        plain, _ = in_float32(reconstructing.backbone)
        kept = MaskedFrameModel(plain, name=reconstructing.name)
        kept.set_weights(reconstructing.get_weights())
        kept.save(run.masked_frames)
    if naming:
        vocabulary.write(run.vocabulary)
        _, plain_classifier = in_float32(naming.backbone, naming)
        plain_classifier.save(run.classifier)
        write_onnx(plain_classifier, run.onnx)
