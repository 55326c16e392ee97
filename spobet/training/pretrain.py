"""Pretraining: a backbone that learns how signers move, what they sign, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from spobet.config import Experiment, PretrainConfig
from spobet.dataset.manifest import Vocabulary
from spobet.dataset.phonology import Phonology, read_phonology
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
from spobet.training.execution import Execution
from spobet.training.fit import fit, optimizer_of
from spobet.training.networks import kept_head, new_backbone, new_head, save_network
from spobet.training.phonology import feature_loss, write_phonology
from spobet.training.precision import (
    backbone_in_float32,
    classifier_in_float32,
    precision,
)
from spobet.training.run import alone, close, origin_of, record_of, start, stored_clips


def pretrain(
    experiment: Experiment,
    data: Sequence[Path],
    path: Path,
    reserved: Reserved | None = None,
    pretrained: Path | None = None,
    command: str = "",
    lexicon: Path | None = None,
    execution: Execution = Execution(),  # noqa: B008  frozen
) -> RunRecord:
    """Learn what [pretrain] weighs from all clips of the split `train`; leaves backbone.keras.

    Other frames are hidden in every clip of every epoch. A reconstruction is judged by the mean
    squared error over hidden landmarks that were seen; glosses are read only where they weigh
    something, and then the run names glosses as one of `train` does. reserved: clips left out,
    listed in left-out.csv. pretrained: a run folder whose backbone to start from, and with
    `keep_head` of [train] the head of the glosses that both know. lexicon: the
    table of how signs are made, for an experiment that weighs phonology. The same call on the
    folder of an interrupted run goes on where that stopped. execution: on how many devices, and how
    often it is kept; the network is the same. With [arms] it is the backbone of the hands that is
    pretrained.
    """
    experiment = experiment.of_backbone
    if experiment.pretrain.phonology_weight and lexicon is None:
        raise UserError("pretrain.phonology_weight needs the table of `spobet lexicon`: --lexicon")
    sources = training_clips([Dataset.open(folder) for folder in data], reserved or Reserved())
    glosses = tuple(dict.fromkeys(clip.gloss for source in sources for clip in source.clips))
    vocabulary = Vocabulary(glosses if experiment.pretrain.gloss_weight else ())
    schedule = experiment.pretrain.schedule
    with alone(path):
        with precision(schedule.precision), execution.shared(schedule.batch_size):
            backbone = new_backbone(experiment, sources[0].dataset, pretrained)
            learned = _Learned.of(backbone, experiment, vocabulary, lexicon)
            head_from = ""
            if learned.classifier:
                head = learned.classifier.head
                head_from = kept_head(head, experiment, vocabulary, pretrained)
            run, labels = start(experiment, path), _labels(sources, vocabulary)
            clips = stored_clips(experiment, sources, run)
            num_glosses, features = len(vocabulary), learned.phonology
            batches = PretrainingBatches(clips, labels, num_glosses, experiment, features)
            left_out = write_left_out(sources, run.left_out)
            model = learned.compiled(experiment, len(batches))
            origin = origin_of(sources, pretrained=pretrained)
            fit(model, batches, schedule, run, (), origin, execution.checkpoint_minutes)
        learned.save(run, vocabulary, experiment.pretrain)
        record = record_of(run, experiment, schedule.epochs, sources, pretrained, command)
        record = replace(record, left_out=left_out, head_from=head_from)
        close(run, record)
    return record


@dataclass(frozen=True, eq=False)
class _Learned:
    """The networks on one backbone that pretraining fits together, None where not weighed."""

    masked: MaskedFrameModel
    classifier: SignClassifier | None
    phonology: Phonology | None
    features: PhonologyHead | None

    @classmethod
    def of(
        cls,
        backbone: SignBackbone,
        experiment: Experiment,
        vocabulary: Vocabulary,
        lexicon: Path | None,
    ) -> _Learned:
        masked = MaskedFrameModel(backbone, name="masked_frames")
        classifier, phonology, features = None, None, None
        if vocabulary:
            head = new_head(experiment, len(vocabulary))
            classifier = SignClassifier(backbone, head, name="classifier")
        if lexicon and experiment.pretrain.phonology_weight:
            phonology = read_phonology(lexicon, vocabulary.glosses)
            features = PhonologyHead(phonology.num_values, name="phonology", dtype="float32")
        return cls(masked, classifier, phonology, features)

    def compiled(self, experiment: Experiment, num_batches: int) -> keras.Model:
        """One pass through the backbone with every output that [pretrain] weighs."""
        config, backbone = experiment.pretrain, self.masked.backbone
        sequence = backbone(backbone.input)["sequence"]
        outputs = self.masked.head(sequence) if config.reconstructs else {}
        if self.classifier:
            mask = backbone.position_mask(backbone.input["frame_mask"])
            outputs["logits"] = self.classifier.head(sequence, mask)
            if self.features:
                outputs["phonology"] = self.features(self.classifier.head.embed(sequence, mask))
        weights = {
            "coordinates": config.coordinates_weight,
            "motion": config.motion_weight,
            "logits": config.gloss_weight,
            "phonology": config.phonology_weight,
        }
        outputs = {name: output for name, output in outputs.items() if weights[name]}
        model = keras.Model(backbone.input, outputs, name="pretraining")
        # The mean over hidden landmarks; Keras's default divides by all of them.
        squared = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
        losses = dict.fromkeys(outputs, squared)
        if self.classifier:
            losses["logits"] = keras.losses.CategoricalCrossentropy(from_logits=True)
        if self.phonology:
            losses["phonology"] = feature_loss(self.phonology, experiment)
        model.compile(
            optimizer_of(config.schedule, num_batches),
            loss=losses,
            loss_weights={name: weights[name] for name in outputs},
            weighted_metrics={"logits": ["accuracy"]} if self.classifier else None,
        )
        return model

    def save(self, run: RunFolder, vocabulary: Vocabulary, config: PretrainConfig) -> None:
        """Keep the networks in the run folder, computing in float32."""
        backbone = backbone_in_float32(self.masked.backbone)
        save_network(backbone, run.backbone)
        if config.reconstructs:
            masked = MaskedFrameModel(backbone, name=self.masked.name)
            masked.set_weights(self.masked.get_weights())
            save_network(masked, run.masked_frames)
        if self.classifier:
            classifier = classifier_in_float32(self.classifier, backbone)
            vocabulary.write(run.vocabulary)
            save_network(classifier, run.classifier)
            write_onnx(classifier, run.onnx)
        if self.phonology and self.features:
            write_phonology(self.features, self.phonology, run.phonology)


def _labels(sources: Sequence[Source], vocabulary: Vocabulary) -> np.ndarray:
    """Each clip's gloss in the vocabulary (clips,), zeros where that is empty."""
    clips = [clip for source in sources for clip in source.clips]
    if not vocabulary:
        return np.zeros(len(clips), np.int64)
    return np.array([vocabulary.index(clip.gloss) for clip in clips], np.int64)
