"""The figures of one split: top-k accuracy and every metric of the registry, with their origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.evaluation.intervals import (
    SEED,
    class_means,
    draw_clips,
    percentile_interval,
    resampled_means,
)
from spobet.evaluation.metrics import METRICS, Gain
from spobet.evaluation.metrics.top_k import TOPS, Accuracy, top_k
from spobet.evaluation.ranks import rank_true_glosses


@dataclass(frozen=True)
class MeanGain:
    """A metric of the registry: mean over clips, mean over glosses, 95 % bootstrap interval."""

    instance: float
    per_class: float
    interval: tuple[float, float]

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.instance:.3f} ({low:.3f}-{high:.3f}), per class {self.per_class:.3f}"


@dataclass(frozen=True)
class Metrics:
    """How well the clips of one split were recognised, and by which run.

    num_glosses: size of the vocabulary. num_glosses_present: glosses with a clip here; all clips
    whose gloss is outside the vocabulary count as one gloss that is never right. gains: by name of
    the metric. note: what must be said beside the figures.
    """

    num_clips: int
    num_glosses: int
    num_glosses_present: int
    top_k: Mapping[int, Accuracy]
    gains: Mapping[str, MeanGain] = field(default_factory=dict)
    split: str = ""
    seed: int | None = None
    commit: str = ""
    data: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        counts = {accuracy.count for accuracy in self.top_k.values()}
        if counts != {self.num_clips}:
            raise ValueError(f"accuracies count {sorted(counts)} clips, expected {self.num_clips}")

    def to_json(self) -> dict[str, object]:
        """What metrics-<split>.json holds: accuracies are fractions of one."""
        return {
            "split": self.split,
            "num_clips": self.num_clips,
            "num_glosses": self.num_glosses,
            "num_glosses_present": self.num_glosses_present,
            "top_k": {str(k): asdict(accuracy) for k, accuracy in self.top_k.items()},
            **{name: asdict(gain) for name, gain in self.gains.items()},
            "seed": self.seed,
            "commit": self.commit,
            "data": self.data,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Metrics:
        """Read what `to_json` gave; UserError where it is something else.

        Files of version 0.1 hold top1, top5 and top10 without hits, count and note.
        """
        names = ("num_clips", "num_glosses", "num_glosses_present")
        origin = ("split", "seed", "commit", "data")
        try:
            tops = values.get("top_k") or {k: values[f"top{k}"] for k in TOPS}
            return cls(
                **{name: values[name] for name in (*names, *origin)},
                top_k={int(k): _accuracy(top, values["num_clips"]) for k, top in tops.items()},
                gains={name: _gain(values[name]) for name in METRICS if name in values},
                note=values.get("note", ""),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise UserError(f"not the metrics of a split ({error!r})") from error

    def table(self) -> str:
        """Plain text: what was scored, a line for each metric, the note, then the origin."""
        glosses = f"{self.num_glosses_present} glosses (vocabulary: {self.num_glosses})"
        scope = f"{self.split or 'no split'}: {self.num_clips:,} clips, {glosses}"
        lines = [f"top-{k} {accuracy}" for k, accuracy in self.top_k.items()]
        lines += [f"{name.replace('_', ' ')} {gain}" for name, gain in self.gains.items()]
        seed = "unknown" if self.seed is None else self.seed
        source = f"seed {seed}, commit {self.commit or 'unknown'}, data {self.data or 'unknown'}"
        return "\n".join([scope, *lines, *filter(None, [self.note]), source])


def score(
    logits: np.ndarray,
    labels: np.ndarray,
    num_glosses: int,
    *,
    split: str = "",
    seed: int | None = None,
    commit: str = "",
    data: str = "",
) -> Metrics:
    """The metrics of a split: logits (clips, glosses), labels (clips,).

    ValueError for empty input, labels that are no index of a gloss, or logits of another size than
    num_glosses.
    """
    ranks, labels = rank_true_glosses(logits, labels), np.asarray(labels)
    if np.shape(logits)[1] != num_glosses:
        raise ValueError(f"logits for {np.shape(logits)[1]} glosses, expected {num_glosses}")
    metrics = score_ranks(ranks, labels, num_glosses)
    return replace(metrics, split=split, seed=seed, commit=commit, data=data)


def score_ranks(ranks: np.ndarray, labels: np.ndarray, num_glosses: int) -> Metrics:
    """The same metrics from ranks (clips,) as `rank_true_glosses` gives them; labels (clips,).

    A rank beyond num_glosses is right for no k and gains nothing.
    """
    times = draw_clips(np.arange(len(ranks)), np.random.default_rng(SEED))
    gains = {}
    for name, metric in METRICS.items():
        gained = gain_of(metric, ranks, num_glosses)
        interval = percentile_interval(resampled_means(gained, times))
        per_class = float(class_means(gained, labels).mean())
        gains[name] = MeanGain(float(gained.mean()), per_class, interval)
    tops = top_k(ranks, labels, num_glosses)
    return Metrics(len(labels), num_glosses, len(np.unique(labels)), tops, gains)


def gain_of(metric: Gain, ranks: np.ndarray, num_glosses: int) -> np.ndarray:
    """The gain of every clip, of the shape of `ranks`; 0 for a gloss outside the vocabulary."""
    gained: np.ndarray = np.where(ranks <= num_glosses, metric(ranks), 0.0)
    return gained


def _accuracy(values: Mapping[str, Any], num_clips: int) -> Accuracy:
    count = values.get("count", num_clips)
    return Accuracy(
        instance=values["instance"],
        per_class=values["per_class"] if "per_class" in values else values["class"],
        interval=tuple(values["interval"]),
        hits=values.get("hits", round(values["instance"] * count)),
        count=count,
    )


def _gain(values: Mapping[str, Any]) -> MeanGain:
    return MeanGain(values["instance"], values["per_class"], tuple(values["interval"]))
