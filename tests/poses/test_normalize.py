"""Claims about the signer's own frame of reference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.poses.normalize import hand_length, head_length, normalize, trim_to_hands
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54, Skeleton

skeletons = st.sampled_from([OPENPOSE_54, HANDS_42])
seeds = st.integers(0, 1000)
shifts = st.floats(-1000, 1000)
HANDS = np.concatenate([OPENPOSE_54.hand("right"), OPENPOSE_54.hand("left")])


def signer(skeleton: Skeleton = OPENPOSE_54, seed: int = 0, num_frames: int = 6) -> PoseSequence:
    """A clip of random landmarks about 100 pixels apart, a tenth of them missing."""
    rng = np.random.default_rng(seed)
    xy = rng.normal(300, 100, (num_frames, len(skeleton), 2))
    xy[rng.random(xy.shape[:2]) < 0.1] = np.nan
    return pose_of(xy, skeleton)


def pose_of(xy: np.ndarray, skeleton: Skeleton = OPENPOSE_54) -> PoseSequence:
    return PoseSequence(xy, np.isfinite(xy[..., 0]), skeleton, np.arange(len(xy)) / 25)


def placed(pose: PoseSequence, **tracks: tuple[float, float]) -> PoseSequence:
    """The clip with landmarks at fixed places through all its frames."""
    xy = pose.xy.copy()
    for name, place in tracks.items():
        xy[:, pose.skeleton.index(name)] = place
    return pose_of(xy, pose.skeleton)


@settings(deadline=None, max_examples=40)
@given(skeleton=skeletons, seed=seeds, across=shifts, down=shifts, size=st.floats(0.1, 10))
def test_normalised_pose_ignores_where_and_how_large_the_signer_is(
    skeleton: Skeleton, seed: int, across: float, down: float, size: float
) -> None:
    pose = signer(skeleton, seed)
    moved = replace(pose, xy=pose.xy * np.float32(size) + np.array([across, down], np.float32))
    one, other = normalize(pose), normalize(moved)
    assert one.unit == other.unit == ("head lengths" if skeleton == OPENPOSE_54 else "hand lengths")
    np.testing.assert_allclose(other.xy, one.xy, atol=0.05)


@settings(deadline=None, max_examples=40)
@given(skeleton=skeletons, seed=seeds)
def test_normalising_again_changes_nothing(skeleton: Skeleton, seed: int) -> None:
    once = normalize(signer(skeleton, seed))
    np.testing.assert_allclose(normalize(once).xy, once.xy, atol=1e-5)


@settings(deadline=None, max_examples=40)
@given(skeleton=skeletons, seed=seeds, min_confidence=st.floats(0, 1))
def test_normalising_changes_no_argument_and_finds_no_landmark(
    skeleton: Skeleton, seed: int, min_confidence: float
) -> None:
    pose = signer(skeleton, seed)
    before = pose.xy.copy()
    frames = len(normalize(pose, min_confidence))
    np.testing.assert_array_equal(pose.xy, before)
    assert frames == len(trim_to_hands(pose))
    np.testing.assert_array_equal(normalize(pose).seen, trim_to_hands(pose).seen)


def test_the_neck_is_the_origin_and_the_head_the_unit() -> None:
    pose = normalize(placed(signer(), neck=(100, 200), nose=(100, 150), left_wrist=(200, 300)))
    assert pose.unit == "head lengths"
    assert pose["neck"][0].tolist() == [0, 0]
    assert pose["nose"][0].tolist() == [0, -1]
    assert pose["left_wrist"][0].tolist() == [2, 2]


def test_without_a_body_the_wrists_are_the_origin_and_the_palm_the_unit() -> None:
    sides = {
        "right_hand_wrist": (0.2, 0.5),
        "right_middle_mcp": (0.2, 0.4),
        "left_hand_wrist": (0.6, 0.5),
        "left_middle_mcp": (0.7, 0.5),
    }
    pose = normalize(placed(signer(HANDS_42), **sides))
    assert pose.unit == "hand lengths"
    np.testing.assert_allclose(pose["right_hand_wrist"][0], [-2, 0], atol=1e-5)
    np.testing.assert_allclose(pose["left_middle_mcp"][0], [3, 0], atol=1e-5)


@pytest.mark.parametrize("landmark", ["nose", "neck", "right_wrist"])
def test_one_bad_detection_does_not_rescale_other_frames(landmark: str) -> None:
    """Once the scale was per frame, and one wrong nose rescaled its frame."""
    pose = placed(signer(num_frames=9), neck=(100, 200), nose=(100, 150))
    xy = pose.xy.copy()
    xy[4, pose.skeleton.index(landmark)] = (5000, 5000)
    good = np.ones(pose.seen.shape, dtype=bool)
    good[4, pose.skeleton.index(landmark)] = False
    np.testing.assert_array_equal(normalize(pose_of(xy)).xy[good], normalize(pose).xy[good])


def test_a_nose_on_the_neck_leaves_numbers() -> None:
    """Once it gave NaN everywhere; now the hands are the measure."""
    pose = placed(signer(), neck=(100, 200), nose=(100, 200))
    assert normalize(pose).unit == "hand lengths"
    np.testing.assert_array_equal(normalize(pose).seen, pose.seen)
    assert np.isfinite(normalize(pose).xy[pose.seen]).all()


@pytest.mark.parametrize("absent", [["nose"], ["neck"], ["nose", "neck"]])
def test_a_body_that_is_never_seen_leaves_the_hands_as_the_measure(absent: list[str]) -> None:
    pose = placed(signer(), **dict.fromkeys(absent, (np.nan, np.nan)))
    hands = normalize(pose.select(HANDS_42))
    assert normalize(pose).unit == hands.unit == "hand lengths"
    np.testing.assert_array_equal(normalize(pose).select(HANDS_42).xy, hands.xy)


def test_a_clip_without_hands_is_kept_whole() -> None:
    xy = signer().xy.copy()
    xy[:, HANDS] = np.nan
    pose = normalize(placed(pose_of(xy), neck=(100, 200), nose=(100, 150)))
    assert len(pose) == len(xy)
    assert pose.unit == "head lengths"
    assert np.isnan(hand_length(pose))
    assert head_length(pose) == 1


@pytest.mark.parametrize("skeleton", [OPENPOSE_54, HANDS_42, Skeleton("face", ("nose",))])
def test_a_clip_in_which_nothing_can_be_measured_is_missing_throughout(skeleton: Skeleton) -> None:
    pose = normalize(pose_of(np.full((3, len(skeleton), 2), np.nan), skeleton))
    assert len(pose) == 3
    assert not pose.seen.any()
    everything_in_one_place = normalize(pose_of(np.ones((3, len(skeleton), 2)), skeleton))
    assert not everything_in_one_place.seen.any()
    assert not everything_in_one_place.confidence.any()


def test_frames_before_the_first_and_after_the_last_hand_are_cut() -> None:
    xy = signer(num_frames=8).xy.copy()
    xy[np.array([0, 1, 4, 7])[:, None], HANDS] = np.nan
    pose = trim_to_hands(pose_of(xy))
    assert pose.times is not None
    np.testing.assert_allclose(pose.times * 25, [2, 3, 4, 5, 6])


def test_low_confidence_guesses_count_nowhere() -> None:
    """Once confidence was thrown away, although detectors guess at absent hands."""
    pose = placed(signer(num_frames=8), neck=(100, 200), nose=(100, 150), right_hand_wrist=(50, 60))
    confidence = pose.confidence.copy()
    confidence[np.array([0, 7])[:, None], HANDS] *= 0.05
    confidence[3, OPENPOSE_54.index("nose")] = 0.05
    guessed = normalize(replace(pose, confidence=confidence), min_confidence=0.1)
    assert len(guessed) == 6
    assert np.isnan(guessed["nose"][2]).all()
    assert len(normalize(replace(pose, confidence=confidence))) == 8


@settings(deadline=None, max_examples=20)
@given(seed=seeds)
def test_measured_by_the_hands_they_stand_as_without_a_body(seed: int) -> None:
    pose = signer(OPENPOSE_54, seed)
    framed = normalize(pose, reference="hands")
    assert framed.unit == "hand lengths" != normalize(pose).unit
    alone = normalize(pose.select(HANDS_42))
    np.testing.assert_array_equal(framed.select(HANDS_42).xy, alone.xy)
    assert framed.seen[:, OPENPOSE_54.body].any()
