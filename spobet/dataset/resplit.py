"""Splits in which no signer stands twice: what a network makes of people it has never seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spobet.dataset.fingerprint import fingerprint
from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.errors import UserError

NUM_TRIALS = 500
FEWEST_TRAINING_CLIPS = 2  # of any gloss that has them at all


@dataclass(frozen=True)
class Resplit:
    """New splits of a data set's clips; `left_out` pairs the id of every clip that got none with the reason."""

    manifest: Manifest
    left_out: tuple[tuple[str, str], ...]

    def summary(self) -> str:
        """Clips, glosses and signers of each split, a line each, then what was left out."""
        lines = []
        for split in SPLITS:
            clips = [clip for clip in self.manifest if clip.split == split]
            glosses, signers = (
                {getattr(clip, name) for clip in clips} for name in ("gloss", "signer")
            )
            lines.append(
                f"{split:5} {len(clips):6,} clips, {len(glosses):5,} glosses, {len(signers):4,} signers"
            )
        reasons = Counter(reason for _, reason in self.left_out)
        return "\n".join(
            lines
            + [f"in no split: {count:,} clips, {reason}" for reason, count in reasons.most_common()]
        )


def resplit(dataset: Dataset, shares: tuple[float, float] = (0.15, 0.2), seed: int = 0) -> Resplit:
    """Deal the signers of a data set over train, val and test, so that no signer stands in two.

    shares: of the clips, for val and test. Of NUM_TRIALS random deals, decided by the seed, the one is taken whose glosses
    are spread most evenly; every gloss keeps FEWEST_TRAINING_CLIPS clips in train where it has them. Copies of a recording
    after the first and clips of unknown signers get no split. ValueError where the signers are too few.
    """
    if not (min(shares) > 0 and sum(shares) < 1):
        raise UserError(
            f"shares of val and test are {shares}, expected both above 0 and together below 1"
        )
    left_out = _unusable(dataset)
    clips = [clip for clip in dataset.manifest if clip.id not in left_out]
    split_of_signer = _deal(clips, shares, np.random.default_rng(seed))
    manifest = Manifest(
        tuple(
            replace(clip, split="" if clip.id in left_out else split_of_signer[clip.signer])
            for clip in dataset.manifest
        )
    )
    return Resplit(manifest, tuple(left_out.items()))


def write_resplit(
    dataset: Dataset,
    split: Resplit,
    out: Path,
    progress: Callable[[Iterable[Clip]], Iterable[Clip]] = iter,
) -> None:
    """The data set with its new splits as a data set at `out`, clips without a split left out."""
    info = dataset.info
    with DatasetWriter(
        out, info.skeleton, info.unit, f"{info.source}, signers apart", info.licence
    ) as writer:
        for clip in progress(split.manifest.clips):
            if clip.split:
                writer.add(clip, dataset.pose(clip.id))


def _unusable(dataset: Dataset) -> dict[str, str]:
    """Clips that no split may hold, with the reason."""
    met: set[str] = set()
    reasons = {}
    for clip, pose in dataset.poses():
        recording = fingerprint(pose)
        if not clip.signer:
            reasons[clip.id] = "signer unknown"
        elif recording in met:
            reasons[clip.id] = "a copy of an earlier clip"
        else:
            met.add(recording)
    return reasons


def _deal(
    clips: list[Clip], shares: tuple[float, float], rng: np.random.Generator
) -> dict[str, str]:
    signers, glosses = (
        sorted({getattr(clip, name) for clip in clips}) for name in ("signer", "gloss")
    )
    counts = np.zeros((len(signers), len(glosses)), np.int64)
    rows, columns = (
        {name: number for number, name in enumerate(names)} for names in (signers, glosses)
    )
    for clip in clips:
        counts[rows[clip.signer], columns[clip.gloss]] += 1
    total = counts.sum(axis=0)
    spare = total - np.minimum(FEWEST_TRAINING_CLIPS, total)
    deals = (_one_deal(counts, spare, np.array(shares), rng) for _ in range(NUM_TRIALS))
    best = min(deals, key=lambda deal: _unevenness(counts, deal, np.array(shares)))
    if not all((best == part).any() for part in (1, 2)):
        raise UserError(
            f"{len(signers)} signers and {len(clips)} clips cannot be dealt over {', '.join(SPLITS)}"
        )
    return {signer: SPLITS[best[row]] for signer, row in rows.items()}


def _one_deal(
    counts: np.ndarray, spare: np.ndarray, shares: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Each signer's split (signers,), 0 train, 1 val, 2 test: in random order each joins what still wants clips, if train can."""
    deal, wanted, spare = np.zeros(len(counts), np.int64), shares * counts.sum(), spare.copy()
    for signer in rng.permutation(len(counts)):
        part = int(np.argmax(wanted))
        if counts[signer].sum() <= wanted[part] * 1.1 and (counts[signer] <= spare).all():
            deal[signer], spare = part + 1, spare - counts[signer]
            wanted[part] -= counts[signer].sum()
    return deal


def _unevenness(counts: np.ndarray, deal: np.ndarray, shares: np.ndarray) -> float:
    """How far the glosses' shares of val and test, and the whole's, are from what is wanted."""
    parts = np.stack([counts[deal == part].sum(axis=0) for part in (1, 2)])  # (2, glosses)
    each = np.abs(parts / counts.sum(axis=0) - shares[:, None]).mean()
    whole = np.abs(parts.sum(axis=1) / counts.sum() - shares).sum()
    return float(each + 4 * whole)
