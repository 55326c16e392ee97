"""Claims about variations of training clips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.poses.augment import (
    AugmentConfig,
    augment,
    drop_hands,
    drop_spans,
    mirror,
    mirror_some,
    random_frame_times,
    vary_camera,
    vary_hands,
)  # fmt: skip
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54, SKELETONS, Skeleton

Variation = Callable[[np.ndarray, Skeleton, np.random.Generator], np.ndarray]

CONFIG = AugmentConfig()
ZEROS = AugmentConfig(**dict.fromkeys((field.name for field in fields(AugmentConfig)), 0.0))
VARIATIONS: dict[str, Variation] = {
    "all": lambda xy, skeleton, rng: augment(xy, skeleton, CONFIG, rng),
    "mirror": lambda xy, skeleton, rng: mirror_some(xy, skeleton, rng.random(len(xy)) < 0.5),
    "camera": lambda xy, skeleton, rng: vary_camera(xy, CONFIG, rng),
    "hands": lambda xy, skeleton, rng: vary_hands(xy, skeleton, CONFIG, rng),
    "dropped hands": lambda xy, skeleton, rng: drop_hands(xy, skeleton, 0.8, rng),
    "dropped spans": lambda xy, skeleton, rng: drop_spans(xy, 0.8, 0.5, rng),
}
variations = st.sampled_from(list(VARIATIONS.values()))
skeletons = st.sampled_from(list(SKELETONS.values()))
seeds = st.integers(0, 1000)


def batch(
    skeleton: Skeleton = OPENPOSE_54, seed: int = 0, num_clips: int = 4, num_frames: int = 10
) -> np.ndarray:
    rng = np.random.default_rng(seed)
    xy = rng.normal(size=(num_clips, num_frames, len(skeleton), 2)).astype(np.float32)
    xy[rng.random(xy.shape[:3]) < 0.2] = np.nan
    return xy


def same_clip(num_clips: int) -> np.ndarray:
    """One clip with everything seen, several times."""
    return np.repeat(
        np.random.default_rng(0).normal(size=(1, 10, len(OPENPOSE_54), 2)), num_clips, axis=0
    ).astype(np.float32)


@settings(deadline=None, max_examples=40)
@given(skeleton=skeletons, seed=seeds)
def test_mirroring_twice_gives_the_clip_back(skeleton: Skeleton, seed: int) -> None:
    xy = batch(skeleton, seed)
    np.testing.assert_array_equal(mirror(mirror(xy, skeleton), skeleton), xy)


@settings(deadline=None, max_examples=40)
@given(vary=variations, skeleton=skeletons, seed=seeds)
def test_a_variation_leaves_its_argument_and_missing_landmarks_as_they_are(
    vary: Variation, skeleton: Skeleton, seed: int
) -> None:
    xy = batch(skeleton, seed)
    before = xy.copy()
    varied = vary(xy, skeleton, np.random.default_rng(seed))
    np.testing.assert_array_equal(xy, before)
    assert varied.shape == xy.shape
    assert varied.dtype == np.float32
    lost, missing = np.isnan(varied), np.isnan(xy)
    assert (lost[..., 0] == lost[..., 1]).all()
    mirrored = np.isnan(mirror(xy, skeleton))
    per_clip = (
        np.where(missing, lost, True).all(axis=(1, 2, 3)),
        np.where(mirrored, lost, True).all(axis=(1, 2, 3)),
    )
    assert np.logical_or(*per_clip).all()


@settings(deadline=None, max_examples=40)
@given(vary=variations, seed=seeds)
def test_the_same_chance_gives_the_same_variation(vary: Variation, seed: int) -> None:
    first, second = (vary(batch(), OPENPOSE_54, np.random.default_rng(seed)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@settings(deadline=None, max_examples=40)
@given(skeleton=skeletons, seed=seeds)
def test_zeros_leave_the_clip_as_it_is(skeleton: Skeleton, seed: int) -> None:
    """Missing wrists included: a hand without its wrist is not lost."""
    xy = batch(skeleton, seed)
    np.testing.assert_allclose(
        augment(xy, skeleton, ZEROS, np.random.default_rng(seed)), xy, atol=1e-5
    )


@pytest.mark.parametrize("name", VARIATIONS)
def test_every_clip_of_a_batch_is_varied_in_its_own_way(name: str) -> None:
    """Once the draw froze when the graph was traced: one angle for all clips of all epochs."""
    rng = np.random.default_rng(0)
    first, second = (VARIATIONS[name](same_clip(16), OPENPOSE_54, rng) for _ in range(2))
    different = {clip.tobytes() for clip in (*first, *second)}
    assert len(different) > (1 if name == "mirror" else 8)
    assert first.tobytes() != second.tobytes()


@settings(deadline=None, max_examples=40)
@given(
    lengths=st.lists(st.integers(1, 400), min_size=1, max_size=8),
    num_frames=st.integers(2, 64),
    stretch=st.booleans(),
    speed=st.floats(0, 2),
    warp=st.floats(0, 1),
    cut=st.floats(0, 0.5),
    seed=seeds,
)
def test_frame_times_stay_in_the_clip_and_in_order(
    lengths: list[int],
    num_frames: int,
    stretch: bool,
    speed: float,
    warp: float,
    cut: float,
    seed: int,
) -> None:
    config = replace(CONFIG, speed=speed, warp=warp, cut=cut)
    frame_times, frame_mask = random_frame_times(
        np.array(lengths), num_frames, stretch, config, np.random.default_rng(seed)
    )
    assert frame_times.shape == frame_mask.shape == (len(lengths), num_frames)
    assert (frame_times >= 0).all()
    assert (frame_times <= np.array(lengths)[:, None] - 1).all()
    assert (np.diff(frame_times, axis=1) >= -1e-9).all()
    assert frame_mask[:, 0].all()
    assert (frame_mask[:, :-1] >= frame_mask[:, 1:]).all()  # padding comes last
    assert frame_mask.all() or not stretch


def test_a_mirrored_signer_has_the_other_hand() -> None:
    xy = np.full((1, 1, len(HANDS_42), 2), np.nan, np.float32)
    xy[0, 0, HANDS_42.index("right_index_tip")] = (2, 3)
    mirrored = mirror(xy, HANDS_42)[0, 0]
    assert mirrored[HANDS_42.index("left_index_tip")].tolist() == [-2, 3]
    assert np.isnan(mirrored).sum() == np.isnan(xy).sum()


def test_a_turned_camera_turns_the_whole_clip_alike() -> None:
    config = replace(ZEROS, rotate=30.0)
    xy = same_clip(50)
    turned = vary_camera(xy, config, np.random.default_rng(0))
    np.testing.assert_allclose(
        np.linalg.norm(turned, axis=-1), np.linalg.norm(xy, axis=-1), atol=1e-5
    )
    angles = np.rad2deg(np.angle((turned @ [1, 1j]) / (xy @ [1, 1j])))
    np.testing.assert_allclose(angles, np.broadcast_to(angles[:, :1, :1], angles.shape), atol=1e-3)
    assert 25 < np.abs(angles).max() <= 30
    assert angles.min() < 0 < angles.max()


def test_varied_hands_keep_their_wrists_and_the_body() -> None:
    xy = same_clip(3)
    varied = vary_hands(xy, OPENPOSE_54, CONFIG, np.random.default_rng(0))
    fixed = [*OPENPOSE_54.body, *OPENPOSE_54.indices(["right_hand_wrist", "left_hand_wrist"])]
    np.testing.assert_array_equal(varied[:, :, fixed], xy[:, :, fixed])
    fingers = np.setdiff1d(np.arange(len(OPENPOSE_54)), fixed)
    assert (varied[:, :, fingers] != xy[:, :, fingers]).all()


def test_a_hand_whose_wrist_is_missing_is_not_lost() -> None:
    xy = same_clip(1)
    xy[:, :, OPENPOSE_54.index("right_hand_wrist")] = np.nan
    np.testing.assert_array_equal(
        np.isnan(vary_hands(xy, OPENPOSE_54, CONFIG, np.random.default_rng(0))), np.isnan(xy)
    )


def test_dropped_spans_are_whole_frames_in_a_row_and_no_longer_than_allowed() -> None:
    lost = np.isnan(drop_spans(same_clip(200), 1.0, 0.3, np.random.default_rng(0)))
    frames = lost.all(axis=(2, 3))
    assert (frames == lost.any(axis=(2, 3))).all()
    assert set(frames.sum(axis=1)) == {0, 1, 2, 3}
    edges = np.abs(np.diff(np.pad(frames.astype(int), ((0, 0), (1, 1))), axis=1)).sum(axis=1)
    assert edges.max() == 2


def test_one_hand_at_most_is_dropped_and_the_body_stays() -> None:
    lost = np.isnan(drop_hands(same_clip(100), OPENPOSE_54, 1.0, np.random.default_rng(0)))[..., 0]
    right, left = (lost[:, :, OPENPOSE_54.hand(side)] for side in ("right", "left"))
    assert not lost[:, :, OPENPOSE_54.body].any()
    assert right.any() and left.any()
    assert not (right.any(axis=(1, 2)) & left.any(axis=(1, 2))).any()
    assert not drop_hands(
        np.zeros((9, 4, 1, 2)), Skeleton("nose", ("nose",)), 1.0, np.random.default_rng(0)
    ).any()


def test_zeros_read_every_frame_in_its_turn() -> None:
    frame_times, frame_mask = random_frame_times(
        np.array([3, 1]), 4, False, ZEROS, np.random.default_rng(0)
    )
    assert frame_times.tolist() == [[0, 1, 2, 2], [0, 0, 0, 0]]
    assert frame_mask.tolist() == [[True, True, True, False], [True, False, False, False]]


@pytest.mark.parametrize(
    ("name", "value", "largest"),
    [
        ("rotate", -1.0, "1.79769e"),
        ("jitter", np.nan, "1.79769e"),
        ("scale", np.inf, "1.79769e"),
        ("max_dropped_span", 1.5, "1"),
        ("mirror", 1.1, "1"),
        ("cut", 0.6, "0.5"),
    ],
)
def test_what_no_clip_can_be_varied_by_is_refused(name: str, value: float, largest: str) -> None:
    with pytest.raises(
        ValueError, match=rf"augment\.{name} is {value}, expected a number from 0 to {largest}"
    ):
        replace(CONFIG, **{name: value})


# What a field does alone: other fields it needs, and the mean over 500 clips of how far landmarks
# move (in the clip's unit), of the share of landmarks lost, or of frames by which times move.
MOVED = {
    "rotate": ({"rotate": 30.0}, 0.32),
    "scale": ({"scale": 0.5}, 0.25),
    "stretch": ({"stretch": 0.5}, 0.127),
    "shear": ({"shear": 0.5}, 0.19),
    "shift": ({"shift": 0.5}, 0.385),
    "jitter": ({"jitter": 0.1}, 0.125),
    "hand_rotate": ({"hand_rotate": 30.0}, 0.345),
    "hand_scale": ({"hand_scale": 0.5}, 0.27),
    "finger_scale": ({"finger_scale": 0.5}, 0.23),
}
LOST = {
    "drop_hand": ({"drop_hand": 1.0}, 0.195),
    "drop_body": ({"drop_body": 0.5}, 12 / 54 / 2),
    "drop_span": ({"drop_span": 1.0, "max_dropped_span": 0.5}, 0.25),
    "max_dropped_span": ({"drop_span": 1.0, "max_dropped_span": 1.0}, 0.49),
}
TIMED = {
    "speed": ({"speed": 0.5}, 2.5),
    "warp": ({"warp": 0.5}, 1.55),
    "cut": ({"cut": 0.2}, 2.45),
}


def effect(name: str) -> tuple[float, float]:
    """The effect of a field alone, as measured and as expected."""
    rng = np.random.default_rng(0)
    if name in TIMED:
        values, expected = TIMED[name]
        lengths = np.full(500, 40)
        times, _ = random_frame_times(lengths, 64, False, replace(ZEROS, **values), rng)
        even, _ = random_frame_times(lengths, 64, False, ZEROS, rng)
        return float(np.abs(times - even).mean()), expected
    values, expected = (MOVED | LOST)[name]
    clips = same_clip(500)
    varied = augment(clips, OPENPOSE_54, replace(ZEROS, **values), rng)
    if name in LOST:
        return float(np.isnan(varied[..., 0]).mean()), expected
    return float(np.linalg.norm(varied - clips, axis=-1).mean()), expected


@pytest.mark.parametrize("name", [*MOVED, *LOST, *TIMED])
def test_each_field_alone_changes_the_clip_by_about_this_much(name: str) -> None:
    measured, expected = effect(name)
    assert measured == pytest.approx(expected, rel=0.08)


def test_every_field_has_a_measured_effect_of_its_own() -> None:
    """Mirroring and ways from rest concern more than coordinates: tested where clips are drawn."""
    assert {*MOVED, *LOST, *TIMED, "mirror", "from_rest"} == {
        field.name for field in fields(AugmentConfig)
    }
