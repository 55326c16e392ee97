"""Claims about skeletons: landmarks by name, mirror order, hands and body."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.poses.skeleton import (
    HANDS_42,
    OPENPOSE_54,
    SKELETONS,
    Skeleton,
    hand_bones,
    hand_landmarks,
    skeleton_named,
)

skeletons = st.sampled_from(list(SKELETONS.values()))


@given(skeleton=skeletons)
def test_mirroring_twice_is_no_mirroring(skeleton: Skeleton) -> None:
    np.testing.assert_array_equal(
        skeleton.mirror_order[skeleton.mirror_order], np.arange(len(skeleton))
    )


@given(skeleton=skeletons)
def test_mirroring_exchanges_the_sides_and_leaves_the_middle(skeleton: Skeleton) -> None:
    for name, twin in zip(skeleton.landmarks, skeleton.mirror_order, strict=True):
        other = skeleton.landmarks[twin]
        assert {name.partition("_")[0], other.partition("_")[0]} == {
            "left",
            "right",
        } or name == other
        assert name.removeprefix("left_").removeprefix("right_") == other.removeprefix(
            "left_"
        ).removeprefix("right_")


@given(skeleton=skeletons)
def test_hands_and_body_are_every_landmark_once(skeleton: Skeleton) -> None:
    parts = np.concatenate([skeleton.hand("right"), skeleton.hand("left"), skeleton.body])
    assert sorted(parts) == list(range(len(skeleton)))


@given(skeleton=skeletons, data=st.data())
def test_positions_follow_names_in_any_order(skeleton: Skeleton, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(skeleton.landmarks)))
    assert [skeleton.landmarks[position] for position in skeleton.indices(names)] == names


def test_the_seeds_order_is_kept() -> None:
    assert (len(OPENPOSE_54), len(HANDS_42), len(OPENPOSE_54.body)) == (54, 42, 12)
    assert OPENPOSE_54.landmarks[:5] == (
        "nose",
        "neck",
        "right_shoulder",
        "right_elbow",
        "right_wrist",
    )
    assert (
        OPENPOSE_54.landmarks[12:]
        == HANDS_42.landmarks
        == hand_landmarks("right") + hand_landmarks("left")
    )
    assert OPENPOSE_54.index("right_hand_wrist") == 12
    assert OPENPOSE_54.hand("left").tolist() == list(range(33, 54))


def test_bones_of_a_hand_run_from_the_wrist_along_each_finger() -> None:
    bones = hand_bones("left")
    assert len(bones) == 20
    assert [end for start, end in bones if start == "left_hand_wrist"] == [
        "left_thumb_cmc", "left_index_mcp", "left_middle_mcp", "left_ring_mcp", "left_little_mcp",
    ]  # fmt: skip
    assert bones[4:8] == (
        ("left_hand_wrist", "left_index_mcp"),
        ("left_index_mcp", "left_index_pip"),
        ("left_index_pip", "left_index_dip"),
        ("left_index_dip", "left_index_tip"),
    )


def test_bones_are_told_as_positions_too() -> None:
    skeleton = Skeleton("small", ("neck", "nose", "chin"), (("neck", "nose"), ("nose", "chin")))
    assert skeleton.bone_indices.tolist() == [[0, 1], [1, 2]]
    assert Skeleton("boneless", ("neck",)).bone_indices.shape == (0, 2)


def test_a_hand_that_is_not_whole_belongs_to_the_body() -> None:
    skeleton = Skeleton("wrists", ("left_hand_wrist", "right_hand_wrist"))
    assert skeleton.hand("left").tolist() == []
    assert skeleton.body.tolist() == [0, 1]


def test_built_in_skeletons_are_found_by_name() -> None:
    assert skeleton_named("HANDS_42") is HANDS_42
    with pytest.raises(
        ValueError,
        match=r"unknown skeleton 'hands', expected one of: COCO_WHOLEBODY_65, HANDS_42, "
        "HANDS_AND_ARMS_49, HOLISTIC_75, OPENPOSE_54",
    ):
        skeleton_named("hands")


@pytest.mark.parametrize(
    ("landmarks", "bones", "message"),
    [
        (("neck", "nose", "neck"), (), "skeleton bad: landmarks named twice: neck"),
        (
            ("neck", "nose"),
            (("neck", "chin"),),
            "skeleton bad: bones end at unknown landmarks: chin",
        ),
        (
            ("neck", "left_eye"),
            (),
            "skeleton bad: landmarks of one side only: left_eye",
        ),
    ],
)
def test_a_skeleton_that_contradicts_itself_is_refused(
    landmarks: tuple[str, ...], bones: tuple[tuple[str, str], ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Skeleton("bad", landmarks, bones)


def test_every_absent_landmark_is_named() -> None:
    with pytest.raises(
        KeyError, match=r"skeleton HANDS_42 \(42 landmarks\) lacks 2 of 3: nose, neck"
    ):
        HANDS_42.indices(["nose", "left_hand_wrist", "neck"])
