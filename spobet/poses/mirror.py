"""The other-handed signer, and which hand leads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton


def mirror(xy: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Landmarks (..., landmarks, 2) of the other-handed signer: x negated, sides exchanged."""
    return xy[..., skeleton.mirror_order, :] * np.array([-1, 1], np.float32)


def lead_with_right(pose: PoseSequence) -> PoseSequence:
    """The clip as a right-handed signer would sign it: mirrored where the left hand moves more.

    A clip and its mirror image become the same, unless both hands move equally far. Needs x = 0
    in the signer's middle.
    """
    if hand_travel(pose, "left") <= hand_travel(pose, "right"):
        return pose
    return replace(
        pose,
        xy=mirror(pose.xy, pose.skeleton),
        confidence=pose.confidence[:, pose.skeleton.mirror_order],
    )


def hand_travel(pose: PoseSequence, side: str) -> float:
    """How far the middle of a hand travels through the clip, along x plus along y.

    Only steps between frames that follow each other and show the whole hand count.
    """
    hand = pose.skeleton.hand(side)
    if not len(hand):
        return 0.0
    middle = pose.xy[:, hand].mean(axis=1)
    steps = np.abs(middle[1:] - middle[:-1])
    return float(np.where(np.isnan(steps), np.float32(0), steps).sum())
