"""One frame of reference for all clips, whatever the signer's position and the picture's size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spobet.poses.hand_shape import with_sides_by_shape
from spobet.poses.mirror import lead_with_right
from spobet.poses.resample import onto_even_times
from spobet.poses.sequence import PoseSequence

SMALLEST_UNIT = 1e-6  # shorter in pixels or shares: all landmarks in one point, no length at all
_SIDES = ("right", "left")
_WRISTS = ("right_hand_wrist", "left_hand_wrist")


def normalize(
    pose: PoseSequence,
    min_confidence: float = 0.0,
    right_leads: bool = False,
    reference: str = "body",
    sides_by_shape: bool = False,
) -> PoseSequence:
    """The clip in the signer's frame of reference, from the first to the last frame with a hand.

    Landmarks below `min_confidence` are missing first, and frames are at even times (`resample`).
    With a body: origin at the clip's median neck, unit the head length (median nose-neck distance).
    Without one, and where `reference` is "hands": origin at the median of the hands' wrists, unit
    the median hand length (wrist to the knuckle of the middle finger). A clip in which nothing can
    be measured keeps its frames with every landmark missing. right_leads: mirrored where the left
    hand moves more than the right. sides_by_shape: hands exchanged first where their shapes
    contradict their sides.
    """
    # Resampled before it is measured: medians over frames would favour where frames are dense.
    pose = onto_even_times(trim_to_hands(pose.without_guesses(min_confidence)))
    names = set(pose.skeleton.landmarks)
    wrists = [name for name in _WRISTS if name in names]
    frames = {}
    if reference == "body":
        frames["head lengths"] = ["neck"] if "neck" in names else [], head_length(pose)
    frames["hand lengths"] = wrists, hand_length(pose)
    for unit, (origins, length) in frames.items():
        origin = _median_point(pose.xy[:, pose.skeleton.indices(origins)])
        if length > SMALLEST_UNIT and np.isfinite(origin).all():
            framed = replace(pose, xy=(pose.xy - origin) / np.float32(length), unit=unit)
            framed = with_sides_by_shape(framed) if sides_by_shape else framed
            return lead_with_right(framed) if right_leads else framed
    return replace(
        pose,
        xy=np.full_like(pose.xy, np.nan),
        confidence=np.zeros_like(pose.confidence),
        unit="hand lengths",
    )


def trim_to_hands(pose: PoseSequence) -> PoseSequence:
    """The clip from the first to the last frame with a hand; whole where no hand is seen."""
    return pose.frames(*hand_span(pose))


def hand_span(pose: PoseSequence) -> tuple[int, int]:
    """The frames start..stop-1 from the first to the last with a hand; all where there is none."""
    hands = np.concatenate([pose.skeleton.hand(side) for side in _SIDES])
    frames = np.flatnonzero(pose.seen[:, hands].any(axis=1))
    return (int(frames[0]), int(frames[-1]) + 1) if len(frames) else (0, len(pose))


def head_length(pose: PoseSequence) -> float:
    """Median nose-neck distance in the pose's unit; NaN where they are never seen together."""
    if not {"nose", "neck"} <= set(pose.skeleton.landmarks):
        return float("nan")
    return _median_length(pose["nose"] - pose["neck"])


def hand_length(pose: PoseSequence) -> float:
    """Median distance of wrist and middle knuckle over both hands; NaN without hands."""
    sides = [side for side in _SIDES if len(pose.skeleton.hand(side))]
    palms = [pose[f"{side}_middle_mcp"] - pose[f"{side}_hand_wrist"] for side in sides]
    return _median_length(np.concatenate(palms)) if palms else float("nan")


def _median_point(tracks: np.ndarray) -> np.ndarray:
    """The median of all seen points of tracks (frames, landmarks, 2), NaN without any."""
    seen = tracks[~np.isnan(tracks[..., 0])]
    return _median(seen) if len(seen) else np.full(2, np.nan, np.float32)


def _median_length(vectors: np.ndarray) -> float:
    lengths = np.sqrt((vectors * vectors).sum(axis=1))
    seen = lengths[~np.isnan(lengths)]
    return float(_median(seen)) if len(seen) else float("nan")


def _median(values: np.ndarray) -> np.ndarray:
    """The median along the first axis, without NaN: `np.median` takes many times as long."""
    middle, ascending = len(values) // 2, np.sort(values, axis=0)
    if len(values) % 2:
        return ascending[middle]
    return (ascending[middle - 1] + ascending[middle]) * np.float32(0.5)
