"""Claims about clips as network input: reading at any time, padding, and what missing becomes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.poses.arrays import PoseBank, network_input
from spobet.poses.normalize import normalize
from spobet.poses.resample import even_frame_times
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54, Skeleton

NOSE = Skeleton("nose", ("nose",))
lengths_of_clips = st.lists(st.integers(1, 600), min_size=1, max_size=6)


def bank(*tracks: list[float]) -> PoseBank:
    """Clips of one landmark at (x, 2x), NaN where missing, just as they are."""
    lengths = np.array([len(track) for track in tracks])
    x = np.concatenate(tracks)
    xy = np.stack([x, 2 * x], axis=-1)[:, None].astype(np.float32)
    return PoseBank(xy, np.cumsum(lengths) - lengths, lengths, NOSE)


def hands(seed: int, num_frames: int) -> PoseSequence:
    xy = np.random.default_rng(seed).random((num_frames, len(HANDS_42), 2))
    return PoseSequence(xy, np.ones(xy.shape[:2]), HANDS_42, unit="image")


def read_x(poses: PoseBank, clip: int, *times: float) -> list[float]:
    return poses.read(np.array([clip]), np.array([times]))[0, :, 0, 0].tolist()


@settings(deadline=None, max_examples=40)
@given(lengths=lengths_of_clips, num_frames=st.integers(2, 64), stretch=st.booleans())
def test_even_frame_times_lie_in_the_clip_in_order_and_end_at_its_last_frame(
    lengths: list[int], num_frames: int, stretch: bool
) -> None:
    times, frame_mask = even_frame_times(np.array(lengths), num_frames, stretch)
    assert times.shape == frame_mask.shape == (len(lengths), num_frames)
    assert times[:, 0].tolist() == [0] * len(lengths)
    assert times[:, -1].tolist() == [length - 1 for length in lengths]
    assert (np.diff(times, axis=1) >= 0).all()
    real = [num_frames if stretch else min(length, num_frames) for length in lengths]
    assert frame_mask.sum(axis=1).tolist() == real
    assert all(mask[:count].all() for mask, count in zip(frame_mask, real, strict=True))


@settings(deadline=None, max_examples=40)
@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_reading_at_whole_frame_times_gives_the_frames(lengths: list[int], seed: int) -> None:
    poses = [hands(seed + clip, length) for clip, length in enumerate(lengths)]
    clips = PoseBank.of(poses, HANDS_42, 0.0)
    for number, pose in enumerate(poses):
        read = clips.read(np.array([number]), np.arange(len(pose))[None])
        np.testing.assert_array_equal(read[0], normalize(pose).xy)


@settings(deadline=None, max_examples=40)
@given(time=st.floats(0, 2))
def test_between_two_frames_a_landmark_is_on_the_line_between_them(time: float) -> None:
    read = bank([0, 1, 2]).read(np.array([0]), np.array([[time]]))
    np.testing.assert_allclose(read[0, 0, 0], [time, 2 * time], atol=1e-6)


def test_beside_a_missing_frame_the_nearer_one_counts() -> None:
    clip = bank([0, 1, np.nan, 3])
    assert read_x(clip, 0, 0.5, 1.25, 3) == [0.5, 1, 3]
    assert np.isnan(read_x(clip, 0, 1.75, 2, 2.25)).all()
    assert read_x(clip, 0, 2.75) == [3]


def test_clips_do_not_touch_each_other() -> None:
    clips = bank([0, 1], [100, 101, 102])
    assert read_x(clips, 1, 0, 0.5, 2) == [100, 100.5, 102]
    assert read_x(clips, 0, 0.5, 1) == [0.5, 1]
    both = clips.read(np.array([1, 0, 1]), np.array([[0.0], [1.0], [2.0]]))
    assert both[:, 0, 0, 0].tolist() == [100, 1, 102]


def test_short_clips_are_padded_and_long_ones_thinned_or_all_are_stretched() -> None:
    times, frame_mask = even_frame_times(np.array([2, 7]), 4, stretch=False)
    assert times.tolist() == [[0, 1, 1, 1], [0, 2, 4, 6]]
    assert frame_mask.tolist() == [[True, True, False, False], [True] * 4]
    times, frame_mask = even_frame_times(np.array([3, 7]), 5, stretch=True)
    assert times.tolist() == [[0, 0.5, 1, 1.5, 2], [0, 1.5, 3, 4.5, 6]]
    assert frame_mask.all()


@pytest.mark.parametrize("stretch", [True, False])
@pytest.mark.parametrize("num_frames", [1, 249, 250, 251, 2000])
def test_clips_of_any_length_are_read(num_frames: int, stretch: bool) -> None:
    """Once clips of over 249 frames crashed."""
    clips = PoseBank.of([hands(0, num_frames)], HANDS_42, 0.0)
    times, frame_mask = even_frame_times(clips.lengths, 48, stretch)
    inputs = network_input(clips.read(np.array([0]), times), frame_mask)
    assert inputs["landmarks"].shape == (1, 48, len(HANDS_42), 3)
    assert np.isfinite(inputs["landmarks"]).all()


def test_zero_is_a_coordinate_and_missing_is_not_seen() -> None:
    """Once hidden, padded and missing were all zero."""
    xy = np.array([[[[0, 0], [np.nan, np.nan]], [[1, 2], [3, 4]]]], np.float32)
    inputs = network_input(xy, np.array([[True, False]]))
    assert inputs["landmarks"].dtype == np.float32
    assert inputs["landmarks"].tolist() == [[[[0, 0, 1], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]]]
    assert inputs["frame_mask"].tolist() == [[True, False]]
    assert np.isnan(xy[0, 0, 1]).all()


def test_what_stands_in_the_padding_does_not_matter() -> None:
    xy = np.zeros((1, 3, 2, 2), np.float32)
    other = xy.copy()
    other[:, 2] = (np.nan, np.nan)
    frame_mask = np.array([[True, True, False]])
    np.testing.assert_array_equal(
        network_input(xy, frame_mask)["landmarks"], network_input(other, frame_mask)["landmarks"]
    )


def test_a_bank_selects_its_landmarks_and_drops_guesses() -> None:
    xy = np.random.default_rng(0).random((3, len(OPENPOSE_54), 2))
    confidence = np.ones(xy.shape[:2])
    confidence[1, OPENPOSE_54.index("right_thumb_tip")] = 0.05
    clips = PoseBank.of([PoseSequence(xy, confidence, OPENPOSE_54)], HANDS_42, min_confidence=0.1)
    assert (len(clips), clips.lengths.tolist(), clips.firsts.tolist()) == (1, [3], [0])
    assert np.argwhere(np.isnan(clips.xy[..., 0])).tolist() == [
        [1, HANDS_42.index("right_thumb_tip")]
    ]


def test_a_bank_of_no_clips_is_one_and_clips_without_frames_are_refused() -> None:
    assert len(PoseBank.of([], HANDS_42, 0.0)) == 0
    with pytest.raises(ValueError, match="clip 2 has no frames"):
        PoseBank.of([hands(0, 2), hands(0, 0)], HANDS_42, 0.0)
    with pytest.raises(KeyError, match="lacks 12 of 54"):
        PoseBank.of([hands(0, 2)], OPENPOSE_54, 0.0)


def test_confidence_is_kept_only_where_something_is_doubtful_and_read_at_the_nearest_frame() -> (
    None
):
    sure, doubtful = hands(0, 3), hands(1, 4)
    assert PoseBank.of([sure, sure], HANDS_42, 0.0).confidence is None
    confidence = np.ones((4, len(HANDS_42)), np.float32)
    confidence[:, 0] = (0.25, 0.5, 0.75, 1)
    clips = PoseBank.of([sure, replace(doubtful, confidence=confidence)], HANDS_42, 0.0)
    times = np.array([[0, 1.4, 2.0], [0, 1.4, 2.6]])
    read = clips.confidence_at(np.array([0, 1]), times)
    np.testing.assert_array_equal(read[..., 0], [[1, 1, 1], [0.25, 0.5, 1]])
    assert (read[..., 1:] == 1).all()
    np.testing.assert_array_equal(
        PoseBank.of([sure], HANDS_42, 0.0).confidence_at(np.array([0]), times[:1]),
        np.ones((1, 3, 42)),
    )
