"""A text that says whether two clips are one recording."""

from __future__ import annotations

import hashlib

import numpy as np

from spobet.poses.sequence import PoseSequence

DECIMALS = 4  # finer digits differ between file formats; in shares a pixel of 4K is 0.00026


def fingerprint(pose: PoseSequence) -> str:
    """A text that two clips share exactly when they show the same landmarks; "" for an empty clip.

    Coordinates are compared to DECIMALS digits. Empty frames at either end, confidence and times
    do not count.
    """
    frames = np.flatnonzero(pose.seen.any(axis=1))
    if not len(frames):
        return ""
    xy = pose.xy[frames[0] : frames[-1] + 1].astype(np.float64)
    rounded = np.nan_to_num(np.round(xy, DECIMALS), nan=np.inf) + 0.0  # turns -0.0 into 0.0
    return hashlib.sha256(rounded.tobytes()).hexdigest()
