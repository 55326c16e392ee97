"""Signs found in a long clip or a stream of frames: from when to when, and which.

A sign begins when the hands move and ends when they have been still, or away, for a while; what
lies between is answered as a clip of its own. Rests and slow sways are no signs, and neither is
what moves too briefly.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.poses.sequence import PoseSequence
from spobet.recognition.answers import Answers
from spobet.recognition.hand_motion import HandMotion, SpotConfig
from spobet.recognition.recognizer import Recognizer

FRAME_RATE = 25.0  # of clips without times: that of most sign language videos


@dataclass(frozen=True)
class SpottedSign:
    """A sign that was found: its ranked answers, its frames start..stop-1, and its seconds."""

    answers: Answers
    start: int
    stop: int
    seconds: tuple[float, float]

    @property
    def gloss(self) -> str:
        """The best answer."""
        return self.answers[0].gloss

    @property
    def accepted(self) -> bool:
        """Whether the best answer counts."""
        return self.answers.accepted

    def to_json(self) -> dict[str, Any]:
        """start, stop and seconds beside what the answers hold."""
        span = {"start": self.start, "stop": self.stop, "seconds": list(self.seconds)}
        return {**span, **self.answers.to_json()}

    def __str__(self) -> str:
        return f"{self.seconds[0]:.2f}-{self.seconds[1]:.2f} s: {self.answers}"


class Spotter:
    """Takes frames one by one; `push` gives a sign when it has ended.

    Holds at most `longest` seconds of frames. frame_rate: frames a second that will come.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        frame_rate: float = FRAME_RATE,
        config: SpotConfig | None = None,
        top: int = 5,
    ) -> None:
        if not 1 <= frame_rate <= 1000:
            raise UserError(f"frame rate {frame_rate}, expected 1 to 1000 frames a second")
        if not recognizer.skeleton.hands:
            raise UserError(
                f"skeleton {recognizer.skeleton.name} has no complete hand, so no motion is seen"
            )
        self._recognizer, self._rate, self._top = recognizer, frame_rate, top
        self._config, self._hands = config or SpotConfig(), recognizer.skeleton.hands
        self._motion = HandMotion(self._hands, frame_rate, self._config)
        self._frames: deque[np.ndarray] = deque(maxlen=round(self._config.longest * frame_rate) + 1)
        self._count, self._start = 0, -1

    @property
    def signing(self) -> bool:
        """Whether a sign is going on."""
        return self._start >= 0

    def push(self, frame: np.ndarray) -> SpottedSign | None:
        """Take the next frame; returns the sign that ended with it, if one did.

        frame: (landmarks, 2) in the order of the recogniser's skeleton, NaN where missing;
        ValueError for another shape.
        """
        frame = np.asarray(frame, np.float32)
        expected = (len(self._recognizer.skeleton), 2)
        if frame.shape != expected:
            raise ValueError(
                f"frame has shape {frame.shape}, expected {expected} "
                f"for {self._recognizer.skeleton.name}"
            )
        self._motion.push(frame)
        self._frames.append(frame)
        self._count += 1
        if not self.signing:
            if self._motion.speed >= self._config.fast:
                self._start = max(0, self._count - self._motion.num_averaged)
            return None
        if (
            self._motion.counted_stillness >= self._config.still * self._rate
            or self._count - self._start > self._config.longest * self._rate
        ):
            return self.finish()
        return None

    def finish(self) -> SpottedSign | None:
        """End the sign that is going on, as the end of the stream does.

        None where there is none, it was too short, or no hand is seen in it.
        """
        if not self.signing:
            return None
        start, stop = self._start, self._count - self._motion.still_frames
        self._start = -1
        self._motion.forget_stillness()
        if stop - start < self._config.shortest * self._rate:
            return None
        xy = np.stack(list(self._frames)[start - self._count : stop - self._count or None])
        hands = np.concatenate(self._hands)
        seen = np.isfinite(xy[:, hands, 0]).any(axis=1)
        if not seen.any():
            return None
        output = self._recognizer.outputs(map(self._recognizer.pose_of, self._cuts(xy, seen)))
        scores = self._recognizer.probabilities(output).scores
        best_cut = output.clip(int(scores.max(axis=1).argmax()))
        [answers] = self._recognizer.probabilities(best_cut).answers(self._top)
        return SpottedSign(answers, start, stop, (start / self._rate, stop / self._rate))

    def _cuts(self, xy: np.ndarray, seen: np.ndarray) -> list[np.ndarray]:
        """The whole, and it without some first and last frames, where a hand and half are left."""
        steps = [round(seconds * self._rate) for seconds in self._config.cuts]
        spans = [(first, len(xy) - last) for first in steps for last in steps]
        cuts = [
            xy[start:stop]
            for start, stop in spans
            if stop - start >= len(xy) / 2 and seen[start:stop].any()
        ]
        return cuts or [xy]


def spot(
    recognizer: Recognizer, pose: PoseSequence, config: SpotConfig | None = None, top: int = 5
) -> list[SpottedSign]:
    """Every sign of a long clip, in order; without times it counts as 25 frames a second.

    UserError (KeyError) lists the landmarks that the clip lacks.
    """
    pose = recognizer.prepared(pose)
    spotter = Spotter(recognizer, pose.frame_rate or FRAME_RATE, config, top)
    found = [*map(spotter.push, pose.xy), spotter.finish()]
    return [spotted for spotted in found if spotted is not None]
