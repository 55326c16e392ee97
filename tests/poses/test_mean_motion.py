"""Claims about the mean of several clips of one sign."""

from __future__ import annotations

import numpy as np

from spobet.poses.mean_motion import mean_motion
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42

RIGHT, LEFT = HANDS_42.hand("right"), HANDS_42.hand("left")
HAND = np.stack([0.1 * np.arange(21), -0.2 * np.arange(21)], axis=1)


def signed(times: np.ndarray, left: bool = False, to: tuple[float, float] = (3, -4)) -> np.ndarray:
    """A hand that goes from the origin to a place and half way back; times: 0 to 1."""
    share = np.interp(times, [0, 0.6, 1], [0, 1, 0.5])
    xy = np.full((len(times), 42, 2), np.nan)
    xy[:, RIGHT] = share[:, None, None] * np.array(to) + HAND
    if left:
        xy[:, LEFT] = HAND + np.array([-5, 0])
    return xy


def pose(xy: np.ndarray) -> PoseSequence:
    seen = ~np.isnan(xy[..., 0])
    return PoseSequence(xy, seen.astype(np.float32), HANDS_42, unit="hand lengths")


def mean(*clips: np.ndarray) -> tuple[np.ndarray, list[int]]:
    found = mean_motion([pose(xy) for xy in clips], 24)
    assert found is not None
    return found


def test_the_mean_of_one_sign_at_other_speeds_and_places_is_that_sign() -> None:
    even = np.linspace(0, 1, 40)
    clips = [signed(even), signed(even**1.4)[::2] + 7, signed(even**0.7) - [2, 9]]
    motion, used = mean(*clips)
    assert sorted(used) == [0, 1, 2]
    travelled = np.nanmax(motion[:, 0], axis=0) - np.nanmin(motion[:, 0], axis=0)
    np.testing.assert_allclose(travelled, [3, 4], rtol=0.1)
    np.testing.assert_allclose(motion[:, 20] - motion[:, 0], np.tile(HAND[20], (24, 1)), atol=0.01)
    assert np.isnan(motion[:, LEFT]).all()


def test_a_clip_of_another_variant_is_left_out() -> None:
    even = np.linspace(0, 1, 40)
    clips = [signed(even), signed(even**1.1), signed(even, to=(-9, 2), left=True), signed(even)]
    _, used = mean(*clips)
    assert sorted(used) == [0, 1, 3]


def test_too_few_clips_have_no_mean() -> None:
    clips = [pose(signed(np.linspace(0, 1, 30)))] * 2
    assert mean_motion(clips, 24) is None
    only_left = np.full((30, 42, 2), np.nan)
    only_left[:, LEFT] = HAND
    assert mean_motion([*clips, pose(only_left)], 24) is None


def test_fingers_that_point_apart_are_averaged_to_whole_ones() -> None:
    even = np.linspace(0, 1, 40)
    clips = []
    for angle in (-0.8, -0.4, 0, 0.4, 0.8):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        xy = signed(even)
        wrist = xy[:, :1].copy()
        clips.append((xy - wrist) @ turn + wrist)
    motion, _ = mean(*clips)
    index = np.linalg.norm(motion[:, RIGHT[8]] - motion[:, RIGHT[7]], axis=1)
    np.testing.assert_allclose(index, np.hypot(0.1, 0.2), rtol=0.02)


def test_a_hand_is_drawn_where_most_clips_show_it() -> None:
    even = np.linspace(0, 1, 40)
    with_left, without = signed(even, left=True), signed(even)
    two, _ = mean(with_left, with_left, without)
    assert not np.isnan(two[:, LEFT]).any()
    half = signed(even, left=True)
    half[20:, LEFT] = np.nan
    motion, _ = mean(half, half, half)
    assert not np.isnan(motion[:10, LEFT]).any()
    assert np.isnan(motion[-6:, LEFT]).all()
