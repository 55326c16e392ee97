"""A data set on one page of text: what each split holds, and what a figure on it should be read with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.audit.leaks import find_leaks
from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.dataset.store import Dataset
from spobet.poses.skeleton import Skeleton

SHOWN = 10
_COLUMNS = (
    "split", "clips", "glosses", "clips a gloss", "signers", "of unknown signer",
    "frames a clip", "right hand", "left hand", "both", "any hand",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sight:
    """What is seen of each clip: anything at all (clips,), and in how many of its frames the right, left, both and any hand.

    frames: (clips,) of each clip. hands: (clips, 4) of them. known: which of the four the skeleton has.
    """

    anything: np.ndarray
    frames: np.ndarray
    hands: np.ndarray
    known: tuple[bool, bool, bool, bool]

    def shares(self, clips: Sequence[int]) -> list[str]:
        """Shares of these clips' frames, as the table shows them; - where the skeleton has no such hand."""
        seen = self.hands[clips].sum(axis=0) / self.frames[clips].sum()
        return [
            f"{share:.0%}" if known else "-" for share, known in zip(seen, self.known, strict=True)
        ]


def summarize(path: Path) -> str:
    """What a data set holds, as plain text: its facts, a table of its splits, empty clips, leaks and shared signers.

    Medians stand with their range. Of long lists the first ten entries are named and the others counted.
    """
    dataset = Dataset.open(path)
    return summary_of(dataset, look(dataset))


def summary_of(dataset: Dataset, sight: Sight) -> str:
    """What `summarize` tells of a data set that is open and looked through."""
    manifest = dataset.manifest
    lists = [
        _listed(
            "empty clips",
            [
                clip.id
                for clip, anything in zip(manifest, sight.anything, strict=True)
                if not anything
            ],
        ),
        _listed("leaks between splits", map(str, find_leaks(manifest, dataset))),
        _shared_signers(manifest),
    ]
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
        _known(dataset.skeleton),
    )


def _known(skeleton: Skeleton) -> tuple[bool, bool, bool, bool]:
    right, left = (len(skeleton.hand(side)) > 0 for side in ("right", "left"))
    return right, left, right and left, right or left


def _rows(manifest: Manifest, sight: Sight) -> list[list[str]]:
    """A row for every split that has clips, and one for all of them."""
    groups = {
        split or "none": [place for place, clip in enumerate(manifest) if clip.split == split]
        for split in (*SPLITS, "")
    }
    groups["all"] = list(range(len(manifest)))
    return [_row(split, manifest, places, sight) for split, places in groups.items() if places]


def _row(split: str, manifest: Manifest, places: list[int], sight: Sight) -> list[str]:
    clips = [manifest.clips[place] for place in places]
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
    return [split, *counts, _median(sight.frames[places]), *sight.shares(places)]


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


def _shared_signers(manifest: Manifest) -> str:
    """The signers met in training and in test, with their clips: figures on those test clips are not of new signers."""
    train, test = (
        [clip for clip in manifest if clip.split == split and clip.signer]
        for split in ("train", "test")
    )
    in_train, in_test = (Counter(clip.signer for clip in clips) for clips in (train, test))
    shared = [signer for signer, _ in in_test.most_common() if signer in in_train]
    pairs, repeated = _shared_pairs(train, test)
    num_test = sum(clip.split == "test" for clip in manifest)
    told = (
        f" ({sum(in_test[signer] for signer in shared):,} of {num_test:,} test clips;"
        f" {pairs:,} pairs of signer and gloss stand in both, {repeated:,} test clips)"
    )
    members = [
        f"{signer}: {in_train[signer]:,} in train, {in_test[signer]:,} in test" for signer in shared
    ]
    return _listed("signers in both train and test", members, told if shared else "")


def _shared_pairs(train: list[Clip], test: list[Clip]) -> tuple[int, int]:
    """How many (signer, gloss) stand in both, and how many test clips they are."""
    met = {(clip.signer, clip.gloss) for clip in train}
    again = [(clip.signer, clip.gloss) for clip in test if (clip.signer, clip.gloss) in met]
    return len(set(again)), len(again)


def _listed(title: str, entries: Iterable[str], told: str = "") -> str:
    """A count and the entries, one a line; of many the first, and how many more there are."""
    entries = list(entries)
    more = [f"and {len(entries) - SHOWN:,} more"] if len(entries) > SHOWN else []
    return "\n".join(
        [f"{title}: {len(entries):,}{told}", *(f"  {entry}" for entry in (*entries[:SHOWN], *more))]
    )
