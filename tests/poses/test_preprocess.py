"""Claims about the one way from clips to network input: unit, size, frame times, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from spobet.poses.preprocess import Preprocessor, PreprocessSettings, UnknownPictureSize
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, HOLISTIC_75, OPENPOSE_54

SIZE = (1280, 720)
SETTINGS = PreprocessSettings(num_frames=8)


def hands(num_frames: int = 9, seed: int = 0) -> PoseSequence:
    """Both hands moving smoothly in a 1280 x 720 picture, in pixels, 25 frames a second."""
    rng = np.random.default_rng(seed)
    start, way = (rng.uniform(200, 600, (len(HANDS_42), 2)) for _ in range(2))
    share = np.linspace(0, 1, num_frames)[:, None, None] ** 2
    xy = start + share * way
    times = np.arange(num_frames) / 25
    return PoseSequence(xy, np.ones(xy.shape[:2]), HANDS_42, times=times, size=SIZE)


def landmarks(unit: str, *poses: PoseSequence) -> np.ndarray:
    return Preprocessor(HANDS_42, unit, SETTINGS)(poses)["landmarks"]


@pytest.fixture(params=["pixels", "image"])
def unit(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def test_pixels_and_shares_of_one_picture_give_one_input(unit: str) -> None:
    pose = hands()
    given = [landmarks(unit, pose), landmarks(unit, pose.in_unit("image"))]
    np.testing.assert_allclose(given[0], given[1], atol=1e-5)


def test_networks_of_pixels_and_of_shares_are_given_different_inputs() -> None:
    """The guard of the law above: at 16:9 the proportions differ by what 1280 is to 720."""
    difference = np.abs(landmarks("pixels", hands()) - landmarks("image", hands()))
    assert difference.max() > 0.3


def test_the_size_of_the_picture_counts(unit: str) -> None:
    other = "image" if unit == "pixels" else "pixels"
    pose = hands().in_unit(other)
    square = replace(pose, size=(720, 720))
    assert np.abs(landmarks(unit, pose) - landmarks(unit, square)).max() > 0.3


def test_a_clip_of_unknown_size_in_another_unit_is_taken_as_it_is_with_a_warning(
    unit: str,
) -> None:
    pose = replace(hands().in_unit("image" if unit == "pixels" else "pixels"), size=None)
    preprocessor = Preprocessor(HANDS_42, unit, SETTINGS)
    assert preprocessor.lacks_size(pose)
    with pytest.warns(
        UnknownPictureSize, match=r"-6\.4 to \+1\.1 points .* state the picture's size"
    ):
        given = preprocessor([pose])["landmarks"]
    np.testing.assert_array_equal(given, landmarks(pose.unit, pose))


def test_nothing_is_warned_of_where_no_proportions_are_lost(unit: str) -> None:
    """Warnings are errors here: a clip in the network's unit needs no size, nor one of lengths."""
    pose = replace(hands().in_unit(unit), size=None)
    assert not Preprocessor(HANDS_42, unit, SETTINGS).lacks_size(pose)
    landmarks(unit, pose)
    landmarks("", pose)
    landmarks("pixels", replace(hands(), unit="hand lengths", size=None))


def test_pixels_that_are_called_shares_are_refused(unit: str) -> None:
    pose = replace(hands(), unit="image")
    with pytest.raises(ValueError, match=r"up to \d+.* cannot be shares of the picture .*pixels\?"):
        landmarks(unit, pose)


def test_some_landmarks_guessed_far_outside_the_picture_are_no_reason_to_refuse() -> None:
    pose = hands().in_unit("image")
    xy = pose.xy.copy()
    xy[:, :5] += 9
    landmarks("image", replace(pose, xy=xy))


def test_frames_at_uneven_times_are_put_where_they_were_taken() -> None:
    """Every second frame of the second half left out, with true times: the input stays."""
    pose = hands(25)
    chosen = np.r_[0:12, 12:25:2]
    thinned = replace(
        pose,
        xy=pose.xy[chosen],
        confidence=pose.confidence[chosen],
        times=chosen / 25,
    )
    whole = landmarks("pixels", pose)[..., :2]
    timed = landmarks("pixels", thinned)[..., :2]
    by_index = landmarks("pixels", replace(thinned, times=None))[..., :2]
    assert np.abs(timed - whole).max() < 0.25 * np.abs(by_index - whole).max()
    assert np.abs(by_index - whole).max() > 0.3


def test_even_times_change_no_digit_whatever_they_start_at() -> None:
    pose = hands()
    without = landmarks("pixels", replace(pose, times=None))
    for times in (np.arange(9) / 25, 3600.04 + np.arange(9) * 1001 / 30_000):
        np.testing.assert_array_equal(landmarks("pixels", replace(pose, times=times)), without)


def test_times_are_counted_from_the_first_frame_with_a_hand() -> None:
    """Frames without a hand are cut off first, and a long wait before the sign with them."""
    pose = hands()
    xy, confidence = pose.xy.copy(), pose.confidence.copy()
    xy[0], confidence[0] = np.nan, 0
    waited = replace(pose, xy=xy, confidence=confidence, times=np.r_[-9, np.arange(1, 9)] / 25)
    np.testing.assert_array_equal(
        landmarks("pixels", waited), landmarks("pixels", pose.frames(1, 9))
    )


def test_clips_of_one_batch_are_placed_each_by_its_own_times() -> None:
    uneven = replace(hands(9, seed=1), times=np.array([0, 1, 2, 3, 4, 8, 12, 16, 20]) / 25)
    together = landmarks("pixels", hands(), uneven, hands(5))
    for clip, pose in enumerate((hands(), uneven, hands(5))):
        np.testing.assert_array_equal(together[clip], landmarks("pixels", pose)[0])


def test_a_clip_without_a_hand_is_refused_by_its_number() -> None:
    pose = hands()
    unseen = replace(pose, confidence=np.full(pose.confidence.shape, 0.05))
    preprocessor = Preprocessor(HANDS_42, "pixels", SETTINGS)
    preprocessor.check(pose)
    message = r"no hand seen in any of 9 frames \(confidence from 0\.1\)"
    with pytest.raises(ValueError, match=f"^{message}"):
        preprocessor.check(unseen)
    with pytest.raises(ValueError, match=f"^clip 2: {message}"):
        preprocessor.with_hands([pose, unseen])
    assert not preprocessor([unseen])["landmarks"].any()


def test_a_hand_seen_in_one_frame_of_a_long_clip_is_a_hand() -> None:
    pose = hands(200)
    confidence = np.where(np.arange(200)[:, None] == 101, 1, np.zeros(len(HANDS_42)))
    Preprocessor(HANDS_42, "pixels", SETTINGS).check(replace(pose, confidence=confidence))


def test_a_prepared_clip_has_the_networks_landmarks_and_unit_and_no_guesses() -> None:
    xy = np.full((2, len(HOLISTIC_75), 2), 90.0)
    confidence = np.ones(xy.shape[:2])
    confidence[1, HOLISTIC_75.index("nose")] = 0.05
    pose = PoseSequence(xy, confidence, HOLISTIC_75, size=(900, 90))
    prepared = Preprocessor(OPENPOSE_54, "image").prepared(pose)
    assert (prepared.skeleton, prepared.unit) == (OPENPOSE_54, "image")
    np.testing.assert_allclose(prepared["neck"], [[0.1, 1], [0.1, 1]], rtol=1e-6)
    assert np.isnan(prepared["nose"][1]).all()


@pytest.mark.parametrize(
    ("name", "value"), [("num_frames", 1), ("min_confidence", 1.5), ("min_confidence", np.nan)]
)
def test_settings_that_no_clip_can_be_read_with_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"input\.{name} is {value}, expected"):
        replace(SETTINGS, **{name: value})
