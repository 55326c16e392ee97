"""Our names of the points in .pose files, and MediaPipe's names of our landmarks."""

from __future__ import annotations

import re

from spobet.poses.skeleton import HOLISTIC_75, Skeleton, hand_landmarks

MEDIAPIPE_BODY, OTHER_BODY = "POSE_LANDMARKS", "BODY"
_MEDIAPIPE_HANDS = {"LEFT_HAND_LANDMARKS": "left", "RIGHT_HAND_LANDMARKS": "right"}
_OPENPOSE_BODY = "pose_keypoints_2d"
_HANDS = {
    **_MEDIAPIPE_HANDS,
    **{"hand_left_keypoints_2d": "left", "hand_right_keypoints_2d": "right"},
    **{"LEFT_HAND": "left", "RIGHT_HAND": "right"},  # whole-body files made from MMPose
}
_HAND_POINTS = [name.removeprefix("left_") for name in hand_landmarks("left")]
# pose-format names OpenPose's points by the bone that ends in them.
_OPENPOSE_FINGERS = {"I": "index", "M": "middle", "R": "ring", "P": "little"}
_OPENPOSE_JOINTS = {"CMC": "mcp", "MCP": "pip", "PIP": "dip", "DIP": "tip"}
_OPENPOSE_HAND = {
    "BASE": "hand_wrist",
    **{"T_STT": "thumb_cmc", "T_BCMC": "thumb_mcp", "T_MCP": "thumb_ip", "T_IP": "thumb_tip"},
    **{
        f"{letter}_{bone}": f"{finger}_{joint}"
        for letter, finger in _OPENPOSE_FINGERS.items()
        for bone, joint in _OPENPOSE_JOINTS.items()
    },
}
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def landmark_name(component: str, point: str) -> str:
    """Our name of a point, "" for one that is not read."""
    if component in _HANDS:
        name = _hand_point(point)
        return f"{_HANDS[component]}_{name}" if name else ""
    if component == MEDIAPIPE_BODY:
        name = point.lower()
        side = name.removeprefix("mouth_")
        return name if side == name else f"{side}_mouth"
    if component == _OPENPOSE_BODY:
        side = {"R": "right_", "L": "left_"}.get(point[:1] if point[1:2].isupper() else "", "")
        return side + _CAPITAL.sub("_", point[1:] if side else point).lower()
    return point if component == OTHER_BODY else ""


def _hand_point(point: str) -> str:
    """The name of a hand's point without its side: MediaPipe's, OpenPose's, or by its number."""
    if point in _OPENPOSE_HAND:
        return _OPENPOSE_HAND[point]
    name = point.lower().replace("_finger", "").replace("pinky", "little")
    if name == "wrist":
        return "hand_wrist"
    number = name.rpartition("_")[2]
    if number.isdecimal() and int(number) < len(_HAND_POINTS):
        return _HAND_POINTS[int(number)]
    return name if name in _HAND_POINTS else ""


def components_of(skeleton: Skeleton) -> list[tuple[str, dict[str, str]]]:
    """(component, its points and the landmark of each) for all landmarks of a skeleton.

    MediaPipe's component for a body whose names are MediaPipe's, else the landmarks' names in
    BODY.
    """
    body = [skeleton.landmarks[position] for position in skeleton.body]
    components: list[tuple[str, dict[str, str]]] = []
    if body:
        mediapipe = {HOLISTIC_75.landmarks[position] for position in HOLISTIC_75.body}
        if set(body) <= mediapipe:
            names = {name: name.removesuffix("_mouth") for name in body}
            theirs = {
                (name if side == name else f"mouth_{side}").upper(): name
                for name, side in names.items()
            }
            components.append((MEDIAPIPE_BODY, theirs))
        else:
            components.append((OTHER_BODY, {name: name for name in body}))
    for component, side in reversed(_MEDIAPIPE_HANDS.items()):
        if len(skeleton.hand(side)):
            points = {_mediapipe_hand_name(name, side): name for name in hand_landmarks(side)}
            components.append((component, points))
    return components


def _mediapipe_hand_name(landmark: str, side: str) -> str:
    point = landmark.removeprefix(f"{side}_")
    if point == "hand_wrist":
        return "WRIST"
    finger, joint = point.upper().split("_")
    name = {"THUMB": "THUMB", "LITTLE": "PINKY"}.get(finger, f"{finger}_FINGER")
    return f"{name}_{joint}"
