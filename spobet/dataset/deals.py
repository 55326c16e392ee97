"""Clips dealt over train, val and test: by signer, or by gloss where signers are unknown."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from spobet.dataset.manifest import SPLITS, Clip
from spobet.errors import UserError

NUM_TRIALS = 500  # more do not spread glosses more evenly; these take a second on WLASL2000
FEWEST_TRAINING_CLIPS = 2  # of any gloss that has them at all
OVERFILL = 1.1  # a signer may bring a split to a tenth over its share: signers are few and large
WHOLE_WEIGHT = 4  # a split of the wrong size is worse than glosses unevenly spread within it


def deal_by_signer(
    clips: list[Clip], shares: tuple[float, float], rng: np.random.Generator
) -> dict[str, str]:
    """The split of every clip, no signer in two; shares: of the clips, for val and test.

    The most even of NUM_TRIALS random deals. UserError where the signers are too few for it.
    """
    signers = sorted({clip.signer for clip in clips})
    glosses = sorted({clip.gloss for clip in clips})
    rows = {signer: number for number, signer in enumerate(signers)}
    columns = {gloss: number for number, gloss in enumerate(glosses)}
    counts = np.zeros((len(signers), len(glosses)), np.int64)
    for clip in clips:
        counts[rows[clip.signer], columns[clip.gloss]] += 1
    total = counts.sum(axis=0)
    spare = total - np.minimum(FEWEST_TRAINING_CLIPS, total)
    wanted = np.array(shares)
    deals = (_one_deal(counts, spare, wanted, rng) for _ in range(NUM_TRIALS))
    best = min(deals, key=lambda deal: _unevenness(counts, deal, wanted))
    if not all((best == part).any() for part in (1, 2)):
        found = f"{len(signers)} signers and {len(clips)} clips"
        raise UserError(f"{found} cannot be dealt over {', '.join(SPLITS)}")
    return {clip.id: SPLITS[best[rows[clip.signer]]] for clip in clips}


def deal_by_gloss(
    clips: list[Clip], shares: tuple[float, float], rng: np.random.Generator
) -> dict[str, str]:
    """The split of every clip, those of each gloss in random order; shares: for val and test.

    Every gloss keeps FEWEST_TRAINING_CLIPS clips in train where it has them; what one gloss cannot
    give, the next ones do. Of few clips val and test may stay empty.
    """
    by_gloss: defaultdict[str, list[str]] = defaultdict(list)
    for clip in clips:
        by_gloss[clip.gloss].append(clip.id)
    splits, owed = {clip.id: "train" for clip in clips}, {"val": 0.0, "test": 0.0}
    for gloss in sorted(by_gloss):
        ids = [by_gloss[gloss][number] for number in rng.permutation(len(by_gloss[gloss]))]
        total, spare = len(ids), max(0, len(ids) - FEWEST_TRAINING_CLIPS)
        for split, share in zip(("test", "val"), reversed(shares), strict=True):
            owed[split] += share * total
            number = min(round(owed[split]), spare)
            owed[split] -= number
            spare -= number
            splits.update(dict.fromkeys(ids[:number], split))
            ids = ids[number:]
    return splits


def _one_deal(
    counts: np.ndarray, spare: np.ndarray, shares: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Each signer's split (signers,): 0 train, 1 val, 2 test.

    counts: (signers, glosses). In random order each signer joins the split that lacks most clips,
    if train can spare theirs: `spare` (glosses,). Where every signer is larger than a share, the
    first of the smallest has it alone.
    """
    deal, wanted, spare = np.zeros(len(counts), np.int64), shares * counts.sum(), spare.copy()
    smallest = counts.sum(axis=1).min()
    for signer in rng.permutation(len(counts)):
        part = int(np.argmax(wanted))
        largest = wanted[part] * OVERFILL
        if wanted[part] > 0 and not (deal == part + 1).any():
            largest = max(largest, smallest)
        if counts[signer].sum() <= largest and (counts[signer] <= spare).all():
            deal[signer], spare = part + 1, spare - counts[signer]
            wanted[part] -= counts[signer].sum()
    return deal


def _unevenness(counts: np.ndarray, deal: np.ndarray, shares: np.ndarray) -> float:
    """How far val and test, gloss by gloss and as a whole, are from their shares."""
    parts = np.stack([counts[deal == part].sum(axis=0) for part in (1, 2)])  # (2, glosses)
    each = np.abs(parts / counts.sum(axis=0) - shares[:, None]).mean()
    whole = np.abs(parts.sum(axis=1) / counts.sum() - shares).sum()
    return float(each + WHOLE_WEIGHT * whole)
