"""Accuracy by gloss, by signer and by signer overlap with training; and which glosses are confused.

Everywhere hits is (runs, clips) bool, and the hits of a group are summed over the runs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spobet.dataset.manifest import Clip, Manifest
from spobet.evaluation.intervals import wilson_interval
from spobet.evaluation.text import percent

MIN_CLIPS_FOR_PERCENT = 20  # below, Wilson's interval is wider than 40 points
UNKNOWN_SIGNER = "unknown"
SIGNER_OVERLAPS = (
    "signer in training, with this gloss",
    "signer in training, with other glosses only",
    "signer not in training",
    "signer unknown",
)


@dataclass(frozen=True)
class Group:
    """Some of the clips: how many, and the number of right answers by `runs` runs in all."""

    name: str
    clips: int
    hits: int
    runs: int = 1

    def __post_init__(self) -> None:
        if min(self.clips, self.runs) < 1 or not 0 <= self.hits <= self.clips * self.runs:
            counts = f"{self.hits} hits of {self.clips} clips in {self.runs} runs"
            raise ValueError(f"{self.name}: {counts} do not add up")

    @property
    def accuracy(self) -> float:
        """Top-1 accuracy, 0..1."""
        return self.hits / (self.clips * self.runs)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the accuracy, for the number of clips however many the runs."""
        return wilson_interval(round(self.hits / self.runs), self.clips)

    def __str__(self) -> str:
        """The count and, from MIN_CLIPS_FOR_PERCENT clips on, the accuracy with its interval."""
        counts = f"{self.hits} of {self.clips * self.runs}"
        if self.clips < MIN_CLIPS_FOR_PERCENT:
            return counts
        low, high = map(percent, self.interval)
        return f"{percent(self.accuracy)} % ({counts}; {low}–{high})"


@dataclass(frozen=True)
class ConfusedPair:
    """Two glosses confused with each other.

    times: how often the second was answered for clips of the first, and the other way round.
    missed: (run, clip position) of each such answer.
    """

    glosses: tuple[str, str]
    times: tuple[int, int]
    missed: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """How often one was answered for the other."""
        return sum(self.times)


def by_gloss(clips: Manifest, hits: np.ndarray) -> tuple[Group, ...]:
    """A group a gloss, in alphabetical order."""
    return _grouped([clip.gloss for clip in clips], hits)


def by_signer(clips: Manifest, hits: np.ndarray) -> tuple[Group, ...]:
    """A group a signer, those with most clips first; clips of unknown signers are one group."""
    groups = _grouped([clip.signer or UNKNOWN_SIGNER for clip in clips], hits)
    return tuple(sorted(groups, key=lambda group: -group.clips))


def by_signer_overlap(
    clips: Manifest, trained: Iterable[Clip], signers: frozenset[str], hits: np.ndarray
) -> tuple[Group, ...]:
    """Groups by whether the signer was seen in training; empty ones are left out.

    trained: training clips whose signer and gloss are known. signers: all signers of training,
    "" = not known.
    """
    seen_pairs = {(clip.signer, clip.gloss) for clip in trained if clip.signer}
    seen_signers = signers | {signer for signer, _ in seen_pairs}

    def overlap(clip: Clip) -> str:
        if not clip.signer:
            return SIGNER_OVERLAPS[3]
        if (clip.signer, clip.gloss) in seen_pairs:
            return SIGNER_OVERLAPS[0]
        return SIGNER_OVERLAPS[1 if clip.signer in seen_signers else 2]

    groups = _grouped([overlap(clip) for clip in clips], hits)
    return tuple(sorted(groups, key=lambda group: SIGNER_OVERLAPS.index(group.name)))


def confused_pairs(clips: Manifest, answers: Sequence[Sequence[str]]) -> tuple[ConfusedPair, ...]:
    """Every pair of glosses of which one was answered for the other, most often confused first.

    answers: for each run the best gloss of each clip.
    """
    missed: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    times: Counter[tuple[str, str]] = Counter()
    for run, answered in enumerate(answers):
        for position, (clip, gloss) in enumerate(zip(clips, answered, strict=True)):
            if gloss != clip.gloss:
                first, second = sorted((clip.gloss, gloss))
                missed[first, second].append((run, position))
                times[clip.gloss, gloss] += 1
    pairs = [
        ConfusedPair(pair, (times[pair], times[pair[::-1]]), tuple(positions))
        for pair, positions in missed.items()
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.total, pair.glosses)))


def mistaken_for(clips: Manifest, answers: Sequence[Sequence[str]]) -> Mapping[str, str]:
    """For each gloss with a wrong answer, its three most frequent wrong answers with counts."""
    wrong: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for answered in answers:
        for clip, gloss in zip(clips, answered, strict=True):
            if gloss != clip.gloss:
                wrong[clip.gloss][gloss] += 1
    return {
        gloss: ", ".join(f"{other} {count}" for other, count in found.most_common(3))
        for gloss, found in wrong.items()
    }


def _grouped(names: Sequence[str], hits: np.ndarray) -> tuple[Group, ...]:
    members: defaultdict[str, list[int]] = defaultdict(list)
    for position, name in enumerate(names):
        members[name].append(position)
    return tuple(
        Group(name, len(members[name]), int(hits[:, members[name]].sum()), len(hits))
        for name in sorted(members)
    )


def worst_confusions(
    clips: Manifest, answers: Sequence[Sequence[str]], num_glosses: int
) -> tuple[tuple[str, ...], np.ndarray]:
    """The glosses with most wrong answers, and what was answered for their clips.

    answers: a gloss for each clip, by run. Counts are int (glosses, glosses + 1), summed over the
    runs: row by true gloss, column by answer in the same order, the last for all other answers.
    """
    wrong = Counter(
        clip.gloss
        for answered in answers
        for clip, answer in zip(clips, answered, strict=True)
        if answer != clip.gloss
    )
    glosses = tuple(gloss for gloss, _ in wrong.most_common(num_glosses))
    position = {gloss: number for number, gloss in enumerate(glosses)}
    counts = np.zeros((len(glosses), len(glosses) + 1), dtype=np.int64)
    for answered in answers:
        for clip, answer in zip(clips, answered, strict=True):
            if clip.gloss in position:
                counts[position[clip.gloss], position.get(answer, len(glosses))] += 1
    return glosses, counts
