"""Leaks between splits: recordings that are in two of them; and clips without landmarks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from spobet.dataset.fingerprint import fingerprint
from spobet.dataset.manifest import TO_THE_END, Clip, Manifest
from spobet.dataset.store import Dataset


@dataclass(frozen=True)
class Leak:
    """Clips of different splits that show one recording.

    kind: `same clip`, `same url` or `identical landmarks`. clips: their ids, in manifest order.
    splits: the split of each.
    """

    kind: str
    clips: tuple[str, ...]
    splits: tuple[str, ...]
    detail: str = ""

    def __str__(self) -> str:
        members = ", ".join(
            f"{clip} ({split})" for clip, split in zip(self.clips, self.splits, strict=True)
        )
        return f"{self.kind}: {members}" + (f"; {self.detail}" if self.detail else "")


def find_leaks(manifest: Manifest, dataset: Dataset | None = None) -> tuple[Leak, ...]:
    """Every recording in more than one split: by url and, given the data set, by landmarks.

    Clips of unknown split leak nowhere. Landmarks are compared for the clips of the manifest that
    the data set holds.
    """
    leaks = _same_url(manifest)
    if dataset is not None:
        leaks += _identical_landmarks(manifest, dataset)
    return tuple(leaks)


def find_moved(first: Manifest, second: Manifest) -> tuple[Leak, ...]:
    """Clips that two manifests, say of pretraining and of a test, put into different splits."""
    others = {clip.id: clip for clip in second}
    shared = ([clip, others[clip.id]] for clip in first if clip.id in others)
    return tuple(_leaks("same clip", shared))


def find_empty(dataset: Dataset) -> tuple[str, ...]:
    """Ids of the clips without a single seen landmark."""
    return tuple(clip.id for clip, pose in dataset.poses() if not pose.seen.any())


def _same_url(manifest: Manifest) -> list[Leak]:
    """Clips cut from one video with frames in common; cuts that lie apart are no leak."""
    groups: dict[str, list[Clip]] = defaultdict(list)
    for clip in manifest:
        groups[clip.url].append(clip)
    groups.pop("", None)
    pairs = (
        list(pair)
        for group in groups.values()
        for pair in combinations(group, 2)
        if _overlap(*pair)
    )
    return list(_leaks("same url", pairs))


def _overlap(one: Clip, other: Clip) -> bool:
    ends = [clip.frame_end for clip in (one, other) if clip.frame_end != TO_THE_END]
    return not ends or max(one.frame_start, other.frame_start) <= min(ends)


def _identical_landmarks(manifest: Manifest, dataset: Dataset) -> list[Leak]:
    held = {clip.id for clip in dataset.manifest}
    groups: dict[str, list[Clip]] = defaultdict(list)
    for clip in manifest:
        if clip.id in held:
            groups[fingerprint(dataset.pose(clip.id))].append(clip)
    groups.pop("", None)
    return list(_leaks("identical landmarks", groups.values()))


def _leaks(kind: str, groups: Iterable[list[Clip]]) -> Iterator[Leak]:
    """A leak for every group of clips whose known splits differ."""
    for group in groups:
        in_splits = [clip for clip in group if clip.split]
        if len({clip.split for clip in in_splits}) > 1:
            yield Leak(
                kind,
                tuple(clip.id for clip in in_splits),
                tuple(clip.split for clip in in_splits),
                _detail(in_splits),
            )


def _detail(clips: list[Clip]) -> str:
    glosses = list(dict.fromkeys(clip.gloss for clip in clips))
    urls = list(dict.fromkeys(clip.url for clip in clips if clip.url))
    return f"{'gloss' if len(glosses) == 1 else 'glosses'} {', '.join(glosses)}" + "".join(
        f"; {url}" for url in urls
    )
