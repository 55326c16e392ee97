"""Claims about ways from a rest that training clips are given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.poses.from_rest import ASIDE, LONGEST, LOWER, add_ways
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54

RIGHT, LEFT = HANDS_42.hand("right"), HANDS_42.hand("left")


def clips(number: int = 200, num_frames: int = 40) -> np.ndarray:
    """Hands that hold one shape and move to the right, a tenth of a hand length a frame."""
    shape = np.random.default_rng(0).normal(size=(42, 2))
    shape[21] += 3
    track = 0.1 * np.arange(num_frames)[:, None] * np.array([1, 0])
    xy = (shape[None] + track[:, None]).astype(np.float32)
    return np.repeat(xy[None], number, axis=0)


def with_ways(xy: np.ndarray, share: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    mask = np.ones(xy.shape[:2], bool)
    return add_ways(xy, mask, HANDS_42, share, np.random.default_rng(seed))


def test_a_share_of_zero_leaves_clips_as_they_are() -> None:
    xy = clips(20)
    varied, frames = with_ways(xy, 0.0)
    np.testing.assert_allclose(varied, xy, atol=1e-6)
    assert (frames == np.arange(40)).all()


def test_this_share_of_the_ends_is_changed_and_the_whole_sign_stays_between_them() -> None:
    """All frames of the sign are passed through, in their order, only faster."""
    xy = clips(400)
    varied, frames = with_ways(xy, 0.3)
    assert (np.diff(frames, axis=1) >= 0).all()
    assert (frames[:, 0] == 0).all() and (frames[:, -1] == 39).all()
    changed = [(np.abs(varied - xy)[:, end] > 1e-4).any(axis=(1, 2)).mean() for end in (0, -1)]
    whole_frames = 1 - 1 / (40 * LONGEST)  # ways shorter than a frame are none
    assert changed == pytest.approx([0.3 * whole_frames] * 2, abs=0.05)


def test_hands_come_from_their_rest_on_a_straight_way_and_end_where_the_sign_begins() -> None:
    xy = np.repeat(clips()[:, :1], 40, axis=1)  # hands that stay, so that all motion is the way
    varied, _ = with_ways(xy)
    away = varied[:, :, RIGHT[0]] - xy[:, :, RIGHT[0]]
    still = np.linalg.norm(away, axis=-1) < 1e-5
    assert still[:, 14:26].all()  # ways take three tenths of the clip at either end, at most
    first = away[:, 0]
    assert (np.abs(first[:, 0]) <= ASIDE).all() and first[:, 0].std() > 0.5
    assert (first[:, 1] >= LOWER[0]).all() and (first[:, 1] <= LOWER[1]).all()
    assert np.percentile(first[:, 1], [5, 95]) == pytest.approx([-0.5, 4.5], abs=0.6)
    distance = np.linalg.norm(away[:, :13], axis=-1)
    assert (np.diff(distance, axis=1) < 1e-4).all()
    crossed = away[:, :13, 0] * first[:, None, 1] - away[:, :13, 1] * first[:, None, 0]
    np.testing.assert_allclose(crossed, 0, atol=1e-3)


def test_each_hand_and_each_end_has_a_rest_of_its_own() -> None:
    xy = np.repeat(clips(50)[:, :1], 40, axis=1)
    varied, _ = with_ways(xy)
    wrists = [RIGHT[0], LEFT[0]]
    moves = (varied - xy)[:, [0, -1]][:, :, wrists].reshape(50, 4, 2)
    both_ends = moves[(np.abs(moves).max(axis=-1) > 0.01).all(axis=1)]
    assert len(both_ends) > 40
    for one, other in ((0, 1), (0, 2), (2, 3)):
        assert (np.abs(both_ends[:, one] - both_ends[:, other]).max(axis=-1) > 0.01).mean() > 0.95


def test_a_hand_keeps_its_shape_up_to_turn_and_size() -> None:
    xy = clips()
    varied, _ = with_ways(xy)
    before, after = (
        np.linalg.norm(some[:, 0, RIGHT[1:]] - some[:, 0, RIGHT[:1]], axis=-1)
        for some in (xy, varied)
    )
    sizes = after / before
    np.testing.assert_allclose(sizes, np.repeat(sizes[:, :1], 20, axis=1), rtol=1e-4)
    assert 0.7 <= sizes.min() < 0.8 and 1.0 < sizes.max() <= 1.1


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 1000), filled=st.integers(1, 12), share=st.floats(0, 1))
def test_what_is_missing_or_padding_or_the_body_stays_so(
    seed: int, filled: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.normal(size=(4, 12, len(OPENPOSE_54), 2)).astype(np.float32)
    lost = rng.random((4, len(OPENPOSE_54))) < 0.3
    xy[np.broadcast_to(lost[:, None], xy.shape[:3])] = np.nan
    mask = np.broadcast_to(np.arange(12) < filled, (4, 12))
    before = xy.copy()
    varied, frames = add_ways(xy, mask, OPENPOSE_54, share, rng)
    np.testing.assert_array_equal(xy, before)
    assert varied.dtype == np.float32
    assert (np.isnan(varied).any(axis=-1) == lost[:, None]).all()
    np.testing.assert_allclose(varied[:, filled:], xy[:, filled:], atol=1e-5)
    assert (frames[:, filled:] == np.arange(filled, 12)).all()
    body = np.nan_to_num(xy[:, :, OPENPOSE_54.body])
    moved = np.nan_to_num(varied[:, :, OPENPOSE_54.body])
    assert (moved >= body.min(axis=1)[:, None] - 1e-4).all()
    assert (moved <= body.max(axis=1)[:, None] + 1e-4).all()
