"""Clips that show the same recording, or nearly: every pair of a data set compared at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spobet.dataset.store import Dataset
from spobet.poses.normalize import hand_length
from spobet.poses.sequence import PoseSequence

NUM_FRAMES = 12  # 8 miss one of WLASL100's 13 near pairs, 24 find no more
# Hand lengths. On WLASL's hands new cuts of one video lie below; on synthetic signs two takes by
# one signer lie above 0.2.
NEAR = 0.1
LEAST_SHARED = 0.5  # two clips that share fewer landmarks may agree by chance
_BLOCK = 1024  # clips compared with all others at once: bounds memory at about 100 MB


@dataclass(frozen=True, eq=False)
class Descriptors:
    """Every clip that shows something, read at NUM_FRAMES evenly spaced times.

    They span the first to the last frame with a landmark. xy: (clips, frames * landmarks, 2)
    float32 in hand lengths, 0 where missing. seen: (clips, frames * landmarks) float32, 1 or 0.
    clip_ids: (clips,). Only empty frames at the ends are removed: where in the picture the signer
    is, and how large, parts recordings from each other.
    """

    clip_ids: tuple[str, ...]
    xy: np.ndarray
    seen: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> Descriptors:
        """The descriptors of a data set, in its order, without its empty clips."""
        ids, rows, lengths = [], [], []
        for clip, pose in dataset.poses():
            row = descriptor(pose)
            if row is not None:
                ids.append(clip.id)
                rows.append(row)
                height = np.nanmax(pose.xy[..., 1]) - np.nanmin(pose.xy[..., 1])
                hand = hand_length(pose)  # without hands a tenth of the height of what is shown
                lengths.append(float(hand if np.isfinite(hand) else height / 10) or float("nan"))
        points = np.stack(rows) if rows else np.zeros((0, 0, 2), np.float32)
        seen = ~np.isnan(points[..., 0])
        unit = np.float32(np.nanmedian(lengths)) if np.isfinite(lengths).any() else np.float32(1)
        return cls(tuple(ids), np.where(seen[..., None], points, 0) / unit, seen.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Nearness:
    """Pairs of near clips, and how far each clip lies from the nearest that is not near.

    pairs: (pairs, 2) indices in the descriptors, first < second. distances: (pairs,) rms in hand
    lengths. nearest: (clips,) rms in hand lengths, inf where no other clip shows enough of the same
    landmarks.
    """

    pairs: np.ndarray
    distances: np.ndarray
    nearest: np.ndarray


def descriptor(pose: PoseSequence) -> np.ndarray | None:
    """A clip at NUM_FRAMES evenly spaced times: (frames * landmarks, 2), NaN where missing.

    None where nothing is seen. Between two frames a landmark is on the line between them; where
    either lacks it, it is as in the nearer.
    """
    frames = np.flatnonzero(pose.seen.any(axis=1))
    if not len(frames):
        return None
    at = np.linspace(frames[0], frames[-1], NUM_FRAMES)
    earlier = pose.xy[np.floor(at).astype(np.int64)]
    later = pose.xy[np.ceil(at).astype(np.int64)]
    share = (at % 1).astype(np.float32)[:, None, None]
    between = earlier + share * (later - earlier)
    points: np.ndarray = np.where(np.isnan(between), np.where(share < 0.5, earlier, later), between)
    return points.reshape(-1, 2)


def compare_all(descriptors: Descriptors, limit: float = NEAR) -> Nearness:
    """Compare every clip with every other: rms distance of the landmarks that both show.

    Two clips are near where it is below `limit` and they share at least LEAST_SHARED of the
    landmarks that either shows.
    """
    nearest = np.full(len(descriptors.clip_ids), np.inf, np.float32)
    pairs = []
    for first, block in _distances(descriptors):
        later = (
            np.arange(first, first + block.shape[1])[None, :]
            > np.arange(first, first + block.shape[0])[:, None]
        )
        rows, columns = np.nonzero((block < limit) & later)
        pairs.append(np.stack([rows, columns], axis=1) + first)
        apart = np.where((block >= limit) & later, block, np.inf)
        span = slice(first, first + len(block))
        nearest[span] = np.minimum(nearest[span], apart.min(axis=1))
        nearest[first:] = np.minimum(nearest[first:], apart.min(axis=0))
    near = np.concatenate([np.zeros((0, 2), np.int64), *pairs])
    return Nearness(near, _exactly(descriptors, near), nearest)


def _exactly(descriptors: Descriptors, pairs: np.ndarray) -> np.ndarray:
    """The rms distance of each pair from differences.

    The products of `_distances` leave a small rest where all is equal.
    """
    first, second = pairs[:, 0], pairs[:, 1]
    shared = descriptors.seen[first] * descriptors.seen[second]
    differences = (descriptors.xy[first] - descriptors.xy[second]).astype(np.float64)
    squares = (differences**2).sum(axis=-1) * shared
    exact: np.ndarray = np.sqrt(squares.sum(axis=1) / np.maximum(shared.sum(axis=1), 1))
    return exact


def _distances(descriptors: Descriptors) -> Iterator[tuple[int, np.ndarray]]:
    """The first clip of each block, and the block's rms distances to it and all clips after it.

    Distances are inf where too little is shared.
    """
    seen, num_clips = descriptors.seen, len(descriptors.clip_ids)
    flat = descriptors.xy.reshape(num_clips, 2 * seen.shape[1])
    squares, counts = (descriptors.xy**2).sum(axis=-1), seen.sum(axis=1)
    for first in range(0, num_clips, _BLOCK):
        here, rest = slice(first, first + _BLOCK), slice(first, None)
        shared = seen[here] @ seen[rest].T
        summed = (
            squares[here] @ seen[rest].T
            + seen[here] @ squares[rest].T
            - 2 * flat[here] @ flat[rest].T
        )
        either = counts[here, None] + counts[None, rest] - shared
        rms = np.sqrt(np.maximum(summed, 0) / np.maximum(shared, 1))
        yield first, np.where(shared >= LEAST_SHARED * either, rms, np.inf)
