"""From what a detector found to one signer's PoseSequence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from spobet.poses.hand_sides import NONE, hand_slots
from spobet.poses.people import signer_rows
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HOLISTIC_75
from spobet.video.detector import Detector, Found
from spobet.video.frames import TO_THE_END, Frame, read_frames

_WRISTS = HOLISTIC_75.indices(["right_wrist", "left_wrist"])
_HAND_ROWS = (HOLISTIC_75.hand("right"), HOLISTIC_75.hand("left"))


def read_video(
    path: Path,
    detector: Detector,
    frame_start: int = 1,
    frame_end: int = TO_THE_END,
    progress: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> PoseSequence:
    """The signer of a video, on HOLISTIC_75, in shares of the picture, with frame times and size.

    frame_start, frame_end: frames counted from 1, both included, -1 = to the end. progress: wraps
    the frames on their way through. Nothing is filled in: what was not found in a frame is missing
    there. `times` is None where the file gives none or they do not ascend, `size` where it changes
    within the video. Raises what `read_frames` raises.
    """
    times: list[float | None] = []
    sizes: list[tuple[int, int]] = []

    def passed_on() -> Iterable[Frame]:
        for frame in progress(read_frames(path, frame_start, frame_end)):
            times.append(frame.time)
            sizes.append(frame.picture.shape[:2])
            yield frame

    found = list(detector.find(passed_on()))
    pose = follow_signer(
        found,
        _ascending(times),
        np.array([[width / height, 1] for height, width in sizes], np.float32),
    )
    return replace(pose, size=(sizes[0][1], sizes[0][0])) if len(set(sizes)) == 1 else pose


def follow_signer(found: list[Found], times: np.ndarray | None, shape: np.ndarray) -> PoseSequence:
    """One signer out of everyone found.

    times: (frames,) seconds or None. shape: (frames, 2) width and height of the pictures in one
    unit, in which distances are measured. Of several people the signer is chosen as in
    `spobet.poses.people`; hands are given their sides as in `poses.hand_sides`. Confidence is the
    body landmark's visibility, and 1 for the landmarks of a hand that was found.
    """
    values = np.full((len(found), len(HOLISTIC_75), 3), np.nan, np.float32)
    values[..., 2] = 0
    bodies = np.concatenate([frame.bodies for frame in found]) if found else np.zeros((0, 0, 3))
    numbers = np.repeat(np.arange(len(found)), [len(frame.bodies) for frame in found])
    # Of x, y, visibility: (frames, 1, 3), which leaves visibility as it is.
    scale = np.append(shape, np.ones((len(shape), 1), np.float32), axis=1)[:, None]
    if len(bodies):
        stretched = bodies * scale[numbers]
        rows = signer_rows(stretched, numbers, confidence=bodies[..., 2].sum(axis=1))
        values[numbers[rows][:, None], HOLISTIC_75.body] = bodies[rows]
    hands = [frame.hands * size for frame, size in zip(found, shape, strict=True)]
    votes = [np.zeros(len(frame.hands)) if frame.votes is None else frame.votes for frame in found]
    slots = hand_slots(values[:, _WRISTS] * scale, hands, votes)
    for frame, pair in enumerate(slots):
        for rows, slot in zip(_HAND_ROWS, pair, strict=True):
            if slot != NONE:
                values[frame, rows, :2], values[frame, rows, 2] = found[frame].hands[slot], 1
    return PoseSequence(values[..., :2], values[..., 2], HOLISTIC_75, times, "image")


def _ascending(times: list[float | None]) -> np.ndarray | None:
    if not times or any(time is None for time in times):
        return None
    seconds = np.array(times, np.float64)
    return seconds if (np.diff(seconds) > 0).all() else None
