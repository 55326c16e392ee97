"""MediaPipe's landmarks of body and hands, as its users write them: JSON, .npz, and the Parquet form of the 250-sign contest."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.formats.arrays import load_npz
from spobet.formats.text import head_of, load_json, naming, numbers
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HOLISTIC_75

NOT_KEPT = "z and the face's landmarks"
MAX_FRAMES = 100_000
_PARTS = {
    "pose": HOLISTIC_75.body,
    "right_hand": HOLISTIC_75.hand("right"),
    "left_hand": HOLISTIC_75.hand("left"),
}
_KEY = re.compile(r"(pose|right_?hand|left_?hand|face|hand)(_?landmarks)?", re.IGNORECASE)
_JSON_KEY = re.compile(rb'"(?:pose|(?:left|right)_?hand)_?landmarks"', re.IGNORECASE)
_MAX_ROWS = 2_000_000
_MAX_ARRAY_BYTES = 200_000_000
_FACTS = ("fps", "frame_rate", "width", "height")
_COLUMNS = ["frame", "type", "landmark_index", "x", "y"]


def looks_like(path: Path) -> str:
    """Why this is a file of MediaPipe landmarks; "" where it is not."""
    head = head_of(path)
    if head[:1] in (b"{", b"[") and (key := _JSON_KEY.search(head)):
        return f"JSON with {key[0].decode()}"
    if head.startswith(b"PAR1"):
        return "Parquet"
    if head.startswith(b"PK") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            arrays = [name.removesuffix(".npy") for name in archive.namelist()]
        if named := [name for name in arrays if _part_of(name) in _PARTS]:
            return f"arrays named {', '.join(named[:3])}"
    return ""


def read(path: Path) -> PoseSequence:
    """One signer on HOLISTIC_75, in shares of the picture; sides are the signer's own.

    What MediaPipe did not find is missing: a part that is absent or null, and in arrays NaN or (0, 0). Confidence is the body
    points' visibility and 1 for the points of a hand. `size` and `times` where the file tells width, height and frames a second.
    z and faces are not kept. Raises ValueError naming what is not as it should be.
    """
    head = head_of(path)
    with naming(path):
        if head.startswith(b"PAR1"):
            return _from_parquet(path)
        return _from_arrays(path) if head.startswith(b"PK") else _from_json(load_json(path))


def _part_of(key: str) -> str:
    """Which part a key names: "pose", "right_hand", "left_hand", "face", "hand"; "" for another key."""
    match = _KEY.fullmatch(key)
    if not match:
        return ""
    part = match[1].lower()
    return (
        part
        if part in ("pose", "face", "hand")
        else f"{part.removesuffix('hand').removesuffix('_')}_hand"
    )


def _from_json(content: Any) -> PoseSequence:
    facts = content if isinstance(content, dict) else {}
    frames = facts.get("frames", [facts]) if facts else content
    if (
        not isinstance(frames, list)
        or not 0 < len(frames) <= MAX_FRAMES
        or not all(isinstance(frame, dict) for frame in frames)
    ):
        raise UserError(f"expected a list of 1 to {MAX_FRAMES:,} frames, each an object")
    values = _nothing(len(frames))
    for number, frame in enumerate(frames):
        for key, found in frame.items():
            part = _part_of(key)
            where = f"frame {number + 1}, {key}"
            if part == "hand" and found:
                raise UserError(
                    f"{where}: hands without sides, expected left_hand_landmarks and right_hand_landmarks"
                )
            if part in _PARTS and (points := _points(found, where)):
                values[number, _PARTS[part]] = _xy_and_sureness(points, part, where)
    if np.isnan(values[..., 0]).all() and not any(
        _part_of(key) for frame in frames for key in frame
    ):
        raise UserError(
            "no pose_landmarks, left_hand_landmarks or right_hand_landmarks in any frame"
        )
    return _pose(values, facts)


def _points(found: Any, where: str) -> list[Any]:
    """The points of one part in one frame, [] where it was not found; of a list of people the only one."""
    if isinstance(found, dict):
        found = found.get("landmark", found.get("landmarks"))
    if found is None or found == []:
        return []
    if not isinstance(found, list):
        raise UserError(f"{where}: {type(found).__name__}, expected a list of points")
    if isinstance(found[0], list) and found[0] and not isinstance(found[0][0], (int, float)):
        if len(found) > 1:
            raise UserError(f"{where}: {len(found)} people, expected one")
        return _points(found[0], where)
    return found


def _xy_and_sureness(points: list[Any], part: str, where: str) -> np.ndarray:
    """(points, 3) of x, y, confidence."""
    if isinstance(points[0], Mapping):
        if not all(isinstance(point, Mapping) and {"x", "y"} <= set(point) for point in points):
            raise UserError(f"{where}: expected points with x and y")
        rows = [
            (point["x"], point["y"], point.get("visibility", 1) if part == "pose" else 1)
            for point in points
        ]
        array = numbers(rows, where)
    else:
        given = numbers(points, where)
        if given.ndim != 2 or given.shape[1] < 2:
            raise ValueError(f"{where}: points of shape {given.shape}, expected (points, 2 to 4)")
        array = _with_sureness(given, part)
    if len(array) != len(_PARTS[part]):
        raise UserError(f"{where}: {len(array)} points, expected {len(_PARTS[part])}")
    return array


def _with_sureness(given: np.ndarray, part: str) -> np.ndarray:
    """x, y and confidence from the last axis: x, y[, z[, visibility]]."""
    confidence = (
        given[..., 3] if part == "pose" and given.shape[-1] == 4 else np.ones(given.shape[:-1])
    )
    return np.concatenate([given[..., :2], confidence[..., None]], axis=-1)


def _from_arrays(path: Path) -> PoseSequence:
    arrays = load_npz(
        path, lambda name: _part_of(name) in _PARTS or name in _FACTS, _MAX_ARRAY_BYTES
    )
    parts = {_part_of(name): (name, array) for name, array in arrays.items() if _part_of(name)}
    lengths = {len(array) if array.ndim else 0 for _, array in parts.values()}
    if len(lengths) != 1 or not 0 < max(lengths) <= MAX_FRAMES:
        raise UserError(
            f"arrays of {sorted(lengths)} frames, expected as many of each and 1 to {MAX_FRAMES:,}"
        )
    values = _nothing(lengths.pop())
    for part, (name, array) in parts.items():
        if (
            array.dtype.kind not in "iuf"
            or array.ndim != 3
            or array.shape[1] != len(_PARTS[part])
            or not 2 <= array.shape[2] <= 4
        ):
            expected = f"numbers (frames, {len(_PARTS[part])}, 2 to 4)"
            raise ValueError(f"{name} is {array.dtype} {array.shape}, expected {expected}")
        found = _with_sureness(numbers(array, name), part)
        found[(found[..., :2] == 0).all(axis=-1)] = np.nan
        values[:, _PARTS[part]] = found
    return _pose(
        values,
        {
            name: array.item()
            for name, array in arrays.items()
            if name in _FACTS and array.size == 1
        },
    )


def _from_parquet(path: Path) -> PoseSequence:
    """The Kaggle contest's form: one row a landmark of a frame, NaN = missing; a number without rows is a frame without any."""
    parquet = extra_module("pyarrow.parquet", "parquet", "reading Parquet")
    errors = extra_module("pyarrow", "parquet", "reading Parquet")
    try:
        with parquet.ParquetFile(path) as file:
            if file.metadata.num_rows > _MAX_ROWS:
                raise UserError(
                    f"{file.metadata.num_rows:,} rows, expected at most {_MAX_ROWS:,} for one clip"
                )
            columns = {
                name: column.to_numpy()
                for name, column in zip(_COLUMNS, file.read(_COLUMNS).columns, strict=True)
            }
    except (errors.ArrowException, OSError, KeyError) as error:
        raise UserError(f"not Parquet with the columns {', '.join(_COLUMNS)} ({error})") from error
    frames = _whole_numbers(columns["frame"], "frame")
    if not len(frames) or np.ptp(frames) >= MAX_FRAMES:
        raise UserError(
            f"{len(frames)} rows over {np.ptp(frames) + 1 if len(frames) else 0} frames, expected 1 to {MAX_FRAMES:,}"
        )
    places, points = (
        _whole_numbers(columns["landmark_index"], "landmark_index"),
        columns["type"].astype(str),
    )
    xy = np.stack([numbers(columns[name], name) for name in ("x", "y")], axis=1)
    values = _nothing(int(np.ptp(frames)) + 1)
    for part, landmarks in _PARTS.items():
        rows = points == part
        if rows.any() and not (places[rows].min() >= 0 and places[rows].max() < len(landmarks)):
            raise UserError(
                f"landmark_index of {part} runs to {places[rows].max()}, expected 0..{len(landmarks) - 1}"
            )
        values[frames[rows] - frames.min(), landmarks[places[rows]], :2] = xy[rows]
        values[frames[rows] - frames.min(), landmarks[places[rows]], 2] = 1
    return _pose(values, {})


def _whole_numbers(values: np.ndarray, name: str) -> np.ndarray:
    array = numbers(values, name)
    if (
        array.ndim != 1
        or not (np.isfinite(array) & (array == np.round(array)) & (np.abs(array) < 2**53)).all()
    ):
        raise UserError(f"{name}: expected whole numbers")
    return array.astype(np.int64)


def _nothing(num_frames: int) -> np.ndarray:
    return np.full((num_frames, len(HOLISTIC_75), 3), np.nan)


def _pose(values: np.ndarray, facts: Mapping[str, Any]) -> PoseSequence:
    """From x, y, confidence (frames, landmarks, 3) with NaN, and what else the file tells."""
    missing = np.isnan(values).any(axis=-1)
    confidence = np.where(missing, 0, values[..., 2])
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise UserError(
            f"visibility runs {confidence.min():g}..{confidence.max():g}, expected 0..1"
        )
    xy = np.where(missing[..., None], np.nan, values[..., :2]).astype(np.float32)
    rate = _fact(facts, ("fps", "frame_rate"))
    width, height = _fact(facts, ("width",)), _fact(facts, ("height",))
    times = np.arange(len(xy)) / rate if rate else None
    size = (round(width), round(height)) if width and height else None
    return PoseSequence(xy, confidence.astype(np.float32), HOLISTIC_75, times, "image", size)


def _fact(facts: Mapping[str, Any], names: Iterable[str]) -> float:
    """A number over 0 that the file tells under one of some names; 0 where it tells none."""
    for name in names:
        value = facts.get(name)
        if value is not None:
            if (
                isinstance(value, bool)
                or not isinstance(value, (int, float))
                or not 0 < value < 1e6
            ):
                raise UserError(f"{name} is {value!r}, expected a number over 0")
            return float(value)
    return 0.0
