"""Frame times: variable frame rates put onto even times, and when a network reads a clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spobet.poses.sequence import PoseSequence

# Frame intervals by which a frame may miss its even time. It is far below the rounding in a file's
# times, so it only spares clips that are even but for arithmetic: no digit of theirs may change.
EVEN_TOLERANCE = 1e-4

# Times as many frames as the clip has, at most: a pause in a recording must not fill the memory.
# A rate that falls to a quarter half way, as when a phone's light goes, needs 1.6.
MAX_GROWTH = 4


def onto_even_times(pose: PoseSequence) -> PoseSequence:
    """The clip at even times from its first frame to its last; as it is where they are, or unknown.

    Frames stand as close together as those of the clip mostly do (the median interval), so none of
    a variable frame rate are lost. What stands between two frames is what `between_frames` gives,
    with the confidence of the nearer.
    """
    if pose.times is None or len(pose) < 3:
        return pose
    duration = pose.times[-1] - pose.times[0]
    even = np.linspace(pose.times[0], pose.times[-1], len(pose))
    tolerance = EVEN_TOLERANCE * duration / (len(pose) - 1)
    if np.abs(pose.times - even).max() <= tolerance:
        return pose
    num_frames = 1 + round(float(duration / np.median(np.diff(pose.times))))
    num_frames = min(max(num_frames, len(pose)), MAX_GROWTH * len(pose))
    times = np.linspace(pose.times[0], pose.times[-1], num_frames)
    positions = np.interp(times, pose.times, np.arange(len(pose)))
    before, after = np.floor(positions).astype(int), np.ceil(positions).astype(int)
    share = (positions - before).astype(np.float32)[:, None]
    earlier, later = pose.confidence[before], pose.confidence[after]
    return replace(
        pose,
        xy=between_frames(pose.xy[before], pose.xy[after], share[..., None]),
        confidence=np.where(share < 0.5, earlier, later),
        times=times,
    )


def even_frame_times(
    lengths: np.ndarray, num_frames: int, stretch: bool
) -> tuple[np.ndarray, np.ndarray]:
    """When to read clips: frame_times and frame_mask, (clips, num_frames) each.

    lengths: (clips,) in frames. frame_times count frame intervals from the first frame. stretch:
    evenly from first to last frame, filling all. Otherwise frame by frame, then padding (which
    repeats the last frame, masked); clips longer than num_frames are thinned evenly to fill all.
    """
    filled = np.full(len(lengths), num_frames) if stretch else np.minimum(lengths, num_frames)
    steps = np.arange(num_frames)[None, :]
    last = (lengths - 1)[:, None]
    frame_times = np.minimum(steps * last / np.maximum(filled - 1, 1)[:, None], last)
    return frame_times, steps < filled[:, None]


def between_frames(earlier: np.ndarray, later: np.ndarray, share: np.ndarray | float) -> np.ndarray:
    """Landmarks `share` of the way from one frame to another; the nearer where one is missing.

    earlier, later: (..., landmarks, 2), NaN where missing. share: 0..1, broadcast against them.
    """
    between = earlier + share * (later - earlier)
    nearer: np.ndarray = np.where(share < 0.5, earlier, later)
    return np.where(np.isnan(between), nearer, between)
