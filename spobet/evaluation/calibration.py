"""Whether a network is as sure as it is right: temperature scaling, calibration error, negative log-likelihood.

Logits are (clips, glosses) and finite, labels (clips,) int; a clip whose gloss is outside the vocabulary has no
likelihood, so only `reliability` and what builds on it takes such clips (as clips named wrong).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NUM_BINS = 5
TEMPERATURES = (0.05, 20.0)


@dataclass(frozen=True)
class Bin:
    """Clips of similar confidence: their mean confidence, the share named right, and how many they are."""

    confidence: float
    accuracy: float
    count: int


def softmax(logits: np.ndarray, temperature: float | np.ndarray = 1.0) -> np.ndarray:
    """Probabilities (clips, glosses) of logits / temperature; temperature a number or one a clip (clips,).

    ValueError where a temperature is not above 0 or a logit is not finite.
    """
    shifted = _log_softmax(logits, temperature)
    chances: np.ndarray = np.exp(shifted)
    return chances


def negative_log_likelihood(
    logits: np.ndarray, labels: np.ndarray, temperature: float | np.ndarray = 1.0
) -> float:
    """Mean over clips of -log(probability of the true gloss), in nats."""
    labels = _checked_labels(logits, labels)
    return float(-_log_softmax(logits, temperature)[np.arange(len(labels)), labels].mean())


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature with the lowest negative log-likelihood, kept within TEMPERATURES.

    The likelihood is convex in 1 / temperature, so its slope is halved down to nothing. At a bound the best lies beyond
    it: the lower one where every clip is named right, the upper one where the scores say nothing.
    """
    labels = _checked_labels(logits, labels)
    logits = np.asarray(logits, dtype=np.float64)
    own = logits[np.arange(len(labels)), labels]

    def slope(inverse: float) -> float:
        return float(((softmax(logits, 1 / inverse) * logits).sum(axis=1) - own).mean())

    low, high = 1 / TEMPERATURES[1], 1 / TEMPERATURES[0]
    if slope(low) >= 0 or slope(high) <= 0:
        return TEMPERATURES[1] if slope(low) >= 0 else TEMPERATURES[0]
    while high / low > 1 + 1e-9:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    return float(1 / (low * high) ** 0.5)


def cross_fitted_temperatures(
    logits: np.ndarray, labels: np.ndarray, folds: np.ndarray
) -> np.ndarray:
    """A temperature for each clip (clips,), fitted on the clips of all other folds.

    folds: (clips,) int. ValueError where all clips are of one fold.
    """
    labels, folds, logits = _checked_labels(logits, labels), np.asarray(folds), np.asarray(logits)
    numbers = np.unique(folds)
    if folds.shape != labels.shape or len(numbers) < 2:
        raise ValueError(
            f"{len(numbers)} folds for {folds.shape} of {labels.shape} clips, expected at least 2, one number a clip"
        )
    temperatures = np.empty(len(labels))
    for fold in numbers:
        temperatures[folds == fold] = fit_temperature(logits[folds != fold], labels[folds != fold])
    return temperatures


def reliability(
    confidence: np.ndarray, hits: np.ndarray, num_bins: int = NUM_BINS
) -> tuple[Bin, ...]:
    """Clips in bins of equal size, least confident first; with fewer clips than bins, a bin a clip.

    confidence: (clips,) 0..1 of the first answer. hits: (clips,) bool, whether it is right. Clips of equal confidence
    share their hits evenly, so that the order of the clips does not matter.
    """
    confidence, hits = _checked_confidence(confidence, hits)
    if num_bins < 1:
        raise ValueError(f"{num_bins} bins, expected at least 1")
    order, shared = np.argsort(confidence, kind="stable"), _shared_among_equals(confidence, hits)
    parts = np.array_split(order, min(num_bins, len(order)))
    return tuple(
        Bin(float(confidence[part].mean()), float(shared[part].mean()), len(part)) for part in parts
    )


def calibration_error(confidence: np.ndarray, hits: np.ndarray, num_bins: int = NUM_BINS) -> float:
    """Expected calibration error: mean over clips of the gap between confidence and accuracy of their bin of equal size."""
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
    """The calibration error that a perfectly calibrated network with these confidences stays within, `share` of the time.

    Draws hits with the chances that the confidences name: even perfect calibration shows an error on so few clips.
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


def _shared_among_equals(confidence: np.ndarray, hits: np.ndarray) -> np.ndarray:
    equals = np.unique(confidence, return_inverse=True)[1]
    shares: np.ndarray = (np.bincount(equals, hits) / np.bincount(equals))[equals]
    return shares


def _log_softmax(logits: np.ndarray, temperature: float | np.ndarray) -> np.ndarray:
    logits, temperature = (
        np.asarray(logits, dtype=np.float64),
        np.asarray(temperature, dtype=np.float64),
    )
    if logits.ndim != 2 or not logits.size or not np.isfinite(logits).all():
        raise ValueError(
            f"logits have shape {logits.shape}, expected (clips, glosses), at least one of each, all finite"
        )
    if not (temperature > 0).all() or temperature.shape not in ((), logits.shape[:1]):
        raise ValueError(f"temperature {temperature}, expected above 0, one number or one a clip")
    scaled = logits / (temperature[:, None] if temperature.ndim else temperature)
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    shifted: np.ndarray = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
    return shifted


def _checked_labels(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    labels, num_glosses = np.asarray(labels), np.shape(logits)[-1]
    if (
        labels.shape != np.shape(logits)[:1]
        or not len(labels)
        or labels.min() < 0
        or labels.max() >= num_glosses
    ):
        raise ValueError(
            f"labels {labels.shape} for logits {np.shape(logits)}, expected one in 0..{num_glosses - 1} for each clip"
        )
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
        raise ValueError(
            f"confidences {confidence.shape} and hits {hits.shape}, expected one in 0..1 for each of the same clips"
        )
    return confidence, hits
