"""Fit a run's rejection.json: probabilities that are true, and the confidence that is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Manifest, Vocabulary
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.evaluation.calibration import (
    TEMPERATURES,
    calibration_band,
    expected_calibration_error,
    fit_shares,
    fit_temperature,
)
from spobet.evaluation.predictions import predictions_csv
from spobet.evaluation.probabilities import softmax
from spobet.evaluation.ranks import OUTSIDE_VOCABULARY, labels_of
from spobet.evaluation.scores import ModelOutput, Scores
from spobet.evaluation.selective import for_error, operating_points
from spobet.recognition.answers import gloss_probabilities
from spobet.recognition.evaluate import predictions_of, score_clips
from spobet.recognition.network import network_hash
from spobet.recognition.rejection import Rejection
from spobet.runs import RunFolder
from spobet.shipped import is_shipped

MARGIN = 1e-6  # a clip alone and in a batch differs by up to 5e-7 in confidence
# Of the fitted temperature, at which confidence may be judged. A network without auxiliary glosses
# tells unknown signs better where it is higher: AUROC 0.85 at 1, 0.88 at 2.4 (wlasl100-hands).
FACTORS = (1.0, 1.5, 2.0, 2.5, 3.0)
MAX_STEPS = 100  # of Newton's method, which needs about 10
# Bounds of the auxiliary weight: without them, clips that are perfectly told apart send it to
# infinity, where one later mistake would cost everything.
WEIGHTS = (1e-4, 1e4)


def calibrate(
    run: Path,
    data: Path,
    splits: Sequence[str] = ("val",),
    error: float = 0.1,
    unknown: Path | None = None,
) -> Rejection:
    """Find and keep the temperature of a run, and the threshold from which it answers.

    At most `error` of the answers it accepts are wrong, on clips it has not seen; clips of glosses
    outside its vocabulary count as unknown signs, which no answer is right for. unknown: a data set
    with unknown signs, of which at most the same share is accepted; they do not count among the
    answers, since nothing says how often they come. Rewrites the predictions-*.csv of clips of
    `data`, which hold probabilities. UserError as `evaluate`, where
    no threshold is that good, and for a network of the package, which comes with its own.
    """
    folder, dataset = RunFolder(run), Dataset.open(data)
    if is_shipped(folder.path):
        raise UserError(
            f"{run}: comes with the package, where nothing is written; it has its own threshold"
        )
    name, clips = "+".join(splits), dataset.manifest.of_splits(*splits)
    scores = score_clips(folder, dataset, clips, name)
    labels = labels_of(clips, scores.vocabulary)
    others = None if unknown is None else _unknown_output(folder, unknown, splits, name)
    rejection = find_rejection(scores.output, scores.vocabulary, labels, error, name, others)
    rejection.write(folder.rejection)
    _rewrite_predictions(folder, dataset)
    return rejection


def _unknown_output(folder: RunFolder, data: Path, splits: Sequence[str], name: str) -> ModelOutput:
    """What the network gives for the clips of glosses that it never answers with."""
    dataset, vocabulary = Dataset.open(data), folder.glosses()
    clips = dataset.manifest.of_splits(*splits).clips
    others = tuple(clip for clip in clips if clip.gloss not in vocabulary)
    if not others:
        raise UserError(f"{data}: every clip of {name} shows a gloss of the vocabulary")
    return score_clips(folder, dataset, Manifest(others), name).output


def find_rejection(
    output: ModelOutput,
    vocabulary: Vocabulary,
    labels: np.ndarray,
    error: float,
    split: str,
    unknown: ModelOutput | None = None,
) -> Rejection:
    """The scaling with the best likelihood, and the lowest threshold with at most `error` wrong.

    labels: (clips,), -1 for unknown signs. Without unknown signs among the clips, nothing says how
    often they come, so the auxiliary logit gets no share of the probabilities shown; confidence
    counts it in any case. unknown: clips of unknown signs, of which at most `error` are accepted;
    then confidence is judged at the temperature that lets most right answers through. UserError
    where there is no such threshold.
    """
    known = labels != OUTSIDE_VOCABULARY
    if not known.any():
        raise UserError(f"{split}: none of its {len(labels)} clips shows a gloss of the vocabulary")
    scaling = _scaling(output, labels)
    if unknown is None:
        return _with_threshold(scaling, output, vocabulary, labels, error, split, None)
    factors = FACTORS[:1] if output.auxiliary.shape[1] else FACTORS
    found = [
        _with_threshold(
            replace(scaling, confidence_temperature=factor * scaling.temperature_of_confidence),
            output,
            vocabulary,
            labels,
            error,
            split,
            unknown,
        )
        for factor in factors
    ]
    return max(found, key=lambda rejection: rejection.hits)


def _scaling(output: ModelOutput, labels: np.ndarray) -> Rejection:
    """The temperatures and shares of probabilities, without a threshold."""
    known = labels != OUTSIDE_VOCABULARY
    everything = np.concatenate([output.logits, output.auxiliary], axis=1).astype(np.float64)
    of_confidence = fit_temperature(everything[known], labels[known])
    scaling = Rejection(of_confidence, confidence_temperature=of_confidence)
    if not output.auxiliary.shape[1]:
        share, lead = _of_first_answers(output.logits[known], labels[known], of_confidence)
        return replace(scaling, known_share=share, first_share=lead)
    if known.all():
        temperature = fit_temperature(output.logits, labels)
        return replace(scaling, temperature=temperature, auxiliary_weight=0.0)
    targets = np.where(known, labels, output.logits.shape[1])
    temperature, weight = fit_temperature_and_weight(everything, targets)
    return replace(scaling, temperature=temperature, auxiliary_weight=weight)


def _of_first_answers(
    logits: np.ndarray, labels: np.ndarray, temperature: float
) -> tuple[float, float]:
    """The known share and what the first answer has beside it; 1 and 0 where it is calibrated so.

    Of many glosses the likelihood is mostly that of wrong answers, and says little of the first.
    """
    probabilities, hits = softmax(logits, temperature).max(axis=1), logits.argmax(axis=1) == labels
    band = calibration_band(probabilities, np.random.default_rng(0))
    if expected_calibration_error(probabilities, hits) <= band:
        return 1.0, 0.0
    return fit_shares(probabilities, hits)


def _with_threshold(
    scaling: Rejection,
    output: ModelOutput,
    vocabulary: Vocabulary,
    labels: np.ndarray,
    error: float,
    split: str,
    unknown: ModelOutput | None,
) -> Rejection:
    """With the lowest threshold that leaves few enough wrong answers, and few enough unknown."""
    answered = gloss_probabilities(output, vocabulary, scaling)
    hits = answered.probabilities.argmax(axis=1) == labels
    point = for_error(operating_points(answered.confidence, hits), error)
    if point is None:
        raise UserError(
            f"{split}: no threshold leaves at most {error:.0%} wrong answers among "
            f"{len(labels)} clips"
        )
    threshold = max(0.0, point.threshold - MARGIN)
    of_unknown = np.zeros(0)
    if unknown is not None:
        of_unknown = gloss_probabilities(unknown, vocabulary, scaling).confidence
        allowed = int(error * len(of_unknown))  # as many may be at the threshold or above
        threshold = max(threshold, float(np.sort(of_unknown)[-allowed - 1]) + MARGIN)
    accepted = answered.confidence >= threshold
    return replace(
        scaling,
        threshold=min(1.0, threshold),
        error=error,
        answered=int(accepted.sum()),
        hits=int((hits & accepted).sum()),
        count=len(labels),
        split=split,
        unknown_answered=int((of_unknown >= threshold).sum()),
        unknown_count=len(of_unknown),
    )


def fit_temperature_and_weight(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """The temperature, and the weight of the last column, that make the labels most likely.

    logits: (clips, glosses + 1); labels: (clips,), the last column for unknown signs. The
    likelihood is concave in (1 / temperature, log weight); Newton's method, halved where it
    overshoots, within TEMPERATURES and WEIGHTS.
    """
    rows, last = np.arange(len(labels)), np.zeros(logits.shape[1])
    last[-1] = 1
    low = np.array([1 / TEMPERATURES[1], np.log(WEIGHTS[0])])
    high = np.array([1 / TEMPERATURES[0], np.log(WEIGHTS[1])])
    features = np.stack([logits, np.broadcast_to(last, logits.shape)])  # (2, clips, glosses + 1)

    def shares_and_loss(values: np.ndarray) -> tuple[np.ndarray, float]:
        shares = softmax(values[0] * logits + values[1] * last)
        return shares, float(-np.log(np.maximum(shares[rows, labels], 1e-300)).mean())

    values = np.array([1.0, 0.0])
    shares, loss = shares_and_loss(values)
    for _ in range(MAX_STEPS):
        means = (features * shares).sum(axis=2)  # (2, clips)
        slope = (means - features[:, rows, labels]).mean(axis=1)
        products = np.einsum("icg,jcg,cg->ij", features, features, shares) / len(labels)
        curvature = products - means @ means.T / len(labels)
        step = np.linalg.solve(curvature + 1e-9 * np.eye(2), slope)
        for _ in range(30):
            trial = np.clip(values - step, low, high)
            trial_shares, trial_loss = shares_and_loss(trial)
            if trial_loss <= loss:
                break
            step = step / 2
        if trial_loss >= loss - 1e-12:
            break
        values, shares, loss = trial, trial_shares, trial_loss
    return float(1 / values[0]), float(np.exp(values[1]))


def _rewrite_predictions(run: RunFolder, dataset: Dataset) -> None:
    """Predictions of this network and data set, with the probabilities that now are shown."""
    current = (dataset.info.content_hash, network_hash(run))
    for path in sorted(run.path.glob("scores-*.npz")):
        scores = Scores.read(path)
        if (scores.data, scores.weights) == current:
            clips = Manifest(tuple(dataset.manifest[clip] for clip in scores.clip_ids))
            name = path.stem.removeprefix("scores-")
            predictions_csv(run.predictions(name), predictions_of(run, clips, scores))
