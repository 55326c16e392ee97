"""Whether the probabilities of a run are calibrated, and what rejecting uncertain answers gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spobet.evaluation.calibration import (
    Bin,
    calibration_band,
    cross_fitted_temperatures,
    expected_calibration_error,
    fit_temperature,
    reliability,
)
from spobet.evaluation.intervals import draw_clips, percentile_interval
from spobet.evaluation.probabilities import softmax
from spobet.evaluation.ranks import OUTSIDE_VOCABULARY, rank_true_glosses
from spobet.evaluation.selective import (
    OperatingPoint,
    at_coverage,
    for_error,
    operating_points,
    resampled_gains,
)

COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.5)
GAIN_COVERAGE = 0.8
_LEAST = np.finfo(np.float64).tiny  # a smaller probability has no finite logarithm


@dataclass(frozen=True)
class Calibration:
    """How well confidence and accuracy agree.

    negative_log_likelihood: in nats, over the clips whose gloss is in the vocabulary. band: what
    perfect calibration stays below 95 % of the time with these confidences.
    """

    negative_log_likelihood: float
    expected_calibration_error: float
    band: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Accepted:
    """Answers above a threshold from other clips: `accepted` of `count`, `hits` of them right."""

    accepted: int
    hits: int
    count: int


@dataclass(frozen=True, eq=False)
class ConfidenceReport:
    """The scores of one run as probabilities.

    fitted_on: on which clips the temperature was fitted, in words. temperature: mean over clips.
    confidence: (clips,), by which answers are accepted. points: every threshold. gain: how much
    more accurate the most confident 80 % are than all, with its bootstrap interval over clips.
    wanted_error: the largest share of wrong answers asked for. threshold: what meets it, found on
    all fitting clips, None where nothing does. on_other_clips: what such thresholds gave on clips
    they were not found on.
    """

    fitted_on: str
    temperature: float
    before: Calibration
    after: Calibration
    confidence: np.ndarray
    hits: np.ndarray
    points: tuple[OperatingPoint, ...]
    gain: tuple[float, tuple[float, float]]
    wanted_error: float
    threshold: float | None
    on_other_clips: Accepted

    @property
    def at_coverages(self) -> tuple[OperatingPoint, ...]:
        """What accepting these shares of the clips gives: COVERAGES."""
        return tuple(at_coverage(self.points, coverage) for coverage in COVERAGES)


def cross_fitted(
    logits: np.ndarray, labels: np.ndarray, folds: np.ndarray, wanted_error: float, seed: int = 0
) -> ConfidenceReport:
    """The report where there are only the scored clips.

    Temperature and threshold of each fold are fitted on the other folds.
    """
    inside = labels != OUTSIDE_VOCABULARY
    temperatures = np.ones(len(labels))
    temperatures[inside] = cross_fitted_temperatures(logits[inside], labels[inside], folds[inside])
    temperatures[~inside] = temperatures[inside].mean()
    confidence, hits = _confidence(logits, labels, temperatures)
    parts = []
    for fold in np.unique(folds):
        here = folds == fold
        threshold = _threshold(confidence[~here], hits[~here], wanted_error)
        parts.append(_accept(confidence[here], hits[here], threshold))
    threshold = _threshold(confidence, hits, wanted_error)
    fitted_on = f"fitted on the other folds of {len(parts)}"
    probabilities = softmax(logits, temperatures)
    shown = (probabilities, probabilities.max(axis=1))
    fitted = (fitted_on, float(temperatures.mean()), wanted_error, threshold)
    return _report(logits, labels, shown, fitted, parts, seed)


def fitted_elsewhere(
    logits: np.ndarray,
    labels: np.ndarray,
    fit_on: tuple[np.ndarray, np.ndarray],
    name: str,
    wanted_error: float,
    seed: int = 0,
) -> ConfidenceReport:
    """The report with temperature and threshold from logits and labels of other clips, `name`."""
    other_logits, other_labels = fit_on
    inside = other_labels != OUTSIDE_VOCABULARY
    temperature = np.array(fit_temperature(other_logits[inside], other_labels[inside]))
    threshold = _threshold(*_confidence(other_logits, other_labels, temperature), wanted_error)
    parts = [_accept(*_confidence(logits, labels, temperature), threshold)]
    probabilities = softmax(logits, temperature)
    fitted_on = f"fitted on the {len(other_labels):,} clips of {name}"
    shown = (probabilities, probabilities.max(axis=1))
    fitted = (fitted_on, float(temperature), wanted_error, threshold)
    return _report(logits, labels, shown, fitted, parts, seed)


def as_answered(
    logits: np.ndarray,
    labels: np.ndarray,
    shown: tuple[np.ndarray, np.ndarray],
    fitted_on: str,
    temperature: float,
    threshold: float,
    wanted_error: float,
    fitted_here: np.ndarray,
    seed: int = 0,
) -> ConfidenceReport:
    """The report on the probabilities and the threshold that the run answers with.

    shown: its probabilities (clips, glosses), whose calibration is reported, and its confidences
    (clips,), from which on answers are accepted. fitted_here: (clips,) bool, those that the
    threshold was fitted on.
    """
    others = np.ones(len(labels), bool) if fitted_here.all() else ~fitted_here
    hits = rank_true_glosses(logits, labels) == 1
    parts = [_accept(shown[1][others], hits[others], threshold)]
    fitted = (fitted_on, temperature, wanted_error, threshold)
    return _report(logits, labels, shown, fitted, parts, seed)


def _report(
    logits: np.ndarray,
    labels: np.ndarray,
    shown: tuple[np.ndarray, np.ndarray],
    fitted: tuple[str, float, float, float | None],
    parts: Sequence[Accepted],
    seed: int,
) -> ConfidenceReport:
    """shown: probabilities, confidence. fitted: on what, temperature, wanted error, threshold."""
    (probabilities, confidence), (fitted_on, temperature, wanted_error, threshold) = shown, fitted
    rng = np.random.default_rng(seed)
    hits = rank_true_glosses(logits, labels) == 1
    before = _calibration(softmax(logits), labels, hits, rng)
    after = _calibration(probabilities, labels, hits, rng)
    points = operating_points(confidence, hits)
    times = draw_clips(np.arange(len(hits)), rng)
    gains = resampled_gains(confidence, hits, times, GAIN_COVERAGE)
    gain = at_coverage(points, GAIN_COVERAGE).accuracy - points[-1].accuracy
    return ConfidenceReport(
        fitted_on=fitted_on,
        temperature=temperature,
        before=before,
        after=after,
        confidence=confidence,
        hits=hits,
        points=points,
        gain=(gain, percentile_interval(gains)),
        wanted_error=wanted_error,
        threshold=threshold,
        on_other_clips=Accepted(
            sum(part.accepted for part in parts),
            sum(part.hits for part in parts),
            sum(part.count for part in parts),
        ),
    )


def _calibration(
    probabilities: np.ndarray, labels: np.ndarray, hits: np.ndarray, rng: np.random.Generator
) -> Calibration:
    inside, confidence = labels != OUTSIDE_VOCABULARY, probabilities.max(axis=1)
    of_true_gloss = np.maximum(probabilities[inside, labels[inside]], _LEAST)
    return Calibration(
        float(-np.log(of_true_gloss).mean()),
        expected_calibration_error(confidence, hits),
        calibration_band(confidence, rng),
        reliability(confidence, hits),
    )


def _confidence(
    logits: np.ndarray, labels: np.ndarray, temperatures: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(clips,) probability of the first answer, and whether it is right; a tie is not."""
    return softmax(logits, temperatures).max(axis=1), rank_true_glosses(logits, labels) == 1


def _threshold(confidence: np.ndarray, hits: np.ndarray, wanted_error: float) -> float | None:
    point = for_error(operating_points(confidence, hits), wanted_error)
    return point.threshold if point else None


def _accept(confidence: np.ndarray, hits: np.ndarray, threshold: float | None) -> Accepted:
    accepted = confidence >= (np.inf if threshold is None else threshold)
    return Accepted(int(accepted.sum()), int(hits[accepted].sum()), len(hits))
