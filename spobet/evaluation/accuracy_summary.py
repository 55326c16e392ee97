"""Where one run or several stand on a split: everything that a report tells, as plain values and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property

import numpy as np

from spobet.dataset.manifest import Clip, Manifest, Vocabulary
from spobet.evaluation.breakdown import (
    ConfusedPair,
    Group,
    by_acquaintance,
    by_gloss,
    by_signer,
    confused_pairs,
    taken_for,
)
from spobet.evaluation.confidence import ConfidenceReport
from spobet.evaluation.deletion import Curves
from spobet.evaluation.intervals import (
    Spread,
    draw_clips,
    percentile_interval,
    resampled_class_means,
    resampled_means,
    signer_groups,
    spread,
)
from spobet.evaluation.metrics import TOPS, labels_of, ranks, wilson_interval

SEED = 0
Interval = tuple[float, float]


@dataclass(frozen=True, eq=False)
class ScoredRun:
    """One run's answers. logits: (clips, glosses). facts: how it came about, by name. history: learning curves, a value an epoch.

    trust: None where there are too few clips to fit a temperature. worth: of its attention's weights, empty where not measured.
    """

    name: str
    logits: np.ndarray
    trust: ConfidenceReport | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    worth: Mapping[str, Curves] = field(default_factory=dict)


@dataclass(frozen=True)
class AccuracySummary:
    """Accuracy among the k best over all runs. hits: of each run. instance, per_class: mean and deviation over runs.

    wilson: of the mean number of hits. The others are percentile bootstrap intervals of the mean over runs, drawing
    clips or whole signers.
    """

    k: int
    count: int
    hits: tuple[int, ...]
    instance: Spread
    per_class: Spread
    wilson: Interval
    over_clips: Interval
    over_signers: Interval
    class_over_clips: Interval
    class_over_signers: Interval


@dataclass(frozen=True, eq=False)
class Report:
    """Scored runs of one vocabulary on the same clips. trained, signers: clips and signers met in training, "" = not known."""

    split: str
    data: str
    clips: Manifest
    vocabulary: Vocabulary
    runs: tuple[ScoredRun, ...]
    trained: tuple[Clip, ...]
    signers: frozenset[str]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        expected = (len(self.clips), len(self.vocabulary))
        for run in self.runs:
            if np.shape(run.logits) != expected:
                raise ValueError(
                    f"{run.name}: scores {np.shape(run.logits)}, expected {expected} (clips, glosses)"
                )
        if not self.runs:
            raise ValueError("no run to report on, expected at least one")

    @cached_property
    def labels(self) -> np.ndarray:
        """(clips,) int, -1 outside the vocabulary."""
        return labels_of(self.clips, self.vocabulary)

    @cached_property
    def places(self) -> np.ndarray:
        """(runs, clips) int: place of the true gloss, 1 = best."""
        return np.stack([ranks(run.logits, self.labels) for run in self.runs])

    @cached_property
    def answers(self) -> list[list[str]]:
        """The gloss that each run names for each clip; of equal scores one that is wrong."""
        return [
            self._named(run.logits, places)
            for run, places in zip(self.runs, self.places, strict=True)
        ]

    def _named(self, logits: np.ndarray, places: np.ndarray) -> list[str]:
        order = np.argsort(-np.asarray(logits, dtype=np.float64), axis=1, kind="stable")[:, :2]
        first, second = (
            [self.vocabulary.glosses[gloss] for gloss in column]
            for column in (order[:, 0], order[:, -1])
        )
        return [
            other if place > 1 and best == clip.gloss else best
            for clip, best, other, place in zip(self.clips, first, second, places, strict=True)
        ]

    @cached_property
    def accuracy_summaries(self) -> tuple[AccuracySummary, ...]:
        """Accuracy for each k of TOPS, the same resamples for all."""
        draws = [
            draw_clips(groups, np.random.default_rng(SEED))
            for groups in (np.arange(len(self.clips)), signer_groups(self.clips))
        ]
        return tuple(
            _standing(k, self.places <= min(k, len(self.vocabulary)), self.labels, draws)
            for k in TOPS
        )

    @cached_property
    def signer_overlap(self) -> tuple[Group, ...]:
        """Groups by what training met of the signer."""
        return by_acquaintance(self.clips, self.trained, self.signers, self.places == 1)

    @cached_property
    def glosses(self) -> tuple[Group, ...]:
        """A group a gloss."""
        return by_gloss(self.clips, self.places == 1)

    @cached_property
    def by_signer(self) -> tuple[Group, ...]:
        """A group a signer."""
        return by_signer(self.clips, self.places == 1)

    @cached_property
    def confused(self) -> tuple[ConfusedPair, ...]:
        """Glosses taken for each other, most often first."""
        return confused_pairs(self.clips, self.answers)

    @cached_property
    def taken_for(self) -> Mapping[str, str]:
        """For each missed gloss what it was taken for."""
        return taken_for(self.clips, self.answers)

    def to_json(self) -> dict[str, object]:
        """What report.json holds; all accuracies are fractions of one."""
        return {
            "split": self.split,
            "data": self.data,
            "num_clips": len(self.clips),
            "num_glosses": len(self.vocabulary),
            "notes": list(self.notes),
            "accuracy": {
                f"top{summary_of_accuracy.k}": asdict(summary_of_accuracy)
                for summary_of_accuracy in self.accuracy_summaries
            },
            "signer_overlap": [_group_json(group) for group in self.signer_overlap],
            "glosses": [_group_json(group) for group in self.glosses],
            "signers": [_group_json(group) for group in self.by_signer],
            "confused": [{"glosses": pair.glosses, "times": pair.times} for pair in self.confused],
            "runs": [_run_json(run) for run in self.runs],
        }


def _standing(
    k: int, hits: np.ndarray, labels: np.ndarray, draws: Sequence[np.ndarray]
) -> AccuracySummary:
    means = hits.mean(axis=0)
    each = [[float(hit[labels == label].mean()) for label in np.unique(labels)] for hit in hits]
    clips, signers = draws
    return AccuracySummary(
        k=k,
        count=len(labels),
        hits=tuple(int(hit.sum()) for hit in hits),
        instance=spread([float(hit.mean()) for hit in hits]),
        per_class=spread([float(np.mean(shares)) for shares in each]),
        wilson=wilson_interval(round(float(means.sum())), len(labels)),
        over_clips=percentile_interval(resampled_means(means, clips)),
        over_signers=percentile_interval(resampled_means(means, signers)),
        class_over_clips=percentile_interval(resampled_class_means(means, labels, clips)),
        class_over_signers=percentile_interval(resampled_class_means(means, labels, signers)),
    )


def _group_json(group: Group) -> dict[str, object]:
    return {"name": group.name, "clips": group.clips, "hits": group.hits, "runs": group.runs}


def _run_json(run: ScoredRun) -> dict[str, object]:
    trust = run.trust
    if trust is None:
        return {"name": run.name, **run.facts}
    return {
        "name": run.name,
        **run.facts,
        "temperature": {"value": trust.temperature, "fitted": trust.how},
        "calibration": {"before": asdict(trust.before), "after": asdict(trust.after)},
        "coverage": [
            {**asdict(point), "coverage": point.coverage, "accuracy": point.accuracy}
            for point in trust.at_coverages
        ],
        "gain_at_80": {"value": trust.gain[0], "interval": trust.gain[1]},
        "threshold": {
            "wanted_error": trust.wanted,
            "value": trust.threshold,
            "on_other_clips": asdict(trust.kept),
        },
    }
