"""New splits of a data set: no signer in two of them, where signers are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spobet.dataset.deals import deal_by_gloss, deal_by_signer
from spobet.dataset.fingerprint import fingerprint
from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.errors import UserError

SHARES = (0.15, 0.2)  # of the clips, for val and test: near what WLASL's authors chose
COPY, NO_SIGNER = "a copy of an earlier clip", "signer unknown"


@dataclass(frozen=True)
class Resplit:
    """New splits of a data set's clips.

    left_out: id and reason of each clip in no split. by_signer: whether no signer is in two splits;
    else each gloss was dealt on its own. num_copies: clips that went to the split of the recording
    they are a copy of.
    """

    manifest: Manifest
    left_out: tuple[tuple[str, str], ...]
    by_signer: bool = True
    num_copies: int = 0

    def summary(self) -> str:
        """Clips, glosses and signers of each split, a line each, then what was left out."""
        lines = []
        if not self.by_signer:
            lines = [
                "dealt by gloss, because fewer than 3 signers are known:"
                " test clips may show signers of training, so figures do not hold for new signers"
            ]
        for split in SPLITS:
            clips = [clip for clip in self.manifest if clip.split == split]
            glosses = len({clip.gloss for clip in clips})
            signers = len({clip.signer for clip in clips} - {""})
            line = f"{split:5} {len(clips):6,} clips, {glosses:5,} glosses, {signers:4,} signers"
            lines.append(line)
        empty = [
            split for split in SPLITS if not any(clip.split == split for clip in self.manifest)
        ]
        if empty:
            lines.append(
                f"too few clips for {' and '.join(empty)}: no figure can be measured there"
            )
        if self.num_copies:
            lines.append(f"{self.num_copies:,} copies are in the split of their recording")
        reasons = Counter(reason for _, reason in self.left_out)
        for reason, count in reasons.most_common():
            lines.append(f"in no split: {count:,} clips, {reason}")
        return "\n".join(lines)


def resplit(dataset: Dataset, shares: tuple[float, float] = SHARES, seed: int = 0) -> Resplit:
    """Deal the clips of a data set over train, val and test, decided by the seed.

    shares: of the clips, for val and test. No signer is in two splits; clips of unknown signers get
    none, nor do later copies of a recording. Where fewer than three signers are known, the clips of
    each gloss are dealt instead; of few clips all may be in train. Copies of a recording are then
    in one split, and in train where they stand under several glosses. UserError where signers are
    known but too few to deal.
    """
    if not (min(shares) > 0 and sum(shares) < 1):
        expected = "expected both above 0 and together below 1"
        raise UserError(f"shares of val and test are {shares}, {expected}")
    signers = {clip.signer for clip in dataset.manifest} - {""}
    by_signer = len(signers) >= len(SPLITS)
    groups = _recordings(dataset)
    rng = np.random.default_rng(seed)
    if not by_signer:
        return _by_gloss(dataset, groups, shares, rng)
    firsts = {next((clip.id for clip in group if clip.signer), "") for group in groups}
    left_out = {
        clip.id: COPY if clip.signer else NO_SIGNER
        for clip in dataset.manifest
        if clip.id not in firsts
    }
    clips = [clip for clip in dataset.manifest if clip.id not in left_out]
    try:
        splits = deal_by_signer(clips, shares, rng)
    except UserError as error:
        reasons = Counter(left_out.values()).most_common()
        counts = "".join(f"; {count:,} clips are not dealt: {reason}" for reason, count in reasons)
        raise UserError(f"{dataset.path}: {error}{counts}") from error
    resplit_clips = [replace(clip, split=splits.get(clip.id, "")) for clip in dataset.manifest]
    return Resplit(Manifest(tuple(resplit_clips)), tuple(left_out.items()))


def _by_gloss(
    dataset: Dataset,
    groups: list[list[Clip]],
    shares: tuple[float, float],
    rng: np.random.Generator,
) -> Resplit:
    """Every recording dealt with those of its gloss; one under several glosses is in train."""
    one_gloss = [group[0] for group in groups if len({clip.gloss for clip in group}) == 1]
    dealt = deal_by_gloss(one_gloss, shares, rng)
    splits = {clip.id: dealt.get(group[0].id, "train") for group in groups for clip in group}
    clips = tuple(replace(clip, split=splits[clip.id]) for clip in dataset.manifest)
    return Resplit(Manifest(clips), (), False, len(clips) - len(groups))


def write_resplit(
    dataset: Dataset,
    split: Resplit,
    out: Path,
    progress: Callable[[Iterable[Clip]], Iterable[Clip]] = iter,
) -> None:
    """Write the data set with its new splits to `out`, without the clips that have none."""
    info = dataset.info
    source = f"{info.source}, {'signers apart' if split.by_signer else 'dealt by gloss'}"
    with DatasetWriter(out, info.skeleton, info.unit, source, info.licence) as writer:
        for clip in progress(split.manifest.clips):
            if clip.split:
                writer.add(clip, dataset.pose(clip.id))


def _recordings(dataset: Dataset) -> list[list[Clip]]:
    """The clips in groups of identical recordings, in the order of the manifest."""
    groups: dict[str, list[Clip]] = {}
    for clip, pose in dataset.poses():
        groups.setdefault(fingerprint(pose), []).append(clip)
    return list(groups.values())
