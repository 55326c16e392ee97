"""Two systems on the same clips: how much more accurate one is, and how certain that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spobet.dataset.manifest import Manifest
from spobet.evaluation.intervals import SEED, Difference, compare_hits, signer_groups
from spobet.evaluation.metrics.top_k import TOPS
from spobet.evaluation.predictions import Prediction


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two systems, A and B, on the same clips in the same order.

    over_clips, over_signers: A minus B for each k of TOPS; they differ in their intervals alone.
    """

    names: tuple[str, str]
    clips: Manifest
    answers: tuple[tuple[Prediction, ...], tuple[Prediction, ...]]
    over_clips: dict[int, Difference]
    over_signers: dict[int, Difference]

    def hits(self, system: int, k: int = 1) -> np.ndarray:
        """(clips,) bool: whether system 0 (A) or 1 (B) has the true gloss among its k best."""
        return _hits(self.answers[system], k)

    def only(self, system: int) -> list[int]:
        """Positions of the clips that this system gets right and the other does not."""
        return np.flatnonzero(self.hits(system) & ~self.hits(1 - system)).tolist()

    @property
    def certain(self) -> bool:
        """Whether neither interval of the difference in top-1 accuracy reaches 0."""
        intervals = (self.over_clips[1].interval, self.over_signers[1].interval)
        return all(low > 0 or high < 0 for low, high in intervals)


def compare(
    names: tuple[str, str],
    clips: Manifest,
    first: Sequence[Prediction],
    second: Sequence[Prediction],
    seed: int = SEED,
) -> Comparison:
    """Compare two systems; ValueError unless both predict these clips in this order."""
    for name, rows in zip(names, (first, second), strict=True):
        if [row.clip_id for row in rows] != [clip.id for clip in clips]:
            expected = f"expected those of the {len(clips)} clips in their order"
            raise ValueError(f"{name}: predictions of {len(rows)} clips, {expected}")
    over_clips, over_signers = (
        {
            k: compare_hits(_hits(first, k), _hits(second, k), groups, np.random.default_rng(seed))
            for k in TOPS
        }
        for groups in (np.arange(len(clips)), signer_groups(clips))
    )
    return Comparison(names, clips, (tuple(first), tuple(second)), over_clips, over_signers)


def _hits(rows: Sequence[Prediction], k: int) -> np.ndarray:
    return np.array([row.rank <= k for row in rows])
