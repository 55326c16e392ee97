"""The people of each frame in COCO-WholeBody's JSON, whichever way their writers nest them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.frames import JsonFrames, json_frames

_SCORES = ("keypoint_scores", "scores")  # MMPose's name and rtmlib's


def frames_of_people(content: Any) -> JsonFrames:
    """The frames of a JSON value, each entry a list of people with `keypoints`.

    A frame is a list of people, or an object with `instances`, with one person's keypoints or with
    those of several stacked. People who name their picture (`image_id`) may stand in one list, and
    those of one picture under `instance_info`. UserError where it is none of these.
    """
    if isinstance(content, dict) and _are_detections(content.get("instance_info")):
        content = [content["instance_info"]]  # MMPose's file of one picture
    elif _are_detections(content):
        content = _frames_of_detections(content)
    found = json_frames(content, "instance_info")
    if not any(isinstance(one, list) or _holds_people(one) for one in found.entries):
        raise UserError("no instances or keypoints in any frame")
    people = [_people_in(one, f"frame {number}") for number, one in enumerate(found.entries, 1)]
    return replace(found, entries=people)


def scores_in(person: dict[str, Any]) -> Any:
    """The scores of one person's keypoints, or of several stacked; None where there are none."""
    return next((person[key] for key in _SCORES if person.get(key) is not None), None)


def _are_detections(content: Any) -> bool:
    """Whether a value lists people, each with one's keypoints, rather than frames."""
    return (
        isinstance(content, list)
        and bool(content)
        and all(_holds_people(one) and "instances" not in one for one in content)
        and not any(map(_stack_in, content))
    )


def _holds_people(entry: Any) -> bool:
    return isinstance(entry, dict) and not {"instances", "keypoints", *_SCORES}.isdisjoint(entry)


def _stack_in(entry: dict[str, Any]) -> list[Any]:
    """The keypoints of each person where an object stacks those of several; else none."""
    keypoints = entry.get("keypoints")
    first = keypoints[0] if isinstance(keypoints, list) and keypoints else None
    is_stack = isinstance(first, list) and bool(first) and isinstance(first[0], list)
    return keypoints if is_stack and isinstance(keypoints, list) else []


def _people_in(entry: Any, where: str) -> list[dict[str, Any]]:
    """Everyone in one frame."""
    people = entry
    if isinstance(entry, dict) and ("instances" in entry or not _holds_people(entry)):
        people = entry.get("instances")
    elif isinstance(entry, dict) and entry.get("keypoints") == []:
        people = []
    elif isinstance(entry, dict):
        stacked = _stack_in(entry)
        people = _unstacked(stacked, scores_in(entry), where) if stacked else [entry]
    people = people or []
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise UserError(f"{where}: expected a list of people, each an object with keypoints")
    return people


def _unstacked(keypoints: list[Any], scores: Any, where: str) -> list[dict[str, Any]]:
    """The people whose keypoints (people, 133, 2), and scores (people, 133), are stacked."""
    scores = [None] * len(keypoints) if scores is None else scores
    if not isinstance(scores, list) or len(scores) != len(keypoints):
        raise UserError(f"{where}: keypoints of {len(keypoints)} people, expected as many scores")
    pairs = zip(keypoints, scores, strict=True)
    return [{"keypoints": points, _SCORES[0]: score} for points, score in pairs]


def _frames_of_detections(people: list[dict[str, Any]]) -> Any:
    """A flat list of people as frames: by the picture each names; one person alone is a frame."""
    if len(people) == 1:
        return [people]
    images = [person.get("image_id", person.get("frame_id")) for person in people]
    named = [traits.last_number(f"{image}") for image in images]
    if any(number is None for number in named):
        raise UserError(
            f"{len(people)} people in one list and no image_id with a number: frames cannot be "
            "told from people, expected a list of frames, each a list of people"
        )
    by_number: dict[str, list[Any]] = {}
    for number, person in zip(named, people, strict=True):
        by_number.setdefault(str(number), []).append(person)
    return by_number
