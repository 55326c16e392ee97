"""Claims about declining to answer, each against another implementation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.evaluation.intervals import draw_clips
from spobet.evaluation.selective import (
    OperatingPoint,
    area_under_risk,
    at_coverage,
    for_error,
    operating_points,
    resampled_gains,
)

CLIPS = st.lists(st.tuples(st.integers(0, 5).map(float), st.booleans()), min_size=1, max_size=25)

metrics = pytest.importorskip("sklearn.metrics")


def split(clips: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    confidence, hits = zip(*clips, strict=True)
    return np.array(confidence), np.array(hits)


@given(CLIPS)
def test_accuracy_at_every_threshold_agrees_with_scikit_learn(
    clips: list[tuple[float, bool]],
) -> None:
    confidence, hits = split(clips)
    points = operating_points(confidence, hits)
    if hits.any():
        precision, _, thresholds = metrics.precision_recall_curve(hits, confidence)
        ours = {point.threshold: point.accuracy for point in points}
        assert all(
            ours[threshold] == pytest.approx(share)
            for threshold, share in zip(thresholds, precision, strict=False)
        )
    for point in points:
        assert point.accepted == (confidence >= point.threshold).sum()
        assert point.hits == hits[confidence >= point.threshold].sum()


@given(CLIPS, st.randoms())
def test_the_order_of_the_clips_changes_nothing(clips: list[tuple[float, bool]], random) -> None:  # type: ignore[no-untyped-def]
    first = operating_points(*split(clips))
    random.shuffle(clips)
    assert operating_points(*split(clips)) == first
    assert first[-1].coverage == 1


@given(CLIPS, st.floats(0, 1))
def test_the_threshold_for_an_error_is_the_widest_that_keeps_it(
    clips: list[tuple[float, bool]], error: float
) -> None:
    points = operating_points(*split(clips))
    chosen = for_error(points, error)
    good = [point for point in points if 1 - point.accuracy <= error + 1e-12]
    assert chosen == (max(good, key=lambda point: point.coverage) if good else None)


def test_a_worked_example_with_ties() -> None:
    confidence, hits = np.array([0.9, 0.8, 0.8, 0.3]), np.array([True, True, False, False])
    points = operating_points(confidence, hits)
    assert points == (
        OperatingPoint(0.9, 1, 1, 4),
        OperatingPoint(0.8, 3, 2, 4),
        OperatingPoint(0.3, 4, 2, 4),
    )
    assert at_coverage(points, 0.5).accepted == 3
    assert at_coverage(points, 0).accepted == 1
    assert at_coverage(points, 1).coverage == 1
    assert for_error(points, 0.4) == points[1]
    assert area_under_risk(points) == pytest.approx((0 + 0.25 + 1 / 3 + 0.5) / 4)


def test_all_right_all_wrong_and_one_clip() -> None:
    right, wrong = (
        operating_points(np.arange(5), np.ones(5, bool)),
        operating_points(np.arange(5), np.zeros(5, bool)),
    )
    assert for_error(right, 0.0) == right[-1]
    assert (for_error(wrong, 0.99), area_under_risk(right), area_under_risk(wrong)) == (None, 0, 1)
    assert operating_points(np.array([0.4]), np.array([True])) == (OperatingPoint(0.4, 1, 1, 1),)


def test_what_has_no_coverage_is_refused() -> None:
    points = operating_points(np.array([0.4]), np.array([True]))
    with pytest.raises(ValueError, match="coverage 80"):
        at_coverage(points, 80)
    with pytest.raises(ValueError, match="error -1"):
        for_error(points, -1)
    for confidence in (np.array([np.nan]), np.zeros(0), np.zeros(2)):
        with pytest.raises(ValueError, match="expected a number for each of the same clips"):
            operating_points(confidence, np.ones(1, bool))


@given(CLIPS, st.integers(0, 999), st.floats(0, 1))
def test_gains_in_a_resample_are_those_of_the_clips_drawn(
    clips: list[tuple[float, bool]], seed: int, coverage: float
) -> None:
    confidence, hits = split(clips)
    times = draw_clips(np.arange(len(hits)), np.random.default_rng(seed), 4)
    for gain, row in zip(resampled_gains(confidence, hits, times, coverage), times, strict=True):
        points = operating_points(np.repeat(confidence, row), np.repeat(hits, row))
        assert gain == pytest.approx(at_coverage(points, coverage).accuracy - points[-1].accuracy)
