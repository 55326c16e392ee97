"""Calibration (Guo et al. 2017): temperature scaling, expected calibration error, likelihood.

Logits are (clips, glosses) and finite, labels (clips,) int. A clip whose gloss is outside the
vocabulary has no likelihood, so only `reliability` and what builds on it takes such clips, as
wrongly answered ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.evaluation.probabilities import log_softmax, softmax

NUM_BINS = 5  # about 50 clips each on the smallest test split, WLASL100's
TEMPERATURES = (0.05, 20.0)  # the likelihood may have no maximum: all right, or pure noise


@dataclass(frozen=True)
class Bin:
    """Clips of similar confidence: mean confidence, top-1 accuracy, and how many they are."""

    confidence: float
    accuracy: float
    count: int


def negative_log_likelihood(
    logits: np.ndarray, labels: np.ndarray, temperature: float | np.ndarray = 1.0
) -> float:
    """Mean over clips of -log(probability of the true gloss), in nats."""
    labels = _checked_labels(logits, labels)
    return float(-log_softmax(logits, temperature)[np.arange(len(labels)), labels].mean())


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature within TEMPERATURES that has the lowest negative log-likelihood.

    That is convex in 1 / temperature, so bisection finds where its slope is zero. It returns a
    bound where the best lies beyond it: the lower one where every answer is right, the upper one
    where the logits say nothing.
    """
    labels = _checked_labels(logits, labels)
    logits = np.asarray(logits, dtype=np.float64)
    true_logits = logits[np.arange(len(labels)), labels]

    def slope(inverse: float) -> float:
        expected = (softmax(logits, 1 / inverse) * logits).sum(axis=1)
        return float((expected - true_logits).mean())

    low, high = 1 / TEMPERATURES[1], 1 / TEMPERATURES[0]
    if slope(low) >= 0 or slope(high) <= 0:
        return TEMPERATURES[1] if slope(low) >= 0 else TEMPERATURES[0]
    while high / low > 1 + 1e-9:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    return float(1 / (low * high) ** 0.5)


def fit_shares(first: np.ndarray, hits: np.ndarray) -> tuple[float, float]:
    """(share, lead): first answers are right as often as share * probability + lead says.

    The likelihood of their being right or wrong is concave in both, which are of a grid, 1 and
    0.5 % apart, with a sum of at most 1. first: (clips,) probabilities. hits: (clips,) bool.
    """
    first, hits = _checked_confidence(first, hits)
    shares, leads = np.arange(1, 101) / 100, np.arange(101) / 200
    losses = np.full((len(shares), len(leads)), np.inf)
    for row, share in enumerate(shares):
        possible = leads <= 1 - share + 1e-9
        right = share * first + leads[possible, None]  # (leads, clips)
        likely = np.where(hits, right, 1 - right)
        losses[row, possible] = -np.log(np.maximum(likely, 1e-12)).mean(axis=1)
    best, column = np.unravel_index(losses.argmin(), losses.shape)
    return float(shares[best]), float(leads[column])


def cross_fitted_temperatures(
    logits: np.ndarray, labels: np.ndarray, folds: np.ndarray
) -> np.ndarray:
    """A temperature for each clip (clips,), fitted on the clips of all other folds.

    folds: (clips,) int. ValueError where all clips are of one fold.
    """
    labels, folds, logits = _checked_labels(logits, labels), np.asarray(folds), np.asarray(logits)
    numbers = np.unique(folds)
    if folds.shape != labels.shape or len(numbers) < 2:
        counts = f"{len(numbers)} folds for {folds.shape} of {labels.shape} clips"
        raise ValueError(f"{counts}, expected at least 2, one number a clip")
    temperatures = np.empty(len(labels))
    for fold in numbers:
        temperatures[folds == fold] = fit_temperature(logits[folds != fold], labels[folds != fold])
    return temperatures


def reliability(
    confidence: np.ndarray, hits: np.ndarray, num_bins: int = NUM_BINS
) -> tuple[Bin, ...]:
    """Clips in bins of equal size, least confident first; with fewer clips than bins, a bin a clip.

    confidence: (clips,) 0..1 of the first answer. hits: (clips,) bool, whether it is right. Clips
    of equal confidence share their hits evenly, so that the order of the clips does not matter.
    """
    confidence, hits = _checked_confidence(confidence, hits)
    if num_bins < 1:
        raise ValueError(f"{num_bins} bins, expected at least 1")
    equals = np.unique(confidence, return_inverse=True)[1]
    shared = (np.bincount(equals, hits) / np.bincount(equals))[equals]
    parts = np.array_split(np.argsort(confidence, kind="stable"), min(num_bins, len(hits)))
    return tuple(
        Bin(float(confidence[part].mean()), float(shared[part].mean()), len(part)) for part in parts
    )


def expected_calibration_error(
    confidence: np.ndarray, hits: np.ndarray, num_bins: int = NUM_BINS
) -> float:
    """Mean over clips of the gap between confidence and accuracy in their bin of equal size."""
    bins = reliability(confidence, hits, num_bins)
    return float(
        sum(part.count * abs(part.accuracy - part.confidence) for part in bins)
        / sum(part.count for part in bins)
    )


def calibration_band(
    confidence: np.ndarray,
    rng: np.random.Generator,
    num_bins: int = NUM_BINS,
    num_draws: int = 4000,
    share: float = 0.95,
) -> float:
    """The error that perfect calibration with these confidences stays within, `share` of the time.

    Draws hits with the confidences as probabilities: on few clips even a perfectly calibrated
    network has an expected calibration error above zero.
    """
    confidence, _ = _checked_confidence(confidence, np.zeros(np.shape(confidence), dtype=bool))
    hits = rng.random((num_draws, len(confidence))) < confidence
    errors = np.zeros(num_draws)
    equals = np.unique(confidence, return_inverse=True)[1]
    sums = np.stack([np.bincount(equals, row) for row in hits])  # (draws, distinct confidences)
    shared = (sums / np.bincount(equals))[:, equals]
    for part in np.array_split(
        np.argsort(confidence, kind="stable"), min(num_bins, len(confidence))
    ):
        errors += (
            abs(shared[:, part].mean(axis=1) - confidence[part].mean())
            * len(part)
            / len(confidence)
        )
    return float(np.quantile(errors, share))


def _checked_labels(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    labels, num_glosses = np.asarray(labels), np.shape(logits)[-1]
    if np.ndim(logits) != 2 or not np.size(logits) or not np.isfinite(logits).all():
        raise ValueError(
            f"logits have shape {np.shape(logits)}, expected (clips, glosses), "
            "at least one of each, all finite"
        )
    if (
        labels.shape != np.shape(logits)[:1]
        or not len(labels)
        or labels.min() < 0
        or labels.max() >= num_glosses
    ):
        shapes = f"labels {labels.shape} for logits {np.shape(logits)}"
        raise ValueError(f"{shapes}, expected one in 0..{num_glosses - 1} for each clip")
    return labels


def _checked_confidence(confidence: np.ndarray, hits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    confidence, hits = np.asarray(confidence, dtype=np.float64), np.asarray(hits)
    in_range = ((confidence >= 0) & (confidence <= 1 + 1e-9)).all()  # NaN compares False
    if (
        confidence.ndim != 1
        or not len(confidence)
        or confidence.shape != hits.shape
        or not in_range
    ):
        shapes = f"confidences {confidence.shape} and hits {hits.shape}"
        raise ValueError(f"{shapes}, expected one in 0..1 for each of the same clips")
    return confidence, hits
