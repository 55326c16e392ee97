"""Claims about fingers of another length."""

from __future__ import annotations

import numpy as np

from spobet.poses.fingers import vary_fingers
from spobet.poses.skeleton import HANDS_42

FINGER = [5, 6, 7, 8]  # of a hand's 21 landmarks, the index finger from its base


def clips() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(3, 4, len(HANDS_42), 2)).astype(np.float32)


def test_each_finger_changes_by_one_factor_through_the_clip() -> None:
    xy = clips()
    varied = vary_fingers(xy, HANDS_42, 0.15, np.random.default_rng(0))
    hand = HANDS_42.hand("right")
    before, after = (
        np.linalg.norm(np.diff(values[:, :, hand[FINGER]], axis=2), axis=-1)
        for values in (xy, varied)
    )
    factors = after / before  # (clips, frames, bones)
    np.testing.assert_allclose(
        factors, np.broadcast_to(factors[:, :1, :1], factors.shape), rtol=1e-4
    )
    assert np.all(np.abs(factors - 1) <= 0.1501) and np.ptp(factors) > 0.02


def test_wrist_and_bases_of_the_fingers_stay_where_they_are() -> None:
    xy = clips()
    varied = vary_fingers(xy, HANDS_42, 0.15, np.random.default_rng(0))
    for hand in HANDS_42.hands:
        fixed = hand[[0, 1, 5, 9, 13, 17]]
        np.testing.assert_array_equal(varied[:, :, fixed], xy[:, :, fixed])
    assert not np.allclose(varied, xy)


def test_a_finger_without_its_base_stays_and_what_is_missing_stays_missing() -> None:
    xy = clips()
    hand = HANDS_42.hand("left")
    xy[:, :, hand[5]] = np.nan
    xy[:, :, hand[12]] = np.nan
    varied = vary_fingers(xy, HANDS_42, 0.15, np.random.default_rng(0))
    np.testing.assert_array_equal(varied[:, :, hand[FINGER]], xy[:, :, hand[FINGER]])
    np.testing.assert_array_equal(np.isnan(varied), np.isnan(xy))
