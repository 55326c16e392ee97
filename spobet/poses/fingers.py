"""Fingers of another length: the same sign by another signer's hand."""

from __future__ import annotations

import numpy as np

from spobet.poses.skeleton import Skeleton

NUM_FINGERS = 5  # of four landmarks each, from its base, after the wrist


def vary_fingers(
    xy: np.ndarray, skeleton: Skeleton, change: float, rng: np.random.Generator
) -> np.ndarray:
    """Lengthen or shorten each finger from its base, by its own factor through the whole clip.

    xy: (clips, frames, landmarks, 2), NaN = missing. change: largest relative change.
    """
    xy = xy.copy()
    for hand in skeleton.hands:
        factors = 1 + rng.uniform(-change, change, (len(xy), NUM_FINGERS)).astype(np.float32)
        fingers = xy[:, :, hand[1:]]
        shape = fingers.shape
        fingers = fingers.reshape(*shape[:2], NUM_FINGERS, -1, 2)  # (..., fingers, joints, 2)
        bases = fingers[:, :, :, :1]
        varied = bases + (fingers - bases) * factors[:, None, :, None, None]
        xy[:, :, hand[1:]] = np.where(np.isnan(bases), fingers, varied).reshape(shape)
    return xy
