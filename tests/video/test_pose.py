"""Claims about one signer's pose out of everything found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from video_kit import BODY, LEFT, NUM_BODY_POINTS, Blocks, picture, waving, write_video

from spobet.poses.skeleton import HOLISTIC_75
from spobet.video.detector import Found
from spobet.video.pose import follow_signer, read_video

NO_HANDS = np.zeros((0, 21, 2), np.float32)


def person(x: float, size: float) -> np.ndarray:
    rng = np.random.default_rng(0)
    points = np.ones((NUM_BODY_POINTS, 3), np.float32)
    points[:, :2] = (x, 0.5) + size * rng.uniform(-1, 1, (NUM_BODY_POINTS, 2))
    return points


def test_a_video_becomes_a_pose_with_sides_times_and_gaps(tmp_path: Path) -> None:
    pytest.importorskip("av", reason="the extra video (PyAV) is not installed")
    pictures = [*waving(3), picture({BODY: (20, 28), LEFT: (30, 48)}), picture({})]
    pose = read_video(
        write_video(tmp_path / "clip.mp4", pictures, times_ms=[0, 40, 100, 140, 180]), Blocks()
    )
    assert (pose.unit, pose.skeleton.name) == ("image", "HOLISTIC_75")
    np.testing.assert_allclose(pose.times, [0, 0.04, 0.1, 0.14, 0.18])
    np.testing.assert_allclose(
        pose["right_hand_wrist"][:, 1] * 48, [11.5, 19.5, 27.5, np.nan, np.nan], atol=0.7
    )
    np.testing.assert_allclose(pose["left_hand_wrist"][:4] * (64, 48), [(51.5, 33.5)] * 4, atol=0.7)
    assert not pose.seen[4].any()
    assert pose.confidence[0].min() == 1


def test_the_signer_is_followed_past_someone_smaller() -> None:
    found = [
        Found(np.stack([person(0.8, 0.05), person(0.3, 0.2)][:: 1 if frame % 2 else -1]), NO_HANDS)
        for frame in range(4)
    ]
    found.append(Found(person(0.8, 0.05)[None], NO_HANDS))
    pose = follow_signer(found, None, np.ones((5, 2), np.float32))
    np.testing.assert_array_equal(
        pose.xy[:4, HOLISTIC_75.body], np.stack([person(0.3, 0.2)[:, :2]] * 4)
    )
    assert not pose.seen[4].any()


def test_distances_are_those_of_the_picture_not_of_its_shares() -> None:
    body = np.full((1, NUM_BODY_POINTS, 3), (0.5, 0.5, 1), np.float32)
    right, left = HOLISTIC_75.indices(["right_wrist", "left_wrist"])
    body[0, right, :2], body[0, left, :2] = (0.40, 0.5), (0.5, 0.70)
    hand = np.full((1, 21, 2), 0.5, np.float32)
    hand[0, :, 1] -= 0.1 * np.linspace(0, 20 / 9, 21)
    wide = follow_signer([Found(body, hand)], None, np.array([[4.0, 1.0]], np.float32))
    square = follow_signer([Found(body, hand)], None, np.array([[1.0, 1.0]], np.float32))
    assert wide.seen[0, HOLISTIC_75.hand("left")].all()
    assert square.seen[0, HOLISTIC_75.hand("right")].all()


def test_times_that_do_not_ascend_are_unknown(tmp_path: Path) -> None:
    pytest.importorskip("av", reason="the extra video (PyAV) is not installed")
    from spobet.video.pose import _ascending

    assert _ascending([0.0, None]) is None
    assert _ascending([0.0, 0.0]) is None
    assert _ascending([]) is None


def test_nobody_at_all_is_all_missing() -> None:
    pose = follow_signer(
        [Found(np.zeros((0, NUM_BODY_POINTS, 3), np.float32), NO_HANDS)] * 2,
        None,
        np.ones((2, 2), np.float32),
    )
    assert pose.xy.shape == (2, len(HOLISTIC_75), 2)
    assert not pose.seen.any()
