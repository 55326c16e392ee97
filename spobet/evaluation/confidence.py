"""Whether a run's probabilities can be believed, and what declining gains: everything that follows from its scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spobet.evaluation.calibration import (
    Bin,
    calibration_band,
    calibration_error,
    cross_fitted_temperatures,
    fit_temperature,
    negative_log_likelihood,
    reliability,
    softmax,
)
from spobet.evaluation.intervals import draw_clips, percentile_interval
from spobet.evaluation.metrics import OUTSIDE_VOCABULARY, ranks
from spobet.evaluation.selective import (
    Operating,
    at_coverage,
    for_error,
    operating_points,
    resampled_gains,
)

COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.5)


@dataclass(frozen=True)
class Calibration:
    """How well confidence and accuracy agree. likelihood: negative log, in nats, over the clips whose gloss is in the vocabulary.

    error: expected calibration error. band: what perfect calibration stays below 95 % of the time with these confidences.
    """

    likelihood: float
    error: float
    band: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Kept:
    """Answers whose confidence reaches a threshold found on other clips: `answered` of `count`, `hits` of them right."""

    answered: int
    hits: int
    count: int


@dataclass(frozen=True, eq=False)
class ConfidenceReport:
    """The scores of one run as probabilities. how: on which clips the temperature was fitted, in words.

    temperature: mean over clips. confidence: (clips,) after scaling. points: every threshold. gain: how much more
    accurate the surest 80 % are than all, with its bootstrap interval over clips. wanted: the error asked for;
    threshold: what keeps it, found on all fitting clips, None where nothing does; kept: what such thresholds gave
    on clips they were not found on.
    """

    how: str
    temperature: float
    before: Calibration
    after: Calibration
    confidence: np.ndarray
    hits: np.ndarray
    points: tuple[Operating, ...]
    gain: tuple[float, tuple[float, float]]
    wanted: float
    threshold: float | None
    kept: Kept

    @property
    def at_coverages(self) -> tuple[Operating, ...]:
        """What answering these shares of the clips gives: COVERAGES."""
        return tuple(at_coverage(self.points, coverage) for coverage in COVERAGES)


def cross_fitted(
    logits: np.ndarray, labels: np.ndarray, folds: np.ndarray, wanted: float, seed: int = 0
) -> ConfidenceReport:
    """ConfidenceReport where only the scored clips are there: temperature and threshold of each fold come from the other folds."""
    known = labels != OUTSIDE_VOCABULARY
    temperatures = np.ones(len(labels))
    temperatures[known] = cross_fitted_temperatures(logits[known], labels[known], folds[known])
    temperatures[~known] = temperatures[known].mean()
    confidence, hits = _confidence(logits, labels, temperatures)
    kept = [
        _kept(
            confidence[folds == fold],
            hits[folds == fold],
            _threshold(confidence[folds != fold], hits[folds != fold], wanted),
        )
        for fold in np.unique(folds)
    ]
    how = f"fitted on the other folds of {len(np.unique(folds))}"
    return _trust(
        logits, labels, temperatures, how, wanted, _threshold(confidence, hits, wanted), kept, seed
    )


def fitted_elsewhere(
    logits: np.ndarray,
    labels: np.ndarray,
    fit_on: tuple[np.ndarray, np.ndarray],
    name: str,
    wanted: float,
    seed: int = 0,
) -> ConfidenceReport:
    """ConfidenceReport where temperature and threshold come from the logits and labels of other clips, called `name`."""
    other_logits, other_labels = fit_on
    known = other_labels != OUTSIDE_VOCABULARY
    temperature = fit_temperature(other_logits[known], other_labels[known])
    threshold = _threshold(*_confidence(other_logits, other_labels, np.array(temperature)), wanted)
    confidence, hits = _confidence(logits, labels, np.array(temperature))
    kept = [_kept(confidence, hits, threshold)]
    how = f"fitted on the {len(other_labels):,} clips of {name}"
    return _trust(
        logits, labels, np.full(len(labels), temperature), how, wanted, threshold, kept, seed
    )


def _trust(
    logits: np.ndarray,
    labels: np.ndarray,
    temperatures: np.ndarray,
    how: str,
    wanted: float,
    threshold: float | None,
    kept: Sequence[Kept],
    seed: int,
) -> ConfidenceReport:
    rng = np.random.default_rng(seed)
    before, after = (
        _calibration(logits, labels, scale, rng) for scale in (np.ones(len(labels)), temperatures)
    )
    confidence, hits = _confidence(logits, labels, temperatures)
    points = operating_points(confidence, hits)
    gains = resampled_gains(confidence, hits, draw_clips(np.arange(len(hits)), rng), 0.8)
    gain = at_coverage(points, 0.8).accuracy - points[-1].accuracy
    total = Kept(
        *(sum(getattr(part, name) for part in kept) for name in ("answered", "hits", "count"))
    )
    return ConfidenceReport(
        how=how,
        temperature=float(temperatures.mean()),
        before=before,
        after=after,
        confidence=confidence,
        hits=hits,
        points=points,
        gain=(gain, percentile_interval(gains)),
        wanted=wanted,
        threshold=threshold,
        kept=total,
    )


def _calibration(
    logits: np.ndarray, labels: np.ndarray, temperatures: np.ndarray, rng: np.random.Generator
) -> Calibration:
    known = labels != OUTSIDE_VOCABULARY
    confidence, hits = _confidence(logits, labels, temperatures)
    likelihood = negative_log_likelihood(logits[known], labels[known], temperatures[known])
    return Calibration(
        likelihood,
        calibration_error(confidence, hits),
        calibration_band(confidence, rng),
        reliability(confidence, hits),
    )


def _confidence(
    logits: np.ndarray, labels: np.ndarray, temperatures: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(clips,) probability of the first answer, and whether it is right by the rule that ties are not."""
    return softmax(logits, temperatures).max(axis=1), ranks(logits, labels) == 1


def _threshold(confidence: np.ndarray, hits: np.ndarray, wanted: float) -> float | None:
    point = for_error(operating_points(confidence, hits), wanted)
    return point.threshold if point else None


def _kept(confidence: np.ndarray, hits: np.ndarray, threshold: float | None) -> Kept:
    answered = confidence >= threshold if threshold is not None else np.zeros(len(hits), dtype=bool)
    return Kept(int(answered.sum()), int(hits[answered].sum()), len(hits))
