"""Top-k accuracy with its counts and intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from spobet.dataset.manifest import Manifest, Vocabulary

OUTSIDE_VOCABULARY = -1
TOPS = (1, 5, 10)


@dataclass(frozen=True)
class Accuracy:
    """Share of clips named right among the k best: `hits` of `count`.

    instance: mean over clips. per_class: mean over the glosses present of each gloss's own share.
    interval: Wilson's 95 % interval of `instance`. All are fractions of one; ValueError where one is not.
    """

    instance: float
    per_class: float
    interval: tuple[float, float]
    hits: int
    count: int

    def __post_init__(self) -> None:
        _check_counts(self.hits, self.count)
        shares = (self.instance, self.per_class, *self.interval)
        if not all(0 <= share <= 1 for share in shares):  # NaN compares False
            raise ValueError(f"accuracies {shares}, expected fractions of one")

    def __str__(self) -> str:
        low, high = map(percent, self.interval)
        return f"{percent(self.instance)} % ({self.hits}/{self.count}, {low}-{high}), per class {percent(self.per_class)} %"


@dataclass(frozen=True)
class Metrics:
    """How well the clips of one split were named, and by which run: split, seed, commit and data hash.

    num_glosses: size of the vocabulary. num_glosses_present: glosses with a clip here; all clips whose gloss
    is outside the vocabulary count as one gloss that is never right. note: what must be said beside the figures.
    """

    num_clips: int
    num_glosses: int
    num_glosses_present: int
    top1: Accuracy
    top5: Accuracy
    top10: Accuracy
    split: str = ""
    seed: int | None = None
    commit: str = ""
    data: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        counts = {accuracy.count for accuracy in self.tops.values()}
        if counts != {self.num_clips}:
            raise ValueError(f"accuracies count {sorted(counts)} clips, expected {self.num_clips}")

    @property
    def tops(self) -> dict[int, Accuracy]:
        """The accuracies by k, smallest k first."""
        return dict(zip(TOPS, (self.top1, self.top5, self.top10), strict=True))

    def to_json(self) -> dict[str, object]:
        """What metrics-<split>.json holds: accuracies are fractions of one."""
        return {
            "split": self.split,
            "num_clips": self.num_clips,
            "num_glosses": self.num_glosses,
            "num_glosses_present": self.num_glosses_present,
            **{f"top{k}": _accuracy_json(accuracy) for k, accuracy in self.tops.items()},
            "seed": self.seed,
            "commit": self.commit,
            "data": self.data,
        }

    def table(self) -> str:
        """Plain text: what was scored, a line for each k, the note, then seed, commit and data."""
        glosses = f"{self.num_glosses_present} glosses (vocabulary: {self.num_glosses})"
        scope = f"{self.split or 'no split'}: {self.num_clips:,} clips, {glosses}"
        lines = [f"top-{k} {accuracy}" for k, accuracy in self.tops.items()]
        seed = "unknown" if self.seed is None else self.seed
        source = f"seed {seed}, commit {self.commit or 'unknown'}, data {self.data or 'unknown'}"
        return "\n".join([scope, *lines, *filter(None, [self.note]), source])


def labels_of(manifest: Manifest, vocabulary: Vocabulary) -> np.ndarray:
    """The output that names each clip's gloss, int64 (clips,); -1 where the gloss is outside the vocabulary."""
    known = {gloss: position for position, gloss in enumerate(vocabulary.glosses)}
    return np.array(
        [known.get(clip.gloss, OUTSIDE_VOCABULARY) for clip in manifest], dtype=np.int64
    )


def ranks(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Place of each clip's true gloss among all glosses, 1 = best: int64 (clips,).

    logits: (clips, glosses). labels: (clips,) int, -1 for a gloss outside the vocabulary.
    Doubt counts against the network: a tie ranks after its equals, a NaN score counts as at least as good as
    any other, a NaN for the true gloss ranks last, and -1 ranks glosses + 1. ValueError for empty input.
    """
    logits, labels = np.asarray(logits), np.asarray(labels)
    _check_scores(logits, labels)
    num_glosses = logits.shape[1]
    own = logits[np.arange(len(labels)), labels]
    beaten = logits < own[:, None]  # NaN compares False, so it is never beaten and beats nothing
    places: np.ndarray = np.where(
        labels == OUTSIDE_VOCABULARY, num_glosses + 1, num_glosses - beaten.sum(axis=1)
    )
    return places


def top_k_accuracy(logits: np.ndarray, labels: np.ndarray, k: int = 1) -> float:
    """Share of clips whose true gloss is among the k best; ranks as in `ranks`, ValueError where k < 1."""
    return float(_hits(ranks(logits, labels), k, np.shape(logits)[1]).mean())


def wilson_interval(hits: int, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of the share hits / count, (low, high) in 0..1.

    ValueError where count < 1, hits lie outside 0..count or confidence outside 0..1.
    """
    _check_counts(hits, count)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}, expected between 0 and 1")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, shrink = hits / count, 1 + z**2 / count
    middle = (share + z**2 / (2 * count)) / shrink
    reach = z / shrink * (share * (1 - share) / count + z**2 / (4 * count**2)) ** 0.5
    return max(0.0, middle - reach), min(1.0, middle + reach)


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
    """Top-1, top-5 and top-10 accuracy of a split: logits (clips, glosses), labels (clips,).

    ValueError for empty input, labels that name no output, or logits of another size than num_glosses.
    """
    places, labels = ranks(logits, labels), np.asarray(labels)
    if np.shape(logits)[1] != num_glosses:
        raise ValueError(f"logits for {np.shape(logits)[1]} glosses, expected {num_glosses}")
    return replace(
        score_places(places, labels, num_glosses), split=split, seed=seed, commit=commit, data=data
    )


def score_places(places: np.ndarray, labels: np.ndarray, num_glosses: int) -> Metrics:
    """The same figures from the place of each clip's true gloss (clips,), as `ranks` gives them; labels (clips,).

    A place beyond num_glosses is right for no k.
    """
    top1, top5, top10 = (_accuracy(_hits(places, k, num_glosses), labels) for k in TOPS)
    return Metrics(len(labels), num_glosses, len(np.unique(labels)), top1, top5, top10)


def percent(share: float) -> str:
    """A fraction of one in per cent with one decimal, without the sign."""
    return f"{100 * share:.1f}"


def _accuracy(hit: np.ndarray, labels: np.ndarray) -> Accuracy:
    own_shares = [hit[labels == label].mean() for label in np.unique(labels)]
    hits, count = int(hit.sum()), len(hit)
    return Accuracy(
        hits / count, float(np.mean(own_shares)), wilson_interval(hits, count), hits, count
    )


def _accuracy_json(accuracy: Accuracy) -> dict[str, object]:
    return {
        "instance": accuracy.instance,
        "class": accuracy.per_class,
        "interval": list(accuracy.interval),
    }


def _hits(places: np.ndarray, k: int, num_glosses: int) -> np.ndarray:
    if k < 1:
        raise ValueError(f"k is {k}, expected at least 1")
    return places <= min(
        k, num_glosses
    )  # a gloss outside the vocabulary is wrong however large k is


def _check_scores(logits: np.ndarray, labels: np.ndarray) -> None:
    if logits.ndim != 2 or not logits.size:
        raise ValueError(
            f"logits have shape {logits.shape}, expected (clips, glosses) with at least one of each"
        )
    if labels.shape != logits.shape[:1]:
        raise ValueError(f"labels have shape {labels.shape}, expected {logits.shape[:1]}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels are {labels.dtype}, expected integers")
    if labels.min() < OUTSIDE_VOCABULARY or labels.max() >= logits.shape[1]:
        raise ValueError(
            f"labels {labels.min()}..{labels.max()}, expected -1..{logits.shape[1] - 1}"
        )


def _check_counts(hits: int, count: int) -> None:
    if count < 1 or not 0 <= hits <= count:
        raise ValueError(
            f"{hits} hits of {count} clips, expected 0 <= hits <= clips and at least one clip"
        )
