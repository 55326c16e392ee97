"""PoseSequence: the landmarks of one clip."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.poses.skeleton import Skeleton

UNITS = ("pixels", "image", "head lengths", "hand lengths")


@dataclass(frozen=True, eq=False, repr=False)
class PoseSequence:
    """The landmarks of one clip, frame by frame; NaN means not detected.

    xy: (frames, landmarks, 2) float32, x to the right, y down, in `unit`:
        pixels, image (shares of the picture's width and height), head lengths, hand lengths.
    confidence: (frames, landmarks) float32 in 0..1, 0 where the landmark is missing.
    skeleton: names the landmarks.
    times: (frames,) float64 seconds, ascending; None where unknown.
    size: width and height of the picture in pixels; None where unknown.

    Raises ValueError where shapes disagree, a coordinate is infinite, or only one of x and y is
    NaN.
    """

    xy: np.ndarray
    confidence: np.ndarray
    skeleton: Skeleton
    times: np.ndarray | None = None
    unit: str = "pixels"
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "xy", np.asarray(self.xy, dtype=np.float32))
        object.__setattr__(self, "confidence", np.asarray(self.confidence, dtype=np.float32))
        if self.xy.ndim != 3 or self.xy.shape[1:] != (len(self.skeleton), 2):
            expected = f"(frames, {len(self.skeleton)}, 2) for {self.skeleton.name}"
            raise ValueError(f"xy has shape {self.xy.shape}, expected {expected}")
        if self.confidence.shape != self.xy.shape[:2]:
            raise ValueError(
                f"confidence has shape {self.confidence.shape}, expected {self.xy.shape[:2]}"
            )
        if self.unit not in UNITS:
            raise UserError(f"unit {self.unit!r}, expected one of: {', '.join(UNITS)}")
        if self.size is not None and not all(side > 0 for side in self.size):
            raise UserError(f"size {self.size}, expected width and height of the picture in pixels")
        _check_values(self.xy, self.confidence)
        if self.times is not None:
            object.__setattr__(self, "times", _checked_times(self.times, len(self)))

    def __len__(self) -> int:
        return len(self.xy)

    def __repr__(self) -> str:
        seen = f"{self.seen.mean():.0%}" if self.seen.size else "none"
        rate = f", {self.frame_rate:.4g} frames/s" if self.frame_rate else ""
        size = f" of {self.size[0]} x {self.size[1]}" if self.size else ""
        return (
            f"PoseSequence({len(self)} frames, {self.skeleton.name}, {seen} of landmarks seen, "
            f"{self.unit}{size}{rate})"
        )

    def __getitem__(self, landmark: str) -> np.ndarray:
        """The track of one landmark by name: (frames, 2)."""
        return self.xy[:, self.skeleton.index(landmark)]

    @property
    def seen(self) -> np.ndarray:
        """(frames, landmarks) bool, True where the landmark was detected."""
        return ~np.isnan(self.xy[..., 0])

    @property
    def frame_rate(self) -> float | None:
        """Mean frames a second; None where times are unknown or there are fewer than two frames."""
        if self.times is None or len(self) < 2:
            return None
        return float((len(self) - 1) / (self.times[-1] - self.times[0]))

    def frames(self, start: int, stop: int) -> PoseSequence:
        """The frames start..stop-1 as a clip."""
        times = None if self.times is None else self.times[start:stop]
        return self._with_checked(
            xy=self.xy[start:stop], confidence=self.confidence[start:stop], times=times
        )

    def select(self, skeleton: Skeleton) -> PoseSequence:
        """The clip on another skeleton, landmarks matched by name; KeyError lists missing ones."""
        if skeleton.landmarks == self.skeleton.landmarks:
            return self._with_checked(skeleton=skeleton)
        order = self.skeleton.indices(skeleton.landmarks)
        return self._with_checked(
            xy=self.xy[:, order], confidence=self.confidence[:, order], skeleton=skeleton
        )

    def in_unit(self, unit: str) -> PoseSequence:
        """The clip in pixels or shares of the picture; UserError without `size` or in lengths."""
        if unit == self.unit:
            return self
        if {unit, self.unit} != {"pixels", "image"} or self.size is None:
            raise UserError(
                f"pose is in {self.unit} of a picture of size {self.size or 'unknown'}, "
                f"which cannot be converted to {unit}"
            )
        sides = np.array(self.size, np.float32)
        return replace(self, xy=self.xy * sides if unit == "pixels" else self.xy / sides, unit=unit)

    def without_guesses(self, min_confidence: float) -> PoseSequence:
        """The clip without landmarks below `min_confidence`: detectors guess at absent hands."""
        guess = self.confidence < min_confidence
        if not guess.any():
            return self
        return self._with_checked(
            xy=np.where(guess[..., None], np.float32(np.nan), self.xy),
            confidence=np.where(guess, np.float32(0), self.confidence),
        )

    def _with_checked(self, **values: Any) -> PoseSequence:
        """`replace` by values that are as sound as those of this clip: checks cost the most."""
        clip = object.__new__(PoseSequence)
        clip.__dict__.update(self.__dict__, **values)
        return clip


def _check_values(xy: np.ndarray, confidence: np.ndarray) -> None:
    missing = np.isnan(xy)
    if np.isinf(xy).any():
        frame, landmark, _ = np.argwhere(np.isinf(xy))[0]
        raise UserError(
            f"infinite coordinate at frame {frame}, landmark {landmark}; missing landmarks are NaN"
        )
    if (missing[..., 0] != missing[..., 1]).any():
        frame, landmark = np.argwhere(missing[..., 0] != missing[..., 1])[0]
        raise UserError(f"only one of x and y is NaN at frame {frame}, landmark {landmark}")
    wrong = ~((confidence >= 0) & (confidence <= 1))  # NaN compares False
    if wrong.any():
        frame, landmark = np.argwhere(wrong)[0]
        value = confidence[frame, landmark]
        raise UserError(f"confidence {value} at frame {frame}, landmark {landmark}, expected 0..1")
    absent = missing[..., 0] & (confidence > 0)
    if absent.any():
        frame, landmark = np.argwhere(absent)[0]
        value = confidence[frame, landmark]
        raise UserError(
            f"missing landmark {landmark} at frame {frame} has confidence {value}, expected 0"
        )


def _checked_times(times: np.ndarray, num_frames: int) -> np.ndarray:
    times = np.asarray(times, dtype=np.float64)
    if times.shape != (num_frames,):
        raise ValueError(f"times has shape {times.shape}, expected ({num_frames},)")
    if not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise UserError("times must be finite and ascending seconds")
    return times
