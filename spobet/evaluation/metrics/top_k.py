"""Top-k accuracy: the share of clips whose true gloss is among the k best answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.evaluation.intervals import class_means, wilson_interval
from spobet.evaluation.ranks import rank_true_glosses
from spobet.evaluation.text import percent

TOPS = (1, 5, 10)


@dataclass(frozen=True)
class Accuracy:
    """Top-k accuracy for one k: `hits` of `count` clips.

    instance: mean over clips. per_class: mean over the glosses present of the accuracy on each.
    interval: Wilson's 95 % interval of `instance`. ValueError unless all are fractions of one.
    """

    instance: float
    per_class: float
    interval: tuple[float, float]
    hits: int
    count: int

    def __post_init__(self) -> None:
        if self.count < 1 or not 0 <= self.hits <= self.count:
            raise ValueError(f"{self.hits} hits of {self.count} clips, expected 0 <= hits <= clips")
        shares = (self.instance, self.per_class, *self.interval)
        if not all(0 <= share <= 1 for share in shares):  # NaN compares False
            raise ValueError(f"accuracies {shares}, expected fractions of one")

    def __str__(self) -> str:
        low, high = map(percent, self.interval)
        instance = f"{percent(self.instance)} % ({self.hits}/{self.count}, {low}-{high})"
        return f"{instance}, per class {percent(self.per_class)} %"


def top_k_hits(ranks: np.ndarray, k: int, num_glosses: int) -> np.ndarray:
    """Which clips count as right, bool of the shape of `ranks`; ValueError where k < 1.

    A gloss outside the vocabulary (rank num_glosses + 1) is wrong however large k is.
    """
    if k < 1:
        raise ValueError(f"k is {k}, expected at least 1")
    return ranks <= min(k, num_glosses)


def top_k_accuracy(logits: np.ndarray, labels: np.ndarray, k: int = 1) -> float:
    """Share of clips whose true gloss is among the k best, ranked as in `rank_true_glosses`."""
    ranks = rank_true_glosses(logits, labels)
    return float(top_k_hits(ranks, k, np.shape(logits)[1]).mean())


def top_k(ranks: np.ndarray, labels: np.ndarray, num_glosses: int) -> dict[int, Accuracy]:
    """Accuracy for each k of TOPS; ranks and labels are (clips,)."""
    accuracies = {}
    for k in TOPS:
        right = top_k_hits(ranks, k, num_glosses)
        hits, count = int(right.sum()), len(right)
        per_class = float(class_means(right, labels).mean())
        interval = wilson_interval(hits, count)
        accuracies[k] = Accuracy(hits / count, per_class, interval, hits, count)
    return accuracies
