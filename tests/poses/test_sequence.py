"""Claims about PoseSequence: it checks itself, never changes, and NaN stands for missing."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54, Skeleton

FACE = Skeleton("face", ("nose", "left_eye", "right_eye"))
seeds = st.integers(0, 1000)


def face(seed: int = 0, num_frames: int = 4) -> PoseSequence:
    """A clip with about a third of its landmarks missing."""
    rng = np.random.default_rng(seed)
    seen = rng.random((num_frames, len(FACE))) < 0.7
    xy = np.where(seen[..., None], rng.normal(size=(num_frames, len(FACE), 2)), np.nan)
    return PoseSequence(
        xy, seen * rng.uniform(0.1, 1, seen.shape), FACE, np.arange(num_frames) / 25
    )


@given(seed=seeds, order=st.permutations(FACE.landmarks))
def test_selecting_another_order_and_back_changes_nothing(seed: int, order: list[str]) -> None:
    pose = face(seed)
    other = pose.select(Skeleton("other", tuple(order)))
    for name in order:
        np.testing.assert_array_equal(other[name], pose[name])
    np.testing.assert_array_equal(other.select(FACE).xy, pose.xy)
    np.testing.assert_array_equal(other.select(FACE).confidence, pose.confidence)


@given(seed=seeds, cut=st.integers(0, 4))
def test_the_frames_of_two_parts_are_those_of_the_whole(seed: int, cut: int) -> None:
    pose = face(seed)
    parts = pose.frames(0, cut), pose.frames(cut, len(pose))
    assert sum(map(len, parts)) == len(pose)
    np.testing.assert_array_equal(np.concatenate([part.xy for part in parts]), pose.xy)
    np.testing.assert_array_equal(
        np.concatenate([part.times for part in parts if part.times is not None]), pose.times
    )


@given(seed=seeds, min_confidence=st.floats(0, 1))
def test_landmarks_below_the_least_confidence_are_missing_and_no_others(
    seed: int, min_confidence: float
) -> None:
    pose = face(seed)
    sure = pose.without_guesses(min_confidence)
    kept = pose.seen & (pose.confidence >= min_confidence)
    np.testing.assert_array_equal(sure.seen, kept)
    np.testing.assert_array_equal(sure.xy[kept], pose.xy[kept])
    assert (sure.confidence[~kept] == 0).all()


def test_a_clip_in_full() -> None:
    xy = np.array([[[0, 0], [1, 2], [np.nan, np.nan]]])
    pose = PoseSequence(xy, np.array([[1, 0.5, 0]]), FACE, np.array([0.04]), "image")
    assert len(pose) == 1
    assert pose.xy.dtype == pose.confidence.dtype == np.float32
    assert pose.seen.tolist() == [[True, True, False]]  # zero is a coordinate
    assert pose["left_eye"].tolist() == [[1, 2]]
    assert pose.times is not None and pose.times.tolist() == [0.04]


def test_a_clip_without_frames_or_times_is_one() -> None:
    pose = PoseSequence(np.zeros((0, 3, 2)), np.zeros((0, 3)), FACE)
    assert len(pose) == 0
    assert pose.times is None
    assert face().frames(2, 2).seen.shape == (0, 3)


def test_a_pose_does_not_change() -> None:
    pose = face()
    before = pose.xy.copy(), pose.confidence.copy()
    pose.without_guesses(0.9)
    with pytest.raises(FrozenInstanceError):
        pose.unit = "image"  # type: ignore[misc]
    np.testing.assert_array_equal(pose.xy, before[0])
    np.testing.assert_array_equal(pose.confidence, before[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"xy": np.zeros((2, 4, 2))},
            r"xy has shape \(2, 4, 2\), expected \(frames, 3, 2\) for face",
        ),
        ({"xy": np.zeros((2, 3))}, r"xy has shape \(2, 3\), expected"),
        ({"confidence": np.zeros((1, 3))}, r"confidence has shape \(1, 3\), expected \(2, 3\)"),
        (
            {"unit": "metres"},
            "unit 'metres', expected one of: pixels, image, head lengths, hand lengths",
        ),
        (
            {"xy": np.full((2, 3, 2), np.inf)},
            "infinite coordinate at frame 0, landmark 0; missing landmarks are NaN",
        ),
        (
            {"xy": np.dstack([np.ones((2, 3)), np.full((2, 3), np.nan)])},
            "only one of x and y is NaN at frame 0, landmark 0",
        ),
        (
            {"confidence": np.full((2, 3), 1.5)},
            "confidence 1.5 at frame 0, landmark 0, expected 0..1",
        ),
        ({"confidence": np.full((2, 3), -0.5)}, "confidence -0.5 at frame 0"),
        ({"confidence": np.full((2, 3), np.nan)}, "confidence nan at frame 0"),
        (
            {"xy": np.full((2, 3, 2), np.nan)},
            "missing landmark 0 at frame 0 has confidence 1.0, expected 0",
        ),
        ({"times": [0, 1, 2]}, r"times has shape \(3,\), expected \(2,\)"),
        ({"times": [1, 1]}, "times must be finite and ascending seconds"),
        ({"times": [0, np.nan]}, "times must be finite and ascending seconds"),
    ],
)
def test_what_is_no_pose_is_refused(change: dict[str, Any], message: str) -> None:
    pose = PoseSequence(np.ones((2, 3, 2)), np.ones((2, 3)), FACE)
    with pytest.raises(ValueError, match=message):
        replace(pose, **change)


def test_selecting_landmarks_that_are_not_there_lists_them() -> None:
    pose = PoseSequence(np.ones((1, len(HANDS_42), 2)), np.ones((1, len(HANDS_42))), HANDS_42)
    with pytest.raises(KeyError, match=r"skeleton HANDS_42 .* lacks 12 of 54: nose, neck"):
        pose.select(OPENPOSE_54)
    with pytest.raises(KeyError, match="lacks 1 of 1: nose"):
        pose["nose"]


def test_pixels_and_shares_of_a_picture_are_told_in_each_other() -> None:
    pose = PoseSequence(
        [[[320, 120], [np.nan, np.nan]]],
        [[1, 0]],
        Skeleton("two", ("nose", "neck")),
        size=(640, 480),
    )
    shares = pose.in_unit("image")
    np.testing.assert_allclose(shares["nose"], [[0.5, 0.25]])
    assert shares.in_unit("image") is shares
    np.testing.assert_array_equal(shares.in_unit("pixels").xy, pose.xy)


@pytest.mark.parametrize(("size", "unit"), [(None, "image"), ((640, 480), "head lengths")])
def test_a_unit_that_nothing_tells_is_refused(size: tuple[int, int] | None, unit: str) -> None:
    pose = PoseSequence([[[3, 4]]], [[1]], Skeleton("one", ("nose",)), size=size)
    with pytest.raises(ValueError, match=f"which cannot be converted to {unit}"):
        pose.in_unit(unit)
    with pytest.raises(ValueError, match="expected width and height"):
        PoseSequence([[[3, 4]]], [[1]], Skeleton("one", ("nose",)), size=(0, 480))


def test_a_clip_prints_as_one_line_that_says_what_it_is() -> None:
    pose = replace(face(), size=(1280, 720), unit="image")
    seen = f"{np.mean(pose.seen):.0%}"
    expected = (
        f"PoseSequence(4 frames, face, {seen} of landmarks seen, image of 1280 x 720, 25 frames/s)"
    )
    assert str(pose) == repr(pose) == expected
    empty = PoseSequence(np.zeros((0, 3, 2)), np.zeros((0, 3)), FACE)
    assert str(empty) == "PoseSequence(0 frames, face, none of landmarks seen, pixels)"
