"""Fixed folds of the training clips, on which every choice about a network is made."""

from __future__ import annotations

import hashlib
from collections import defaultdict

from spobet.dataset.manifest import Clip, Manifest
from spobet.errors import UserError

NUM_FOLDS = 5  # four fifths to train on: about as many clips as the final run has


def fold_of_clips(manifest: Manifest, num_folds: int = NUM_FOLDS) -> dict[str, int]:
    """The fold of each clip, 0..num_folds-1, by clip id: every gloss spread over all, always alike.

    Clips of a gloss are dealt in the order of a hash of their ids, and each gloss begins at the
    fold where the one before it stopped. So folds differ by at most one clip of any gloss, and a
    clip's fold does not depend on the order of the manifest.
    """
    by_gloss: defaultdict[str, list[str]] = defaultdict(list)
    for clip in manifest:
        by_gloss[clip.gloss].append(clip.id)
    folds, dealt = {}, 0
    for gloss in sorted(by_gloss):
        for clip_id in sorted(by_gloss[gloss], key=_shuffled):
            folds[clip_id] = dealt % num_folds
            dealt += 1
    return folds


def hold_out(
    manifest: Manifest, fold: int, num_folds: int = NUM_FOLDS
) -> tuple[Manifest, Manifest]:
    """(clips to train on, clips of `fold`, held out); UserError for a fold that is not there."""
    if not 0 <= fold < num_folds:
        raise UserError(f"fold {fold}, expected 0..{num_folds - 1}")
    folds = fold_of_clips(manifest, num_folds)
    parts: tuple[list[Clip], list[Clip]] = ([], [])
    for clip in manifest:
        parts[folds[clip.id] == fold].append(clip)
    return Manifest(tuple(parts[0])), Manifest(tuple(parts[1]))


def few_a_gloss(manifest: Manifest, count: int, seed: int) -> Manifest:
    """At most `count` clips of each gloss, in the order of the manifest; the seed decides which."""
    by_gloss: defaultdict[str, list[str]] = defaultdict(list)
    for clip in sorted(manifest, key=lambda clip: _shuffled(f"{seed} {clip.id}")):
        by_gloss[clip.gloss].append(clip.id)
    chosen = {clip_id for ids in by_gloss.values() for clip_id in ids[:count]}
    return Manifest(tuple(clip for clip in manifest if clip.id in chosen))


def _shuffled(clip_id: str) -> str:
    return hashlib.sha256(clip_id.encode()).hexdigest()
