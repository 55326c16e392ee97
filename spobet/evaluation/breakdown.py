"""Accuracy by groups of clips: by gloss, by signer, by whether training met the signer; and which glosses are mixed up.

Everywhere hits is (runs, clips) bool and a group's hits are summed over the runs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spobet.dataset.manifest import Clip, Manifest
from spobet.evaluation.metrics import percent, wilson_interval

FEWEST_FOR_A_SHARE = 20
UNKNOWN_SIGNER = "unknown"


@dataclass(frozen=True)
class Group:
    """Some of the clips: how many, and how often `runs` runs named them right in all."""

    name: str
    clips: int
    hits: int
    runs: int = 1

    def __post_init__(self) -> None:
        if min(self.clips, self.runs) < 1 or not 0 <= self.hits <= self.clips * self.runs:
            raise ValueError(
                f"{self.name}: {self.hits} hits of {self.clips} clips in {self.runs} runs do not add up"
            )

    @property
    def share(self) -> float:
        """Share named right, 0..1."""
        return self.hits / (self.clips * self.runs)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share, for as many clips as there are, however many runs."""
        return wilson_interval(round(self.hits / self.runs), self.clips)

    def __str__(self) -> str:
        """The count, and from FEWEST_FOR_A_SHARE clips on the percentage with its interval."""
        counts = f"{self.hits} of {self.clips * self.runs}"
        if self.clips < FEWEST_FOR_A_SHARE:
            return counts
        low, high = map(percent, self.interval)
        return f"{percent(self.share)} % ({counts}; {low}–{high})"


@dataclass(frozen=True)
class ConfusedPair:
    """Two glosses taken for each other. times: how often clips of the first were named the second, and the other way round.

    missed: (run, clip position) of each such answer.
    """

    glosses: tuple[str, str]
    times: tuple[int, int]
    missed: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """How often one was taken for the other."""
        return sum(self.times)


def by_gloss(clips: Manifest, hits: np.ndarray) -> tuple[Group, ...]:
    """A group a gloss, in alphabetical order."""
    return _grouped([clip.gloss for clip in clips], hits)


def by_signer(clips: Manifest, hits: np.ndarray) -> tuple[Group, ...]:
    """A group a signer, those with most clips first; clips of unknown signers are one group."""
    groups = _grouped([clip.signer or UNKNOWN_SIGNER for clip in clips], hits)
    return tuple(sorted(groups, key=lambda group: -group.clips))


def by_acquaintance(
    clips: Manifest, trained: Iterable[Clip], signers: frozenset[str], hits: np.ndarray
) -> tuple[Group, ...]:
    """Groups by what training met of the signer; empty ones are left out.

    trained: the clips of training whose signer and gloss are known. signers: all signers of training ("" = not known).
    """
    pairs = {(clip.signer, clip.gloss) for clip in trained if clip.signer}
    known = signers | {signer for signer, _ in pairs}

    def kind(clip: Clip) -> str:
        if not clip.signer:
            return "signer unknown"
        if (clip.signer, clip.gloss) in pairs:
            return "signer in training, with this gloss"
        return (
            "signer in training, with other glosses only"
            if clip.signer in known
            else "signer not in training"
        )

    groups = _grouped([kind(clip) for clip in clips], hits)
    return tuple(
        sorted(
            groups,
            key=lambda group: (
                "unknown" in group.name,
                "not in" in group.name,
                "other" in group.name,
            ),
        )
    )


def confused_pairs(clips: Manifest, answers: Sequence[Sequence[str]]) -> tuple[ConfusedPair, ...]:
    """Every pair of glosses of which one was named where the other is shown, most often confused first.

    answers: for each run the gloss named for each clip.
    """
    missed: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    times: Counter[tuple[str, str]] = Counter()
    for run, named in enumerate(answers):
        for place, (clip, gloss) in enumerate(zip(clips, named, strict=True)):
            if gloss != clip.gloss:
                first, second = sorted((clip.gloss, gloss))
                missed[first, second].append((run, place))
                times[clip.gloss, gloss] += 1
    pairs = [
        ConfusedPair(pair, (times[pair], times[pair[::-1]]), tuple(places))
        for pair, places in missed.items()
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.total, pair.glosses)))


def taken_for(clips: Manifest, answers: Sequence[Sequence[str]]) -> Mapping[str, str]:
    """For each gloss that was missed, what it was taken for most often, with how often."""
    wrong: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for named in answers:
        for clip, gloss in zip(clips, named, strict=True):
            if gloss != clip.gloss:
                wrong[clip.gloss][gloss] += 1
    return {
        gloss: ", ".join(f"{other} {count}" for other, count in found.most_common(3))
        for gloss, found in wrong.items()
    }


def _grouped(names: Sequence[str], hits: np.ndarray) -> tuple[Group, ...]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        places[name].append(place)
    return tuple(
        Group(name, len(places[name]), int(hits[:, places[name]].sum()), len(hits))
        for name in sorted(places)
    )
