"""Signs found in a long clip or a stream of frames: from when to when, which, and how sure.

A sign begins when the hands move and ends when they have been still, or away, for a while; then what lies between is named as a
clip of its own. Stillness counts in full where the hands were last seen low, as low as they lately were, and less where they
were up: a hold within a sign does not end it. Rests and slow sways are no signs, and what moves too briefly is none either. Where
the way up and down ends and the sign begins nobody tells, so it is named from the surest of a few cuts.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from spobet.errors import UserError
from spobet.poses.sequence import PoseSequence
from spobet.recognition.recognizer import Answer, Recognizer


@dataclass(frozen=True)
class SpotConfig:
    """When hands count as signing. The defaults are those of a fold of training clips (EXPERIMENTS.md).

    fast: hand lengths a second that begin a sign; slow: below which hands are still. still: seconds of stillness that end it,
    of which those with the hands up count `held` only. low: hand lengths above the lowest place of the last `memory` seconds
    that are low too. smooth: seconds over which speed is averaged. shortest, longest: seconds a sign may last; a longer one is
    cut there. cuts: seconds to leave out at either end when it is named.
    """

    fast: float = 4.0
    slow: float = 1.8
    still: float = 0.3
    held: float = 0.15
    low: float = 2.0
    memory: float = 20.0
    smooth: float = 0.2
    shortest: float = 0.5
    longest: float = 8.0
    cuts: tuple[float, ...] = (0.0, 0.3, 0.6)

    def __post_init__(self) -> None:
        if (
            not 0 < self.slow <= self.fast
            or not 0 < self.shortest < self.longest
            or self.still <= 0
            or self.smooth <= 0
        ):
            raise UserError(
                f"{self}: expected 0 < slow <= fast, 0 < shortest < longest, still and smooth over 0"
            )


@dataclass(frozen=True)
class SpottedSign:
    """A sign that was found: its ranked answers, whether the best counts, and its frames start..stop-1 and seconds."""

    answers: tuple[Answer, ...]
    known: bool
    start: int
    stop: int
    seconds: tuple[float, float]

    @property
    def gloss(self) -> str:
        """The best answer."""
        return self.answers[0].gloss

    def __str__(self) -> str:
        ranked = ", ".join(f"{answer.gloss} {answer.probability:.3f}" for answer in self.answers)
        return f"{self.seconds[0]:.2f}-{self.seconds[1]:.2f} s: {ranked}{'' if self.known else ' (not sure)'}"


class Spotter:
    """Takes frames one by one; `push` gives a sign when it has ended. Holds at most `longest` seconds of frames.

    frame_rate: frames a second that will come. `signing` tells whether a sign is going on.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        frame_rate: float = 25.0,
        config: SpotConfig | None = None,
        top: int = 5,
    ) -> None:
        if not 1 <= frame_rate <= 1000:
            raise UserError(f"frame rate {frame_rate}, expected 1 to 1000 frames a second")
        self._recognizer, self._rate, self._config, self._top = (
            recognizer,
            frame_rate,
            config or SpotConfig(),
            top,
        )
        self._hands = recognizer.skeleton.hands
        if not self._hands:
            raise UserError(
                f"skeleton {recognizer.skeleton.name} has no complete hand, nothing moves that can be told"
            )
        self._frames: deque[np.ndarray] = deque(maxlen=round(self._config.longest * frame_rate) + 1)
        self._speeds: deque[float] = deque(maxlen=max(1, round(self._config.smooth * frame_rate)))
        self._lengths: deque[float] = deque(maxlen=max(2, round(2 * frame_rate)))
        self._heights: deque[float] = deque(maxlen=round(self._config.memory * frame_rate))
        self._count, self._start, self._quiet, self._stillness = 0, -1, 0, 0.0

    @property
    def signing(self) -> bool:
        """Whether a sign is going on."""
        return self._start >= 0

    def push(self, frame: np.ndarray) -> SpottedSign | None:
        """Take the next frame; returns the sign that ended with it, if one did.

        frame: (landmarks, 2) in the order of the recogniser's skeleton, NaN where missing; ValueError for another shape.
        """
        frame = np.asarray(frame, np.float32)
        expected = (len(self._recognizer.skeleton), 2)
        if frame.shape != expected:
            raise ValueError(
                f"frame has shape {frame.shape}, expected {expected} for {self._recognizer.skeleton.name}"
            )
        self._speeds.append(self._speed(frame))
        self._frames.append(frame)
        self._count += 1
        speed = sum(self._speeds) / len(self._speeds)
        self._rest(speed < self._config.slow)
        if not self.signing:
            if speed >= self._config.fast:
                self._start = max(0, self._count - len(self._speeds))
            return None
        if (
            self._stillness >= self._config.still * self._rate
            or self._count - self._start > self._config.longest * self._rate
        ):
            return self.finish()
        return None

    def finish(self) -> SpottedSign | None:
        """End the sign that is going on, as the end of the stream does; None where there is none, or it was too short."""
        if not self.signing:
            return None
        start, stop = self._start, self._count - self._quiet
        self._start, self._quiet, self._stillness = -1, 0, 0.0
        if stop - start < self._config.shortest * self._rate:
            return None
        kept = list(self._frames)[start - self._count : stop - self._count or None]
        return self._named(np.stack(kept), start, stop)

    def _rest(self, still: bool) -> None:
        """Count how long the hands have been still: frames, and frames as they count."""
        wrists = [float(self._frames[-1][hand[0], 1]) for hand in self._hands]
        seen = [height for height in wrists if height == height]
        if seen:
            self._heights.append(max(seen))  # y counts downwards
        self._quiet = self._quiet + 1 if still else 0
        self._stillness = (
            self._stillness + (1.0 if self._are_low() else self._config.held) if still else 0.0
        )

    def _are_low(self) -> bool:
        """Whether the hands, where they were last seen, are about as low as they lately were."""
        if not self._heights or not self._lengths:
            return True
        lowest = float(np.quantile(self._heights, 0.9))
        return self._heights[-1] > lowest - self._config.low * float(np.median(self._lengths))

    def _named(self, xy: np.ndarray, start: int, stop: int) -> SpottedSign | None:
        """Named from the surest of its cuts; None where no hand is seen in it."""
        seen = np.isfinite(xy[:, np.concatenate(self._hands), 0]).any(axis=1)
        if not seen.any():
            return None
        scored = self._recognizer.scored(map(self._recognizer.pose_of, self._cuts(xy, seen)))
        surest = int(self._recognizer.rank_scores(scored).max(axis=1).argmax())
        [answers] = self._recognizer.answers(scored.at(surest), self._top)
        seconds = (start / self._rate, stop / self._rate)
        return SpottedSign(tuple(answers), self._recognizer.accepts(answers), start, stop, seconds)

    def _cuts(self, xy: np.ndarray, seen: np.ndarray) -> list[np.ndarray]:
        """The whole, and it without some of its first and last frames, where a hand and half of it are left."""
        steps = [round(seconds * self._rate) for seconds in self._config.cuts]
        spans = [(first, len(xy) - last) for first in steps for last in steps]
        kept = [
            xy[start:stop]
            for start, stop in spans
            if stop - start >= len(xy) / 2 and seen[start:stop].any()
        ]
        return kept or [xy]

    def _speed(self, frame: np.ndarray) -> float:
        """Hand lengths a second that the faster hand moves from the last frame, all its points; 0 where neither is in both."""
        for hand in self._hands:
            palm = frame[hand[9]] - frame[hand[0]]  # wrist to the middle finger's knuckle
            if np.isfinite(palm).all():
                self._lengths.append(float(np.hypot(*palm)))
        if not self._frames or not self._lengths:
            return 0.0
        steps = np.hypot(*(frame - self._frames[-1]).T)
        moved = [
            float(steps[hand].mean()) for hand in self._hands if np.isfinite(steps[hand]).all()
        ]
        return self._rate * max(moved, default=0.0) / max(float(np.median(self._lengths)), 1e-9)


def spot(
    recognizer: Recognizer, pose: PoseSequence, config: SpotConfig | None = None, top: int = 5
) -> list[SpottedSign]:
    """Every sign of a long clip. Its frame rate comes from `times`, 25 a second where they are unknown.

    KeyError lists the landmarks the clip lacks.
    """
    pose = recognizer.prepared(pose)
    spotter = Spotter(recognizer, pose.frame_rate or 25.0, config, top)
    found = [*map(spotter.push, pose.xy), spotter.finish()]
    return [spotted for spotted in found if spotted is not None]
