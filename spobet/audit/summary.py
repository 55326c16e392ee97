"""A data set on one page of text: what each split holds, and what to know about figures on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.audit.leaks import find_leaks
from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.dataset.store import Dataset

SHOWN = 10  # of a list: what fits on a screen with the rest
_COLUMNS = (
    "split", "clips", "glosses", "clips a gloss", "signers", "of unknown signer",
    "frames a clip", "right hand", "left hand", "both", "any hand",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sight:
    """What is seen of each clip.

    anything: (clips,), whether a landmark is. frames: (clips,), their number. hands: (clips, 4), in
    how many of them the right, the left, both and any hand is seen. in_skeleton: which of the four
    the skeleton can show.
    """

    anything: np.ndarray
    frames: np.ndarray
    hands: np.ndarray
    in_skeleton: tuple[bool, bool, bool, bool]

    def shares(self, clips: Sequence[int]) -> list[str]:
        """Shares of these clips' frames, as the table shows them; - for a hand of no skeleton."""
        seen = self.hands[clips].sum(axis=0) / self.frames[clips].sum()
        return [
            f"{share:.0%}" if possible else "-"
            for share, possible in zip(seen, self.in_skeleton, strict=True)
        ]


def summarize(path: Path) -> str:
    """What a data set holds, as plain text: facts, a table of its splits, and what to know of it.

    That is empty clips, leaks, glosses that training lacks and signer overlap. Medians have their
    range in brackets. Of long lists the first ten entries are named and the others counted.
    """
    dataset = Dataset.open(path)
    return summary_of(dataset, look(dataset))


def summary_of(dataset: Dataset, sight: Sight) -> str:
    """What `summarize` says of a data set that is open and looked through."""
    manifest = dataset.manifest
    empty = [clip.id for clip, seen in zip(manifest, sight.anything, strict=True) if not seen]
    lists = [
        _listed("empty clips", empty),
        _listed("leaks between splits", map(str, find_leaks(manifest, dataset))),
        _listed("glosses of val or test that train lacks", untrained_glosses(manifest)),
        _signer_overlap(manifest),
    ]
    if not any(clip.split == "train" for clip in manifest):
        lists.append("no clip in train: `spobet split` deals the clips over train, val and test")
    return "\n\n".join([_facts(dataset), _table(_rows(manifest, sight)), "\n".join(lists)])


def _facts(dataset: Dataset) -> str:
    info = dataset.info
    facts = {
        "data set": str(dataset.path),
        "source": info.source or "not given",
        "licence": info.licence or "not given",
        "skeleton": f"{info.skeleton.name}, {len(info.skeleton)} landmarks",
        "unit": info.unit,
        "content": info.content_hash,
    }
    return "\n".join(f"{name:<9} {fact}" for name, fact in facts.items())


def look(dataset: Dataset) -> Sight:
    """Look through every clip once."""
    right, left = (dataset.skeleton.hand(side) for side in ("right", "left"))
    has_right, has_left = len(right) > 0, len(left) > 0
    anything, hands = [], []
    for _, pose in dataset.poses():
        seen = pose.seen
        anything.append(seen.any())
        one, other = seen[:, right].any(axis=1), seen[:, left].any(axis=1)
        hands.append(
            [np.count_nonzero(frames) for frames in (one, other, one & other, one | other)]
        )
    return Sight(
        np.array(anything),
        np.array(dataset.info.num_frames),
        np.array(hands),
        (has_right, has_left, has_right and has_left, has_right or has_left),
    )


def untrained_glosses(manifest: Manifest) -> list[str]:
    """Glosses of validation or test clips that no training clip shows: no network can name them.

    In the order of the manifest; none where there is nothing in train.
    """
    trained = {clip.gloss for clip in manifest if clip.split == "train"}
    tested = dict.fromkeys(clip.gloss for clip in manifest if clip.split in ("val", "test"))
    return [gloss for gloss in tested if gloss not in trained] if trained else []


def _rows(manifest: Manifest, sight: Sight) -> list[list[str]]:
    """A row for every split that has clips, and one for all of them."""
    groups = {
        split or "none": [number for number, clip in enumerate(manifest) if clip.split == split]
        for split in (*SPLITS, "")
    }
    groups["all"] = list(range(len(manifest)))
    return [_row(split, manifest, clips, sight) for split, clips in groups.items() if clips]


def _row(split: str, manifest: Manifest, numbers: list[int], sight: Sight) -> list[str]:
    clips = [manifest.clips[number] for number in numbers]
    glosses = Counter(clip.gloss for clip in clips)
    signers = Counter(clip.signer for clip in clips)
    num_unknown = signers.pop("", 0)
    counts = [
        f"{len(clips):,}",
        f"{len(glosses):,}",
        _median(glosses.values()),
        f"{len(signers):,}",
        f"{num_unknown:,}",
    ]
    return [split, *counts, _median(sight.frames[numbers]), *sight.shares(numbers)]


def _median(numbers: Iterable[int]) -> str:
    values = np.array(list(numbers))
    return f"{np.median(values):g} ({values.min()}-{values.max()})"


def _table(rows: list[list[str]]) -> str:
    lines = [list(_COLUMNS), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
        for line in lines
    )


def _signer_overlap(manifest: Manifest) -> str:
    """The signers of both training and test: figures on their test clips are not of new signers."""
    train, test = (
        [clip for clip in manifest if clip.split == split and clip.signer]
        for split in ("train", "test")
    )
    in_train, in_test = (Counter(clip.signer for clip in clips) for clips in (train, test))
    shared = [signer for signer, _ in in_test.most_common() if signer in in_train]
    pairs, repeated = _shared_pairs(train, test)
    num_test = sum(clip.split == "test" for clip in manifest)
    counts = (
        f" ({sum(in_test[signer] for signer in shared):,} of {num_test:,} test clips;"
        f" {pairs:,} pairs of signer and gloss are in both, {repeated:,} test clips)"
    )
    members = [
        f"{signer}: {in_train[signer]:,} in train, {in_test[signer]:,} in test" for signer in shared
    ]
    return _listed("signers in both train and test", members, counts if shared else "")


def _shared_pairs(train: list[Clip], test: list[Clip]) -> tuple[int, int]:
    """How many (signer, gloss) are in both, and how many test clips they are."""
    trained = {(clip.signer, clip.gloss) for clip in train}
    again = [(clip.signer, clip.gloss) for clip in test if (clip.signer, clip.gloss) in trained]
    return len(set(again)), len(again)


def _listed(title: str, entries: Iterable[str], remark: str = "") -> str:
    """A count, a remark and the entries, one a line; of many the first, and how many more."""
    entries = list(entries)
    more = [f"and {len(entries) - SHOWN:,} more"] if len(entries) > SHOWN else []
    return "\n".join(
        [
            f"{title}: {len(entries):,}{remark}",
            *(f"  {entry}" for entry in (*entries[:SHOWN], *more)),
        ]
    )
