"""What to check in a data set before believing a figure on it: leaks, duplicates, outliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spobet.audit.descriptors import NEAR, Descriptors, compare_all
from spobet.audit.duplicates import DuplicateGroup, find_duplicates
from spobet.audit.leaks import Leak, find_leaks
from spobet.audit.outliers import Outlier, find_outliers
from spobet.dataset.store import Dataset


@dataclass(frozen=True)
class AuditReport:
    """Everything that was found.

    Duplicates that are neither across splits nor under several glosses are repeats.
    """

    num_clips: int
    duplicates: tuple[DuplicateGroup, ...]
    same_url: tuple[Leak, ...]
    outliers: tuple[Outlier, ...]

    @property
    def across_splits(self) -> tuple[DuplicateGroup, ...]:
        """Recordings that are in more than one split."""
        return tuple(group for group in self.duplicates if group.across_splits)

    @property
    def under_several_glosses(self) -> tuple[DuplicateGroup, ...]:
        """Recordings that are labelled with more than one gloss."""
        return tuple(group for group in self.duplicates if group.under_several_glosses)

    @property
    def repeats(self) -> tuple[DuplicateGroup, ...]:
        """Recordings that are several times in one split under one gloss."""
        graver = {*self.across_splits, *self.under_several_glosses}
        return tuple(group for group in self.duplicates if group not in graver)

    @property
    def lists(self) -> dict[str, Sequence[DuplicateGroup | Leak | Outlier]]:
        """Every list under its title, gravest first."""
        return {
            "one recording in several splits": self.across_splits,
            "one url in several splits, with frames in common": self.same_url,
            "one recording under several glosses": self.under_several_glosses,
            "one recording twice in one split under one gloss": self.repeats,
            "outliers": self.outliers,
        }


def audit(dataset: Dataset, limit: float = NEAR) -> AuditReport:
    """Compare every clip with every other, and each with what is usual in the data set.

    limit: rms distance in hand lengths below which two clips are one recording (`compare_all`).
    """
    descriptors = Descriptors.of(dataset)
    nearness = compare_all(descriptors, limit)
    return AuditReport(
        len(dataset),
        find_duplicates(dataset, descriptors, nearness),
        find_leaks(dataset.manifest),
        find_outliers(dataset, descriptors, nearness),
    )
