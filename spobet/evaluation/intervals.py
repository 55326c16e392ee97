"""Uncertainty of a figure: Wilson and bootstrap intervals, spread over seeds, paired comparison."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from spobet.dataset.manifest import Manifest

NUM_RESAMPLES = 2000
CONFIDENCE = 0.95
SEED = 0  # of the bootstrap, so that a figure has the same interval again


@dataclass(frozen=True)
class Spread:
    """Mean of a figure over `count` runs and its standard deviation (n - 1), None for one run."""

    mean: float
    deviation: float | None
    count: int


@dataclass(frozen=True)
class Difference:
    """How much more accurate one system is than another on the same clips.

    share: difference of the accuracies, -1..1. interval: its paired bootstrap interval.
    only_first, only_second: clips that one gets right and the other does not. p_value: McNemar's
    exact two-sided test of these two counts.
    """

    share: float
    interval: tuple[float, float]
    only_first: int
    only_second: int
    p_value: float
    count: int


def spread(figures: Sequence[float]) -> Spread:
    """Mean ± standard deviation of one figure over runs; ValueError where there is none."""
    if not figures:
        raise ValueError("no run to take the mean of, expected at least one")
    mean = math.fsum(figures) / len(figures)
    squares = math.fsum((figure - mean) ** 2 for figure in figures)
    deviation = math.sqrt(squares / (len(figures) - 1)) if len(figures) > 1 else None
    return Spread(mean, deviation, len(figures))


def wilson_interval(hits: int, count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval of the share hits / count, (low, high) in 0..1.

    ValueError where count < 1, hits lie outside 0..count or confidence outside 0..1.
    """
    if count < 1 or not 0 <= hits <= count:
        raise ValueError(
            f"{hits} hits of {count} clips, expected 0 <= hits <= clips, 1 clip or more"
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}, expected between 0 and 1")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, shrink = hits / count, 1 + z**2 / count
    middle = (share + z**2 / (2 * count)) / shrink
    reach = z / shrink * (share * (1 - share) / count + z**2 / (4 * count**2)) ** 0.5
    return max(0.0, middle - reach), min(1.0, middle + reach)


def class_means(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mean of values (clips,) for each label present, in order of the labels: (labels present,)."""
    _, index = np.unique(labels, return_inverse=True)
    means: np.ndarray = np.bincount(index, values) / np.bincount(index)
    return means


def signer_groups(clips: Manifest) -> np.ndarray:
    """A number a signer for each clip, int64 (clips,); each clip of unknown signer has its own."""
    numbers: dict[str, int] = {}
    keys = [f"signer {clip.signer}" if clip.signer else f"clip {clip.id}" for clip in clips]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def draw_clips(
    groups: np.ndarray, rng: np.random.Generator, num_resamples: int = NUM_RESAMPLES
) -> np.ndarray:
    """How often each clip stands in each resample of a bootstrap: int64 (resamples, clips).

    groups: (clips,) int. Whole groups are drawn, as many as there are, with replacement: with the
    signer's number the bootstrap is over signers, with a different number for every clip it is over
    clips.
    """
    groups = np.asarray(groups)
    if groups.ndim != 1 or not len(groups) or num_resamples < 1:
        expected = "at least one of (clips,), one clip or more"
        raise ValueError(f"{num_resamples} resamples of groups {groups.shape}, expected {expected}")
    _, members = np.unique(groups, return_inverse=True)
    num_groups = int(members.max()) + 1
    times = rng.multinomial(num_groups, np.full(num_groups, 1 / num_groups), size=num_resamples)
    return times[:, members]


def resampled_means(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Mean of values (clips,) in each resample: (resamples,); times as `draw_clips` gives them."""
    means: np.ndarray = times @ np.asarray(values, dtype=np.float64) / times.sum(axis=1)
    return means


def resampled_class_means(values: np.ndarray, labels: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Mean over the labels present of the mean of values (clips,) of each label: (resamples,)."""
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(np.asarray(labels)[order], prepend=np.min(labels) - 1))
    counts = np.add.reduceat(times[:, order], starts, axis=1)
    sums = np.add.reduceat(
        times[:, order] * np.asarray(values, dtype=np.float64)[order], starts, axis=1
    )
    present = counts > 0
    means: np.ndarray = (sums / np.where(present, counts, 1)).sum(axis=1) / present.sum(axis=1)
    return means


def percentile_interval(
    resampled: np.ndarray, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The middle `confidence` of resampled figures, (low, high)."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}, expected between 0 and 1")
    low, high = np.quantile(resampled, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p-value that two systems are equally good, from clips only one gets right.

    1 where they never differ. ValueError for counts below 0.
    """
    if min(only_first, only_second) < 0:
        counts = f"{only_first} and {only_second} clips right in one system only"
        raise ValueError(f"{counts}, expected at least 0 each")
    only_first, only_second = int(only_first), int(only_second)  # NumPy's overflow below
    differing = only_first + only_second
    tail = sum(math.comb(differing, count) for count in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / 2**differing)


def compare_hits(
    first: np.ndarray, second: np.ndarray, groups: np.ndarray, rng: np.random.Generator
) -> Difference:
    """Compare two systems on the same clips, in the same order.

    first, second: (clips,) bool, True where right. groups: (clips,) int, as in `draw_clips`.
    ValueError where sizes differ.
    """
    first, second = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
    if not first.shape == second.shape == np.shape(groups):
        shapes = f"clips {first.shape}, {second.shape} and groups {np.shape(groups)}"
        raise ValueError(f"{shapes}, expected the same clips")
    gains = first.astype(np.int64) - second
    interval = percentile_interval(resampled_means(gains, draw_clips(groups, rng)))
    only_first, only_second = int((gains > 0).sum()), int((gains < 0).sum())
    return Difference(
        float(gains.mean()),
        interval,
        only_first,
        only_second,
        mcnemar(only_first, only_second),
        len(gains),
    )
