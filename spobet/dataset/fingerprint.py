"""A text that tells whether two clips are one recording."""

from __future__ import annotations

import hashlib

import numpy as np

from spobet.poses.sequence import PoseSequence

DECIMALS = 4  # landmarks that agree so far are the same recording, in every unit


def fingerprint(pose: PoseSequence) -> str:
    """A text that two clips share exactly when they show the same landmarks; "" where nothing is seen.

    Coordinates count to DECIMALS places; frames with nothing seen at either end, confidence and times do not count.
    """
    frames = np.flatnonzero(pose.seen.any(axis=1))
    if not len(frames):
        return ""
    xy = pose.xy[frames[0] : frames[-1] + 1]
    rounded = (
        np.nan_to_num(np.round(xy.astype(np.float64), DECIMALS), nan=np.inf) + 0.0
    )  # turns -0.0 into 0.0
    return hashlib.sha256(rounded.tobytes()).hexdigest()
