"""MediaPipe's Tasks (1.x) as a detector: a pose and a hand landmarker in video mode."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from spobet.extras import extra_module, require
from spobet.fetch import FetchError
from spobet.files import sha256_of
from spobet.poses.skeleton import HOLISTIC_75, hand_landmarks
from spobet.video.detector import Found
from spobet.video.frames import Frame
from spobet.video.models import HANDS, POSE, cache_folder, make_models, models_folder
from spobet.video.offline import offline_thread

_PURPOSE = "finding landmarks in video"
_NUM_BODY, _NUM_HAND = len(HOLISTIC_75.body), len(hand_landmarks("right"))
_MAKER = "play.googleapis.com"  # whom MediaPipe tells that it is used
_FRAME_MS = 40  # between frames whose times are unknown: 25 a second


@dataclass(frozen=True)
class MediaPipe:
    """Finds up to `people` bodies, 33 points each, and two hands for each.

    models: folder with the Tasks files (`spobet.video.models`). confidence: from which a person or
    hand counts; this is MediaPipe's default. Landmarkers are made anew for each clip, because in
    video mode they remember.
    """

    models: Path
    people: int = 1
    confidence: float = 0.5

    @cached_property
    def name(self) -> str:
        """Version, settings and checksums of the networks."""
        version = extra_module("importlib.metadata", "video", _PURPOSE).version("mediapipe")
        sums = " ".join(
            f"{model.name} {sha256_of(self.models / model.name)}" for model in (POSE, HANDS)
        )
        return f"mediapipe {version}, people {self.people}, confidence {self.confidence}, {sums}"

    def find(self, frames: Iterable[Frame]) -> Iterator[Found]:
        """What is found in each frame of one clip; times are rounded to the millisecond."""
        mp = extra_module("mediapipe", "video", _PURPOSE)
        with offline_thread("MediaPipe", _MAKER) as offline, self._landmarkers(offline) as finders:
            milliseconds, start = -1, None
            for frame in frames:
                hush = _quiet() if milliseconds < 0 else nullcontext()
                start = frame.time if start is None else start
                if frame.time is None or start is None:
                    milliseconds += _FRAME_MS
                else:  # Tasks wants ascending whole milliseconds, from 0
                    milliseconds = max(round((frame.time - start) * 1000), milliseconds + 1)
                picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=frame.picture)
                with hush:
                    body, result = (
                        offline.submit(finder.detect_for_video, picture, milliseconds).result()
                        for finder in finders
                    )
                yield Found(
                    _array(body.pose_landmarks, _NUM_BODY, ("x", "y", "visibility")),
                    _array(result.hand_landmarks, _NUM_HAND, ("x", "y")),
                    _votes(result.handedness),
                )

    @contextmanager
    def _landmarkers(self, offline: Executor) -> Iterator[tuple[Any, Any]]:
        """The pose and the hand landmarker; their threads are started from that of `offline`."""
        vision = extra_module("mediapipe.tasks.python.vision", "video", _PURPOSE)
        base = extra_module("mediapipe.tasks.python", "video", _PURPOSE).BaseOptions
        pose = vision.PoseLandmarkerOptions(
            base_options=base(model_asset_path=str(self.models / POSE.name)),
            running_mode=vision.RunningMode.VIDEO,
            num_poses=self.people,
            min_pose_detection_confidence=self.confidence,
        )
        hands = vision.HandLandmarkerOptions(
            base_options=base(model_asset_path=str(self.models / HANDS.name)),
            running_mode=vision.RunningMode.VIDEO,
            num_hands=2 * self.people,
            min_hand_detection_confidence=self.confidence,
        )
        with _quiet():
            finders = (
                offline.submit(vision.PoseLandmarker.create_from_options, pose).result(),
                offline.submit(vision.HandLandmarker.create_from_options, hands).result(),
            )
        try:
            yield finders
        finally:
            with _quiet():
                for finder in finders:
                    offline.submit(finder.close).result()


def open_mediapipe(
    models: Path | None = None,
    models_from: Path | None = None,
    people: int = 1,
    fetch: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> MediaPipe:
    """MediaPipe with its networks: those of the folder `models`, or of the cache.

    models_from: MediaPipe 0.10.21, a wheel or where it is installed, from which they are made
    first. fetch: download those that the cache lacks. Raises ExtraNeeded, NotFound where the
    folder, the cache or the wheel lacks one, FetchError where one cannot be fetched.
    """
    for module in ("av", "mediapipe"):
        require(module, "video", _PURPOSE)
    if models_from:
        make_models(models_from, models or cache_folder())
    try:
        return MediaPipe(models_folder(models, fetch, say), people)
    except FetchError as error:
        raise FetchError(
            f"{error}; `spobet extract --models-from` makes the networks without it"
        ) from error


def _array(found: list[list[Any]], num_landmarks: int, names: tuple[str, ...]) -> np.ndarray:
    """(found, landmarks, names) float32 of these attributes of MediaPipe's landmarks."""
    values = [[[getattr(one, name) for name in names] for one in body] for body in found]
    return np.array(values, np.float32).reshape(len(found), num_landmarks, len(names))


def _votes(handedness: list[list[Any]]) -> np.ndarray:
    """(hands,) from 1, surely a right hand, to -1, of MediaPipe's handedness."""
    best = [categories[0] for categories in handedness]
    return np.array([one.score if one.category_name == "Right" else -one.score for one in best])


@contextmanager
def _quiet() -> Iterator[None]:
    """Drop the dozens of harmless lines that MediaPipe's libraries write to stderr on loading."""
    sys.stderr.flush()
    stderr, devnull = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(devnull)
