"""What clients send, turned into clips: landmarks here, files in a process of their own with limits on time and memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from spobet.errors import UserError
from spobet.formats import packed
from spobet.formats.text import numbers
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton, skeleton_named

BESIDE = (
    "skeleton",
    "unit",
    "frame_rate",
    "top",
)  # what may be said of a clip beside its landmarks
MAX_BODY = 30_000_000  # bytes of a request
MAX_FRAMES = 20_000  # of one clip
MAX_CLIPS = 10  # of one request
DECODE_SECONDS, DECODE_BYTES = 60, 3_000_000_000
SUFFIXES = (
    ".npz",
    ".npy",
    ".json",
    ".csv",
    ".pose",
    ".zip",
    ".parquet",
    ".mp4",
    ".webm",
    ".mov",
    ".mkv",
)


class BadRequest(UserError):
    """What a client sent is not what was expected; the text is for the client."""


def load_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a request."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"not JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadRequest(f"a JSON {type(content).__name__}, expected an object")
    return content


def load_packed(body: bytes) -> dict[str, Any]:
    """The request whose body is landmarks alone: little-endian float32 x and y, frame after frame, NaN where missing."""
    if len(body) % 4:
        raise BadRequest(f"a body of {len(body):,} bytes, expected float32")
    return {"landmarks": np.frombuffer(body, "<f4")}


def beside_landmarks(query: Mapping[str, str]) -> dict[str, Any]:
    """What a query says of the clip in the body: skeleton and unit as words, frame_rate and top as JSON has them."""
    said: dict[str, Any] = {name: query[name] for name in BESIDE if name in query}
    for name in said.keys() & {"frame_rate", "top"}:
        with suppress(orjson.JSONDecodeError):  # the word itself is refused later, and named
            said[name] = orjson.loads(said[name])
    return said


def clip_of(content: Any, default: Skeleton, unit: str) -> PoseSequence:
    """The clip of {"landmarks": frames of landmarks, each [x, y] or null}, or of one array of all their coordinates.

    Beside them may stand "skeleton", "unit" and "frame_rate", where they are not the network's. BadRequest says what is wrong.
    """
    if not isinstance(content, dict) or not isinstance(
        content.get("landmarks"), (list, np.ndarray)
    ):
        raise BadRequest("no landmarks, expected {'landmarks': [[[x, y], ...], ...]}")
    try:
        skeleton = skeleton_named(str(content["skeleton"])) if content.get("skeleton") else default
        frames = _frames(content["landmarks"], len(skeleton))
        if not 0 < len(frames) <= MAX_FRAMES:
            raise BadRequest(f"{len(frames)} frames, expected 1 to {MAX_FRAMES:,}")
        xy = (
            numbers(frames, "landmarks")
            if isinstance(frames, np.ndarray)
            else _coordinates(frames, len(skeleton))
        )
        xy[np.isnan(xy).any(axis=2)] = np.nan
        confidence = np.where(np.isnan(xy[..., 0]), 0, 1)
        times, unit = _times(content.get("frame_rate"), len(xy)), str(content.get("unit") or unit)
        return PoseSequence(xy, confidence, skeleton, times, unit)
    except ValueError as error:
        raise BadRequest(str(error)) from error


def landmarks_of(pose: PoseSequence) -> list[list[list[float] | None]]:
    """The landmarks of a clip as `clip_of` takes them: [x, y] to seven digits after the point, or null."""
    return [
        [None if x != x else [x, y] for x, y in frame]
        for frame in pose.xy.astype(float).round(7).tolist()
    ]


def _frames(landmarks: list[Any] | np.ndarray, num_landmarks: int) -> list[Any] | np.ndarray:
    """One entry a frame; BadRequest for an array that is no whole number of frames."""
    if isinstance(landmarks, list):
        return landmarks
    if landmarks.size % (2 * num_landmarks):
        raise BadRequest(
            f"{landmarks.size:,} coordinates, expected {2 * num_landmarks} a frame: x and y of {num_landmarks} landmarks"
        )
    return landmarks.reshape(-1, num_landmarks, 2)


def _coordinates(frames: list[Any], num_landmarks: int) -> np.ndarray:
    """(frames, landmarks, 2), NaN for null: in one go where every landmark is a pair, else frame by frame to say what is wrong."""
    try:
        xy = numbers(frames, "landmarks")
    except ValueError:
        xy = np.zeros(0)
    if xy.shape == (len(frames), num_landmarks, 2):
        return xy
    return numbers(
        [_frame(frame, number, num_landmarks) for number, frame in enumerate(frames, start=1)],
        "landmarks",
    )


def _frame(frame: Any, number: int, num_landmarks: int) -> list[Any]:
    if frame is None:
        return [[None, None]] * num_landmarks
    if not isinstance(frame, list) or len(frame) != num_landmarks:
        held = len(frame) if isinstance(frame, list) else type(frame).__name__
        raise BadRequest(f"frame {number}: {held} landmarks, expected {num_landmarks}, or null")
    points = [[None, None] if point is None else point for point in frame]
    if not all(isinstance(point, list) and len(point) == 2 for point in points):
        raise BadRequest(f"frame {number}: expected every landmark as [x, y] or null")
    return points


def _times(rate: Any, num_frames: int) -> np.ndarray | None:
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 1 <= rate <= 1000:
        raise BadRequest(f"frame_rate is {rate!r}, expected 1 to 1000 frames a second")
    return np.arange(num_frames) / rate


def read_upload(name: str, content: bytes) -> PoseSequence:
    """The clip of a file that a client sent, read in a process of its own; BadRequest says why it is none.

    name: only its suffix is used. Nothing of it is left on disk.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise BadRequest(
            f"a file ending in {suffix[:12]!r}, expected one of: {', '.join(SUFFIXES)}"
        )
    with tempfile.TemporaryDirectory(prefix="spobet-upload-") as place:
        file, out = Path(place) / f"clip{suffix}", Path(place) / "pose.npz"
        file.write_bytes(content)
        words = [
            sys.executable,
            "-m",
            "spobet.serving.decode",
            str(file),
            str(out),
            str(DECODE_BYTES),
            str(DECODE_SECONDS),
        ]
        try:
            done = subprocess.run(
                words, capture_output=True, text=True, timeout=DECODE_SECONDS + 10, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise BadRequest(f"could not be read within {DECODE_SECONDS} seconds") from error
        if done.returncode or not out.is_file():
            lines = [
                line for line in done.stderr.strip().splitlines() if line.startswith("spobet: ")
            ]
            told = (
                lines[-1].removeprefix("spobet: ")
                if lines
                else "the file could not be read within the limits"
            )
            raise BadRequest(told.replace(f"{file}", f"clip{suffix}"))
        pose = packed.read(out)
        if len(pose) > MAX_FRAMES:
            raise BadRequest(f"{len(pose)} frames, expected at most {MAX_FRAMES:,}")
        return pose
