"""Clips as the arrays a network reads: the one place where missing becomes (0, 0, seen = 0)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spobet.errors import UserError
from spobet.poses.adapt import on_skeleton
from spobet.poses.normalize import normalize
from spobet.poses.resample import between_frames, even_frame_times
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class PoseBank:
    """Normalised clips one after the other in one array, to be read many at a time.

    xy: (all frames, landmarks, 2) float32, NaN = missing.
    firsts, lengths: (clips,) first frame and number of frames of each.
    confidence: (all frames, landmarks) float16 in 0..1; None where it is 1 for all that was seen.
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
        reference: str = "body",
        sides_by_shape: bool = False,
    ) -> PoseBank:
        """Select the skeleton's landmarks, normalise (docs of `normalize`), and line the clips up.

        KeyError where a pose lacks landmarks, but those of the body where the reference is "hands";
        UserError where it has no frames.
        """
        xy, ends = np.zeros((0, len(skeleton), 2), np.float32), [0]
        uncertain: list[tuple[int, np.ndarray]] = []
        for pose in poses:
            if not len(pose):
                raise UserError(f"clip {len(ends)} has no frames, expected at least one")
            pose = on_skeleton(pose, skeleton, body_optional=reference == "hands")
            clip = normalize(pose, min_confidence, right_leads, reference, sides_by_shape)
            ends.append(ends[-1] + len(clip))
            if ends[-1] > len(xy):  # grown in place, so that all clips are never held twice
                xy.resize((ends[-1] + len(xy) // 4, *xy.shape[1:]), refcheck=False)
            xy[ends[-2] : ends[-1]] = clip.xy
            if (clip.confidence[clip.seen] < 1).any():
                uncertain.append((ends[-2], clip.confidence.astype(np.float16)))
        xy.resize((ends[-1], *xy.shape[1:]), refcheck=False)
        confidence = _confidence(uncertain, xy.shape[:2])
        firsts = np.array(ends[:-1], np.int64)
        return cls(xy, firsts, np.diff(ends), skeleton, confidence)

    def read(self, clips: np.ndarray, frame_times: np.ndarray) -> np.ndarray:
        """Landmarks of some clips at any time, (n, frames, landmarks, 2), as by `between_frames`.

        clips: (n,) positions in the bank. frame_times: (n, frames), 0 to the clip's length - 1, in
        frame intervals; they may be fractional.
        """
        before, after = np.floor(frame_times).astype(int), np.ceil(frame_times).astype(int)
        share = (frame_times - before).astype(np.float32)[..., None, None]
        first = self.firsts[clips][:, None]
        return between_frames(self.xy[first + before], self.xy[first + after], share)

    def confidence_at(self, clips: np.ndarray, frame_times: np.ndarray) -> np.ndarray:
        """Confidence in the frame nearest to each time: (n, frames, landmarks) float32.

        Arguments as in `read`.
        """
        frames = self.firsts[clips][:, None] + np.round(frame_times).astype(np.int64)
        if self.confidence is None:
            return np.ones((*frames.shape, len(self.skeleton)), np.float32)
        return self.confidence[frames].astype(np.float32)

    def even_input(
        self, clips: np.ndarray, num_frames: int, stretch: bool
    ) -> dict[str, np.ndarray]:
        """Network input of the clips at positions (n,), read at their `even_frame_times`."""
        frame_times, frame_mask = even_frame_times(self.lengths[clips], num_frames, stretch)
        return network_input(self.read(clips, frame_times), frame_mask)


def network_input(xy: np.ndarray, frame_mask: np.ndarray) -> dict[str, np.ndarray]:
    """landmarks (clips, frames, landmarks, 3) of x, y, seen, and frame_mask (clips, frames).

    xy: (clips, frames, landmarks, 2), NaN where missing.
    """
    seen = ~np.isnan(xy[..., :1]) & frame_mask[:, :, None, None]
    return {
        "landmarks": np.concatenate([np.where(seen, xy, 0), seen], axis=-1).astype(np.float32),
        "frame_mask": frame_mask,
    }


def _confidence(
    uncertain: list[tuple[int, np.ndarray]], shape: tuple[int, ...]
) -> np.ndarray | None:
    """Confidence of all clips from (first frame, confidence) of those that have any below 1."""
    if not uncertain:
        return None
    confidence = np.ones(shape, np.float16)
    for first, values in uncertain:
        confidence[first : first + len(values)] = values
    return confidence
