"""One run or several on the same clips: everything a report shows, as plain values and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

import numpy as np

from spobet.dataset.manifest import Clip, Manifest, Vocabulary
from spobet.evaluation.accuracy_summary import (
    AccuracySummary,
    GainSummary,
    summarize_accuracy,
    summarize_gains,
)
from spobet.evaluation.breakdown import (
    ConfusedPair,
    Group,
    by_gloss,
    by_signer,
    by_signer_overlap,
    confused_pairs,
    mistaken_for,
)
from spobet.evaluation.confidence import ConfidenceReport
from spobet.evaluation.deletion import Curves
from spobet.evaluation.intervals import SEED, draw_clips, signer_groups
from spobet.evaluation.metrics import METRICS
from spobet.evaluation.metrics.top_k import TOPS, top_k_hits
from spobet.evaluation.ranks import labels_of, rank_true_glosses
from spobet.evaluation.scoring import gain_of


@dataclass(frozen=True, eq=False)
class ScoredRun:
    """The scores of one run.

    logits: (clips, glosses). probabilities: of the same shape, as `predict` shows them; accepted:
    (clips,) bool; None where they are not known. recipe: equal for runs that differ in nothing but
    their seed.
    confidence: None where there are too few clips to fit a temperature. facts: how it came about,
    by name. history: learning curves, a value an epoch. attention: deletion and insertion curves of
    its weights, empty where not measured.
    """

    name: str
    logits: np.ndarray
    confidence: ConfidenceReport | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    attention: Mapping[str, Curves] = field(default_factory=dict)
    recipe: str = ""
    probabilities: np.ndarray | None = None
    accepted: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Report:
    """Scored runs of one vocabulary on the same clips.

    trained, signers: clips and signers seen in training, "" = not known. notes: what must be said
    beside the figures.
    """

    split: str
    data: str
    clips: Manifest
    vocabulary: Vocabulary
    runs: tuple[ScoredRun, ...]
    trained: tuple[Clip, ...]
    signers: frozenset[str]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.clips), len(self.vocabulary))
        for run in self.runs:
            if np.shape(run.logits) != shape:
                scores = f"{run.name}: scores {np.shape(run.logits)}"
                raise ValueError(f"{scores}, expected {shape} (clips, glosses)")
        if not self.runs:
            raise ValueError("no run to report on, expected at least one")

    @cached_property
    def recipes(self) -> tuple[Report, ...]:
        """A report for each recipe, in order of their first runs; figures pool its runs only."""
        names = dict.fromkeys(run.recipe for run in self.runs)
        if len(names) == 1:
            return (self,)
        groups = [tuple(run for run in self.runs if run.recipe == name) for name in names]
        return tuple(replace(self, runs=runs) for runs in groups)

    @cached_property
    def labels(self) -> np.ndarray:
        """(clips,) int, -1 outside the vocabulary."""
        return labels_of(self.clips, self.vocabulary)

    @cached_property
    def ranks(self) -> np.ndarray:
        """(runs, clips) int: rank of the true gloss, 1 = best."""
        return np.stack([rank_true_glosses(run.logits, self.labels) for run in self.runs])

    @cached_property
    def answers(self) -> list[list[str]]:
        """The best gloss of each clip, by run; where a wrong one ties with the true one, that."""
        return [
            self._answers(run.logits, ranks)
            for run, ranks in zip(self.runs, self.ranks, strict=True)
        ]

    def _answers(self, logits: np.ndarray, ranks: np.ndarray) -> list[str]:
        order = np.argsort(-np.asarray(logits, dtype=np.float64), axis=1, kind="stable")
        glosses, answers = self.vocabulary.glosses, []
        for clip, best, rank in zip(self.clips, order, ranks, strict=True):
            tied = rank > 1 and glosses[best[0]] == clip.gloss
            answers.append(glosses[best[:2][-1]] if tied else glosses[best[0]])
        return answers

    @cached_property
    def _draws(self) -> list[np.ndarray]:
        """Resamples over clips and over signers, the same for every metric."""
        groups = (np.arange(len(self.clips)), signer_groups(self.clips))
        return [draw_clips(group, np.random.default_rng(SEED)) for group in groups]

    @cached_property
    def top_k(self) -> dict[int, AccuracySummary]:
        """Top-k accuracy for each k of TOPS."""
        summaries = {}
        for k in TOPS:
            hits = top_k_hits(self.ranks, k, len(self.vocabulary))
            summaries[k] = summarize_accuracy(k, hits, self.labels, self._draws)
        return summaries

    @cached_property
    def gains(self) -> dict[str, GainSummary]:
        """Every other metric, by name."""
        summaries = {}
        for name, metric in METRICS.items():
            gains = gain_of(metric, self.ranks, len(self.vocabulary))
            summaries[name] = summarize_gains(gains, self.labels, self._draws)
        return summaries

    @cached_property
    def signer_overlap(self) -> tuple[Group, ...]:
        """Groups by whether the signer was seen in training."""
        return by_signer_overlap(self.clips, self.trained, self.signers, self.ranks == 1)

    @cached_property
    def by_gloss(self) -> tuple[Group, ...]:
        """A group a gloss."""
        return by_gloss(self.clips, self.ranks == 1)

    @cached_property
    def by_signer(self) -> tuple[Group, ...]:
        """A group a signer."""
        return by_signer(self.clips, self.ranks == 1)

    @cached_property
    def confused(self) -> tuple[ConfusedPair, ...]:
        """Pairs of glosses confused with each other, most often first."""
        return confused_pairs(self.clips, self.answers)

    @cached_property
    def mistaken_for(self) -> Mapping[str, str]:
        """For each gloss with a wrong answer, the most frequent wrong answers."""
        return mistaken_for(self.clips, self.answers)

    def to_json(self) -> dict[str, object]:
        """What report.json holds; all accuracies are fractions of one."""
        return {
            "split": self.split,
            "data": self.data,
            "num_clips": len(self.clips),
            "num_glosses": len(self.vocabulary),
            "notes": list(self.notes),
            "recipes": [_recipe_json(report) for report in self.recipes],
            "runs": [{**_run_json(run), "clips": self._clips_json(run)} for run in self.runs],
        }

    def _clips_json(self, run: ScoredRun) -> list[dict[str, object]]:
        """The answer to each clip as `predict` gives it."""
        if run.probabilities is None or run.accepted is None:
            return []
        best = np.argmax(run.logits, axis=1)  # of equal ones the first
        return [
            {
                "clip": clip.id,
                "gloss": clip.gloss,
                "answer": self.vocabulary.glosses[gloss],
                "probability": float(probabilities[gloss]),
                "accepted": bool(accepted),
            }
            for clip, gloss, probabilities, accepted in zip(
                self.clips, best, run.probabilities, run.accepted, strict=True
            )
        ]


def _recipe_json(report: Report) -> dict[str, object]:
    return {
        "runs": [run.name for run in report.runs],
        "top_k": {str(k): asdict(summary) for k, summary in report.top_k.items()},
        **{name: asdict(summary) for name, summary in report.gains.items()},
        "signer_overlap": [asdict(group) for group in report.signer_overlap],
        "glosses": [asdict(group) for group in report.by_gloss],
        "signers": [asdict(group) for group in report.by_signer],
        "confused": [{"glosses": pair.glosses, "times": pair.times} for pair in report.confused],
    }


def _run_json(run: ScoredRun) -> dict[str, object]:
    found = run.confidence
    if found is None:
        return {"name": run.name, **run.facts}
    return {
        "name": run.name,
        **run.facts,
        "temperature": {"value": found.temperature, "fitted": found.fitted_on},
        "calibration": {"before": asdict(found.before), "after": asdict(found.after)},
        "coverage": [
            {**asdict(point), "coverage": point.coverage, "accuracy": point.accuracy}
            for point in found.at_coverages
        ],
        "gain_at_80": {"value": found.gain[0], "interval": found.gain[1]},
        "threshold": {
            "wanted_error": found.wanted_error,
            "value": found.threshold,
            "on_other_clips": asdict(found.on_other_clips),
        },
    }
