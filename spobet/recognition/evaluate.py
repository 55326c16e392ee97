"""Scoring a run on clips it has never seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.evaluation.metrics import Metrics, labels_of, score
from spobet.evaluation.outside import judge
from spobet.evaluation.predictions import predictions, predictions_csv
from spobet.evaluation.scores import Scores
from spobet.files import write_whole
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder


def evaluate(run: Path, data: Path, splits: Sequence[str]) -> Metrics:
    """Score a finished run on one split or several pooled; writes metrics-, predictions- and scores-<split>.

    ValueError where a clip of the split was among those the run or its backbone was trained on, or a split is empty.
    """
    dataset = Dataset.open(data)
    return evaluate_clips(RunFolder(run), dataset, dataset.manifest.of_splits(*splits), "+".join(splits))


def evaluate_clips(run: RunFolder, dataset: Dataset, clips: Manifest, name: str) -> Metrics:
    """Score a finished run on `clips` of a data set, under `name`."""
    record = run.record()
    refuse_met(clips, frozenset(record.clips), name)
    recognizer = load(run.path)
    logits = recognizer.logits(dataset.pose(clip.id) for clip in clips)
    known = acquaintance(clips, dataset.manifest, frozenset(record.clips), frozenset(record.signers))
    metrics = replace(
        score(logits, labels_of(clips, recognizer.vocabulary), len(recognizer.vocabulary)),
        split=name,
        seed=record.seed,
        commit=record.commit,
        data=dataset.info.content_hash,
        note=" ".join([known, *chosen_here(record.chosen, name)]),
    )
    write_whole(run.metrics(name), json.dumps(metrics.to_json(), indent=1) + "\n")
    predictions_csv(run.predictions(name), predictions(clips, recognizer.vocabulary, logits))
    ids = tuple(clip.id for clip in clips)
    Scores(ids, recognizer.vocabulary, logits, dataset.info.content_hash, weights_of(run)).write(run.scores(name))
    return metrics


def evaluate_predictions(file: Path, data: Path, splits: Sequence[str]) -> Metrics:
    """Score anyone's predictions, a CSV file, on one split or several pooled, by the rules that our own runs are scored by.

    What the predictions were trained on is not known here; the note counts clips by signers of the training split.
    """
    dataset = Dataset.open(data)
    clips = dataset.manifest.of_splits(*splits)
    metrics = judge(file, clips, dataset.manifest).metrics
    trained = frozenset(clip.id for clip in dataset.manifest if clip.split == "train" and clip.split not in splits)
    met = f"If it was trained on the training split: {acquaintance(clips, dataset.manifest, trained)}"
    note = " ".join(filter(None, [metrics.note, met]))
    return replace(metrics, split="+".join(splits), data=dataset.info.content_hash, note=note)


def weights_of(run: RunFolder) -> str:
    """A hash of the run's network, which changes when it is trained anew."""
    with run.onnx.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def acquaintance(clips: Manifest, manifest: Manifest, met: frozenset[str], others: frozenset[str] = frozenset()) -> str:
    """Say how many scored clips are by signers of the clips `met` in training, and how many of these of the same gloss too.

    others: signers met in training on other data sets.
    """
    trained = [clip for clip in manifest if clip.id in met and clip.signer]
    signers = {clip.signer for clip in trained} | (others - {""})
    pairs = {(clip.signer, clip.gloss) for clip in trained}
    known = sum(clip.signer in signers for clip in clips)
    same = sum((clip.signer, clip.gloss) in pairs for clip in clips)
    unknown = sum(not clip.signer for clip in clips)
    signed = f"{known} of {len(clips)} clips are by signers also trained on, {same} of these show a gloss trained on by that signer"
    return f"{signed}; {unknown} are by unknown signers."


def chosen_here(chosen: str, name: str) -> list[str]:
    """What must be said where the kept epoch was chosen on the clips that are scored."""
    if chosen.startswith("best on val") and "val" in name.split("+"):
        return [f"The kept epoch is the {chosen}, so these figures are not of unseen clips."]
    return []


def refuse_met(clips: Manifest, met: frozenset[str], name: str) -> None:
    """Raise ValueError where a clip to be scored is among those met in training."""
    both = [clip.id for clip in clips if clip.id in met]
    if both:
        named = ", ".join(both[:5])
        raise ValueError(f"{name}: {len(both)} of {len(clips)} clips were trained or pretrained on and cannot be scored: {named}")
