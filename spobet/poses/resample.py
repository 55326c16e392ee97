"""Frame times: where a network reads a clip, and what stands between two of its frames."""

from __future__ import annotations

import numpy as np

# Frame intervals by which a frame may miss its even time: rounding in a file's times, not a
# variable frame rate. Such clips are read by index, which spares them the look-up and changes no
# digit.
EVEN_TOLERANCE = 1e-4


def even_frame_times(
    lengths: np.ndarray, num_frames: int, stretch: bool
) -> tuple[np.ndarray, np.ndarray]:
    """When to read clips: frame_times and frame_mask, (clips, num_frames) each.

    lengths: (clips,) in frames. frame_times count mean frame intervals from the first frame.
    stretch: evenly from first to last frame, filling all. Otherwise frame by frame, then padding
    (which repeats the last frame, masked); clips longer than num_frames are thinned evenly to
    fill all.
    """
    filled = np.full(len(lengths), num_frames) if stretch else np.minimum(lengths, num_frames)
    steps = np.arange(num_frames)[None, :]
    last = (lengths - 1)[:, None]
    frame_times = np.minimum(steps * last / np.maximum(filled - 1, 1)[:, None], last)
    return frame_times, steps < filled[:, None]


def uneven_frame_times(times: np.ndarray | None) -> np.ndarray | None:
    """When each frame was taken, in mean frame intervals; None where that is its index.

    The first frame stands at 0, the last at its index. times: (frames,) ascending seconds;
    without them frames count as evenly spaced.
    """
    if times is None or len(times) < 3:
        return None
    last = len(times) - 1
    taken: np.ndarray = (times - times[0]) / (times[-1] - times[0]) * last
    even = np.abs(taken - np.arange(len(times))).max() <= EVEN_TOLERANCE
    return None if even else taken


def between_frames(earlier: np.ndarray, later: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Landmarks `share` of the way from one frame to another; the nearer where one is missing.

    earlier, later: (..., landmarks, 2), NaN where missing. share: 0..1, broadcast against them.
    """
    between = earlier + share * (later - earlier)
    nearer: np.ndarray = np.where(share < 0.5, earlier, later)
    return np.where(np.isnan(between), nearer, between)
