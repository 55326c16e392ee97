"""The landmarks of a request as a clip, and the landmarks of a clip as JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.formats.text import numbers
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton, skeleton_named
from spobet.serving.schemas import BadRequest, ClipBody

MAX_FRAMES = 20_000  # of one clip: 13 minutes at 25 frames per second


def unpack(body: bytes) -> np.ndarray:
    """The coordinates of a body that holds nothing else: little-endian float32."""
    if len(body) % 4:
        raise BadRequest(f"a body of {len(body):,} bytes, expected float32")
    return np.frombuffer(body, "<f4")


def pose_of(clip: ClipBody, skeleton: Skeleton, unit: str) -> PoseSequence:
    """The clip of a request.

    skeleton, unit: those of the network, where the request names none. `clip.landmarks` is one
    entry per frame, or an array of all coordinates. BadRequest says what is wrong.
    """
    try:
        skeleton = skeleton_named(clip.skeleton) if clip.skeleton else skeleton
        xy = _coordinates(clip.landmarks, len(skeleton))
        if not 0 < len(xy) <= MAX_FRAMES:
            raise BadRequest(f"{len(xy)} frames, expected 1 to {MAX_FRAMES:,}")
        xy[np.isnan(xy).any(axis=2)] = np.nan
        confidence = np.where(np.isnan(xy[..., 0]), 0, 1)
        size = (clip.size[0], clip.size[1]) if clip.size else None
        return PoseSequence(
            xy, confidence, skeleton, _times(clip, len(xy)), clip.unit or unit, size
        )
    except UserError as error:
        raise BadRequest(str(error)) from error


def landmarks_of(pose: PoseSequence, digits: int = 7) -> list[list[list[float] | None]]:
    """The landmarks of a clip as JSON: [x, y] to so many digits after the point, or null."""
    return [
        [None if x != x else [x, y] for x, y in frame]
        for frame in pose.xy.astype(float).round(digits).tolist()
    ]


def _coordinates(landmarks: Any, num_landmarks: int) -> np.ndarray:
    """(frames, landmarks, 2), NaN where missing."""
    if isinstance(landmarks, np.ndarray):
        if landmarks.size % (2 * num_landmarks):
            raise BadRequest(
                f"{landmarks.size:,} coordinates, expected {2 * num_landmarks} per frame: "
                f"x and y of {num_landmarks} landmarks"
            )
        return numbers(landmarks.reshape(-1, num_landmarks, 2), "landmarks")
    if not isinstance(landmarks, list):
        raise BadRequest("landmarks: expected one entry per frame, [[x, y], ...] or null")
    try:
        xy = numbers(landmarks, "landmarks")
    except UserError:
        xy = np.zeros(0)
    if xy.shape == (len(landmarks), num_landmarks, 2):  # every landmark is a pair: the fast way
        return xy
    frames = [_frame(frame, at, num_landmarks) for at, frame in enumerate(landmarks, start=1)]
    return numbers(frames, "landmarks").reshape(-1, num_landmarks, 2)


def _frame(frame: Any, at: int, num_landmarks: int) -> list[Any]:
    """One frame with NaN for null; BadRequest says what is wrong with it."""
    if frame is None:
        return [[None, None]] * num_landmarks
    if not isinstance(frame, list) or len(frame) != num_landmarks:
        found = len(frame) if isinstance(frame, list) else type(frame).__name__
        raise BadRequest(f"frame {at}: {found} landmarks, expected {num_landmarks}, or null")
    pairs = [[None, None] if landmark is None else landmark for landmark in frame]
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise BadRequest(f"frame {at}: expected every landmark as [x, y] or null")
    return pairs


def _times(clip: ClipBody, num_frames: int) -> np.ndarray | None:
    if clip.times is not None and len(clip.times) != num_frames:
        raise BadRequest(f"{len(clip.times)} times, expected one for each of {num_frames} frames")
    if clip.times is not None:
        return np.array(clip.times)
    return None if clip.frame_rate is None else np.arange(num_frames) / clip.frame_rate
