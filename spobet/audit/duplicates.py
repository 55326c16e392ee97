"""What to doubt in a data set before believing a figure on it: leaks, labels, clips unlike all others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from spobet.audit.descriptors import NEAR, Descriptors, Nearness, compare_all
from spobet.audit.leaks import Leak, find_leaks
from spobet.dataset.fingerprint import fingerprint
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset

FEWEST_SEEN = 5
FAR = 5.0  # robust standard deviations of the logarithm
LEAST_DEVIATION = 0.15  # where all clips are alike, twice as long or far is not yet odd


@dataclass(frozen=True)
class DuplicateGroup:
    """Clips that show one recording, in manifest order. distance: largest rms between two of them that are near, in hand lengths.

    identical: their landmarks agree to the last counted digit.
    """

    clips: tuple[Clip, ...]
    distance: float
    identical: bool

    @property
    def across_splits(self) -> bool:
        """Whether they stand in more than one known split."""
        return len({clip.split for clip in self.clips if clip.split}) > 1

    @property
    def under_several_glosses(self) -> bool:
        """Whether they are called by more than one gloss."""
        return len({clip.gloss for clip in self.clips}) > 1

    def __str__(self) -> str:
        members = ", ".join(
            f"{clip.id} ({clip.split or 'no split'}, {clip.gloss})" for clip in self.clips
        )
        return f"{'identical' if self.identical else f'rms {self.distance:.3f}'}: {members}"


@dataclass(frozen=True)
class Outlier:
    """A clip unlike the others, and why."""

    clip: Clip
    reason: str

    def __str__(self) -> str:
        return f"{self.clip.id} ({self.clip.split or 'no split'}, {self.clip.gloss}): {self.reason}"


@dataclass(frozen=True)
class Suspects:
    """Everything that was found; twins that are neither across splits nor under several glosses are repeats."""

    num_clips: int
    twins: tuple[DuplicateGroup, ...]
    same_url: tuple[Leak, ...]
    odd: tuple[Outlier, ...]

    @property
    def across_splits(self) -> tuple[DuplicateGroup, ...]:
        """Recordings that stand in more than one split."""
        return tuple(twins for twins in self.twins if twins.across_splits)

    @property
    def under_several_glosses(self) -> tuple[DuplicateGroup, ...]:
        """Recordings that stand under more than one gloss."""
        return tuple(twins for twins in self.twins if twins.under_several_glosses)

    @property
    def repeats(self) -> tuple[DuplicateGroup, ...]:
        """Recordings that stand several times in one split under one gloss."""
        return tuple(
            twins
            for twins in self.twins
            if not (twins.across_splits or twins.under_several_glosses)
        )

    @property
    def lists(self) -> dict[str, Sequence[DuplicateGroup | Leak | Outlier]]:
        """Every list under its title, gravest first."""
        return {
            "one recording in several splits": self.across_splits,
            "one url in several splits, with frames in common": self.same_url,
            "one recording under several glosses": self.under_several_glosses,
            "one recording twice in one split under one gloss": self.repeats,
            "clips unlike the others": self.odd,
        }


def find_suspects(dataset: Dataset, limit: float = NEAR) -> Suspects:
    """Compare every clip with every other, and each with what is usual in the data set.

    limit: rms distance in hand lengths below which two clips are one recording (`compare_all`).
    """
    descriptors = Descriptors.of(dataset)
    nearness = compare_all(descriptors, limit)
    twins = tuple(_twins(dataset, descriptors, nearness))
    return Suspects(
        len(dataset),
        twins,
        find_leaks(dataset.manifest),
        tuple(_odd(dataset, descriptors, nearness)),
    )


def _twins(
    dataset: Dataset, descriptors: Descriptors, nearness: Nearness
) -> Iterable[DuplicateGroup]:
    for members, distance in _groups(nearness, len(descriptors.clip_ids)):
        clips = tuple(dataset.manifest[descriptors.clip_ids[member]] for member in members)
        yield DuplicateGroup(
            clips, distance, len({fingerprint(dataset.pose(clip.id)) for clip in clips}) == 1
        )


def _groups(nearness: Nearness, num_clips: int) -> list[tuple[list[int], float]]:
    """Clips joined by near pairs, each group with the largest distance of its pairs; groups and members in order."""
    root = list(range(num_clips))

    def root_of(clip: int) -> int:
        while root[clip] != clip:
            clip = root[clip]
        return clip

    for first, second in nearness.pairs.tolist():
        one, other = sorted((root_of(first), root_of(second)))
        root[other] = one
    members: defaultdict[int, set[int]] = defaultdict(set)
    furthest: defaultdict[int, float] = defaultdict(float)
    for (first, second), distance in zip(
        nearness.pairs.tolist(), nearness.distances.tolist(), strict=True
    ):
        group = root_of(first)
        members[group] |= {first, second}
        furthest[group] = max(furthest[group], distance)
    return [(sorted(members[group]), furthest[group]) for group in sorted(members)]


def _odd(dataset: Dataset, descriptors: Descriptors, nearness: Nearness) -> Iterable[Outlier]:
    lengths = np.array(dataset.info.num_frames, dtype=np.float64)
    usual_length, usual_distance = (
        np.median(lengths),
        np.median(nearness.nearest) if len(nearness.nearest) else np.inf,
    )
    unusual_length, apart = (
        _far(lengths),
        _far(nearness.nearest) & (nearness.nearest > usual_distance),
    )
    distances = {
        descriptors.clip_ids[place]: nearness.nearest[place] for place in np.flatnonzero(apart)
    }
    for place, (clip, pose) in enumerate(dataset.poses()):
        seen, frames = int(pose.seen.any(axis=1).sum()), len(pose)
        reasons = []
        if seen < min(FEWEST_SEEN, frames):
            reasons.append(f"something is seen in {seen} of {frames} frames")
        elif clip.id in distances:
            reasons.append(
                f"{distances[clip.id]:.1f} hand lengths from the nearest other clip, {usual_distance:.1f} usual"
            )
        if unusual_length[place]:
            reasons.append(f"{frames} frames, {usual_length:g} usual")
        if reasons:
            yield Outlier(clip, "; ".join(reasons))


def _far(values: np.ndarray) -> np.ndarray:
    """(values,) bool: more than FAR robust standard deviations from the median, on a logarithmic scale; inf is never far."""
    known = np.isfinite(values) & (values > 0)
    logs = np.log(np.where(known, values, 1.0))
    if not known.any():
        return known
    middle = np.median(logs[known])
    deviation = 1.4826 * np.median(abs(logs[known] - middle))
    far: np.ndarray = known & (abs(logs - middle) > FAR * max(deviation, LEAST_DEVIATION))
    return far
