"""OpenPose clip folders: one JSON file a frame, as WLASL publishes them."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterable, Mapping
from io import FileIO
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
import orjson

from spobet.errors import NotFound, UserError
from spobet.poses.adapt import on_skeleton
from spobet.poses.people import signer_rows
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54, hand_landmarks

NOT_KEPT = "faces, legs and feet"
MAX_BYTES = 4_000_000
MAX_GAP = 1000  # frames; a longer hole in the numbering is no clip
MAX_CONFIDENCE = 2.0  # OpenPose interpolates its confidences and goes a little over 1
_TO_THE_END = -1
_FRAME_NAME = re.compile(r"(?:^|_)(\d{1,18})_keypoints\.json\Z")
_VALUES_A_POINT = 3
_TRUNK_VALUES = 8 * _VALUES_A_POINT  # nose to left wrist come first in both models
_FACE_VALUES = 4 * _VALUES_A_POINT  # right eye, left eye, right ear, left ear
_BODY_25_VALUES, _BODY_18_VALUES = 25 * _VALUES_A_POINT, 18 * _VALUES_A_POINT
_FACE_START = {_BODY_25_VALUES: 15 * _VALUES_A_POINT, _BODY_18_VALUES: 14 * _VALUES_A_POINT}
_HAND_VALUES = _VALUES_A_POINT * len(hand_landmarks("right"))
_NO_HAND = [0.0] * _HAND_VALUES


class ArchivedFile(Protocol):
    """A file that is not on disk by itself; its str is what errors call it."""

    def read(self) -> bytes:
        """The whole content."""


File = str | ArchivedFile


class RangeOutsideClip(UserError):
    """The frame range does not lie in the clip: it picks no file, or the clip seems to be cut to it already."""


def read(path: Path, frame_start: int = 1, frame_end: int = _TO_THE_END) -> PoseSequence:
    """The signer of one OpenPose clip folder on OPENPOSE_54, in pixels, without times.

    path: a folder of `<name>_<number>_keypoints.json` files, one a frame, BODY_25 or the 18-point model; faces are ignored.
    frame_start, frame_end: inclusive frame numbers as in the file names, from 1; -1 reads to the last frame. Files numbered
    from 0, as OpenPose itself does, count from 1 all the same.

    Frames stand in the order of their numbers. A number without a file, between the first and the last frame read, is a frame
    with every landmark missing, so that time stays true; so is a frame without a person. OpenPose's (0, 0, 0) is missing;
    low-confidence guesses are kept with their confidence. Of several people, one signer is followed through the clip.

    Raises FileNotFoundError (no folder, no keypoint file), NotADirectoryError, RangeOutsideClip, and ValueError naming the file
    that is not OpenPose's JSON.
    """
    return read_frames(_frame_files(path), path, frame_start, frame_end)


def read_frames(
    files: Mapping[int, File], path: Path, frame_start: int = 1, frame_end: int = _TO_THE_END
) -> PoseSequence:
    """What `read` does, of frame files by their numbers, at least one; path: what errors call the clip."""
    shift = int(0 in files)
    files = {number + shift: files[number] for number in sorted(files)}
    files = _files_in_range(files, frame_start, frame_end, path)
    people, numbers = _read_people(files)
    signer = signer_rows(
        people[:, OPENPOSE_54.body], numbers, confidence=people[..., 2].sum(axis=1)
    )
    first, last = min(files), max(files)
    return _pose(people[signer], numbers[signer] - first, last - first + 1)


def write(pose: PoseSequence, folder: Path) -> None:
    """Write a clip as WLASL's OpenPose folder: `image_00001_keypoints.json` and so on, BODY_25, one person a frame at most.

    pose: in pixels, on a skeleton with every landmark of OPENPOSE_54. Times are not kept. `read` gives the same float32 values
    back. Raises ValueError for another unit, FileExistsError where the folder is there already.
    """
    if pose.unit != "pixels" and pose.size is None:
        raise UserError(f"{folder}: pose is in {pose.unit}, expected pixels")
    pose = on_skeleton(pose, OPENPOSE_54).in_unit("pixels")
    points = np.concatenate(
        [np.nan_to_num(pose.xy), pose.confidence[..., None]], axis=-1, dtype=np.float64
    )
    folder.mkdir(parents=True)
    for number, frame in enumerate(points, start=1):
        content = {"version": 1.3, "people": [_person(frame)] if frame.any() else []}
        (folder / f"image_{number:05d}_keypoints.json").write_bytes(orjson.dumps(content))


def looks_like(path: Path) -> str:
    """Why this is a folder of OpenPose keypoint files; "" where it is not."""
    if not path.is_dir():
        return ""
    with os.scandir(path) as entries:
        first = next((entry.name for entry in entries if _FRAME_NAME.search(entry.name)), "")
    return f"a folder with {first}" if first else ""


def _frame_files(path: Path) -> dict[int, str]:
    """The keypoint files of a folder by the number in their name."""
    if not path.exists():
        raise NotFound(f"{path}: no such folder, expected one with *_keypoints.json files")
    if not path.is_dir():
        raise UserError(f"{path}: a file, expected a folder with *_keypoints.json files")
    files: dict[int, str] = {}
    with os.scandir(path) as entries:
        for entry in entries:
            if (number := frame_number(entry.name)) is not None:
                other = files.setdefault(number, entry.path)
                if other != entry.path:
                    raise UserError(
                        f"{other}: {entry.name} has the same frame number, expected one clip a folder"
                    )
    if not files:
        raise NotFound(f"{path}: no *_keypoints.json file in this folder, expected one a frame")
    return files


def frame_number(name: str) -> int | None:
    """The number in the name of a keypoint file; None for another file."""
    match = _FRAME_NAME.search(name)
    return int(match[1]) if match else None


def _files_in_range(files: dict[int, File], start: int, end: int, path: Path) -> dict[int, File]:
    if start < 1 or (end != _TO_THE_END and end < start):
        raise UserError(f"{path}: frames {start}..{end}, expected 1 <= start <= end (or end -1)")
    first, last = min(files), max(files)
    chosen = {
        number: file
        for number, file in files.items()
        if start <= number <= (last if end == _TO_THE_END else end)
    }
    if not chosen:
        raise RangeOutsideClip(
            f"{path}: frames {start}..{end} asked for, files are numbered {first}..{last}"
        )
    num_frames = last - first + 1
    if start > 1 and _is_cut_already(num_frames, end - start + 1, end - last):
        raise RangeOutsideClip(
            f"{path}: frames {start}..{end} asked for, its {num_frames} frames seem to be cut already"
        )
    _check_gaps(sorted(chosen), path)
    return chosen


def _is_cut_already(num_frames: int, num_asked: int, num_past_last: int) -> bool:
    """Does a clip that ends before its range end by length resemble the range, more than the video the range counts in?"""
    return abs(num_frames - num_asked) < num_past_last


def _check_gaps(numbers: list[int], path: Path) -> None:
    for before, after in pairwise(numbers):
        if after - before > MAX_GAP:
            raise UserError(
                f"{path}: no file between frames {before} and {after}, expected gaps of at most {MAX_GAP} frames"
            )


def _read_people(files: dict[int, File]) -> tuple[np.ndarray, np.ndarray]:
    """Everyone in every file: (people, landmarks, 3) float32 of x, y, confidence, and each one's frame number (people,)."""
    values, numbers = array("d"), array("q")
    for number, file in files.items():
        for person in _people(file):
            try:
                values.fromlist(_landmark_values(person, file))
            except TypeError as error:
                raise UserError(f"{file}: keypoint values must be numbers: {error}") from error
            numbers.append(number)
    people = np.array(values).reshape(-1, len(OPENPOSE_54), _VALUES_A_POINT)
    _check_numbers(people, numbers, files)
    return people.astype(np.float32), np.array(numbers, dtype=np.int64)


def _content(file: File) -> bytes:
    if not isinstance(file, str):
        return file.read()
    with FileIO(file) as stream:  # half the time of Path.read_bytes
        size = os.fstat(stream.fileno()).st_size
        if size > MAX_BYTES:
            raise UserError(f"{file}: {size:,} bytes, expected at most {MAX_BYTES:,} for one frame")
        return stream.read()


def _people(file: File) -> list[dict[str, list[float]]]:
    try:
        people = orjson.loads(_content(file))["people"]
    except orjson.JSONDecodeError as error:
        raise UserError(f"{file}: not JSON: {error}") from error
    except (KeyError, TypeError) as error:
        raise UserError(f"{file}: no `people` in it, expected what OpenPose writes") from error
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise UserError(f"{file}: `people` is no list of objects, expected what OpenPose writes")
    return people


def _landmark_values(person: dict[str, list[float]], file: File) -> list[float]:
    """x, y, confidence of every landmark of OPENPOSE_54 in one flat list."""
    body = _values(person, "pose_keypoints_2d", file)
    if len(body) not in _FACE_START:
        expected = f"{_BODY_25_VALUES} (BODY_25) or {_BODY_18_VALUES} (18-point model)"
        raise UserError(f"{file}: {len(body)} body values, expected {expected}")
    face = _FACE_START[len(body)]
    upper = body[:_TRUNK_VALUES] + body[face : face + _FACE_VALUES]
    return upper + _hand_values(person, "right", file) + _hand_values(person, "left", file)


def _hand_values(person: dict[str, list[float]], side: str, file: File) -> list[float]:
    hand = _values(person, f"hand_{side}_keypoints_2d", file) or _NO_HAND
    if len(hand) != _HAND_VALUES:
        raise UserError(f"{file}: {len(hand)} {side} hand values, expected {_HAND_VALUES} or none")
    return hand


def _values(person: dict[str, list[float]], key: str, file: File) -> list[float]:
    values = person.get(key, [])
    if not isinstance(values, list):
        raise UserError(f"{file}: {key} is {type(values).__name__}, expected a list of numbers")
    return values


def _check_numbers(people: np.ndarray, numbers: Iterable[int], files: dict[int, File]) -> None:
    x, y, confidence = np.moveaxis(people, -1, 0)
    limit = np.finfo(np.float32).max
    right = (
        (np.abs(x) < limit)
        & (np.abs(y) < limit)
        & (confidence >= 0)
        & (confidence <= MAX_CONFIDENCE)
    )
    if not right.all():
        row, landmark = np.argwhere(~right)[0]
        point = ", ".join(f"{value:g}" for value in people[row, landmark])
        where = f"{files[list(numbers)[row]]}: {OPENPOSE_54.landmarks[landmark]}"
        raise UserError(f"{where} is ({point}), expected finite x and y and a confidence of 0..1")


def _pose(signer: np.ndarray, frames: np.ndarray, num_frames: int) -> PoseSequence:
    """The signer's values (rows, landmarks, 3) laid out over all frames (num_frames,), NaN where there are none."""
    values = np.zeros((num_frames, *signer.shape[1:]), dtype=np.float32)
    values[frames] = signer
    missing = ~values.any(axis=-1, keepdims=True)
    return PoseSequence(
        xy=np.where(missing, np.float32(np.nan), values[..., :2]),
        confidence=np.minimum(values[..., 2], 1),
        skeleton=OPENPOSE_54,
    )


def _person(points: np.ndarray) -> dict[str, list[float]]:
    """One person as OpenPose writes it, from the points of OPENPOSE_54 (landmarks, 3)."""
    right, left = (points[OPENPOSE_54.hand(side)].ravel().tolist() for side in ("right", "left"))
    upper = points[OPENPOSE_54.body].ravel().tolist()
    body = [0.0] * _BODY_25_VALUES
    face = _FACE_START[_BODY_25_VALUES]
    body[:_TRUNK_VALUES], body[face : face + _FACE_VALUES] = (
        upper[:_TRUNK_VALUES],
        upper[_TRUNK_VALUES:],
    )
    return {
        "pose_keypoints_2d": body,
        "face_keypoints_2d": [],
        "hand_left_keypoints_2d": left,
        "hand_right_keypoints_2d": right,
    }
