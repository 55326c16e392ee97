"""Selective classification (El-Yaniv & Wiener 2010): risk, coverage and confidence thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.errors import UserError


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold on the confidence and what it gives.

    accepted, hits, count: clips of at least this confidence, the right answers among them, and all
    clips.
    """

    threshold: float
    accepted: int
    hits: int
    count: int

    @property
    def coverage(self) -> float:
        """Share of all clips that are accepted."""
        return self.accepted / self.count

    @property
    def accuracy(self) -> float:
        """Selective accuracy: share of the accepted clips whose answer is right."""
        return self.hits / self.accepted


def operating_points(confidence: np.ndarray, hits: np.ndarray) -> tuple[OperatingPoint, ...]:
    """Every threshold that makes a difference, from the highest to the one that accepts all.

    confidence: (clips,), larger is more confident. hits: (clips,) bool. Clips of equal confidence
    are accepted together: no threshold separates them. ValueError for no clip, NaN or sizes that
    differ.
    """
    confidence, hits = np.asarray(confidence, dtype=np.float64), np.asarray(hits, dtype=bool)
    if (
        confidence.ndim != 1
        or not len(confidence)
        or confidence.shape != hits.shape
        or np.isnan(confidence).any()
    ):
        shapes = f"confidences {confidence.shape} and hits {hits.shape}"
        raise ValueError(f"{shapes}, expected a number for each of the same clips")
    order = np.argsort(-confidence, kind="stable")
    ranked, right = confidence[order], np.cumsum(hits[order])
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    return tuple(
        OperatingPoint(float(ranked[end]), int(end) + 1, int(right[end]), len(hits)) for end in ends
    )


def at_coverage(points: tuple[OperatingPoint, ...], coverage: float) -> OperatingPoint:
    """The highest threshold that accepts at least this share of the clips."""
    if not 0 <= coverage <= 1:
        raise UserError(f"coverage {coverage}, expected a share in 0..1")
    return next(point for point in points if point.accepted >= coverage * point.count - 1e-9)


def for_error(points: tuple[OperatingPoint, ...], error: float) -> OperatingPoint | None:
    """The threshold that accepts most clips with at most `error` of them wrong, None for none."""
    if not 0 <= error <= 1:
        raise UserError(f"error {error}, expected a share in 0..1")
    good = [
        point for point in points if point.accepted - point.hits <= error * point.accepted + 1e-9
    ]
    return good[-1] if good else None


def area_under_risk(points: tuple[OperatingPoint, ...]) -> float:
    """Area under the risk-coverage curve: mean error over the coverages 1/clips, 2/clips, ..., 1.

    Clips of equal confidence share their hits evenly.
    """
    risks, accepted, hits = 0.0, 0, 0
    for point in points:
        share = (point.hits - hits) / (point.accepted - accepted)
        risks += sum(
            1 - (hits + share * more) / (accepted + more)
            for more in range(1, point.accepted - accepted + 1)
        )
        accepted, hits = point.accepted, point.hits
    return risks / accepted


def resampled_gains(
    confidence: np.ndarray, hits: np.ndarray, times: np.ndarray, coverage: float
) -> np.ndarray:
    """Gain in accuracy from accepting only the most confident `coverage` of clips: (resamples,).

    times: (resamples, clips), how often each resample of a bootstrap draws each clip. Thresholds
    are found anew in every resample.
    """
    order = np.argsort(-np.asarray(confidence), kind="stable")
    ranked, drawn = np.asarray(confidence)[order], times[:, order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    accepted = drawn.cumsum(axis=1)[:, ends]
    right = (drawn * np.asarray(hits, dtype=bool)[order]).cumsum(axis=1)[:, ends]
    first = (accepted >= np.maximum(coverage * accepted[:, -1:] - 1e-9, 1)).argmax(axis=1)
    rows = np.arange(len(times))
    gains: np.ndarray = right[rows, first] / accepted[rows, first] - right[:, -1] / accepted[:, -1]
    return gains
