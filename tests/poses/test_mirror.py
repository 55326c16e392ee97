import numpy as np
import pytest

from spobet.poses.mirror import hand_travel, lead_with_right, mirror
from spobet.poses.normalize import normalize
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54, Skeleton


def waving(side: str, steps: tuple[float, ...], skeleton: Skeleton = HANDS_42) -> PoseSequence:
    """Both hands open and still, but one of them moves along x by `steps`."""
    rng = np.random.default_rng(0)
    xy = np.repeat(rng.normal(size=(1, len(skeleton), 2)), len(steps) + 1, axis=0)
    xy[:, skeleton.hand(side), 0] += np.cumsum([0, *steps])[:, None]
    return PoseSequence(xy, np.ones(xy.shape[:2]), skeleton, unit="hand lengths")


def test_a_mirrored_landmark_changes_place_with_its_twin_and_x_its_sign() -> None:
    skeleton = Skeleton("pair", ("nose", "left_eye", "right_eye"))
    mirrored = mirror(np.array([[1.0, 2], [3, 4], [5, 6]]), skeleton)
    assert mirrored.tolist() == [[-1, 2], [-5, 6], [-3, 4]]


def test_hand_travel_is_the_way_along_x_plus_along_y() -> None:
    assert hand_travel(waving("left", (1, -2, 0.5)), "left") == pytest.approx(3.5, abs=1e-5)
    assert hand_travel(waving("left", (1, -2, 0.5)), "right") == 0


def test_steps_beside_a_gap_do_not_count() -> None:
    pose = waving("right", (1, 1, 1))
    xy = pose.xy.copy()
    xy[1, HANDS_42.hand("right")[3]] = np.nan
    lost = np.isnan(xy[..., 0])
    with_gap = PoseSequence(xy, np.where(lost, 0, pose.confidence), HANDS_42, unit="hand lengths")
    assert hand_travel(with_gap, "right") == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("skeleton", [HANDS_42, OPENPOSE_54])
def test_left_and_right_handed_signers_become_the_same(skeleton: Skeleton) -> None:
    right = normalize(waving("right", (1, 2, -1), skeleton))
    left = PoseSequence(
        mirror(right.xy, skeleton),
        right.confidence[:, skeleton.mirror_order],
        skeleton,
        unit=right.unit,
    )
    assert lead_with_right(right) is right
    np.testing.assert_allclose(lead_with_right(left).xy, right.xy)


def test_a_clip_without_hands_stays_as_it_is() -> None:
    pose = PoseSequence(np.ones((2, 1, 2)), np.ones((2, 1)), Skeleton("one", ("nose",)))
    assert lead_with_right(pose) is pose
