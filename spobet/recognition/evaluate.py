"""Scoring a run on clips it has never seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.evaluation.metrics import Metrics, labels_of, score
from spobet.evaluation.predictions import predictions, predictions_csv
from spobet.files import write_whole
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder, RunRecord
from spobet.shipped import is_shipped


def evaluate(run: Path, data: Path, splits: Sequence[str]) -> Metrics:
    """Score a finished run on one split or several pooled; writes metrics-<split>.json and predictions-<split>.csv.

    ValueError where a clip of the split was among those the run or its backbone was trained on, where the data set keeps its
    signers apart and the run has met one of the split's (or one not known), or where a split is empty.
    """
    dataset = Dataset.open(data)
    return evaluate_clips(RunFolder(run), dataset, dataset.manifest.of_splits(*splits), "+".join(splits))


def evaluate_clips(run: RunFolder, dataset: Dataset, clips: Manifest, name: str) -> Metrics:
    """Score a finished run on `clips` of a data set, under `name`; writes nothing beside a network that came with the package."""
    record = run.record()
    refuse_met(clips, frozenset(record.clips), name)
    refuse_met_signers(clips, dataset.manifest, frozenset(record.signers), name)
    recognizer = load(run.path)
    logits = recognizer.logits(dataset.pose(clip.id) for clip in clips)
    metrics = replace(
        score(logits, labels_of(clips, recognizer.vocabulary), len(recognizer.vocabulary)),
        split=name,
        seed=record.seed,
        commit=record.commit,
        data=dataset.info.content_hash,
        note=" ".join([acquaintance(clips, dataset.manifest, record), *_chosen_here(record.chosen, name)]),
    )
    if not is_shipped(run.path):
        write_whole(run.metrics(name), json.dumps(metrics.to_json(), indent=1) + "\n")
        predictions_csv(run.predictions(name), predictions(clips, recognizer.vocabulary, logits))
    return metrics


def acquaintance(clips: Manifest, manifest: Manifest, record: RunRecord) -> str:
    """Say how many clips are by signers a run was trained or pretrained on, and how many show a gloss trained on by that signer.

    manifest: the data set, which tells who shows what in the run's clips as far as it holds them.
    """
    met, signers = frozenset(record.clips), frozenset(record.signers) - {""}
    pairs = {(clip.signer, clip.gloss) for clip in manifest if clip.id in met and clip.signer}
    known = sum(clip.signer in signers for clip in clips)
    same = sum((clip.signer, clip.gloss) in pairs for clip in clips)
    unknown = sum(not clip.signer for clip in clips)
    signed = f"{known} of {len(clips)} clips are by signers also trained on, {same} of these show a gloss trained on by that signer"
    maybe = "; training met clips of unknown signers too" if "" in record.signers else ""
    return f"{signed}; {unknown} are by unknown signers{maybe}."


def _chosen_here(chosen: str, name: str) -> list[str]:
    if chosen.startswith("best on val") and "val" in name.split("+"):
        return [f"The kept epoch is the {chosen}, so these figures are not of unseen clips."]
    return []


def refuse_met(clips: Manifest, met: frozenset[str], name: str) -> None:
    """Raise ValueError where a clip to be scored is among those met in training."""
    both = [clip.id for clip in clips if clip.id in met]
    if both:
        named = ", ".join(both[:5])
        raise ValueError(f"{name}: {len(both)} of {len(clips)} clips were trained or pretrained on and cannot be scored: {named}")


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
        raise ValueError(
            f"{name}: no signer of it is in training here, but the run was trained or pretrained on {who}; "
            "pretrain anew with --without DATA --their signers"
        )
