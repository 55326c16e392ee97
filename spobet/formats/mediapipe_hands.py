"""The sides of hands that MediaPipe lists with their handedness, in one frame's JSON.

The hand landmarker of MediaPipe Tasks says the side that the picture shows. The older solution
(`multi_hand_landmarks`) presumes a mirrored picture, as its documentation says, so its "Left" is a
hand that looks like a right one. Taken so, both give the side of the signer in the picture as it
is, which is what networks are trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spobet.errors import UserError
from spobet.poses.skeleton import HOLISTIC_75

# How the landmarker and the older solution call their lists, in Python and in JavaScript.
_TASKS = (("hand_landmarks", "handedness"), ("landmarks", "handednesses"))
_TASKS_SPELLINGS = (*_TASKS, ("landmarks", "handedness"), ("handLandmarks", "handedness"))
_SOLUTION = (
    ("multi_hand_landmarks", "multi_handedness"),
    ("multiHandLandmarks", "multiHandedness"),
)
_LABELS = ("category_name", "categoryName", "label", "display_name", "displayName")
_OTHER = {"left": "right", "right": "left"}


def with_sides(frame: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The frame with its listed hands under `left_hand` and `right_hand`, other keys unchanged.

    Of several hands of one side the first is taken, the surest one. `landmarks` of 33 points, as
    the pose landmarker gives them on the web, are the body's. UserError where hands are listed
    without sides, or with sides of which nobody knows whether they are mirrored.
    """
    hands = frame.get("hands")
    if isinstance(hands, Mapping):
        sides = {f"{side}_hand": hands[side] for side in _OTHER if side in hands}
        return {**{key: frame[key] for key in frame if key != "hands"}, **sides}
    for names, mirrored in ((_TASKS_SPELLINGS, False), (_SOLUTION, True)):
        for hands_key, sides_key in names:
            if frame.get(hands_key) and frame.get(sides_key):
                hands, sides = frame[hands_key], frame[sides_key]
                rest = {key: frame[key] for key in frame if key not in (hands_key, sides_key)}
                return {**rest, **_sided(hands, sides, mirrored, f"{where}, {hands_key}")}
    for names in (_TASKS_SPELLINGS, _SOLUTION):
        for hands_key, _ in names:
            if hands_key == "landmarks" and _is_body(frame.get(hands_key)):
                return {**frame, "pose": frame[hands_key]}
            if hands_key != "landmarks" and frame.get(hands_key):
                raise UserError(
                    f"{where}, {hands_key}: hands without sides, expected their handedness, "
                    "or left_hand_landmarks and right_hand_landmarks"
                )
    if hands:
        raise UserError(
            f"{where}, hands: expected an object with left and right; the handedness in a list is "
            "the picture's or the mirrored one, by the version of MediaPipe"
        )
    return dict(frame)


def _is_body(people: Any) -> bool:
    """Whether a list of people's points, or of one's, has the body's number of them."""
    first = people[0] if isinstance(people, list) and people else None
    counts = (len(people), len(first) if isinstance(first, list) else 0) if first else ()
    return len(HOLISTIC_75.body) in counts


def lists_hands(frame: Mapping[str, Any]) -> bool:
    """Whether a frame has the keys of listed hands, be they empty."""
    return any(
        hands in frame and (sides in frame or hands != "landmarks")
        for hands, sides in (*_TASKS_SPELLINGS, *_SOLUTION, ("hands", "hands"))
    )


def _sided(hands: Any, sides: Any, mirrored: bool, where: str) -> dict[str, Any]:
    if not isinstance(hands, list) or not isinstance(sides, list) or len(hands) != len(sides):
        raise UserError(f"{where}: expected a list of hands and as many sides")
    found: dict[str, Any] = {}
    for hand, entry in zip(hands, sides, strict=True):
        side = _side(entry)
        if side not in _OTHER:
            raise UserError(f"{where}: handedness {side!r}, expected Left or Right")
        found.setdefault(f"{_OTHER[side] if mirrored else side}_hand", hand)
    return found


def _side(entry: Any) -> str:
    """The label of one hand: text, a category, a list of categories, or protobuf's object."""
    if isinstance(entry, Mapping) and "classification" in entry:
        entry = entry["classification"]
    if isinstance(entry, list) and entry:
        entry = entry[0]  # the likeliest
    if isinstance(entry, Mapping):
        entry = next((entry[key] for key in _LABELS if entry.get(key)), "")
    return entry.lower() if isinstance(entry, str) else str(entry)[:20]
