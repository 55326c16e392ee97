"""COCO-WholeBody's 133 landmarks and Halpe's 136, in JSON, .npy and .npz.

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
from spobet.formats.arrays import MAX_ARRAY_BYTES, archive_names, load_npz, load_only, only_shape
from spobet.formats.coco_json import frames_of_people, scores_in
from spobet.formats.frames import times_and_size
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
_ARRAYS = ("keypoints", "scores")  # of an .npz
_EXPECTED = " or ".join(map(str, _ORDERS))
_JSON_KEY = re.compile(rb'"(?:instance_info|instances|keypoint_scores|keypoints)"')


def looks_like(path: Path) -> str:
    """Why this is a file of COCO-WholeBody landmarks; "" where it is not."""
    head = head_of(path)
    if head[:1] in (b"{", b"[") and (key := _JSON_KEY.search(head)):
        return f"JSON with {key[0].decode()}"
    if not head.startswith((b"\x93NUMPY", b"PK")):
        return ""
    if {f"{name}.npy" for name in _ARRAYS} <= set(archive_names(path)):
        return f"arrays named {' and '.join(_ARRAYS)}"
    shape = only_shape(path)
    return f"an array {shape}" if _is_people(shape) else ""


def read(path: Path) -> PoseSequence:
    """The signer on COCO_WHOLEBODY_65, in pixels; sides are those of the signer.

    JSON: MMPose's `instance_info`, or a list of frames, each a list of people or an object with
    `instances`, or a flat list of detections that name their frame (`image_id`, as AlphaPose
    writes them); a person has `keypoints` (133, 2) and `keypoint_scores` or `scores` (133,), and a
    frame may stack those of its people. .npy, or the only array of an .npz: (frames, 133, 2 or 3)
    of x, y, score, or (frames, people, 133, 2 or 3); an .npz may hold `scores` beside `keypoints`.
    A frame without a person, NaN, (0, 0) and scores of 0 and below are missing. Scores over 1, as
    RTMW gives, count as 1. Of several people the signer is chosen as `spobet.poses.people` says.
    UserError names what is not as it should be.
    """
    with naming(path):
        if head_of(path)[:1] in (b"{", b"["):
            return clip_of_json(load_json(path))
        people = _people_of_array(_loaded(path))
        num_frames = len(people)
        rows = people.reshape(-1, *people.shape[2:])
        frames = np.repeat(np.arange(num_frames), people.shape[1])
        return _clip(rows, frames, traits.FrameOrder(np.arange(num_frames), num_frames), {})


def clip_of_json(content: Any) -> PoseSequence:
    """The clip of a JSON value, as `read` describes it."""
    found = frames_of_people(content)
    rows: list[np.ndarray] = []
    frames: list[int] = []
    entries = zip(found.entries, found.order.positions.tolist(), strict=True)
    for number, (people, position) in enumerate(entries, start=1):
        traits.check_people(len(people), f"frame {number}")
        rows += [_person(person, f"frame {number}") for person in people]
        frames += [position] * len(people)
        traits.check_rows(len(rows))
    people_rows = np.array(rows).reshape(len(rows), len(COCO_WHOLEBODY_65), 3)
    return _clip(people_rows, np.array(frames, np.int64), found.order, found.facts)


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
        given = scores_in(person)
        given = np.ones(len(points)) if given is None else given
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
    if array.dtype.kind not in "iuf" or not _is_people(shape):
        raise UserError(
            f"array is {array.dtype} {shape}, expected numbers (frames, {_EXPECTED}, 2 or 3)"
        )
    traits.check_people(shape[1] if len(shape) == 4 else 1, "every frame")
    if not 0 < len(array) <= traits.MAX_FRAMES:
        raise UserError(f"{len(array):,} frames, expected 1 to {traits.MAX_FRAMES:,}")
    traits.check_rows(len(array) * (shape[1] if len(shape) == 4 else 1))
    chosen = numbers(array[..., _ORDERS[shape[-2]], :], "array")
    if shape[-1] == 2:
        chosen = np.concatenate([chosen, np.ones((*chosen.shape[:-1], 1))], axis=-1)
    return chosen if len(shape) == 4 else chosen[:, None]


def _is_people(shape: tuple[int, ...]) -> bool:
    """Whether an array's shape is that of people's landmarks."""
    return len(shape) in (3, 4) and shape[-2] in _ORDERS and shape[-1] in (2, 3)


def _loaded(path: Path) -> np.ndarray:
    """The array of people's x, y and, where there are any, scores (..., landmarks, 2 or 3)."""
    if archive_names(path)[1:] == []:
        return load_only(path, MAX_ARRAY_BYTES)
    arrays = load_npz(path, _ARRAYS.__contains__, MAX_ARRAY_BYTES)
    keypoints, scores = (arrays[name] for name in _ARRAYS)
    if scores.shape == keypoints.shape[:-1]:
        scores = scores[..., None]
    if scores.shape[:-1] != keypoints.shape[:-1] or scores.shape[-1] != 1:
        found = f"scores has shape {scores.shape}, keypoints {keypoints.shape}"
        raise UserError(f"{found}, expected one score a keypoint")
    return np.concatenate([keypoints[..., :2], scores], axis=-1)


def _clip(
    people: np.ndarray, frames: np.ndarray, order: traits.FrameOrder, facts: dict[str, Any]
) -> PoseSequence:
    """The signer among the people (rows, landmarks, 3) of frames (rows,), ascending."""
    missing = traits.missing(people)
    scores = np.maximum(np.where(missing, 0, np.nan_to_num(people[..., 2])), 0)
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
    times, size = times_and_size(facts, order.num_frames, order.times)
    unit = traits.unit_of(xy, "pixels")
    return PoseSequence(xy, values[..., 2], COCO_WHOLEBODY_65, times, unit, size)
