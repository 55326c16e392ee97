"""Training: from a data set and an experiment to a run folder that names glosses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from spobet.config import Experiment
from spobet.dataset.folds import NUM_FOLDS, few_a_gloss, hold_out
from spobet.dataset.manifest import Manifest, Vocabulary
from spobet.dataset.reserve import Source, auxiliary_clips, views_of, write_left_out
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.evaluation.ranks import labels_of
from spobet.model.classifier import SignClassifier
from spobet.model.export import write_onnx
from spobet.recognition.evaluate import evaluate_clips
from spobet.runs import RunFolder, RunRecord
from spobet.training.batches import AuxiliaryBatches, Batches, LabelledBatches
from spobet.training.execution import Execution
from spobet.training.fit import fit, optimizer_of
from spobet.training.imprint import imprint
from spobet.training.layer_rates import layer_rates
from spobet.training.networks import build_classifier, save_network
from spobet.training.precision import (
    backbone_in_float32,
    classifier_in_float32,
    precision,
)
from spobet.training.run import alone, close, data_of, origin_of, record_of, start, stored_clips
from spobet.training.stored_clips import Clips
from spobet.training.streams import arms_rates, judging
from spobet.training.validation import BestOnValidation


@dataclass(frozen=True, eq=False)
class TrainingClips:
    """What a run trains on: clips of the vocabulary, views of them, those of auxiliary glosses."""

    dataset: Dataset
    clips: Manifest
    held_out: Manifest | None
    auxiliary: tuple[Source, ...]
    vocabulary: Vocabulary
    views: tuple[Source, ...] = ()

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        data: Path,
        fold: int | None,
        auxiliary: Sequence[Path],
        views: Sequence[Path] = (),
    ) -> TrainingClips:
        """The clips of the split `train`, without a fold of it and cut to `clips_a_gloss`."""
        dataset, choices = Dataset.open(data), experiment.train
        clips, held_out = dataset.manifest.of_splits("train"), None
        vocabulary = clips.vocabulary
        if len(vocabulary) < 2:
            raise UserError(
                f"{data}: the training clips show {len(vocabulary)} gloss, "
                "expected at least 2 to tell apart"
            )
        if fold is not None:
            clips, held_out = hold_out(clips, fold)
        if choices.clips_a_gloss:
            clips = few_a_gloss(clips, choices.clips_a_gloss, experiment.seed)
        others = [Dataset.open(folder) for folder in auxiliary]
        sources = auxiliary_clips(others, dataset) if others else ()
        seen_again = tuple(views_of(clips, Dataset.open(folder), dataset) for folder in views)
        return cls(dataset, clips, held_out, tuple(sources), vocabulary, seen_again)

    @property
    def sources(self) -> list[Source]:
        """All of them, by data set."""
        return [Source(self.dataset, self.clips), *self.views, *self.auxiliary]

    @property
    def num_always(self) -> int:
        """How many clips, the first, come in every epoch: all but those of auxiliary glosses."""
        return len(self.clips) + sum(len(source.clips) for source in self.views)

    @property
    def auxiliary_glosses(self) -> Vocabulary:
        """Glosses that are trained beside the vocabulary and never answered."""
        glosses = {clip.gloss for source in self.auxiliary for clip in source.clips}
        return Vocabulary(tuple(sorted(glosses)))

    @property
    def all_glosses(self) -> Vocabulary:
        """The vocabulary, then the auxiliary glosses: what the head has a column for."""
        return Vocabulary(self.vocabulary.glosses + self.auxiliary_glosses.glosses)

    @property
    def labels(self) -> np.ndarray:
        """Every clip's gloss among all glosses: (clips,)."""
        glosses = self.all_glosses
        return np.concatenate([labels_of(source.clips, glosses) for source in self.sources])


def train(
    experiment: Experiment,
    data: Path,
    path: Path,
    pretrained: Path | None = None,
    fold: int | None = None,
    command: str = "",
    auxiliary: Sequence[Path] = (),
    execution: Execution = Execution(),  # noqa: B008  frozen
    views: Sequence[Path] = (),
) -> RunRecord:
    """Train on the clips of the split `train` and leave a whole run folder at `path`.

    pretrained: a run folder whose backbone to start from. fold: hold this fold of the training
    clips out and score it at the end (metrics-fold<K>.json). auxiliary: data sets whose training
    clips of other glosses are trained beside, so that the network knows what it does not know.
    views: data sets of the same recordings as others saw them (another extractor, another camera),
    whose clips with the ids of training clips are trained on too, and never held out or scored.
    execution: on how many devices, and how often it is kept; the network is the same. The same call
    on the folder of an interrupted run goes on where that stopped, and scores the fold of a
    finished one whose scores are lacking. UserError where the folder holds another run, the
    backbone does not fit the experiment, or the loss is no number.
    """
    training, run = TrainingClips.of(experiment, data, fold, auxiliary, views), RunFolder(path)
    record = _unscored(run, experiment, training, pretrained, fold)
    if record is None:
        record = _trained(experiment, training, run, pretrained, fold, command, execution)
    if training.held_out:
        evaluate_clips(run, training.dataset, training.held_out, f"fold{fold}")
    return record


def _unscored(
    run: RunFolder,
    experiment: Experiment,
    training: TrainingClips,
    pretrained: Path | None,
    fold: int | None,
) -> RunRecord | None:
    """The record of the same run where it is finished and its fold not scored; None for others."""
    if fold is None or not run.record_file.is_file() or run.scores(f"fold{fold}").is_file():
        return None
    record = run.record()
    same = (
        record.fold == _fold_of(fold)
        and run.experiment() == experiment
        and record.data == data_of(training.sources, pretrained)
    )
    return record if same else None


def _trained(
    experiment: Experiment,
    training: TrainingClips,
    run: RunFolder,
    pretrained: Path | None,
    fold: int | None,
    command: str,
    execution: Execution,
) -> RunRecord:
    """Train and leave a finished run, its held-out fold not scored yet."""
    schedule = experiment.train.schedule
    with alone(run.path):
        with precision(schedule.precision), execution.shared(schedule.batch_size):
            vocabulary, others = training.vocabulary, training.auxiliary_glosses
            classifier, head_from = build_classifier(
                experiment, training.dataset, vocabulary, pretrained, others
            )
            start(experiment, run.path)
            vocabulary.write(run.vocabulary)
            if others:
                others.write(run.auxiliary_glosses)
            origin = origin_of(training.sources, fold, pretrained)
            new = _new_glosses(experiment, training, pretrained) if head_from else ()
            chosen = _fit(classifier, training, new, experiment, run, origin, execution)
        backbone = backbone_in_float32(classifier.backbone)
        classifier = classifier_in_float32(classifier, backbone)
        save_network(backbone, run.backbone)
        save_network(classifier, run.classifier)
        write_onnx(classifier, run.onnx)
        record = replace(
            record_of(run, experiment, schedule.epochs, training.sources, pretrained, command),
            chosen=chosen,
            fold=_fold_of(fold),
            head_from=head_from,
            left_out=write_left_out([*training.views, *training.auxiliary], run.left_out),
        )
        close(run, record)
    return record


def _fold_of(fold: int | None) -> str:
    return "" if fold is None else f"{fold} of {NUM_FOLDS}"


def _new_glosses(
    experiment: Experiment, training: TrainingClips, pretrained: Path | None
) -> tuple[int, ...]:
    """Columns of glosses that the pretrained head does not know, where they are imprinted."""
    if pretrained is None or not (experiment.train.imprint and experiment.train.prototype_scale):
        return ()
    known, glosses = RunFolder(pretrained).all_glosses(), training.all_glosses.glosses
    return tuple(column for column, gloss in enumerate(glosses) if gloss not in known)


def _fit(
    classifier: SignClassifier,
    training: TrainingClips,
    new_glosses: Collection[int],
    experiment: Experiment,
    run: RunFolder,
    origin: str,
    execution: Execution,
) -> str:
    """Fit the classifier; returns how the epoch of its weights was chosen.

    new_glosses: columns of the head that start from the mean vectors of their clips.
    """
    best = None
    if experiment.train.choose_on_validation:
        best = BestOnValidation(
            experiment, training.dataset, training.vocabulary, run.best, classifier
        )
    clips = stored_clips(experiment, training.sources, run)
    imprint(classifier, clips, training.labels, new_glosses, experiment.input)
    model, batches = _compiled(classifier, clips, training.labels, training.num_always, experiment)
    watchers = [best] if best else []
    minutes = execution.checkpoint_minutes
    fit(model, batches, experiment.train.schedule, run, watchers, origin, minutes)
    return best.restore_best(classifier) if best else "last epoch"


def _compiled(
    classifier: SignClassifier,
    clips: Clips,
    labels: np.ndarray,
    num_clips: int,
    experiment: Experiment,
) -> tuple[keras.Model, Batches]:
    """The model to fit and its batches.

    With auxiliary glosses it has two outputs: every clip is judged among all glosses, and those
    of the vocabulary also among the vocabulary alone, which the network will answer from.
    """
    head, schedule = classifier.head, experiment.train.schedule
    rates = layer_rates(classifier.backbone, schedule.layer_decay)
    arms = arms_rates(classifier, experiment.arms.rate)
    rates |= arms
    judged, loss, accuracy = judging(classifier)
    if not head.num_auxiliary:
        batches = LabelledBatches(clips, labels, head.num_glosses, experiment)
        optimizer = optimizer_of(schedule, len(batches), rates, arms)
        judged.compile(optimizer, loss=loss, metrics=[accuracy])
        return judged, batches
    mixed = AuxiliaryBatches(
        clips, labels, experiment, num_clips, head.num_glosses, head.num_auxiliary
    )
    logits = judged(classifier.input)
    outputs = {"vocabulary": logits[..., : head.num_glosses], "all_glosses": logits}
    model = keras.Model(classifier.input, outputs, name="with_auxiliary_glosses")
    losses = dict.fromkeys(outputs, loss)
    metrics = {"vocabulary": [accuracy]}
    optimizer = optimizer_of(schedule, len(mixed), rates, arms)
    model.compile(optimizer, loss=losses, weighted_metrics=metrics)
    return model, mixed
