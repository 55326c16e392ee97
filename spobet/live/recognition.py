"""A stream of pictures: landmarks, whether a sign is going on, and signs that have ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from spobet.poses.resample import between_frames
from spobet.poses.sequence import PoseSequence
from spobet.recognition.recognizer import Recognizer
from spobet.recognition.spotting import SpottedSign, Spotter
from spobet.video.detector import Detector, Found
from spobet.video.frames import Frame
from spobet.video.pose import follow_signer

RATE = 25.0  # frames a second that the spotter gets, whatever comes: that of most videos of signs
_GAP = 0.5  # seconds without a picture after which the stream begins anew: no sign pauses as long
_REMEMBERED = 50  # pictures over which hands are followed: about two seconds, longer than a sign
_ROUNDING = 1e-9  # seconds: sums of intervals do not meet a frame's time exactly


@dataclass(frozen=True, eq=False)
class Seen:
    """One picture: the signer's landmarks, whether a sign is going on, and one that ended with it.

    pose: one frame on HOLISTIC_75, in shares of the picture.
    """

    picture: np.ndarray
    pose: PoseSequence
    signing: bool
    sign: SpottedSign | None


def watch(
    recognizer: Recognizer, frames: Iterable[Frame], detector: Detector, top: int = 5
) -> Iterator[Seen]:
    """What is seen in each picture of a stream, as it comes.

    A sign that the end cuts off comes with the last picture once more. Frames without a time count
    as 25 a second. A SpottedSign's seconds count from the first picture after the last gap.
    KeyError lists the landmarks that the network needs and video does not give.
    """
    waiting: deque[Frame] = deque()  # detectors may look some frames ahead

    def passed_on() -> Iterator[Frame]:
        for frame in frames:
            waiting.append(frame)
            yield frame

    spotter, resampler = Spotter(recognizer, RATE, top=top), StreamResampler()
    recent: deque[Found] = deque(maxlen=_REMEMBERED)
    last = None
    for number, found in enumerate(detector.find(passed_on())):
        frame = waiting.popleft()
        recent.append(found)
        pose = last_pose(recent, frame)
        seconds = number / RATE if frame.time is None else frame.time
        evenly, anew = resampler.push(recognizer.prepared(pose).xy[0], seconds)
        if anew:
            spotter = Spotter(recognizer, RATE, top=top)
        signs = [sign for sign in map(spotter.push, evenly) if sign]
        last = Seen(frame.picture, pose, spotter.signing, signs[-1] if signs else None)
        yield last
    if last and (sign := spotter.finish()):
        yield Seen(last.picture, last.pose, False, sign)


class StreamResampler:
    """Turns frames at uneven times into RATE a second, as `between_frames` gives them."""

    def __init__(self) -> None:
        self._last: tuple[np.ndarray, float] | None = None
        self._begun, self._given = 0.0, 0

    def push(self, frame: np.ndarray, seconds: float) -> tuple[list[np.ndarray], bool]:
        """The frames (landmarks, 2) up to this time, and whether the stream began anew with it."""
        last, self._last = self._last, (frame, seconds)
        if last is None or not 0 < seconds - last[1] <= _GAP:
            self._begun, self._given = seconds, 1
            return [frame], True
        evenly = []
        while (time := self._begun + self._given / RATE) <= seconds + _ROUNDING:
            share = (time - last[1]) / (seconds - last[1])
            evenly.append(between_frames(last[0], frame, share))
            self._given += 1
        return evenly, False


def last_pose(found: Sequence[Found], frame: Frame) -> PoseSequence:
    """The last picture's landmarks; the pictures before help to tell its hands' sides.

    found: what was detected in the last pictures, `frame` the last of them.
    """
    height, width = frame.picture.shape[:2]
    shape = np.tile(np.array([[width / height, 1]], np.float32), (len(found), 1))
    pose = follow_signer(list(found), None, shape)
    return replace(pose.frames(len(pose) - 1, len(pose)), size=(width, height))
