"""What a later test holds and no training may meet, and the training clips that are left without it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spobet.dataset.fingerprint import fingerprint
from spobet.dataset.folds import hold_out
from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.files import write_whole
from spobet.poses.sequence import PoseSequence

THEIR = ("glosses", "signers")


@dataclass(frozen=True)
class Reserved:
    """Clips of a later test: their ids and fingerprints, and, where the test asks for it, their glosses and signers."""

    clips: frozenset[str] = frozenset()
    recordings: frozenset[str] = frozenset()
    glosses: frozenset[str] = frozenset()
    signers: frozenset[str] = frozenset()

    def why_not(self, clip: Clip, pose: PoseSequence) -> str:
        """Why a clip may not be trained on, "" where it may. Where signers are reserved, one who is not known counts as theirs."""
        if clip.id in self.clips:
            return "the same clip"
        if clip.gloss in self.glosses:
            return f"gloss {clip.gloss}"
        if self.signers and (not clip.signer or clip.signer in self.signers):
            return f"signer {clip.signer or 'unknown'}"
        return (
            "identical landmarks"
            if self.recordings and fingerprint(pose) in self.recordings
            else ""
        )


@dataclass(frozen=True, eq=False)
class Source:
    """A data set and those of its training clips that are used; `left_out` pairs every other one's id with the reason."""

    dataset: Dataset
    clips: Manifest
    left_out: tuple[tuple[str, str], ...] = ()


def reserve(path: Path, fold: int | None = None, their: Sequence[str] = ()) -> Reserved:
    """What the validation and test clips of a data set, or of a manifest file, reserve.

    fold: the clips of this fold of its training clips instead. Where no clip has a split, all are reserved. their: also the
    "glosses" or "signers" of these clips. A manifest file has no landmarks, so copies under other ids cannot be told.
    """
    unknown = sorted(set(their) - set(THEIR))
    if unknown:
        raise UserError(f"{unknown[0]!r} cannot be reserved, expected one of: {', '.join(THEIR)}")
    dataset = Dataset.open(path) if path.is_dir() else None
    manifest = dataset.manifest if dataset else Manifest.read(path)
    held = _held_clips(manifest, fold)
    if "signers" in their and not all(clip.signer for clip in held):
        raise UserError(
            f"{path}: signers cannot be reserved, those of some of its clips are not known"
        )
    recordings = {fingerprint(dataset.pose(clip.id)) for clip in held} if dataset else set()
    return Reserved(
        frozenset(clip.id for clip in held),
        frozenset(recordings - {""}),
        frozenset(clip.gloss for clip in held if "glosses" in their),
        frozenset(clip.signer for clip in held if "signers" in their),
    )


def _held_clips(manifest: Manifest, fold: int | None) -> Manifest:
    if fold is not None:
        return hold_out(manifest.of_splits("train"), fold)[1]
    return manifest.of_splits("val", "test") if any(clip.split for clip in manifest) else manifest


def training_clips(datasets: Sequence[Dataset], reserved: Reserved) -> tuple[Source, ...]:
    """The training clips of several data sets without what is reserved; a clip id that stands in several is used once.

    ValueError where nothing is left of a data set.
    """
    used: set[str] = set()
    sources = []
    for dataset in datasets:
        kept, left_out = [], []
        for clip in dataset.manifest.of_splits("train"):
            reason = (
                "in an earlier data set"
                if clip.id in used
                else reserved.why_not(clip, dataset.pose(clip.id))
            )
            if reason:
                left_out.append((clip.id, reason))
            else:
                kept.append(clip)
        if not kept:
            raise UserError(f"{dataset.path}: all {len(left_out)} training clips are left out")
        used |= {clip.id for clip in kept}
        sources.append(Source(dataset, Manifest(tuple(kept)), tuple(left_out)))
    return tuple(sources)


def auxiliary_clips(datasets: Sequence[Dataset], own: Dataset) -> tuple[Source, ...]:
    """The training clips of other data sets that show no gloss of `own` and nothing that it keeps for validation or test.

    ValueError where nothing is left of a data set.
    """
    tested = any(clip.split in ("val", "test") for clip in own.manifest)
    reserved = reserve(own.path) if tested else Reserved()
    return training_clips(
        datasets, replace(reserved, glosses=frozenset(own.manifest.vocabulary.glosses))
    )


def write_left_out(sources: Sequence[Source], path: Path) -> str:
    """List every clip left out with its reason in a file, if there is any; returns the counts in words."""
    left_out = [(source.dataset.info.source, *row) for source in sources for row in source.left_out]
    if not left_out:
        return ""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("data", "clip", "reason"), *left_out])
    write_whole(path, text.getvalue())
    kinds = Counter(
        reason.split(" ")[0] if reason.startswith(("gloss ", "signer ")) else reason
        for _, _, reason in left_out
    )
    return f"{len(left_out):,} clips left out: " + ", ".join(
        f"{count:,} {kind}" for kind, count in kinds.most_common()
    )
