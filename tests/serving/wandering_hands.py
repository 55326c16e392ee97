"""Made landmarks of two hands that wander, come and go."""

from __future__ import annotations

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42

REST = 45  # frames of rest, and of signing between two rests


def wandering(num_frames: int, seed: int, rest: bool = False) -> PoseSequence:
    """Two hands that wander and are lost now and then; with rests low in the picture if asked."""
    rng = np.random.default_rng(seed)
    hand = 0.03 * rng.normal(size=(2, 21, 2)) + [0, -0.05]
    hand[:, 0], hand[:, 9] = 0, [0, -0.08]
    steps = 0.02 * rng.normal(size=(num_frames, 2, 2))
    wrists = np.array([[0.4, 0.7], [0.6, 0.7]]) + steps.cumsum(axis=0)
    if rest:
        still = (np.arange(num_frames) // REST) % 2 == 0
        low, high = [[0.4, 0.9], [0.6, 0.9]], np.clip(wrists, 0.2, 0.7)
        wrists = np.where(still[:, None, None], low, high)
    noise = 0.002 * rng.normal(size=(num_frames, 2, 21, 2))
    xy = (wrists[:, :, None] + hand + noise).reshape(num_frames, 42, 2).astype(np.float32)
    gone = rng.random((num_frames // 10 + 1, 2)) < 0.2
    xy[np.repeat(np.repeat(gone, 10, axis=0)[:num_frames], 21, axis=1)] = np.nan
    xy[num_frames // 2 :: 7, 5] = np.nan
    return PoseSequence(xy, np.where(np.isnan(xy[..., 0]), 0, 1), HANDS_42, unit="image")


def holding(num_signs: int = 4) -> PoseSequence:
    """Signs with two holds high in the picture, longer than the rests between the signs."""
    rest, high, higher = [0.5, 0.9], [0.45, 0.5], [0.5, 0.4]
    sign = [(rest, 20), (high, 15), (higher, 15), (high, 15)]
    wrists, last = [], np.array(rest)
    for position, frames in sign * num_signs + [(rest, 30)]:
        wrists += [*np.linspace(last, position, 8), *np.repeat([position], frames, axis=0)]
        last = np.array(position)
    hand = np.stack([np.zeros(21), -0.01 * np.arange(21)], axis=1)
    xy = np.full((len(wrists), 42, 2), np.nan, np.float32)
    xy[:, HANDS_42.hand("right")] = np.array(wrists)[:, None] + hand
    return PoseSequence(xy, np.where(np.isnan(xy[..., 0]), 0, 1), HANDS_42, unit="image")
