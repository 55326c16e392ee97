"""Clips as the arrays a network reads: the one place where missing becomes (0, 0, seen = 0)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spobet.poses.adapt import on_skeleton
from spobet.poses.normalize import normalize
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class PoseBank:
    """Normalised clips one after the other in one array, ready to be read many at a time.

    xy: (all frames, landmarks, 2) float32, NaN = missing. firsts, lengths: (clips,) where each begins and its frames.
    confidence: (all frames, landmarks) float16 in 0..1; None where the detector is sure of everything it saw.
    """

    xy: np.ndarray
    firsts: np.ndarray
    lengths: np.ndarray
    skeleton: Skeleton
    confidence: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    @classmethod
    def of(
        cls,
        poses: Iterable[PoseSequence],
        skeleton: Skeleton,
        min_confidence: float,
        right_leads: bool = False,
    ) -> PoseBank:
        """Select the skeleton's landmarks, normalise (docs of `normalize`), and line the clips up.

        KeyError where a pose lacks landmarks, ValueError where it has no frames.
        """
        xy, ends, doubts = np.zeros((0, len(skeleton), 2), np.float32), [0], []
        for pose in poses:
            normal = normalize(on_skeleton(pose, skeleton), min_confidence, right_leads)
            clip = normal.xy
            if not len(clip):
                raise ValueError(
                    f"clip {len(ends)} of those given has no frames, nothing can be read of it"
                )
            ends.append(ends[-1] + len(clip))
            if ends[-1] > len(xy):
                xy.resize(
                    (ends[-1] + len(xy) // 4, *xy.shape[1:]), refcheck=False
                )  # in place: all clips are never held twice
            xy[ends[-2] : ends[-1]] = clip
            if (normal.confidence[normal.seen] < 1).any():
                doubts.append((ends[-2], normal.confidence.astype(np.float16)))
        xy.resize((ends[-1], *xy.shape[1:]), refcheck=False)
        return cls(
            xy,
            np.array(ends[:-1], np.int64),
            np.diff(ends),
            skeleton,
            _confidence(doubts, xy.shape[:2]),
        )

    def read(self, clips: np.ndarray, moments: np.ndarray) -> np.ndarray:
        """Landmarks of some clips at fractional frame positions.

        clips: (n,) positions in the bank; moments: (n, frames). Between two frames the value is on the line
        between them; where either is missing it is that of the nearer. Returns (n, frames, landmarks, 2).
        """
        before, after = np.floor(moments).astype(np.int64), np.ceil(moments).astype(np.int64)
        share = (moments - before).astype(np.float32)[..., None, None]
        earlier, later = (
            self.xy[self.firsts[clips][:, None] + frames] for frames in (before, after)
        )
        between = earlier + share * (later - earlier)
        return np.where(np.isnan(between), np.where(share < 0.5, earlier, later), between)

    def confidence_at(self, clips: np.ndarray, moments: np.ndarray) -> np.ndarray:
        """How sure the detector was in the frame nearest to each moment: (n, frames, landmarks) float32, as in `read`."""
        frames = self.firsts[clips][:, None] + np.round(moments).astype(np.int64)
        if self.confidence is None:
            return np.ones((*frames.shape, len(self.skeleton)), np.float32)
        return self.confidence[frames].astype(np.float32)

    def steady_input(
        self, clips: np.ndarray, num_frames: int, stretch: bool
    ) -> dict[str, np.ndarray]:
        """Network input of the clips at positions (n,), read at their `steady_moments`: no chance."""
        moments, frame_mask = steady_moments(self.lengths[clips], num_frames, stretch)
        return network_input(self.read(clips, moments), frame_mask)


def _confidence(doubts: list[tuple[int, np.ndarray]], shape: tuple[int, ...]) -> np.ndarray | None:
    """All clips' confidence from that of the clips in which something is doubtful; None where nothing is."""
    if not doubts:
        return None
    everything = np.ones(shape, np.float16)
    for first, confidence in doubts:
        everything[first : first + len(confidence)] = confidence
    return everything


def steady_moments(
    lengths: np.ndarray, num_frames: int, stretch: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Where to read clips of `lengths` (clips,) frames: moments (clips, num_frames) and frame_mask of that shape.

    stretch: evenly from first to last frame, filling all. Otherwise frame by frame, then padding (which
    repeats the last frame, masked); clips longer than num_frames are thinned evenly to fill all.
    """
    fill = np.full(len(lengths), num_frames) if stretch else np.minimum(lengths, num_frames)
    steps = np.arange(num_frames)[None, :]
    last = (lengths - 1)[:, None]
    moments = np.minimum(steps * last / np.maximum(fill - 1, 1)[:, None], last)
    return moments, steps < fill[:, None]


def network_input(xy: np.ndarray, frame_mask: np.ndarray) -> dict[str, np.ndarray]:
    """landmarks (clips, frames, landmarks, 3) of x, y, seen, and frame_mask (clips, frames), from xy with NaN."""
    seen = ~np.isnan(xy[..., :1]) & frame_mask[:, :, None, None]
    return {
        "landmarks": np.concatenate([np.where(seen, xy, 0), seen], axis=-1).astype(np.float32),
        "frame_mask": frame_mask,
    }
