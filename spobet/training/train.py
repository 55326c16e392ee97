"""Training: from a data set and an experiment to a run folder that names glosses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from spobet.config import Experiment
from spobet.dataset.folds import NUM_FOLDS, few_a_gloss, hold_out
from spobet.dataset.manifest import Vocabulary
from spobet.dataset.reserve import Source, auxiliary_clips, write_left_out
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.evaluation.metrics.top_k import top_k_accuracy
from spobet.evaluation.ranks import labels_of
from spobet.files import new_file
from spobet.model.classifier import GlossHead, SignClassifier
from spobet.model.export import write_onnx
from spobet.poses.arrays import PoseBank
from spobet.recognition.evaluate import evaluate_clips
from spobet.runs import RunFolder, RunRecord
from spobet.training.batches import AuxiliaryBatches, Batches, LabelledBatches, steady_input
from spobet.training.fit import averaged_weights, fit, optimizer_of
from spobet.training.layer_rates import layer_rates
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


def train(
    experiment: Experiment,
    data: Path,
    path: Path,
    pretrained: Path | None = None,
    fold: int | None = None,
    command: str = "",
    background: Sequence[Path] = (),
) -> RunRecord:
    """Train on the clips of the split `train` and leave a whole run folder at `path`.

    pretrained: a run folder whose backbone to start from. fold: hold this fold of the training clips out and
    score it at the end (metrics-fold<K>.json). background: data sets whose training clips of other glosses are told apart too,
    so that the network accepts what is none of its own. The same call on the folder of an interrupted run goes on where
    that stopped. ValueError where the folder holds another run, or the backbone does not fit the experiment.
    """
    with precision(experiment.train.schedule.precision):
        return _train(experiment, Dataset.open(data), path, pretrained, fold, command, background)


def _train(
    experiment: Experiment,
    dataset: Dataset,
    path: Path,
    pretrained: Path | None,
    fold: int | None,
    command: str,
    background: Sequence[Path],
) -> RunRecord:
    everything = dataset.manifest.of_splits("train")
    clips, held_out = (everything, None) if fold is None else hold_out(everything, fold)
    if experiment.train.clips_a_gloss:
        clips = few_a_gloss(clips, experiment.train.clips_a_gloss, experiment.seed)
    others = (
        auxiliary_clips([Dataset.open(folder) for folder in background], dataset)
        if background
        else ()
    )
    sources, vocabulary = [Source(dataset, clips), *others], everything.vocabulary
    auxiliary_glosses = Vocabulary(
        tuple(sorted({clip.gloss for source in others for clip in source.clips}))
    )
    if len(vocabulary) < 2:
        raise UserError(
            f"{dataset.path}: the training clips show {len(vocabulary)} gloss, expected at least 2 to tell apart"
        )
    classifier, head_from = build_classifier(
        experiment, dataset, vocabulary, pretrained, auxiliary_glosses
    )
    run = start(experiment, path)
    vocabulary.write(run.vocabulary)
    if auxiliary_glosses:
        auxiliary_glosses.write(run.auxiliary_glosses)
    watchers = (
        [BestOnValidation(experiment, dataset, vocabulary, run.best, classifier)]
        if experiment.train.choose_on_validation
        else []
    )
    told = Vocabulary(vocabulary.glosses + auxiliary_glosses.glosses)
    labels = np.concatenate([labels_of(source.clips, told) for source in sources])
    model, batches = _to_be_fitted(
        classifier, pose_bank(experiment, sources), labels, len(clips), experiment
    )
    fit(
        model,
        batches,
        experiment.train.schedule,
        run,
        watchers,
        origin_of(sources, fold, pretrained),
    )
    chosen = watchers[0].restore_best(classifier) if watchers else "last epoch"
    backbone, classifier = in_float32(classifier.backbone, classifier)  # and without its optimizer
    backbone.save(run.backbone)
    classifier.save(run.classifier)
    write_onnx(classifier, run.onnx)
    record = record_of(
        run, experiment, experiment.train.schedule.epochs, sources, pretrained, command
    )
    left_out = write_left_out(others, run.left_out)
    held = "" if fold is None else f"{fold} of {NUM_FOLDS}"
    record = replace(record, chosen=chosen, fold=held, head_from=head_from, left_out=left_out)
    close(run, record)
    if held_out:
        evaluate_clips(run, dataset, held_out, f"fold{fold}")
    return record


def _to_be_fitted(
    classifier: SignClassifier,
    bank: PoseBank,
    labels: np.ndarray,
    num_own: int,
    experiment: Experiment,
) -> tuple[keras.Model, Batches]:
    """The compiled model and its batches: the classifier itself, or, with other glosses, one that is told of everything at once
    and, for the clips of its own, of its own glosses alone, among which it will have to choose."""
    head, schedule = classifier.head, experiment.train.schedule
    rates = layer_rates(classifier.backbone, schedule.layer_decay)
    if not head.num_auxiliary:
        batches = LabelledBatches(bank, labels, head.num_glosses, experiment)
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        optimizer = optimizer_of(schedule, len(batches), rates)
        classifier.compile(optimizer, loss=loss, metrics=["accuracy"])
        return classifier, batches
    beside = AuxiliaryBatches(
        bank, labels, head.num_glosses + head.num_auxiliary, experiment, num_own, head.num_glosses
    )
    logits = classifier(classifier.input)
    model = keras.Model(
        classifier.input,
        {"own": logits[:, : head.num_glosses], "everything": logits},
        name="beside_others",
    )
    losses = {name: keras.losses.CategoricalCrossentropy(from_logits=True) for name in model.output}
    optimizer = optimizer_of(schedule, len(beside), rates)
    model.compile(optimizer, loss=losses, weighted_metrics={"own": ["accuracy"]})
    return model, beside


def build_classifier(
    experiment: Experiment,
    dataset: Dataset,
    vocabulary: Vocabulary,
    pretrained: Path | None,
    others: Vocabulary | None = None,
) -> tuple[SignClassifier, str]:
    """A classifier on a fresh or a pretrained backbone, and what of its head came from the pretrained run, in words."""
    backbone = new_backbone(experiment, dataset, pretrained)
    backbone.trainable = not experiment.train.freeze_backbone
    told = Vocabulary(vocabulary.glosses + (others.glosses if others else ()))
    classifier = SignClassifier(
        backbone, new_head(experiment, len(vocabulary), len(others or ())), name="classifier"
    )
    run = RunFolder(pretrained) if pretrained and experiment.train.keep_head else None
    return classifier, load_head(
        classifier.head, told, run
    ) if run and run.classifier.is_file() else ""


def load_head(head: GlossHead, vocabulary: Vocabulary, run: RunFolder) -> str:
    """Give `head` what a finished run's has: its dense layer, and the weights of each gloss that both name.

    Returns what was taken, in words; ValueError where the two heads differ in kind.
    """
    kept = keras.saving.load_model(run.classifier).head
    for what in ("head_width", "prototype_scale"):
        if getattr(kept, what) != getattr(head, what):
            raise UserError(
                f"{run.classifier}: {what} is {getattr(kept, what)}, the experiment has {getattr(head, what)}"
            )
    if head.head_width:
        head.widen.set_weights(kept.widen.get_weights())
    theirs = run.all_glosses()
    shared = [gloss for gloss in vocabulary.glosses if gloss in theirs]
    here, there = ([names.index(gloss) for gloss in shared] for names in (vocabulary, theirs))
    for variable, source in zip(
        head.glosses.trainable_variables, kept.glosses.trainable_variables, strict=True
    ):
        values = np.array(keras.ops.convert_to_numpy(variable))
        values[..., here] = keras.ops.convert_to_numpy(source)[..., there]
        variable.assign(values)
    return f"{len(shared)} of {len(vocabulary)} glosses from {run.path.name}"


def uncompiled(classifier: SignClassifier) -> SignClassifier:
    """The same network without its optimizer, whose averages would make its file four times as large."""
    copy = SignClassifier.from_config(classifier.get_config())
    copy.set_weights(classifier.get_weights())
    return copy


class BestOnValidation(keras.callbacks.Callback):
    """Scores the averaged weights on the split `val` after every epoch and keeps the best in a file."""

    def __init__(
        self,
        experiment: Experiment,
        dataset: Dataset,
        vocabulary: Vocabulary,
        path: Path,
        classifier: SignClassifier,
    ) -> None:
        super().__init__()
        self._classifier = classifier
        manifest = dataset.manifest.of_splits("val")
        bank = pose_bank(experiment, [Source(dataset, manifest)])
        self._inputs, self._labels = steady_input(bank, experiment), labels_of(manifest, vocabulary)
        self._path, self._best = path, _score_of(path)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._scorer = keras.models.clone_model(
            self._classifier
        )  # its own: scoring inside fit disturbs the model being fitted

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Score, and add `val_top1` to the learning curves."""
        weights = averaged_weights(self.model)
        for variable, value in zip(self._scorer.trainable_variables, weights, strict=True):
            variable.assign(value)
        logits = keras.ops.convert_to_numpy(self._scorer.predict_on_batch(self._inputs))
        score = top_k_accuracy(logits[:, : self._classifier.head.num_glosses], self._labels)
        if logs is not None:
            logs["val_top1"] = score
        if score > self._best:
            self._best = score
            with new_file(self._path) as partial:
                np.savez(partial, *weights, score=np.array(score), epoch=np.array(epoch + 1))

    def restore_best(self, model: keras.Model) -> str:
        """Put the best weights into the model; returns how they were chosen."""
        with np.load(self._path) as best:
            for number, variable in enumerate(model.trainable_variables):
                variable.assign(best[f"arr_{number}"])
            return f"best on val (epoch {int(best['epoch'])})"


def _score_of(path: Path) -> float:
    if not path.is_file():
        return -1.0
    with np.load(path) as best:
        return float(best["score"])
