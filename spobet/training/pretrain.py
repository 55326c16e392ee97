"""Pretraining: from clips to a backbone that knows how signers move, what they sign, or both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from spobet.config import Experiment, PretrainConfig
from spobet.dataset.manifest import Vocabulary
from spobet.dataset.phonology import Phonology, read_phonology
from spobet.dataset.reserve import Reserved, Source, training_clips, write_left_out
from spobet.dataset.store import Dataset
from spobet.files import new_file
from spobet.model.backbone import SignBackbone
from spobet.model.classifier import SignClassifier
from spobet.model.export import write_onnx
from spobet.model.masked_frames import MaskedFrameModel
from spobet.model.phonology import FeatureCrossEntropy, PhonologyHead
from spobet.runs import RunFolder, RunRecord
from spobet.training.batches import PretrainingBatches
from spobet.training.fit import fit, optimizer_of
from spobet.training.precision import in_float32, precision
from spobet.training.run import close, new_backbone, new_head, origin_of, pose_bank, record_of, start


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
    reserved: clips left out, listed in left-out.csv. pretrained: a run folder whose backbone to start from.
    lexicon: the table of how signs are made, for an experiment that weighs phonology. The same call on the folder of an
    interrupted run goes on where that stopped.
    """
    with precision(experiment.pretrain.schedule.precision):
        return _pretrain(experiment, data, path, reserved or Reserved(), pretrained, command, lexicon)


def _pretrain(
    experiment: Experiment,
    data: Sequence[Path],
    path: Path,
    reserved: Reserved,
    pretrained: Path | None,
    command: str,
    lexicon: Path | None,
) -> RunRecord:
    sources = training_clips([Dataset.open(folder) for folder in data], reserved)
    glosses = tuple(dict.fromkeys(clip.gloss for source in sources for clip in source.clips))
    vocabulary = Vocabulary(glosses if experiment.pretrain.gloss_weight else ())
    backbone = new_backbone(experiment, sources[0].dataset, pretrained)
    restoring, naming = MaskedFrameModel(backbone, name="masked_frames"), _classifier(experiment, backbone, vocabulary)
    phonology = read_phonology(lexicon, vocabulary.glosses) if experiment.pretrain.phonology_weight else None
    features = PhonologyHead(phonology.num_values, name="phonology", dtype="float32") if phonology else None
    model = _both(backbone, restoring, naming, experiment.pretrain, features)
    labels = _labels(sources, vocabulary)
    batches = PretrainingBatches(pose_bank(experiment, sources), labels, len(vocabulary), experiment, phonology)
    schedule = experiment.pretrain.schedule
    run = start(experiment, path)
    left_out = write_left_out(sources, run.left_out)
    model.compile(
        optimizer_of(schedule, len(batches)),
        loss={name: _loss(name, phonology, experiment) for name in model.output},
        loss_weights={name: getattr(experiment.pretrain, _WEIGHTS[name]) for name in model.output},
        weighted_metrics={"logits": ["accuracy"]} if naming else None,
    )
    fit(model, batches, schedule, run, origin=origin_of(sources, pretrained=pretrained))
    _save(run, backbone, restoring if experiment.pretrain.restores else None, naming, vocabulary)
    if features and phonology:
        write_features(features, phonology, run.path / "phonology.npz")
    record = replace(record_of(run, experiment, schedule.epochs, sources, pretrained, command), left_out=left_out)
    close(run, record)
    return record


def _loss(name: str, phonology: Phonology | None, experiment: Experiment) -> keras.losses.Loss:
    if name == "phonology" and phonology:
        return FeatureCrossEntropy(phonology.num_values, experiment.train.label_smoothing)
    return _LOSSES[name]()


_WEIGHTS = {"phonology": "phonology_weight", "places": "places_weight", "motion": "motion_weight", "logits": "gloss_weight"}


def _squared_error() -> keras.losses.Loss:
    return keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")  # over what is hidden, not over everything


def _cross_entropy() -> keras.losses.Loss:
    return keras.losses.CategoricalCrossentropy(from_logits=True)


_LOSSES = {"places": _squared_error, "motion": _squared_error, "logits": _cross_entropy}


def _classifier(experiment: Experiment, backbone: SignBackbone, vocabulary: Vocabulary) -> SignClassifier | None:
    if not len(vocabulary):
        return None
    return SignClassifier(backbone, new_head(experiment, len(vocabulary)), name="classifier")


def _both(
    backbone: SignBackbone, restoring: MaskedFrameModel, naming: SignClassifier | None, config: PretrainConfig,
    features: PhonologyHead | None = None,
) -> keras.Model:
    """One pass through the backbone, whatever is to be told of it."""
    sequence = backbone(backbone.input)["sequence"]
    told = restoring.head(sequence) if config.restores else {}
    if naming:
        position_mask = backbone.position_mask(backbone.input["frame_mask"])
        told["logits"] = naming.head(sequence, position_mask)
        if features:
            told["phonology"] = features(naming.head.embed(sequence, position_mask))
    weighed = {name: tensor for name, tensor in told.items() if getattr(config, _WEIGHTS[name])}
    return keras.Model(backbone.input, weighed, name="pretraining")


def _labels(sources: Sequence[Source], vocabulary: Vocabulary) -> np.ndarray:
    """The output that names each clip's gloss (clips,), zeros where none are named."""
    clips = [clip for source in sources for clip in source.clips]
    return np.array([vocabulary.index(clip.gloss) if len(vocabulary) else 0 for clip in clips], np.int64)


def _save(
    run: RunFolder,
    backbone: SignBackbone,
    restoring: MaskedFrameModel | None,
    naming: SignClassifier | None,
    vocabulary: Vocabulary,
) -> None:
    keras.config.set_dtype_policy("float32")
    backbone, naming = in_float32(backbone, naming)
    backbone.save(run.backbone)
    if restoring:
        restoring.save(run.masked_frames)
    if naming:
        vocabulary.write(run.vocabulary)
        naming.save(run.classifier)
        write_onnx(naming, run.onnx)


def write_features(head: PhonologyHead, phonology: Phonology, path: Path) -> None:
    """The phonology head as plain arrays: kernel, bias, and the names and values of the features."""
    kernel, bias = (keras.ops.convert_to_numpy(variable) for variable in head.dense.trainable_variables)
    facts = json.dumps({"names": phonology.names, "values": phonology.values})
    with new_file(path) as partial:
        np.savez(partial, kernel=kernel, bias=bias, facts=np.array(facts))
