"""What is gained by declining to answer where the network is not sure: risk against coverage, and thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.errors import UserError


@dataclass(frozen=True)
class Operating:
    """A threshold and what it gives: clips of at least this confidence are answered.

    answered, hits, count: clips answered, named right among them, and all clips.
    """

    threshold: float
    answered: int
    hits: int
    count: int

    @property
    def coverage(self) -> float:
        """Share of all clips that is answered."""
        return self.answered / self.count

    @property
    def accuracy(self) -> float:
        """Share of the answered clips that is named right."""
        return self.hits / self.answered


def operating_points(confidence: np.ndarray, hits: np.ndarray) -> tuple[Operating, ...]:
    """Every threshold that makes a difference, from answering least to answering all.

    confidence: (clips,), larger is surer. hits: (clips,) bool. Clips of equal confidence are answered together: no
    threshold tells them apart. ValueError for no clip, NaN or sizes that differ.
    """
    confidence, hits = np.asarray(confidence, dtype=np.float64), np.asarray(hits, dtype=bool)
    if (
        confidence.ndim != 1
        or not len(confidence)
        or confidence.shape != hits.shape
        or np.isnan(confidence).any()
    ):
        raise ValueError(
            f"confidences {confidence.shape} and hits {hits.shape}, expected a number for each of the same clips"
        )
    order = np.argsort(-confidence, kind="stable")
    ranked, right = confidence[order], np.cumsum(hits[order])
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    return tuple(
        Operating(float(ranked[end]), int(end) + 1, int(right[end]), len(hits)) for end in ends
    )


def at_coverage(points: tuple[Operating, ...], coverage: float) -> Operating:
    """The highest threshold that still answers this share of the clips; ValueError outside 0..1."""
    if not 0 <= coverage <= 1:
        raise UserError(f"coverage {coverage}, expected a share in 0..1")
    return next(point for point in points if point.answered >= coverage * point.count - 1e-9)


def for_error(points: tuple[Operating, ...], error: float) -> Operating | None:
    """The threshold that answers most while at most `error` of the answers are wrong; None where there is no such threshold."""
    if not 0 <= error <= 1:
        raise UserError(f"error {error}, expected a share in 0..1")
    good = [
        point for point in points if point.answered - point.hits <= error * point.answered + 1e-9
    ]
    return good[-1] if good else None


def area_under_risk(points: tuple[Operating, ...]) -> float:
    """Mean error over all coverages 1/clips, 2/clips, ..., 1; clips of equal confidence share their hits evenly."""
    risks, answered, hits = 0.0, 0, 0
    for point in points:
        share = (point.hits - hits) / (point.answered - answered)
        risks += sum(
            1 - (hits + share * more) / (answered + more)
            for more in range(1, point.answered - answered + 1)
        )
        answered, hits = point.answered, point.hits
    return risks / answered


def resampled_gains(
    confidence: np.ndarray, hits: np.ndarray, times: np.ndarray, coverage: float
) -> np.ndarray:
    """How much more accurate than all answers the surest `coverage` of them are, in each resample of a bootstrap: (resamples,).

    times: (resamples, clips), how often each clip is drawn. Thresholds are found anew in every resample.
    """
    order = np.argsort(-np.asarray(confidence), kind="stable")
    ranked, drawn = np.asarray(confidence)[order], times[:, order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    answered = drawn.cumsum(axis=1)[:, ends]
    right = (drawn * np.asarray(hits, dtype=bool)[order]).cumsum(axis=1)[:, ends]
    first = (answered >= np.maximum(coverage * answered[:, -1:] - 1e-9, 1)).argmax(axis=1)
    rows = np.arange(len(times))
    gains: np.ndarray = right[rows, first] / answered[rows, first] - right[:, -1] / answered[:, -1]
    return gains
