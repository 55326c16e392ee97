"""Scoring a run on clips that it has never seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.evaluation.external_predictions import judge
from spobet.evaluation.predictions import Prediction, predictions, predictions_csv
from spobet.evaluation.ranks import labels_of
from spobet.evaluation.scores import Scores
from spobet.evaluation.scoring import Metrics, score
from spobet.files import write_whole
from spobet.recognition.answers import gloss_probabilities
from spobet.recognition.network import network_hash
from spobet.recognition.recognizer import load
from spobet.recognition.rejection import Rejection
from spobet.recognition.seen_in_training import chosen_on, refuse_seen, signer_overlap
from spobet.runs import RunFolder
from spobet.shipped import is_shipped


def evaluate(run: Path, data: Path, splits: Sequence[str]) -> Metrics:
    """Score a finished run on one split or several pooled.

    Writes metrics-, predictions- and scores-<split>. UserError where a clip of the split was among
    those the run or its backbone was trained on, where the data set keeps its signers apart and
    the run has seen one of the split's (or an unknown one), or where a split is empty.
    """
    dataset = Dataset.open(data)
    return evaluate_clips(
        RunFolder(run), dataset, dataset.manifest.of_splits(*splits), "+".join(splits)
    )


def evaluate_clips(run: RunFolder, dataset: Dataset, clips: Manifest, name: str) -> Metrics:
    """Score a finished run on `clips` of a data set, called `name`.

    Writes nothing beside a network that came with the package.
    """
    record, scores = run.record(), score_clips(run, dataset, clips, name)
    overlap = signer_overlap(
        clips, dataset.manifest, frozenset(record.clips), frozenset(record.signers)
    )
    metrics = replace(
        score(scores.logits, labels_of(clips, scores.vocabulary), len(scores.vocabulary)),
        split=name,
        seed=record.seed,
        commit=record.commit,
        data=dataset.info.content_hash,
        note=" ".join([overlap, *chosen_on(record.chosen, name)]),
    )
    if not is_shipped(run.path):
        write_whole(run.metrics(name), json.dumps(metrics.to_json(), indent=1) + "\n")
        predictions_csv(run.predictions(name), predictions_of(run, clips, scores))
        scores.write(run.scores(name))
    return metrics


def predictions_of(run: RunFolder, clips: Manifest, scores: Scores) -> tuple[Prediction, ...]:
    """The answers that `scores` stand for, with the probabilities that `predict` gives."""
    rejection = Rejection.read(run.rejection)
    answered = gloss_probabilities(scores.output, scores.vocabulary, rejection)
    return predictions(clips, scores.vocabulary, scores.logits, answered.probabilities)


def scores_of(run: RunFolder, dataset: Dataset, clips: Manifest, name: str) -> Scores:
    """The scores that `evaluate` wrote under `name`, where they are of this network and clips.

    Otherwise they are made anew and not written.
    """
    if run.scores(name).is_file():
        refuse_seen(run, dataset, clips, name)
        scores = Scores.read(run.scores(name))
        current = (tuple(clip.id for clip in clips), dataset.info.content_hash, network_hash(run))
        # A file of version 0.1 lacks the auxiliary logit, which probabilities depend on.
        whole = scores.output.auxiliary.shape[1] or not run.auxiliary_glosses.is_file()
        if whole and (scores.clip_ids, scores.data, scores.weights) == current:
            return scores
    return score_clips(run, dataset, clips, name)


def score_clips(run: RunFolder, dataset: Dataset, clips: Manifest, name: str) -> Scores:
    """What the network gives for `clips`, which the run must not have seen; writes nothing."""
    refuse_seen(run, dataset, clips, name)
    recognizer = load(run.path)
    return Scores(
        tuple(clip.id for clip in clips),
        recognizer.vocabulary,
        recognizer.outputs(dataset.pose(clip.id) for clip in clips),
        dataset.info.content_hash,
        network_hash(run),
    )


def evaluate_predictions(file: Path, data: Path, splits: Sequence[str]) -> Metrics:
    """Score anyone's predictions, a CSV file, on one split or several pooled, as our own runs are.

    What the predictions were trained on is not known here; the note counts clips by signers of the
    training split.
    """
    dataset = Dataset.open(data)
    clips = dataset.manifest.of_splits(*splits)
    metrics = judge(file, clips, dataset.manifest).metrics
    trained = [
        clip for clip in dataset.manifest if clip.split == "train" and clip.split not in splits
    ]
    overlap = signer_overlap(
        clips,
        dataset.manifest,
        frozenset(clip.id for clip in trained),
        frozenset(clip.signer for clip in trained),
    )
    condition = f"If it was trained on the training split: {overlap}"
    note = " ".join(filter(None, [metrics.note, condition]))
    return replace(metrics, split="+".join(splits), data=dataset.info.content_hash, note=note)
