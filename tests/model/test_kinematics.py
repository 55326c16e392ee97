"""Claims about what the network is told of each frame."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit import assert_conforms, call, network_input

from spobet.model.kinematics import Kinematics
from spobet.poses.skeleton import OPENPOSE_54
from spobet.sizes import FEATURES

WITHOUT_BODY = tuple(name for name in FEATURES if name != "place")
HANDS = [[1, 2], [3, 4]]  # one body point, then two hands of a wrist and a finger
POINTS = 5


def two_frames() -> np.ndarray:
    """The signer moves by (1, 0), the right finger by (3, 0): (1, 2, 5, 3), all seen."""
    first = np.array([[0, 0], [1, 1], [2, 5], [-1, 2], [-4, 2]], dtype=np.float32)
    second = first + np.array([[1, 0], [1, 0], [3, 0], [1, 0], [1, 0]], dtype=np.float32)
    return np.concatenate(
        [np.stack([first, second]), np.ones((2, POINTS, 1), np.float32)], axis=-1
    )[None]


def told(
    features: tuple[str, ...],
    landmarks: np.ndarray,
    steps: tuple[int, ...] = (),
    hide: object = None,
) -> np.ndarray:
    hidden = np.zeros(landmarks.shape[:-1], dtype=bool)
    if hide is not None:
        hidden[hide] = True
    return call(kinematics(features, steps), (landmarks, hidden))[0]


@lru_cache
def kinematics(features: tuple[str, ...], steps: tuple[int, ...]) -> Kinematics:
    return Kinematics(features, HANDS, steps)


@pytest.mark.parametrize(
    ("features", "steps", "width"),
    [
        (WITHOUT_BODY, (), 2 * 54 + 2 * 54 + 2 + 54),
        (WITHOUT_BODY, (1, 2), 3 * (2 * 54 + 2 * 54 + 2) + 54),
        (("local", "seen"), (), 3 * 54),
        (("place", "seen"), (1,), 2 * (2 * 2 * 2) + 54),
        (("seen",), (1,), 54),
    ],
)
def test_kinematics_conform(
    features: tuple[str, ...], steps: tuple[int, ...], width: int, tmp_path: Path
) -> None:
    inputs = network_input()
    hands = [OPENPOSE_54.hand("right").tolist(), OPENPOSE_54.hand("left").tolist()]
    anchors = OPENPOSE_54.indices(["nose", "neck"]) if "place" in features else []
    shape = (*inputs["frame_mask"].shape, width)
    assert_conforms(
        Kinematics(features, hands, steps, anchors),
        (inputs["landmarks"], inputs["hidden"]),
        shape,
        tmp_path,
    )


@settings(deadline=None, max_examples=8)  # the first example compiles
@given(frame=st.integers(0, 3), landmark=st.integers(0, POINTS - 1), x=st.floats(-9, 9, width=32))
def test_the_place_of_a_hidden_landmark_is_told_nowhere(
    frame: int, landmark: int, x: float
) -> None:
    landmarks = np.concatenate([two_frames(), two_frames() * np.float32([2, 2, 1])], axis=1)
    moved = landmarks.copy()
    moved[0, frame, landmark, 0] = x
    one, other = (told(FEATURES, each, (1, 2), (0, frame, landmark)) for each in (landmarks, moved))
    np.testing.assert_array_equal(one, other)


def test_a_missing_and_a_hidden_landmark_look_alike_here() -> None:
    landmarks = two_frames()
    missing = landmarks.copy()
    missing[0, 0, 2] = 0
    np.testing.assert_array_equal(
        told(FEATURES, missing, (1,)), told(FEATURES, landmarks, (1,), (0, 0, 2))
    )


def test_places_are_the_coordinates() -> None:
    assert told(("coordinates",), two_frames())[0].tolist() == [0, 0, 1, 1, 2, 5, -1, 2, -4, 2]


def test_finger_points_are_told_from_their_wrist_and_everything_else_is_not() -> None:
    assert told(("local",), two_frames())[0].tolist() == [0, 0, 1, 1, 1, 4, -1, 2, -3, 0]


def test_without_its_wrist_a_finger_is_not_told() -> None:
    assert told(("local",), two_frames(), hide=(0, 0, 1))[0].tolist() == [
        0,
        0,
        0,
        0,
        0,
        0,
        -1,
        2,
        -3,
        0,
    ]


def test_the_relation_goes_from_the_left_wrist_to_the_right() -> None:
    assert told(("relation",), two_frames())[0].tolist() == [2, -1]
    assert told(("relation",), two_frames(), hide=(0, 0, 3)).tolist() == [[0, 0], [2, -1]]


def test_seen_is_zero_where_hidden_or_missing() -> None:
    landmarks = two_frames()
    landmarks[0, 0, 0] = 0
    assert told(("seen",), landmarks, hide=(0, 0, 4))[0].tolist() == [0, 1, 1, 1, 0]


def test_motion_is_the_change_since_the_frame_before() -> None:
    motion = told(("coordinates",), two_frames(), (1,))[:, 2 * POINTS :]
    assert motion.tolist() == [[0] * 10, [1, 0, 1, 0, 3, 0, 1, 0, 1, 0]]
    assert told(("local",), two_frames(), (1,))[1, 2 * POINTS :].tolist() == [
        1,
        0,
        1,
        0,
        2,
        0,
        1,
        0,
        0,
        0,
    ]


def test_no_motion_is_told_across_what_is_missing() -> None:
    landmarks = two_frames()
    landmarks[0, 0, 2] = 0
    assert told(("coordinates",), landmarks, (1,))[1, 2 * POINTS :].tolist() == [
        1,
        0,
        1,
        0,
        0,
        0,
        1,
        0,
        1,
        0,
    ]


def test_motion_comes_in_the_order_of_the_steps_after_all_features() -> None:
    features = told(("relation", "seen"), np.repeat(two_frames(), 2, axis=1), (1, 2))
    assert features.shape == (4, 2 + POINTS + 2 + 2)


def test_place_is_each_wrist_relative_to_each_anchor() -> None:
    landmarks = two_frames()
    landmarks[0, 1, 3, 2] = 0  # the left wrist is missing from the second frame
    layer = Kinematics(("place",), HANDS, (1,), anchors=[0])
    places = call(layer, (landmarks, np.zeros(landmarks.shape[:-1], bool)))[0]
    assert places[:, :4].tolist() == [[1, 1, -1, 2], [1, 1, 0, 0]]
    assert places[1, 4:].tolist() == [0, 0, 0, 0]  # the right one moves with the body


def test_a_skeleton_without_hands_has_no_relation() -> None:
    landmarks = two_frames()
    layer = Kinematics(("relation", "seen"), [], (1,))
    assert call(layer, (landmarks, np.zeros(landmarks.shape[:-1], bool))).shape == (1, 2, POINTS)
