"""Probabilities scaled to be true, and the least one that counts, both found on validation clips."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spobet.dataset.store import Dataset
from spobet.evaluation.calibration import fit_temperature, softmax
from spobet.evaluation.metrics import labels_of
from spobet.evaluation.selective import for_error, operating_points
from spobet.recognition.evaluate import scores_of
from spobet.recognition.rejection import Rejection
from spobet.runs import RunFolder
from spobet.shipped import is_shipped


def calibrate(run: Path, data: Path, splits: Sequence[str] = ("val",), error: float = 0.1) -> Rejection:
    """Find and keep the temperature of a run and the threshold from which at most `error` of its answers are wrong.

    On clips it has not met; ValueError as `evaluate` says, where no threshold is that good, and for a network of the package,
    which comes with its own.
    """
    folder, dataset = RunFolder(run), Dataset.open(data)
    if is_shipped(folder.path):
        raise ValueError(f"{run}: comes with the package, where nothing is written; it has its own threshold")
    name, clips = "+".join(splits), dataset.manifest.of_splits(*splits)
    scores = scores_of(folder, dataset, clips, name)
    rejection = find_rejection(scores.logits, labels_of(clips, scores.vocabulary), error, name)
    rejection.write(folder.rejection)
    return rejection


def find_rejection(logits: np.ndarray, labels: np.ndarray, error: float, split: str) -> Rejection:
    """The temperature with the best likelihood and the lowest threshold with at most `error` wrong among the answered.

    logits: (clips, glosses); labels: (clips,). ValueError where there is no such threshold.
    """
    temperature = fit_temperature(logits, labels)
    chances = softmax(logits, temperature)
    point = for_error(operating_points(chances.max(axis=1), chances.argmax(axis=1) == labels), error)
    if point is None:
        raise ValueError(f"{split}: no threshold leaves at most {error:.0%} wrong answers among {len(labels)} clips")
    return Rejection(temperature, point.threshold, error, point.answered, point.hits, point.count, split)
