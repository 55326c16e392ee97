"""COCO-WholeBody's 133 landmarks, as MMPose, RTMW and rtmlib write them: JSON and .npy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.formats.arrays import load_npy
from spobet.formats.text import head_of, load_json, naming, numbers
from spobet.poses.people import signer_rows
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import COCO_WHOLEBODY_65

NOT_KEPT = "the face's landmarks"
NUM_LANDMARKS = 133
MAX_FRAMES = 100_000
_BODY_AND_FEET, _FACE, _HAND = 23, 68, 21
_LEFT = _BODY_AND_FEET + _FACE  # the left hand comes first
_ORDER = np.concatenate(
    [
        np.arange(_BODY_AND_FEET),
        np.arange(_LEFT + _HAND, NUM_LANDMARKS),
        np.arange(_LEFT, _LEFT + _HAND),
    ]
)
_JSON_KEY = re.compile(rb'"(?:instance_info|instances|keypoint_scores|keypoints)"')


def looks_like(path: Path) -> str:
    """Why this is a file of COCO-WholeBody landmarks; "" where it is not."""
    head = head_of(path)
    if head[:1] in (b"{", b"[") and (key := _JSON_KEY.search(head)):
        return f"JSON with {key[0].decode()}"
    return "NumPy array" if head.startswith(b"\x93NUMPY") else ""


def read(path: Path) -> PoseSequence:
    """The signer on COCO_WHOLEBODY_65, in pixels, without times; sides are the signer's own.

    JSON: MMPose's `instance_info`, or a list of frames, each a list of people or an object with `instances`; a person has
    `keypoints` (133, 2) and `keypoint_scores` (133,). .npy: (frames, 133, 3) of x, y, score. A frame without a person, NaN and
    (0, 0, 0) are missing. Scores over 1, as RTMW gives, count as 1. Of several people the signer is chosen as `spobet.poses.people`
    says. Raises ValueError naming what is not as it should be.
    """
    with naming(path):
        if head_of(path).startswith(b"\x93NUMPY"):
            return _pose(_array(path))
        return _pose(_signer(_frames(load_json(path))))


def _array(path: Path) -> np.ndarray:
    array = load_npy(path)
    if array.dtype.kind not in "iuf" or array.ndim != 3 or array.shape[1:] != (NUM_LANDMARKS, 3):
        raise ValueError(
            f"array is {array.dtype} {array.shape}, expected numbers (frames, {NUM_LANDMARKS}, 3)"
        )
    if not 0 < len(array) <= MAX_FRAMES:
        raise UserError(f"{len(array):,} frames, expected 1 to {MAX_FRAMES:,}")
    return numbers(array, "array")


def _frames(content: Any) -> list[list[Any]]:
    """The people of each frame."""
    if isinstance(content, dict):
        content = content.get("instance_info", [content])
    if not isinstance(content, list) or not 0 < len(content) <= MAX_FRAMES:
        raise UserError(f"expected a list of 1 to {MAX_FRAMES:,} frames")
    frames = [
        frame.get("instances", [frame]) if isinstance(frame, dict) else frame for frame in content
    ]
    for number, people in enumerate(frames, start=1):
        if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
            raise UserError(
                f"frame {number}: expected a list of people, each an object with keypoints"
            )
    return frames


def _signer(frames: list[list[Any]]) -> np.ndarray:
    """The signer's x, y, score (frames, 133, 3), NaN where not seen."""
    rows = [
        (number, _person(person, number))
        for number, people in enumerate(frames)
        for person in people
    ]
    values = np.full((len(frames), NUM_LANDMARKS, 3), np.nan)
    if rows:
        numbers_, people = (
            np.array([number for number, _ in rows]),
            np.stack([person for _, person in rows]),
        )
        bodies = np.nan_to_num(people[:, :_BODY_AND_FEET])
        chosen = signer_rows(bodies, numbers_, confidence=np.nan_to_num(people[..., 2]).sum(axis=1))
        values[numbers_[chosen]] = people[chosen]
    return values


def _person(person: dict[str, Any], number: int) -> np.ndarray:
    where = f"frame {number + 1}"
    if "keypoints" not in person:
        raise UserError(f"{where}: a person without keypoints")
    points = numbers(person["keypoints"], f"{where}, keypoints")
    if points.shape == (1, NUM_LANDMARKS, 2):
        points = points[0]
    if points.shape == (NUM_LANDMARKS * 3,):
        points = points.reshape(NUM_LANDMARKS, 3)
    if points.shape == (NUM_LANDMARKS, 2):
        scores = numbers(
            person.get("keypoint_scores", np.ones(NUM_LANDMARKS)), f"{where}, keypoint_scores"
        ).reshape(-1)
        if scores.shape != (NUM_LANDMARKS,):
            raise UserError(f"{where}: {len(scores)} keypoint_scores, expected {NUM_LANDMARKS}")
        points = np.concatenate([points, scores[:, None]], axis=1)
    if points.shape != (NUM_LANDMARKS, 3):
        raise ValueError(
            f"{where}: keypoints of shape {points.shape}, expected ({NUM_LANDMARKS}, 2 or 3)"
        )
    return points


def _pose(values: np.ndarray) -> PoseSequence:
    values = values[:, _ORDER]
    missing = np.isnan(values).any(axis=-1) | (values == 0).all(axis=-1)
    scores = np.where(missing, 0, values[..., 2])
    if (scores < 0).any():
        raise UserError(f"score {scores.min():g}, expected at least 0")
    xy = np.where(missing[..., None], np.nan, values[..., :2]).astype(np.float32)
    return PoseSequence(xy, np.minimum(scores, 1).astype(np.float32), COCO_WHOLEBODY_65)
