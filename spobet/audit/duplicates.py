"""Groups of clips that show one recording: the same landmarks, or nearly."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from spobet.audit.descriptors import Descriptors, Nearness
from spobet.dataset.fingerprint import fingerprint
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset


@dataclass(frozen=True)
class DuplicateGroup:
    """Clips that show one recording, in manifest order.

    distance: the largest rms between two near ones of them, in hand lengths. identical: whether
    their landmarks agree to the last digit that is compared.
    """

    clips: tuple[Clip, ...]
    distance: float
    identical: bool

    @property
    def across_splits(self) -> bool:
        """Whether they are in more than one known split."""
        return len({clip.split for clip in self.clips if clip.split}) > 1

    @property
    def under_several_glosses(self) -> bool:
        """Whether they are labelled with more than one gloss."""
        return len({clip.gloss for clip in self.clips}) > 1

    def __str__(self) -> str:
        members = ", ".join(
            f"{clip.id} ({clip.split or 'no split'}, {clip.gloss})" for clip in self.clips
        )
        return f"{'identical' if self.identical else f'rms {self.distance:.3f}'}: {members}"


def find_duplicates(
    dataset: Dataset, descriptors: Descriptors, nearness: Nearness
) -> tuple[DuplicateGroup, ...]:
    """Every group of clips that show one recording, in manifest order."""
    groups = []
    for members, distance in _groups(nearness, len(descriptors.clip_ids)):
        clips = tuple(dataset.manifest[descriptors.clip_ids[member]] for member in members)
        recordings = {fingerprint(dataset.pose(clip.id)) for clip in clips}
        groups.append(DuplicateGroup(clips, distance, len(recordings) == 1))
    return tuple(groups)


def _groups(nearness: Nearness, num_clips: int) -> list[tuple[list[int], float]]:
    """Clips joined by near pairs, each group with the largest distance of its pairs, in order."""
    root = list(range(num_clips))

    def root_of(clip: int) -> int:
        while root[clip] != clip:
            clip = root[clip]
        return clip

    pairs = nearness.pairs.tolist()
    for first, second in pairs:
        one, other = sorted((root_of(first), root_of(second)))
        root[other] = one
    members: defaultdict[int, set[int]] = defaultdict(set)
    furthest: defaultdict[int, float] = defaultdict(float)
    for (first, second), distance in zip(pairs, nearness.distances.tolist(), strict=True):
        group = root_of(first)
        members[group] |= {first, second}
        furthest[group] = max(furthest[group], distance)
    return [(sorted(members[group]), furthest[group]) for group in sorted(members)]
