"""COCO-WholeBody's 133 landmarks and Halpe's 136, in JSON and .npy.

As MMPose, RTMW, rtmlib and AlphaPose write them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.arrays import load_npy, npy_shape
from spobet.formats.frames import json_frames
from spobet.formats.text import head_of, load_json, naming, numbers
from spobet.poses.people import signer_rows
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import COCO_WHOLEBODY_65

NOT_KEPT = "the face's landmarks"
_NUM_BODY, _NUM_FACE, _NUM_HAND = (
    len(COCO_WHOLEBODY_65.body),
    68,
    len(COCO_WHOLEBODY_65.hand("left")),
)
_NUM_HALPE_BODY, _NUM_COCO_BODY = 26, 17


def _order(body: Sequence[int], num_body: int) -> np.ndarray:
    """Positions of our landmarks in a model: its body, then right and left hand after the face."""
    left = num_body + _NUM_FACE  # the left hand comes first
    hands = np.arange(left, left + 2 * _NUM_HAND).reshape(2, _NUM_HAND)
    return np.concatenate([np.array(body), hands[1], hands[0]])


# Halpe has head, neck and hip after COCO's body, and its feet by landmark, not by side.
_HALPE_FEET = tuple((20 + np.arange(6).reshape(3, 2).T).ravel().tolist())
_ORDERS = {
    len(order) + _NUM_FACE + num_other: order
    for order, num_other in (
        (_order(range(_NUM_BODY), _NUM_BODY), 0),
        (_order((*range(_NUM_COCO_BODY), *_HALPE_FEET), _NUM_HALPE_BODY), 3),
    )
}
NUM_LANDMARKS = min(_ORDERS)
_EXPECTED = " or ".join(map(str, _ORDERS))
_JSON_KEY = re.compile(rb'"(?:instance_info|instances|keypoint_scores|keypoints)"')


def looks_like(path: Path) -> str:
    """Why this is a file of COCO-WholeBody landmarks; "" where it is not."""
    head = head_of(path)
    if head[:1] in (b"{", b"[") and (key := _JSON_KEY.search(head)):
        return f"JSON with {key[0].decode()}"
    shape = npy_shape(path) if head.startswith(b"\x93NUMPY") else ()
    is_landmarks = len(shape) in (3, 4) and shape[-2] in _ORDERS and shape[-1] == 3
    return f"an array {shape}" if is_landmarks else ""


def read(path: Path) -> PoseSequence:
    """The signer on COCO_WHOLEBODY_65, in pixels; sides are those of the signer.

    JSON: MMPose's `instance_info`, or a list of frames, each a list of people or an object with
    `instances`, or a flat list of detections that name their frame (`image_id`, as AlphaPose
    writes them); a person has `keypoints` (133, 2) and `keypoint_scores` (133,). .npy:
    (frames, 133, 3) of x, y, score, or (frames, people, 133, 3). A frame without a person, NaN and
    (0, 0) are missing. Scores over 1, as RTMW gives, count as 1. Of several people the signer is
    chosen as `spobet.poses.people` says. UserError names what is not as it should be.
    """
    with naming(path):
        if head_of(path).startswith(b"\x93NUMPY"):
            people = _people_of_array(load_npy(path))
            num_frames = len(people)
            rows = people.reshape(-1, *people.shape[2:])
            frames = np.repeat(np.arange(num_frames), people.shape[1])
            return _clip(rows, frames, traits.FrameOrder(np.arange(num_frames), num_frames))
        return clip_of_json(load_json(path))


def clip_of_json(content: Any) -> PoseSequence:
    """The clip of a JSON value, as `read` describes it."""
    if isinstance(content, list) and content and all(map(_is_person, content)):
        content = _frames_of_detections(content)
    found = json_frames(content, "instance_info")
    rows: list[np.ndarray] = []
    frames: list[int] = []
    entries = zip(found.entries, found.order.positions.tolist(), strict=True)
    for number, (entry, position) in enumerate(entries, start=1):
        people = entry
        if isinstance(entry, dict):
            people = entry.get("instances", [entry] if _is_person(entry) else [])
        people = people or []
        if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
            raise UserError(
                f"frame {number}: expected a list of people, each an object with keypoints"
            )
        traits.check_people(len(people), f"frame {number}")
        rows += [_person(person, f"frame {number}") for person in people]
        frames += [position] * len(people)
        traits.check_rows(len(rows))
    shape = (len(rows), len(COCO_WHOLEBODY_65), 3)
    return _clip(np.array(rows).reshape(shape), np.array(frames, np.int64), found.order)


def _is_person(entry: Any) -> bool:
    return isinstance(entry, dict) and ("keypoints" in entry or "keypoint_scores" in entry)


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


def _person(person: dict[str, Any], where: str) -> np.ndarray:
    """x, y, score of one person on COCO_WHOLEBODY_65 (landmarks, 3)."""
    if "keypoints" not in person:
        raise UserError(f"{where}: a person without keypoints")
    points = numbers(person["keypoints"], f"{where}, keypoints")
    if points.ndim == 3 and len(points) == 1:
        points = points[0]
    if points.ndim == 1 and points.size % 3 == 0:
        points = points.reshape(-1, 3)
    if points.ndim == 2 and points.shape[1] == 2:
        given = person.get("keypoint_scores", np.ones(len(points)))
        scores = numbers(given, f"{where}, keypoint_scores").reshape(-1)
        if len(scores) != len(points):
            raise UserError(f"{where}: {len(scores)} keypoint_scores, expected {len(points)}")
        points = np.concatenate([points, scores[:, None]], axis=1)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) not in _ORDERS:
        raise UserError(
            f"{where}: keypoints of shape {points.shape}, expected ({_EXPECTED}, 2 or 3)"
        )
    return points[_ORDERS[len(points)]]


def _people_of_array(array: np.ndarray) -> np.ndarray:
    """(frames, people, landmarks, 3) on COCO_WHOLEBODY_65 from an array of either form."""
    shape = array.shape
    is_right = len(shape) in (3, 4) and shape[-1] == 3 and shape[-2] in _ORDERS
    if array.dtype.kind not in "iuf" or not is_right:
        raise UserError(
            f"array is {array.dtype} {shape}, expected numbers (frames, {_EXPECTED}, 3)"
        )
    traits.check_people(shape[1] if len(shape) == 4 else 1, "every frame")
    if not 0 < len(array) <= traits.MAX_FRAMES:
        raise UserError(f"{len(array):,} frames, expected 1 to {traits.MAX_FRAMES:,}")
    traits.check_rows(len(array) * (shape[1] if len(shape) == 4 else 1))
    chosen = numbers(array[..., _ORDERS[shape[-2]], :], "array")
    return chosen if len(shape) == 4 else chosen[:, None]


def _clip(people: np.ndarray, frames: np.ndarray, order: traits.FrameOrder) -> PoseSequence:
    """The signer among the people (rows, landmarks, 3) of frames (rows,), ascending."""
    missing = traits.missing(people)
    scores = np.where(missing, 0, np.nan_to_num(people[..., 2]))
    if (scores < 0).any():
        raise UserError(f"score {scores.min():g}, expected at least 0")
    seen = np.concatenate(
        [np.where(missing[..., None], 0, people[..., :2]), np.minimum(scores, 1)[..., None]],
        axis=-1,
    )
    seen[seen[..., 2] == 0] = 0
    there = (seen[..., 2] > 0).any(axis=1)
    seen, frames = seen[there], frames[there]
    bodies = seen[:, COCO_WHOLEBODY_65.body]
    signer = signer_rows(
        bodies if bodies.any() else seen,
        frames,
        confidence=seen[..., 2].sum(axis=1),
        landmarks=seen,
    )
    values = np.zeros((order.num_frames, len(COCO_WHOLEBODY_65), 3), np.float32)
    values[frames[signer]] = seen[signer]
    xy = np.where(values[..., 2:] > 0, values[..., :2], np.float32(np.nan))
    unit = traits.unit_of(xy, "pixels")
    return PoseSequence(xy, values[..., 2], COCO_WHOLEBODY_65, order.times, unit)
