"""Clips unlike the others of a data set: of unusual length, far from all others, nearly empty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.audit.descriptors import Descriptors, Nearness
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset

FEWEST_SEEN = 5  # frames with a landmark: fewer show no movement, whatever the clip's length
FAR = 5.0  # robust standard deviations of the logarithm; 3 lists 34 sound clips of 7,861 of WLASL
LEAST_DEVIATION = 0.15  # where clips are all alike, a seventh longer or farther is not yet unusual
TO_DEVIATION = 1.4826  # median absolute deviation -> standard deviation of a normal distribution


@dataclass(frozen=True)
class Outlier:
    """A clip unlike the others, and why."""

    clip: Clip
    reason: str

    def __str__(self) -> str:
        return f"{self.clip.id} ({self.clip.split or 'no split'}, {self.clip.gloss}): {self.reason}"


def find_outliers(
    dataset: Dataset, descriptors: Descriptors, nearness: Nearness
) -> tuple[Outlier, ...]:
    """Every clip unlike the others of the data set, in manifest order."""
    lengths = np.array(dataset.info.num_frames, dtype=np.float64)
    usual_length = np.median(lengths)
    usual_distance = np.median(nearness.nearest) if len(nearness.nearest) else np.inf
    unusual_length = far_from_median(lengths)
    apart = far_from_median(nearness.nearest) & (nearness.nearest > usual_distance)
    distances = {
        descriptors.clip_ids[number]: nearness.nearest[number] for number in np.flatnonzero(apart)
    }
    outliers = []
    for number, (clip, pose) in enumerate(dataset.poses()):
        seen, frames = int(pose.seen.any(axis=1).sum()), len(pose)
        reasons = []
        if seen < min(FEWEST_SEEN, frames):
            reasons.append(f"something is seen in {seen} of {frames} frames")
        elif clip.id in distances:
            distance = f"{distances[clip.id]:.1f} hand lengths from the nearest other clip"
            reasons.append(f"{distance}, {usual_distance:.1f} usual")
        if unusual_length[number]:
            reasons.append(f"{frames} frames, {usual_length:g} usual")
        if reasons:
            outliers.append(Outlier(clip, "; ".join(reasons)))
    return tuple(outliers)


def far_from_median(values: np.ndarray) -> np.ndarray:
    """(values,) bool: more than FAR robust standard deviations from the median.

    On a logarithmic scale; infinite values and those of 0 or less are never far.
    """
    usable = np.isfinite(values) & (values > 0)
    logs = np.log(np.where(usable, values, 1.0))
    if not usable.any():
        return usable
    middle = np.median(logs[usable])
    deviation = TO_DEVIATION * np.median(abs(logs[usable] - middle))
    far: np.ndarray = usable & (abs(logs - middle) > FAR * max(deviation, LEAST_DEVIATION))
    return far
