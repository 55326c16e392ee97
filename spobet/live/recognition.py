"""Pictures named as they come: the landmarks in each, whether a sign is going on, and every sign when it has ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.recognition.recognizer import Recognizer
from spobet.recognition.spotting import SpottedSign, Spotter
from spobet.video.detector import Detector, Found
from spobet.video.frames import Frame
from spobet.video.pose import follow_signer

RATE = 25.0  # frames a second that the spotter gets, whatever comes
_GAP = 0.5  # seconds without a picture after which the stream begins anew
_REMEMBERED = 50  # pictures over which hands are followed


@dataclass(frozen=True, eq=False)
class Seen:
    """One picture: the signer's landmarks in it, whether a sign is going on, and the sign that has ended with it, if one did.

    pose: one frame on HOLISTIC_75, in shares of the picture.
    """

    picture: np.ndarray
    pose: PoseSequence
    signing: bool
    sign: SpottedSign | None


def watch(
    recognizer: Recognizer, frames: Iterable[Frame], detector: Detector, top: int = 5
) -> Iterator[Seen]:
    """What is seen in each picture of a stream, as it comes; a sign that the end cuts off comes with the last picture once more.

    Frames without a time count as 25 a second. A SpottedSign's seconds count from the first picture after the last gap. KeyError
    lists the landmarks that the network needs and video does not give.
    """
    passing: deque[Frame] = deque()

    def kept() -> Iterator[Frame]:
        for frame in frames:
            passing.append(frame)
            yield frame

    spotter, steady, found = (
        Spotter(recognizer, RATE, top=top),
        Steady(),
        deque[Found](maxlen=_REMEMBERED),
    )
    last = None
    for number, one in enumerate(detector.find(kept())):
        frame = passing.popleft()
        found.append(one)
        pose = _last_pose(found, frame)
        evenly, anew = steady.push(
            recognizer.prepared(pose).xy[0], number / RATE if frame.time is None else frame.time
        )
        if anew:
            spotter = Spotter(recognizer, RATE, top=top)
        signs = [sign for sign in map(spotter.push, evenly) if sign]
        last = Seen(frame.picture, pose, spotter.signing, signs[-1] if signs else None)
        yield last
    if last and (sign := spotter.finish()):
        yield Seen(last.picture, last.pose, False, sign)


class Steady:
    """Turns frames at uneven times into RATE a second: each on the line between the two around it, as the nearer where one is
    missing."""

    def __init__(self) -> None:
        self._last: tuple[np.ndarray, float] | None = None
        self._begun, self._given = 0.0, 0

    def push(self, frame: np.ndarray, seconds: float) -> tuple[list[np.ndarray], bool]:
        """The frames (landmarks, 2) up to this moment, and whether the stream began anew with it."""
        last, self._last = self._last, (frame, seconds)
        if last is None or not 0 < seconds - last[1] <= _GAP:
            self._begun, self._given = seconds, 1
            return [frame], True
        evenly = []
        while (moment := self._begun + self._given / RATE) <= seconds + 1e-9:
            share = (moment - last[1]) / (seconds - last[1])
            between = last[0] + share * (frame - last[0])
            evenly.append(np.where(np.isnan(between), last[0] if share < 0.5 else frame, between))
            self._given += 1
        return evenly, False


def _last_pose(found: deque[Found], frame: Frame) -> PoseSequence:
    """The last picture's landmarks, with the sides that its hands have in the light of the pictures before."""
    height, width = frame.picture.shape[:2]
    pose = follow_signer(
        list(found), None, np.tile(np.array([[width / height, 1]], np.float32), (len(found), 1))
    )
    return PoseSequence(
        pose.xy[-1:], pose.confidence[-1:], pose.skeleton, unit=pose.unit, size=(width, height)
    )
