"""One frame as OpenPose writes it: a JSON object with everyone in the picture."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Mapping
from io import FileIO
from typing import Any, Protocol

import numpy as np
import orjson

from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.text import parse_json
from spobet.poses.skeleton import OPENPOSE_54, hand_landmarks

MAX_BYTES = 4_000_000  # of one frame: a hundred people with faces and hands take half of it
_VALUES_A_POINT = 3
_TRUNK_VALUES = 8 * _VALUES_A_POINT  # nose to left wrist come first in both models
_FACE_VALUES = 4 * _VALUES_A_POINT  # right eye, left eye, right ear, left ear
_BODY_25_VALUES, _BODY_18_VALUES = 25 * _VALUES_A_POINT, 18 * _VALUES_A_POINT
_FACE_START = {_BODY_25_VALUES: 15 * _VALUES_A_POINT, _BODY_18_VALUES: 14 * _VALUES_A_POINT}
_HAND_VALUES = _VALUES_A_POINT * len(hand_landmarks("right"))
_NO_BODY = [0.0] * (_TRUNK_VALUES + _FACE_VALUES)
_NO_HAND = [0.0] * _HAND_VALUES


class ArchivedFile(Protocol):
    """A file that is not on disk by itself; its str is what errors call it."""

    def read(self) -> bytes:
        """The whole content."""


File = str | ArchivedFile


def read_people(files: Mapping[int, File]) -> tuple[np.ndarray, np.ndarray]:
    """Everyone in every file, on OPENPOSE_54.

    files: frame files by their numbers. Returns (people, landmarks, 3) float32 of x, y,
    confidence, 0 where missing, and the number of each one's frame (people,). UserError names the
    file that is not as OpenPose writes it.
    """
    values, numbers = array("d"), array("q")
    for number, file in files.items():
        if len(numbers) > traits.MAX_ROWS:
            raise UserError(
                f"{file}: over {traits.MAX_ROWS:,} people so far, expected fewer for one clip"
            )
        for person in _people(file):
            row = _landmark_values(person, file)
            if not any(row):  # nothing of anybody
                continue
            try:
                values.fromlist(row)
            except (TypeError, OverflowError):
                values.extend(_checked(row, file))
            numbers.append(number)
    people = np.array(values).reshape(-1, len(OPENPOSE_54), _VALUES_A_POINT)
    people[~np.isfinite(people).all(axis=-1)] = 0
    _check_values(people, numbers, files)
    return people.astype(np.float32), np.array(numbers, dtype=np.int64)


def person_json(points: np.ndarray) -> dict[str, list[float]]:
    """One person as OpenPose writes it, BODY_25, from the points of OPENPOSE_54 (landmarks, 3)."""
    right, left = (points[OPENPOSE_54.hand(side)].ravel().tolist() for side in ("right", "left"))
    upper = points[OPENPOSE_54.body].ravel().tolist()
    body = [0.0] * _BODY_25_VALUES
    face = _FACE_START[_BODY_25_VALUES]
    body[:_TRUNK_VALUES] = upper[:_TRUNK_VALUES]
    body[face : face + _FACE_VALUES] = upper[_TRUNK_VALUES:]
    return {
        "pose_keypoints_2d": body,
        "face_keypoints_2d": [],
        "hand_left_keypoints_2d": left,
        "hand_right_keypoints_2d": right,
    }


def _people(file: File) -> list[dict[str, Any]]:
    content = _content(file)
    try:
        frame = orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            frame = parse_json(content)
        except UserError as error:
            raise UserError(f"{file}: {error}") from error
    if not isinstance(frame, dict) or "people" not in frame:
        raise UserError(f"{file}: no `people` in it, expected what OpenPose writes")
    people = frame["people"] or []
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise UserError(f"{file}: `people` is no list of objects, expected what OpenPose writes")
    if len(people) > 1:
        traits.check_people(len(people), str(file))
    return people


def _content(file: File) -> bytes:
    if not isinstance(file, str):
        return file.read()
    with FileIO(file) as stream:  # half the time of Path.read_bytes
        size = os.fstat(stream.fileno()).st_size
        if size > MAX_BYTES:
            raise UserError(f"{file}: {size:,} bytes, expected at most {MAX_BYTES:,} for one frame")
        return stream.read()


def _landmark_values(person: dict[str, Any], file: File) -> list[float]:
    """x, y, confidence of every landmark of OPENPOSE_54 in one flat list."""
    right, left = _hand_values(person, "right", file), _hand_values(person, "left", file)
    body = _values(person, "pose_keypoints", file)
    if not body and any(key.startswith(("pose_keypoints", "hand_")) for key in person):
        return _NO_BODY + right + left
    if len(body) not in _FACE_START:
        expected = f"{_BODY_25_VALUES} (BODY_25) or {_BODY_18_VALUES} (18-point model)"
        raise UserError(f"{file}: {len(body)} body values, expected {expected}")
    face = _FACE_START[len(body)]
    upper = body[:_TRUNK_VALUES] + body[face : face + _FACE_VALUES]
    return upper + right + left


def _hand_values(person: dict[str, Any], side: str, file: File) -> list[float]:
    hand = _values(person, f"hand_{side}_keypoints", file) or _NO_HAND
    if len(hand) != _HAND_VALUES:
        raise UserError(f"{file}: {len(hand)} {side} hand values, expected {_HAND_VALUES} or none")
    return hand


def _values(person: dict[str, Any], key: str, file: File) -> list[float]:
    """The values under a key of OpenPose 1.3, or of older versions, which lack the `_2d`."""
    values = person.get(f"{key}_2d")
    if values is None:
        values = person.get(key) or []
    if not isinstance(values, list):
        kind = type(values).__name__
        raise UserError(f"{file}: {key}_2d is {kind}, expected a list of numbers")
    return values


def _checked(row: list[Any], file: File) -> list[float]:
    """One person's values, null as NaN; UserError where one is no number."""
    for value in row:
        if not isinstance(value, (int, float, type(None))):
            raise UserError(f"{file}: keypoint values must be numbers: {value!r}")
    try:
        return [float("nan") if value is None else float(value) for value in row]
    except OverflowError as error:
        raise UserError(f"{file}: keypoint values must be finite numbers") from error


def _check_values(people: np.ndarray, numbers: Iterable[int], files: Mapping[int, File]) -> None:
    x, y, confidence = np.moveaxis(people, -1, 0)
    limit = np.finfo(np.float32).max
    right = (np.abs(x) < limit) & (np.abs(y) < limit)
    right &= (confidence >= 0) & (confidence <= traits.MAX_CONFIDENCE)
    if not right.all():
        row, landmark = np.argwhere(~right)[0]
        point = ", ".join(f"{value:g}" for value in people[row, landmark])
        where = f"{files[list(numbers)[row]]}: {OPENPOSE_54.landmarks[landmark]}"
        raise UserError(f"{where} is ({point}), expected finite x and y and a confidence of 0..1")
