"""Fingers of another length: the same sign by another signer's hand."""

from __future__ import annotations

import numpy as np

from spobet.poses.skeleton import Skeleton

NUM_HAND_LANDMARKS = 21       # wrist, then four landmarks a finger, from its base
FINGER_BASES = (1, 5, 9, 13, 17)


def vary_fingers(xy: np.ndarray, skeleton: Skeleton, change: float, rng: np.random.Generator) -> np.ndarray:
    """Lengthen or shorten each finger from its base, by its own factor through the whole clip.

    xy: (clips, frames, landmarks, 2), NaN = missing. change: largest relative change. A hand that has not the
    wrist and four landmarks of each of five fingers stays as it is.
    """
    xy = xy.copy()
    for hand in skeleton.hands:
        if len(hand) != NUM_HAND_LANDMARKS:
            continue
        factors = 1 + rng.uniform(-change, change, (len(xy), len(FINGER_BASES))).astype(np.float32)
        fingers = xy[:, :, hand[1:]].reshape(*xy.shape[:2], len(FINGER_BASES), 4, 2)
        bases = fingers[:, :, :, :1]
        varied = bases + (fingers - bases) * factors[:, None, :, None, None]
        xy[:, :, hand[1:]] = np.where(np.isnan(bases), fingers, varied).reshape(*xy.shape[:2], 20, 2)
    return xy
