"""What a later test holds and no training may see, and the training clips without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spobet.dataset.fingerprint import fingerprint
from spobet.dataset.folds import hold_out
from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.files import write_csv
from spobet.poses.sequence import PoseSequence

RESERVABLE = ("glosses", "signers")


@dataclass(frozen=True)
class Reserved:
    """Clips of a later test: their ids and fingerprints, and, where asked, glosses and signers."""

    clips: frozenset[str] = frozenset()
    recordings: frozenset[str] = frozenset()
    glosses: frozenset[str] = frozenset()
    signers: frozenset[str] = frozenset()

    def why_not(self, clip: Clip, pose: PoseSequence | None) -> str:
        """Why a clip may not be trained on, "" where it may; pose: needed where `recordings` are.

        Where signers are reserved, a clip of an unknown signer may be by one of them.
        """
        if clip.id in self.clips:
            return "the same clip"
        if clip.gloss in self.glosses:
            return f"gloss {clip.gloss}"
        if self.signers and (not clip.signer or clip.signer in self.signers):
            return f"signer {clip.signer or 'unknown'}"
        if self.recordings and pose is not None and fingerprint(pose) in self.recordings:
            return "identical landmarks"
        return ""


@dataclass(frozen=True, eq=False)
class Source:
    """A data set, those of its training clips that are used, and (id, reason) of the others."""

    dataset: Dataset
    clips: Manifest
    left_out: tuple[tuple[str, str], ...] = ()


def reserve(path: Path, fold: int | None = None, their: Sequence[str] = ()) -> Reserved:
    """What the validation and test clips of a data set, or of a manifest file, reserve.

    fold: the clips of this fold of its training clips instead. Where no clip has a split, all are
    reserved. their: also reserve the "glosses" or "signers" of these clips. A manifest file has no
    landmarks, so copies of its clips under other ids are not recognised.
    """
    unknown = sorted(set(their) - set(RESERVABLE))
    if unknown:
        expected = ", ".join(RESERVABLE)
        raise UserError(f"{unknown[0]!r} cannot be reserved, expected one of: {expected}")
    dataset = Dataset.open(path) if path.is_dir() else None
    manifest = dataset.manifest if dataset else Manifest.read(path)
    if fold is not None:
        held = hold_out(manifest.of_splits("train"), fold)[1]
    elif any(clip.split for clip in manifest):
        held = manifest.of_splits("val", "test")
    else:
        held = manifest
    if "signers" in their and not all(clip.signer for clip in held):
        raise UserError(f"{path}: signers cannot be reserved, some of its clips have none")
    recordings = {fingerprint(dataset.pose(clip.id)) for clip in held} if dataset else set()
    return Reserved(
        frozenset(clip.id for clip in held),
        frozenset(recordings - {""}),
        frozenset(clip.gloss for clip in held if "glosses" in their),
        frozenset(clip.signer for clip in held if "signers" in their),
    )


def training_clips(datasets: Sequence[Dataset], reserved: Reserved) -> tuple[Source, ...]:
    """The training clips of several data sets without what is reserved, each clip id used once.

    UserError where nothing is left of a data set.
    """
    used: set[str] = set()
    sources = []
    for dataset in datasets:
        allowed, left_out = [], []
        for clip in dataset.manifest.of_splits("train"):
            pose = dataset.pose(clip.id) if reserved.recordings else None
            if clip.id in used:
                left_out.append((clip.id, "in an earlier data set"))
            elif reason := reserved.why_not(clip, pose):
                left_out.append((clip.id, reason))
            else:
                allowed.append(clip)
        if not allowed:
            raise UserError(f"{dataset.path}: all {len(left_out)} training clips are left out")
        used |= {clip.id for clip in allowed}
        sources.append(Source(dataset, Manifest(tuple(allowed)), tuple(left_out)))
    return tuple(sources)


def auxiliary_clips(datasets: Sequence[Dataset], main: Dataset) -> tuple[Source, ...]:
    """The training clips of other data sets that show no gloss of `main` nor a clip of its tests.

    UserError where nothing is left of a data set.
    """
    tested = any(clip.split in ("val", "test") for clip in main.manifest)
    reserved = reserve(main.path) if tested else Reserved()
    glosses = frozenset(main.manifest.vocabulary.glosses)
    return training_clips(datasets, replace(reserved, glosses=glosses))


def views_of(clips: Manifest, dataset: Dataset, main: Dataset) -> Source:
    """The same recordings in another data set: those of its clips whose ids are among `clips`.

    clips: of `main` that are trained on. UserError where there is none, where one shows another
    gloss there, or where it is `main` itself.
    """
    if dataset.info.content_hash == main.info.content_hash:
        raise UserError(f"{dataset.path}: the data set trained on, expected views of its clips")
    glosses = {clip.id: clip.gloss for clip in clips}
    same = tuple(clip for clip in dataset.manifest if clip.id in glosses)
    if not same:
        raise UserError(f"{dataset.path}: no clip has the id of a training clip, expected views")
    for clip in same:
        if clip.gloss != glosses[clip.id]:
            raise UserError(
                f"{dataset.path}: clip {clip.id} shows {clip.gloss}, "
                f"expected {glosses[clip.id]}, as in the data set trained on"
            )
    left_out = [clip.id for clip in dataset.manifest if clip.id not in glosses]
    return Source(dataset, Manifest(same), tuple((id, "no training clip") for id in left_out))


def write_left_out(sources: Sequence[Source], path: Path) -> str:
    """List every clip left out with its reason in a CSV, if there is any; returns the counts."""
    left_out = [(source.dataset.info.source, *row) for source in sources for row in source.left_out]
    if not left_out:
        return ""
    write_csv(path, ("data", "clip", "reason"), left_out)
    kinds = Counter(
        reason.split(" ")[0] if reason.startswith(("gloss ", "signer ")) else reason
        for _, _, reason in left_out
    )
    counts = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    return f"{len(left_out):,} clips left out: {counts}"
