"""One frame of reference for all clips, whatever the signer's position and the picture's size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spobet.poses.mirror import lead_with_right
from spobet.poses.resample import onto_even_times
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

SMALLEST_UNIT = 1e-6  # shorter in pixels or shares: all landmarks in one point, no length at all
_SIDES = ("right", "left")


def normalize(
    pose: PoseSequence, min_confidence: float = 0.0, right_leads: bool = False
) -> PoseSequence:
    """The clip in the signer's frame of reference, from the first to the last frame with a hand.

    Landmarks below `min_confidence` are missing first, and frames are at even times (`resample`).
    With a body: origin at the clip's median neck, unit the head length (median nose-neck distance).
    Without one: origin at the median of the hands' wrists, unit the median hand length (wrist to
    the knuckle of the middle finger). A clip in which nothing can be measured keeps its frames with
    every landmark missing. right_leads: mirrored where the left hand moves more than the right.
    """
    # Resampled before it is measured: medians over frames would favour where frames are dense.
    pose = onto_even_times(trim_to_hands(pose.without_guesses(min_confidence)))
    for unit, origin, length in (
        ("head lengths", *_body_frame(pose)),
        ("hand lengths", *_hands_frame(pose)),
    ):
        if length > SMALLEST_UNIT and np.isfinite(origin).all():
            framed = replace(pose, xy=(pose.xy - origin) / np.float32(length), unit=unit)
            return lead_with_right(framed) if right_leads else framed
    return replace(
        pose,
        xy=np.full_like(pose.xy, np.nan),
        confidence=np.zeros_like(pose.confidence),
        unit="hand lengths",
    )


def trim_to_hands(pose: PoseSequence) -> PoseSequence:
    """The clip from the first to the last frame with a hand; whole where no hand is seen."""
    hands = np.concatenate([pose.skeleton.hand(side) for side in _SIDES])
    frames = np.flatnonzero(pose.seen[:, hands].any(axis=1))
    return pose.frames(int(frames[0]), int(frames[-1]) + 1) if len(frames) else pose


def head_length(pose: PoseSequence) -> float:
    """Median nose-neck distance in the pose's unit; NaN where they are never seen together."""
    if not {"nose", "neck"} <= set(pose.skeleton.landmarks):
        return float("nan")
    return _median_length(pose["nose"] - pose["neck"])


def hand_length(pose: PoseSequence) -> float:
    """Median distance of wrist and middle knuckle over both hands; NaN without hands."""
    palms = [_palm(pose.skeleton, side) for side in _SIDES if len(pose.skeleton.hand(side))]
    if not palms:
        return float("nan")
    return _median_length(
        np.concatenate([pose.xy[:, knuckle] - pose.xy[:, wrist] for wrist, knuckle in palms])
    )


def _palm(skeleton: Skeleton, side: str) -> tuple[int, int]:
    return skeleton.index(f"{side}_hand_wrist"), skeleton.index(f"{side}_middle_mcp")


def _body_frame(pose: PoseSequence) -> tuple[np.ndarray, float]:
    if "neck" not in pose.skeleton.landmarks:
        return np.full(2, np.nan, np.float32), float("nan")
    return _median_point(pose["neck"]), head_length(pose)


def _hands_frame(pose: PoseSequence) -> tuple[np.ndarray, float]:
    wrists = [pose[f"{side}_hand_wrist"] for side in _SIDES if len(pose.skeleton.hand(side))]
    origin = _median_point(np.concatenate(wrists)) if wrists else np.full(2, np.nan, np.float32)
    return origin, hand_length(pose)


def _median_point(track: np.ndarray) -> np.ndarray:
    seen = track[~np.isnan(track[:, 0])]
    return np.median(seen, axis=0) if len(seen) else np.full(2, np.nan, np.float32)


def _median_length(vectors: np.ndarray) -> float:
    lengths = np.linalg.norm(vectors, axis=1)
    seen = lengths[~np.isnan(lengths)]
    return float(np.median(seen)) if len(seen) else float("nan")
