"""Top-k accuracy and the other metrics over several runs on the same clips, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spobet.evaluation.intervals import (
    Spread,
    class_means,
    percentile_interval,
    resampled_class_means,
    resampled_means,
    spread,
    wilson_interval,
)

Interval = tuple[float, float]


@dataclass(frozen=True)
class GainSummary:
    """A metric over all runs, as fractions of one.

    instance, per_class: mean and deviation over runs of the mean over clips and over glosses. The
    intervals are percentile bootstrap intervals of the mean over runs, drawing clips or whole
    signers.
    """

    count: int
    instance: Spread
    per_class: Spread
    over_clips: Interval
    over_signers: Interval
    class_over_clips: Interval
    class_over_signers: Interval


@dataclass(frozen=True)
class AccuracySummary(GainSummary):
    """Top-k accuracy over all runs. hits: of each run. wilson: of the mean number of hits."""

    k: int
    hits: tuple[int, ...]
    wilson: Interval


def summarize_gains(
    gains: np.ndarray, labels: np.ndarray, draws: Sequence[np.ndarray]
) -> GainSummary:
    """Summarize gains (runs, clips) in 0..1.

    labels: (clips,). draws: resamples over clips and over signers, as `draw_clips` gives them.
    """
    means = gains.mean(axis=0)
    clips, signers = draws
    return GainSummary(
        count=len(labels),
        instance=spread([float(gain.mean()) for gain in gains]),
        per_class=spread([float(class_means(gain, labels).mean()) for gain in gains]),
        over_clips=percentile_interval(resampled_means(means, clips)),
        over_signers=percentile_interval(resampled_means(means, signers)),
        class_over_clips=percentile_interval(resampled_class_means(means, labels, clips)),
        class_over_signers=percentile_interval(resampled_class_means(means, labels, signers)),
    )


def summarize_accuracy(
    k: int, hits: np.ndarray, labels: np.ndarray, draws: Sequence[np.ndarray]
) -> AccuracySummary:
    """Summarize hits (runs, clips), bool, as `summarize_gains` does."""
    summary = summarize_gains(hits, labels, draws)
    return AccuracySummary(
        **{name: getattr(summary, name) for name in GainSummary.__dataclass_fields__},
        k=k,
        hits=tuple(int(hit.sum()) for hit in hits),
        wilson=wilson_interval(round(float(hits.mean(axis=0).sum())), len(labels)),
    )
