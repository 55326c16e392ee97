"""Claims about frame times."""

from __future__ import annotations

import numpy as np
import pytest

from spobet.poses.resample import MAX_GROWTH, between_frames, onto_even_times
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

NOSE = Skeleton("nose", ("nose",))


def clip(x: list[float], times: np.ndarray | None) -> PoseSequence:
    """One landmark at (x, 0); its confidence is 1, 0.9, 0.8, ... frame by frame."""
    xy = np.where(np.isnan(x), np.nan, [x, np.zeros(len(x))]).T[:, None]
    confidence = np.where(np.isnan(x), 0, 1 - 0.1 * (np.arange(len(x)) % 10))[:, None]
    return PoseSequence(xy, confidence, NOSE, times)


@pytest.mark.parametrize(
    "times",
    [
        None,
        np.array([5.0]),
        np.array([0, 3.0]),
        np.arange(300) / 25,
        7e5 + np.arange(300) * 1001 / 30_000,
    ],
)
def test_a_clip_at_even_times_is_left_as_it_is(times: np.ndarray | None) -> None:
    pose = clip([0.0] * (300 if times is None else len(times)), times)
    assert onto_even_times(pose) is pose


def test_frames_are_put_at_even_times_as_dense_as_most_of_them() -> None:
    pose = onto_even_times(clip([0, 1, 2, 3, 7], np.array([10, 10.5, 11, 11.5, 13.5])))
    assert pose.xy[:, 0, 0].tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    np.testing.assert_allclose(pose.times, np.arange(8) / 2 + 10)
    np.testing.assert_allclose(pose.confidence[:, 0], [1, 0.9, 0.8, 0.7, 0.7, 0.6, 0.6, 0.6])


def test_beside_a_missing_frame_the_nearer_one_counts() -> None:
    pose = onto_even_times(clip([0, 1, 2, np.nan], np.array([0.0, 1, 2, 6])))
    np.testing.assert_array_equal(pose.xy[:, 0, 0], [0, 1, 2, 2, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(pose.seen, pose.confidence > 0)


def test_a_long_pause_does_not_multiply_the_frames_without_end() -> None:
    pose = clip([0.0] * 9, np.array([0, 1, 2, 3, 4, 5, 6, 7, 1e9]))
    assert len(onto_even_times(pose)) == MAX_GROWTH * 9


def test_times_rounded_to_milliseconds_count_and_hardly_change_the_clip() -> None:
    times = np.round(np.arange(30) / 29.97, 3)
    pose = clip(list(np.arange(30.0)), times)
    even = onto_even_times(pose)
    assert len(even) == 30
    assert 0.001 < np.abs(even.xy - pose.xy).max() < 0.05


def test_between_two_frames_lies_the_line_and_beside_a_missing_one_the_nearer() -> None:
    earlier, later = np.array([[0.0, 1], [2, 2]]), np.array([[4.0, 3], [np.nan, np.nan]])
    assert between_frames(earlier, later, np.float32(0.25)).tolist() == [[1, 1.5], [2, 2]]
    assert np.isnan(between_frames(earlier, later, np.float32(0.75))[1]).all()
