"""How fast the hands move and how long they have rested, followed frame by frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spobet.errors import UserError

_WRIST, _MIDDLE_KNUCKLE = 0, 9  # of a hand's 21 landmarks: its palm, which never folds
_LENGTH_SECONDS = 2.0  # hands come nearer or go away more slowly than this
# Hands rest low for more than a tenth of any stream of signs, so the lowest tenth of wrist
# heights is rest; the very lowest is a detector's slip.
_REST_QUANTILE = 0.9
_TINY = 1e-9  # a palm seen from its edge


@dataclass(frozen=True)
class SpotConfig:
    """When hands count as signing; times in seconds, lengths in hand lengths (wrist to knuckle).

    The defaults had the best F1 of boundaries, 0.917, of 50 settings tried on a fold of WLASL100's
    training clips joined with rests; the worst had 0.53.

    fast: lengths a second that begin a sign, more than the sway of resting hands. slow: below it
    hands are still; lower than `fast`, so that slow passages of a sign do not end it.
    still: stillness that ends a sign. held: how much of it counts while the hands are up, so that
    a hold within a sign may last `still / held`, two seconds, and does not end it.
    low: hands within this of where they lately rested are down. memory: how far back that looks,
    longer than `longest`. smooth: over which speed is averaged, to outlast a detector's jitter.
    shortest, longest: what a sign may last; shorter movements are none, longer ones are cut there.
    cuts: left out at either end when the sign is answered, because the way up and down is not told
    from the sign itself: 0.51 of that fold's signs were answered right with the best of these
    cuts, 0.42 with the whole span.
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
                f"{self}: expected 0 < slow <= fast, 0 < shortest < longest, "
                "still and smooth above 0"
            )


class HandMotion:
    """Takes frames one by one and says how fast the hands move and how long they have been still.

    hands: landmark indices of each hand, 21 each. frame_rate: frames a second.
    """

    def __init__(
        self, hands: Sequence[np.ndarray], frame_rate: float, config: SpotConfig | None = None
    ) -> None:
        self._hands, self._rate, self._config = hands, frame_rate, config or SpotConfig()
        self._last: np.ndarray | None = None
        self._speeds: deque[float] = deque(maxlen=max(1, round(self._config.smooth * frame_rate)))
        self._lengths: deque[float] = deque(maxlen=max(2, round(_LENGTH_SECONDS * frame_rate)))
        self._heights: deque[float] = deque(maxlen=round(self._config.memory * frame_rate))
        self._still_frames, self._stillness = 0, 0.0

    @property
    def speed(self) -> float:
        """Hand lengths a second, averaged over the last `smooth` seconds."""
        return sum(self._speeds) / len(self._speeds)

    @property
    def num_averaged(self) -> int:
        """How many frames `speed` is averaged over."""
        return len(self._speeds)

    @property
    def still_frames(self) -> int:
        """The frames for which the hands have been still."""
        return self._still_frames

    @property
    def counted_stillness(self) -> float:
        """The same frames, of which one with the hands up counts `held`."""
        return self._stillness

    def forget_stillness(self) -> None:
        """Count stillness from the next frame on."""
        self._still_frames, self._stillness = 0, 0.0

    def push(self, frame: np.ndarray) -> None:
        """Take the next frame: (landmarks, 2), NaN where missing."""
        self._speeds.append(self._speed_to(frame))
        self._last = frame
        wrists = frame[[hand[_WRIST] for hand in self._hands], 1]
        if not np.isnan(wrists).all():
            self._heights.append(float(np.nanmax(wrists)))  # y counts downwards
        if self.speed >= self._config.slow:
            self.forget_stillness()
            return
        self._still_frames += 1
        self._stillness += 1.0 if self._are_low() else self._config.held

    def _are_low(self) -> bool:
        """Whether the hands, where they were last seen, are about as low as they lately rested."""
        if not self._heights or not self._lengths:
            return True
        rest = float(np.quantile(self._heights, _REST_QUANTILE))
        return self._heights[-1] > rest - self._config.low * float(np.median(self._lengths))

    def _speed_to(self, frame: np.ndarray) -> float:
        """Of the faster hand, all its landmarks; 0 where neither is seen in both frames."""
        for hand in self._hands:
            palm = frame[hand[_MIDDLE_KNUCKLE]] - frame[hand[_WRIST]]
            if np.isfinite(palm).all():
                self._lengths.append(float(np.hypot(*palm)))
        if self._last is None or not self._lengths:
            return 0.0
        steps = np.hypot(*(frame - self._last).T)
        moved = [
            float(steps[hand].mean()) for hand in self._hands if np.isfinite(steps[hand]).all()
        ]
        return self._rate * max(moved, default=0.0) / max(float(np.median(self._lengths)), _TINY)
