"""What a run has seen in training: clips it may not be scored on, and signers to report."""

from __future__ import annotations

from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.runs import RunFolder

_LISTED = 5  # names in a refusal: enough to find the rest by


def refuse_seen(run: RunFolder, dataset: Dataset, clips: Manifest, name: str) -> None:
    """UserError where a run may not be scored on `clips` of a data set, called `name`.

    That is where it or its backbone was trained on one of them, or where the data set keeps the
    signers of training apart and the run has seen one of the clips' signers.
    """
    record = run.record()
    refuse_seen_clips(clips, frozenset(record.clips), name)
    refuse_seen_signers(clips, dataset.manifest, frozenset(record.signers), name)


def refuse_seen_clips(clips: Manifest, trained: frozenset[str], name: str) -> None:
    """UserError where a clip to be scored is among the ids that were trained on."""
    seen = [clip.id for clip in clips if clip.id in trained]
    if seen:
        raise UserError(
            f"{name}: {len(seen)} of {len(clips)} clips were trained or pretrained on and cannot "
            f"be scored: {', '.join(seen[:_LISTED])}"
        )


def refuse_seen_signers(
    clips: Manifest, manifest: Manifest, signers: frozenset[str], name: str
) -> None:
    """UserError where the split is by new signers and the run has seen one of them.

    manifest: the whole data set. signers: of the clips that the run was trained or pretrained on.
    An unknown one ("") is no reason to refuse: anyone's clips on a shipped backbone would be. What
    it leaves open stands below the figures (`signer_overlap`).
    """
    tested = {clip.signer for clip in clips}
    if "" in tested or tested & {clip.signer for clip in manifest if clip.split == "train"}:
        return  # the split does not claim that its signers are new
    seen = sorted(tested & signers)
    if seen:
        raise UserError(
            f"{name}: no signer of it is in training here, but the run was trained or pretrained "
            f"on signers {', '.join(seen[:_LISTED])}; pretrain anew with --without DATA "
            "--without-their signers"
        )


def signer_overlap(
    clips: Manifest, manifest: Manifest, trained: frozenset[str], signers: frozenset[str]
) -> str:
    """How many clips are by signers seen in training, and how many show a gloss seen from them.

    manifest: the data set, which says who shows what in the clips `trained` as far as it holds
    them. signers: of all clips trained or pretrained on, "" where one is unknown.
    """
    pairs = {(clip.signer, clip.gloss) for clip in manifest if clip.id in trained and clip.signer}
    overlap = sum(bool(clip.signer) and clip.signer in signers for clip in clips)
    same = sum((clip.signer, clip.gloss) in pairs for clip in clips)
    unknown = sum(not clip.signer for clip in clips)
    maybe = "; training saw clips of unknown signers too" if "" in signers else ""
    return (
        f"{overlap} of {len(clips)} clips are by signers also trained on, {same} of these show a "
        f"gloss trained on by that signer; {unknown} are by unknown signers{maybe}."
    )


def chosen_on(chosen: str, name: str) -> list[str]:
    """What must be said where the epoch was chosen on the clips that are scored."""
    if chosen.startswith("best on val") and "val" in name.split("+"):
        return [f"The epoch is the {chosen}, so these figures are not of unseen clips."]
    return []
