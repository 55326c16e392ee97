"""Claims about hands that MediaPipe lists with their handedness, in all its spellings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spobet.formats import read, recognise
from spobet.poses.sequence import PoseSequence


def hand(x: float) -> list[dict[str, float]]:
    return [{"x": x + 0.01 * point, "y": 0.5, "z": 0} for point in range(21)]


HANDS = [hand(0.3), hand(0.6)]


def categories(name: str, *sides: str) -> list[Any]:
    return [[{name: side, "score": 0.9, "index": 0}] for side in sides]


def clip_of(folder: Path, *frames: dict[str, Any]) -> PoseSequence:
    (folder / "clip.json").write_text(json.dumps(list(frames)))
    assert recognise(folder / "clip.json").format == "MediaPipe landmarks"
    return read(folder / "clip.json")


def wrists(pose: PoseSequence) -> dict[str, list[float]]:
    found = {side: pose[f"{side}_hand_wrist"][:, 0].astype(float) for side in ("left", "right")}
    return {side: x.round(2).tolist() for side, x in found.items()}


@pytest.mark.parametrize(
    "frame",
    [
        {"hand_landmarks": HANDS, "handedness": categories("category_name", "Left", "Right")},
        {"landmarks": HANDS, "handednesses": categories("categoryName", "Left", "Right")},
        {"landmarks": HANDS, "handedness": categories("categoryName", "Left", "Right")},
        {"handLandmarks": HANDS, "handedness": categories("displayName", "Left", "Right")},
        {"hand_landmarks": HANDS, "handedness": ["left", "right"]},
        {"hand_landmarks": HANDS[::-1], "handedness": ["Right", "Left"]},
        {"hands": {"left": HANDS[0], "right": HANDS[1]}},
    ],
)
def test_the_landmarkers_sides_are_those_of_the_picture(frame: Any, tmp_path: Path) -> None:
    pose = clip_of(tmp_path, frame, frame)
    assert wrists(pose) == {"left": [0.3, 0.3], "right": [0.6, 0.6]}


@pytest.mark.parametrize(
    "frame",
    [
        {
            "multi_hand_landmarks": [{"landmark": one} for one in HANDS],
            "multi_handedness": [
                {"classification": [{"index": 0, "score": 0.9, "label": side}]}
                for side in ("Left", "Right")
            ],
        },
        {
            "multiHandLandmarks": HANDS,
            "multiHandedness": [{"label": "Left"}, {"label": "Right"}],
        },
    ],
)
def test_the_older_solutions_sides_are_those_of_a_mirror(frame: Any, tmp_path: Path) -> None:
    pose = clip_of(tmp_path, frame)
    assert wrists(pose) == {"left": [0.6], "right": [0.3]}


def test_a_frame_without_hands_is_missing_and_a_side_listed_twice_is_the_first(
    tmp_path: Path,
) -> None:
    nobody = {"hand_landmarks": [], "handedness": []}
    twice = {"hand_landmarks": HANDS, "handedness": ["Left", "Left"]}
    pose = clip_of(tmp_path, nobody, twice)
    assert pose.seen.sum(axis=1).tolist() == [0, 21]
    assert pose["left_hand_wrist"][1, 0] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        ({"hand_landmarks": HANDS}, "hand_landmarks: hands without sides"),
        ({"multi_hand_landmarks": HANDS}, "multi_hand_landmarks: hands without sides"),
        ({"hand_landmarks": HANDS, "handedness": ["Left"]}, "as many sides"),
        ({"hand_landmarks": HANDS, "handedness": ["up", "Left"]}, "handedness 'up', expected Left"),
        ({"hand_landmarks": {"a": 1}, "handedness": ["Left"]}, "expected a list of hands"),
    ],
)
def test_hands_whose_sides_are_unknown_are_refused(frame: Any, error: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"clip\.json: frame 1, .*{error}"):
        clip_of(tmp_path, frame)


def test_landmarks_of_33_points_are_the_bodys(tmp_path: Path) -> None:
    body = [{"x": 0.5, "y": 0.01 * point, "visibility": 0.5} for point in range(33)]
    for points in (body, [body]):
        pose = clip_of(tmp_path, {"landmarks": points, "worldLandmarks": points})
        assert pose.seen[0].sum() == 33
        assert pose["left_shoulder"][0].tolist() == pytest.approx([0.5, 0.11])


def test_a_list_of_hands_with_a_side_each_is_refused_since_it_may_be_mirrored(
    tmp_path: Path,
) -> None:
    body = [{"x": 0.5, "y": 0.5}] * 33
    listed = [{"handedness": "Left", "landmarks": HANDS[0]}]
    with pytest.raises(ValueError, match="frame 1, hands: expected an object with left and right"):
        clip_of(tmp_path, {"pose": body, "hands": listed})
