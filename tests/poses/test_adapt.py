"""Claims about clips of one extractor on the skeleton of another."""

from __future__ import annotations

import numpy as np
import pytest

from spobet.poses.adapt import on_skeleton
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import (
    COCO_WHOLEBODY_65,
    HANDS_42,
    HANDS_AND_ARMS_49,
    HOLISTIC_75,
    OPENPOSE_54,
    Skeleton,
)


def clip(skeleton: Skeleton) -> PoseSequence:
    xy = np.random.default_rng(0).random((3, len(skeleton), 2))
    return PoseSequence(xy, np.linspace(0.1, 1, 3 * len(skeleton)).reshape(3, -1), skeleton)


@pytest.mark.parametrize("source", [HOLISTIC_75, COCO_WHOLEBODY_65])
def test_a_clip_of_mediapipe_or_coco_stands_on_openposes_points_by_name(source: Skeleton) -> None:
    pose, there = on_skeleton(clip(source), OPENPOSE_54), clip(source)
    for name in set(OPENPOSE_54.landmarks) - {"neck"}:
        np.testing.assert_array_equal(pose[name], there[name])
    np.testing.assert_allclose(
        pose["neck"], (there["left_shoulder"] + there["right_shoulder"]) / 2, rtol=1e-6
    )
    shoulders = there.confidence[:, source.indices(["left_shoulder", "right_shoulder"])]
    np.testing.assert_array_equal(
        pose.confidence[:, OPENPOSE_54.index("neck")], shoulders.min(axis=1)
    )


def test_a_neck_is_missing_where_a_shoulder_is() -> None:
    pose = clip(HOLISTIC_75)
    pose.xy[1, HOLISTIC_75.index("left_shoulder")] = np.nan
    pose.confidence[1, HOLISTIC_75.index("left_shoulder")] = 0
    assert on_skeleton(pose, OPENPOSE_54).seen[:, OPENPOSE_54.index("neck")].tolist() == [
        True,
        False,
        True,
    ]


def test_what_no_rule_makes_is_listed() -> None:
    with pytest.raises(KeyError, match=r"HANDS_42 .* lacks 12 of 54: nose, neck"):
        on_skeleton(clip(HANDS_42), OPENPOSE_54)
    assert on_skeleton(clip(OPENPOSE_54), HANDS_42).skeleton == HANDS_42


def test_a_body_that_is_optional_is_missing_throughout_and_hands_are_not() -> None:
    pose = on_skeleton(clip(HANDS_42), HANDS_AND_ARMS_49, body_optional=True)
    assert pose.skeleton == HANDS_AND_ARMS_49
    assert not pose.seen[:, HANDS_AND_ARMS_49.body].any()
    np.testing.assert_array_equal(on_skeleton(pose, HANDS_42).xy, clip(HANDS_42).xy)
    with pytest.raises(KeyError, match="lacks 42 of 49"):
        body = Skeleton("BODY", OPENPOSE_54.landmarks[:12])
        on_skeleton(clip(body), HANDS_AND_ARMS_49, body_optional=True)
