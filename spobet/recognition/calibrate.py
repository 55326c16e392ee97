"""Probabilities scaled to be true, and the least one that counts, both found on validation clips."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.evaluation.calibration import fit_temperature, softmax
from spobet.evaluation.metrics import labels_of
from spobet.evaluation.selective import for_error, operating_points
from spobet.recognition.evaluate import refuse_what_was_met
from spobet.recognition.recognizer import load
from spobet.recognition.rejection import Rejection
from spobet.runs import RunFolder
from spobet.shipped import is_shipped


def calibrate(
    run: Path, data: Path, splits: Sequence[str] = ("val",), error: float = 0.1
) -> Rejection:
    """Find and keep the temperature of a run and the threshold from which at most `error` of its answers are wrong.

    On clips it has not met; ValueError as `evaluate` says, where no threshold is that good, and for a network of the package,
    which comes with its own.
    """
    folder, dataset = RunFolder(run), Dataset.open(data)
    if is_shipped(folder.path):
        raise UserError(
            f"{run}: comes with the package, where nothing is written; it has its own threshold"
        )
    name, clips = "+".join(splits), dataset.manifest.of_splits(*splits)
    refuse_what_was_met(folder, dataset, clips, name)
    recognizer = load(folder.path)
    scored = recognizer.scored(dataset.pose(clip.id) for clip in clips)
    rejection = find_rejection(
        scored.logits, labels_of(clips, recognizer.vocabulary), error, name, scored.others
    )
    rejection.write(folder.rejection)
    return rejection


def find_rejection(
    logits: np.ndarray,
    labels: np.ndarray,
    error: float,
    split: str,
    others: np.ndarray | None = None,
) -> Rejection:
    """The temperature with the best likelihood and the lowest threshold with at most `error` wrong among the answered.

    logits: (clips, glosses); labels: (clips,); others: (clips, 0 or 1), a logit for all other glosses, which is no answer.
    ValueError where there is no such threshold.
    """
    everything = logits if others is None else np.concatenate([logits, others], axis=1)
    temperature = fit_temperature(everything, labels)
    chances = softmax(everything, temperature)[:, : logits.shape[1]]
    point = for_error(
        operating_points(chances.max(axis=1), chances.argmax(axis=1) == labels), error
    )
    if point is None:
        raise UserError(
            f"{split}: no threshold leaves at most {error:.0%} wrong answers among {len(labels)} clips"
        )
    return Rejection(
        temperature, point.threshold, error, point.answered, point.hits, point.count, split
    )
