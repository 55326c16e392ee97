"""The parts that MediaPipe finds - body, right hand, left hand - and the clip they make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.frames import times_and_size
from spobet.formats.text import numbers
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HOLISTIC_75

PARTS = {
    "pose": HOLISTIC_75.body,
    "right_hand": HOLISTIC_75.hand("right"),
    "left_hand": HOLISTIC_75.hand("left"),
}
_KEY = re.compile(r"(pose|body|right_?hand|left_?hand|rh|lh|face)(_?landmarks)?", re.IGNORECASE)
_NUM_UPPER_BODY = 25  # of an older model of MediaPipe's, without knees and feet
_SHORT = {"body": "pose", "rh": "right_hand", "lh": "left_hand"}


def part_of(key: str) -> str:
    """Which part a key names: "pose", "right_hand", "left_hand", "face"; "" for another key."""
    match = _KEY.fullmatch(key)
    part = re.sub("_?hand", "_hand", match[1].lower()) if match else ""
    return _SHORT.get(part, part)


def part_values(points: Any, part: str, where: str) -> np.ndarray:
    """One part in one frame as (points, 3) of x, y, confidence, NaN where missing.

    points: objects with x and y, or numbers x, y[, z[, visibility]] of each, nested or in one row.
    UserError says `where` they are not that.
    """
    num_points = len(PARTS[part])
    if any(isinstance(point, Mapping) for point in points):
        rows = [_object_values(point, part, where) for point in points]
        array = numbers(rows, where)
    else:
        given = numbers(
            [[None, None] if point is None else point for point in points]
            if any(isinstance(point, Sequence) for point in points)
            else points,
            where,
        )
        if given.ndim == 1 and len(given) in (2 * num_points, 3 * num_points, 4 * num_points):
            given = given.reshape(num_points, -1)
        if given.ndim != 2 or given.shape[1] < 2:
            raise UserError(f"{where}: points of shape {given.shape}, expected (points, 2 to 4)")
        array = with_confidence(given, part)
    if part == "pose" and len(array) == _NUM_UPPER_BODY:
        array = np.pad(array, ((0, num_points - len(array)), (0, 0)), constant_values=np.nan)
    if len(array) != num_points:
        raise UserError(f"{where}: {len(array)} points, expected {num_points}")
    return array


def _object_values(point: Any, part: str, where: str) -> tuple[Any, Any, Any]:
    if point is None:
        return None, None, None
    if not isinstance(point, Mapping) or not {"x", "y"} <= set(point):
        raise UserError(f"{where}: expected points with x and y")
    visibility = point.get("visibility") if part == "pose" else None
    return point["x"], point["y"], 1 if visibility is None else visibility


def with_confidence(given: np.ndarray, part: str) -> np.ndarray:
    """x, y and confidence from the last axis: x, y[, z[, visibility]]; a hand's is 1."""
    has_visibility = part == "pose" and given.shape[-1] == 4
    confidence = given[..., 3] if has_visibility else np.ones(given.shape[:-1])
    return np.concatenate([given[..., :2], confidence[..., None]], axis=-1)


def no_landmarks(num_frames: int) -> np.ndarray:
    """x, y, confidence of frames in which nothing is found: (frames, landmarks, 3) of NaN."""
    return np.full((num_frames, len(HOLISTIC_75), 3), np.nan, np.float32)


def holistic_clip(
    values: np.ndarray, facts: Mapping[str, Any], times: np.ndarray | None = None
) -> PoseSequence:
    """The clip of x, y, confidence (frames, landmarks, 3) with NaN, and of what else a file says.

    facts: any of `frames.FACTS`; times go before a frame rate. In shares of the picture, unless the
    coordinates are so large that they must be pixels.
    """
    absent = traits.missing(values) | np.isnan(values[..., 2])
    confidence = traits.confidences(np.where(absent, 0, values[..., 2]), "visibility")
    xy = np.where(absent[..., None], np.nan, values[..., :2]).astype(np.float32)
    times, size = times_and_size(facts, len(xy), times)
    unit = traits.unit_of(xy, "image")
    return PoseSequence(xy, confidence.astype(np.float32), HOLISTIC_75, times, unit, size)
