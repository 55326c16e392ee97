"""Spotted signs scored against annotations: precision, recall and F1 at an overlap.

The measure is segmental F1 (Lea et al. 2017, "Temporal Convolutional Networks for Action
Segmentation and Detection"): a spotted sign is right if it and an annotation of the same gloss
share at least `overlap` of the time they cover together (intersection over union), and every
annotation is found once. The ECCV 2022 sign spotting challenge (Vázquez Enríquez et al.) counts in
the same way and takes the mean over overlaps from 0.2 to 0.8.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from spobet.annotations import Annotation
from spobet.errors import UserError
from spobet.evaluation.intervals import wilson_interval
from spobet.ingest.glosses import gloss_key

OVERLAP = 0.5


@dataclass(frozen=True)
class Detection:
    """How many spotted signs are right, of how many, and of how many annotated ones."""

    num_right: int = 0
    num_spotted: int = 0
    num_annotated: int = 0

    def __add__(self, other: Detection) -> Detection:
        return Detection(
            self.num_right + other.num_right,
            self.num_spotted + other.num_spotted,
            self.num_annotated + other.num_annotated,
        )

    @property
    def precision(self) -> float:
        """Share of the spotted signs that are right, 0 where none is spotted."""
        return self.num_right / max(self.num_spotted, 1)

    @property
    def recall(self) -> float:
        """Share of the annotated signs that are found, 0 where none is annotated."""
        return self.num_right / max(self.num_annotated, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.num_right / max(self.num_spotted + self.num_annotated, 1)

    def __str__(self) -> str:
        counts = (self.num_spotted, self.num_annotated)
        shares = []
        for name, count in zip(("precision", "recall"), counts, strict=True):
            share = f"{name} {self.num_right / max(count, 1):.3f} ({self.num_right}/{count}"
            if count:
                low, high = wilson_interval(self.num_right, count)
                share += f", {low:.3f}-{high:.3f}"
            shares.append(share + ")")
        return f"{', '.join(shares)}, F1 {self.f1:.3f}"


@dataclass(frozen=True)
class SpottingScore:
    """Spotted signs against annotations, pooled over recordings.

    boundaries: whatever the gloss. signs: boundaries and gloss. accepted: the same of accepted
    answers alone. num_outside: annotated glosses that are not in the vocabulary, and so cannot be
    found; None where the vocabulary is not known.
    """

    boundaries: Detection
    signs: Detection
    accepted: Detection
    overlap: float
    num_outside: int | None = None

    def __add__(self, other: SpottingScore) -> SpottingScore:
        outside = None
        if self.num_outside is not None and other.num_outside is not None:
            outside = self.num_outside + other.num_outside
        return SpottingScore(
            self.boundaries + other.boundaries,
            self.signs + other.signs,
            self.accepted + other.accepted,
            self.overlap,
            outside,
        )

    def table(self) -> str:
        """Three lines of figures under one that says what they count."""
        outside = f" ({self.num_outside} outside the vocabulary)" if self.num_outside else ""
        return (
            f"{self.signs.num_spotted} signs spotted, {self.signs.num_annotated} annotated"
            f"{outside}; overlap at least {self.overlap:g}, 95 % Wilson intervals\n"
            f"boundaries            {self.boundaries}\n"
            f"boundaries and gloss  {self.signs}\n"
            f"accepted alone        {self.accepted}"
        )


def score_spotted(
    spotted: Sequence[Annotation],
    annotated: Sequence[Annotation],
    overlap: float = OVERLAP,
    vocabulary: Collection[str] | None = None,
) -> SpottingScore:
    """Score the spotted signs of one recording; UserError where `overlap` is not in 0..1.

    Glosses are compared without case and surplus blanks.
    """
    if not 0 < overlap <= 1:
        raise UserError(f"overlap {overlap}, expected more than 0 and at most 1")
    accepted = [one for one in spotted if one.accepted]
    outside = None
    if vocabulary is not None:
        known = set(map(gloss_key, vocabulary))
        outside = sum(gloss_key(one.gloss) not in known for one in annotated)
    return SpottingScore(
        _detected(spotted, annotated, overlap, any_gloss=True),
        _detected(spotted, annotated, overlap),
        _detected(accepted, annotated, overlap),
        overlap,
        outside,
    )


def _detected(
    spotted: Sequence[Annotation],
    annotated: Sequence[Annotation],
    overlap: float,
    any_gloss: bool = False,
) -> Detection:
    """Pairs that share most come first; above one half no other pairing finds more."""
    pairs = []
    for row, found in enumerate(spotted):
        for column, truth in enumerate(annotated):
            shared = min(found.stop, truth.stop) - max(found.start, truth.start)
            together = max(found.stop, truth.stop) - min(found.start, truth.start)
            alike = any_gloss or gloss_key(found.gloss) == gloss_key(truth.gloss)
            if alike and shared >= overlap * together:
                pairs.append((-shared / together, row, column))
    rows: set[int] = set()
    columns: set[int] = set()
    for _, row, column in sorted(pairs):
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
    return Detection(len(rows), len(spotted), len(annotated))
