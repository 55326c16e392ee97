"""Scoring a run on clips it has never seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.evaluation.external_predictions import judge
from spobet.evaluation.metrics import Metrics, labels_of, score
from spobet.evaluation.predictions import predictions, predictions_csv
from spobet.evaluation.scores import Scores
from spobet.files import write_whole
from spobet.recognition.recognizer import load, network_of
from spobet.runs import RunFolder
from spobet.shipped import is_shipped


def evaluate(run: Path, data: Path, splits: Sequence[str]) -> Metrics:
    """Score a finished run on one split or several pooled; writes metrics-, predictions- and scores-<split>.

    ValueError where a clip of the split was among those the run or its backbone was trained on, where the data set keeps its
    signers apart and the run has met one of the split's (or one not known), or where a split is empty.
    """
    dataset = Dataset.open(data)
    return evaluate_clips(
        RunFolder(run), dataset, dataset.manifest.of_splits(*splits), "+".join(splits)
    )


def evaluate_clips(run: RunFolder, dataset: Dataset, clips: Manifest, name: str) -> Metrics:
    """Score a finished run on `clips` of a data set, under `name`; writes nothing beside a network that came with the package."""
    record, scores = run.record(), score_clips(run, dataset, clips, name)
    known = signer_overlap(
        clips, dataset.manifest, frozenset(record.clips), frozenset(record.signers)
    )
    metrics = replace(
        score(scores.logits, labels_of(clips, scores.vocabulary), len(scores.vocabulary)),
        split=name,
        seed=record.seed,
        commit=record.commit,
        data=dataset.info.content_hash,
        note=" ".join([known, *chosen_here(record.chosen, name)]),
    )
    if not is_shipped(run.path):
        write_whole(run.metrics(name), json.dumps(metrics.to_json(), indent=1) + "\n")
        predictions_csv(run.predictions(name), predictions(clips, scores.vocabulary, scores.logits))
        scores.write(run.scores(name))
    return metrics


def scores_of(run: RunFolder, dataset: Dataset, clips: Manifest, name: str) -> Scores:
    """The scores that `evaluate` kept under `name` where they are of this network and these clips, else made anew and not kept."""
    if run.scores(name).is_file():
        refuse_what_was_met(run, dataset, clips, name)
        scores = Scores.read(run.scores(name))
        current = (tuple(clip.id for clip in clips), dataset.info.content_hash, network_of(run))
        if (scores.clip_ids, scores.data, scores.weights) == current:
            return scores
    return score_clips(run, dataset, clips, name)


def score_clips(run: RunFolder, dataset: Dataset, clips: Manifest, name: str) -> Scores:
    """The scores of every gloss for `clips`, which the run must not have met; writes nothing. ValueError as `evaluate` says."""
    refuse_what_was_met(run, dataset, clips, name)
    recognizer = load(run.path)
    logits = recognizer.logits(dataset.pose(clip.id) for clip in clips)
    ids = tuple(clip.id for clip in clips)
    return Scores(ids, recognizer.vocabulary, logits, dataset.info.content_hash, network_of(run))


def evaluate_predictions(file: Path, data: Path, splits: Sequence[str]) -> Metrics:
    """Score anyone's predictions, a CSV file, on one split or several pooled, by the rules that our own runs are scored by.

    What the predictions were trained on is not known here; the note counts clips by signers of the training split.
    """
    dataset = Dataset.open(data)
    clips = dataset.manifest.of_splits(*splits)
    metrics = judge(file, clips, dataset.manifest).metrics
    trained = [
        clip for clip in dataset.manifest if clip.split == "train" and clip.split not in splits
    ]
    ids, signers = (frozenset(getattr(clip, name) for clip in trained) for name in ("id", "signer"))
    met = f"If it was trained on the training split: {signer_overlap(clips, dataset.manifest, ids, signers)}"
    note = " ".join(filter(None, [metrics.note, met]))
    return replace(metrics, split="+".join(splits), data=dataset.info.content_hash, note=note)


def signer_overlap(
    clips: Manifest, manifest: Manifest, met: frozenset[str], signers: frozenset[str]
) -> str:
    """Say how many clips are by signers a run was trained or pretrained on, and how many show a gloss trained on by that signer.

    manifest: the data set, which tells who shows what in the clips `met` as far as it holds them. signers: of all clips met, ""
    where one is not known.
    """
    pairs = {(clip.signer, clip.gloss) for clip in manifest if clip.id in met and clip.signer}
    known = sum(bool(clip.signer) and clip.signer in signers for clip in clips)
    same = sum((clip.signer, clip.gloss) in pairs for clip in clips)
    unknown = sum(not clip.signer for clip in clips)
    signed = f"{known} of {len(clips)} clips are by signers also trained on, {same} of these show a gloss trained on by that signer"
    maybe = "; training met clips of unknown signers too" if "" in signers else ""
    return f"{signed}; {unknown} are by unknown signers{maybe}."


def chosen_here(chosen: str, name: str) -> list[str]:
    """What must be said where the kept epoch was chosen on the clips that are scored."""
    if chosen.startswith("best on val") and "val" in name.split("+"):
        return [f"The kept epoch is the {chosen}, so these figures are not of unseen clips."]
    return []


def refuse_what_was_met(run: RunFolder, dataset: Dataset, clips: Manifest, name: str) -> None:
    """Raise ValueError where a run may not be scored on these clips of a data set, as `evaluate` says."""
    record = run.record()
    refuse_met(clips, frozenset(record.clips), name)
    refuse_met_signers(clips, dataset.manifest, frozenset(record.signers), name)


def refuse_met(clips: Manifest, met: frozenset[str], name: str) -> None:
    """Raise ValueError where a clip to be scored is among those met in training."""
    both = [clip.id for clip in clips if clip.id in met]
    if both:
        named = ", ".join(both[:5])
        raise UserError(
            f"{name}: {len(both)} of {len(clips)} clips were trained or pretrained on and cannot be scored: {named}"
        )


def refuse_met_signers(clips: Manifest, manifest: Manifest, met: frozenset[str], name: str) -> None:
    """Raise ValueError where a data set keeps the signers of `clips` out of its training clips and a run has met them all the same.

    met: signers of the clips that the run was trained or pretrained on; an unknown one ("") may be any and counts as met.
    """
    tested = {clip.signer for clip in clips}
    if "" in tested or tested & {clip.signer for clip in manifest if clip.split == "train"}:
        return  # the split does not claim that its signers are new
    both = sorted(tested & met)
    if both or "" in met:
        who = f"signers {', '.join(both[:5])}" if both else "clips of unknown signers"
        raise UserError(
            f"{name}: no signer of it is in training here, but the run was trained or pretrained on {who}; "
            "pretrain anew with --without DATA --their signers"
        )
