"""`spobet rollout`: what a finished run attends to, and how far such weights can be trusted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from spobet.dataset.store import Dataset
from spobet.errors import NotFound
from spobet.evaluation.deletion import Curves, compare_weights
from spobet.evaluation.probabilities import softmax
from spobet.explain.rollout import explain, gradient_times_input
from spobet.files import write_whole
from spobet.formats import read
from spobet.model.classifier import SignClassifier
from spobet.poses.sequence import PoseSequence
from spobet.recognition.network import network_hash, run_network
from spobet.recognition.recognizer import Recognizer, load
from spobet.reports.rollout import Rolled, rollout_page
from spobet.runs import RunFolder
from spobet.shipped import is_shipped

NUM_ANSWERS = 3  # a line of text holds no more


@dataclass(frozen=True, eq=False)
class _Opened:
    """A run's network, in Keras and as recognition runs it, and the input it is given for clips."""

    classifier: SignClassifier
    recognizer: Recognizer
    inputs: dict[str, np.ndarray]

    @classmethod
    def open(cls, run: RunFolder, poses: Sequence[PoseSequence]) -> _Opened:
        run.record()  # says first what an unfinished or absent run lacks
        if not run.classifier.is_file():
            raise NotFound(
                f"{run.classifier}: not there; attention is read from the network as Keras keeps it"
            )
        classifier = keras.saving.load_model(run.classifier)
        return cls(classifier, load(run.path), run.preprocessor().with_rests()(poses))

    def probabilities(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Of trained glosses, (clips, glosses), at temperature 1: orders of frames are compared."""
        return softmax(run_network(self.recognizer.network, inputs).logits)


def roll_out(
    run: RunFolder, names: Sequence[str], poses: Sequence[PoseSequence], page: Path | None = None
) -> str:
    """The frames that weigh most in each clip, as text, beside the recogniser's answers.

    page: an HTML file to write, with the clips drawn above their weights.
    """
    opened = _Opened.open(run, poses)
    inputs, recognizer = opened.inputs, opened.recognizer
    explanations = explain(opened.classifier, inputs)
    output = run_network(recognizer.network, inputs)
    ranked = recognizer.probabilities(output).answers(NUM_ANSWERS)
    rolled = [
        Rolled(
            name=name,
            pose=_as_read(inputs["landmarks"][clip], inputs["frame_mask"][clip], run),
            weights=explanations[clip].weights[inputs["frame_mask"][clip]],
            answers=tuple((answer.gloss, answer.probability) for answer in ranked[clip]),
        )
        for clip, name in enumerate(names)
    ]
    if page is not None:
        num_frames = opened.classifier.backbone.num_frames
        frames_seen = min(explanations[0].frames_seen, num_frames)
        write_whole(page, rollout_page(str(run.path), rolled, frames_seen))
    return "\n".join(map(str, rolled))


def roll_out_clips(
    run: Path, clips: Sequence[str], data: Path | None, page: Path | None = None
) -> str:
    """`roll_out` of clips by their id in a data set, or by path where none is given."""
    return roll_out(RunFolder(run), *named_clips(clips, data), page)


def named_clips(clips: Sequence[str], data: Path | None) -> tuple[list[str], list[PoseSequence]]:
    """(names, poses) of clips: ids of a data set, or without one paths that `spobet.read` reads."""
    if data is None:
        return list(clips), [read(clip) for clip in clips]
    dataset = Dataset.open(data)
    names = [f"{clip} ({dataset.manifest[clip].gloss})" for clip in clips]
    return names, [dataset.pose(clip) for clip in clips]


def measure(path: Path, data: Path, splits: Sequence[str], max_clips: int) -> str:
    """How well the rollout orders frames on a split: deletion and insertion curves, as text.

    Beside it stand gradient x input, the number of landmarks seen in each frame, and random
    orders. Of more than `max_clips` clips every n-th is taken. Also writes rollout-<split>.json
    into the run folder, which `spobet report` shows.
    """
    run, dataset, name = RunFolder(path), Dataset.open(data), "+".join(splits)
    clips = dataset.manifest.of_splits(*splits).clips
    clips = clips[:: -(-len(clips) // max_clips)]
    opened = _Opened.open(run, [dataset.pose(clip.id) for clip in clips])
    inputs, classifier = opened.inputs, opened.classifier
    answers = opened.probabilities(inputs).argmax(axis=1)
    weights = {
        "rollout": np.stack([found.weights for found in explain(classifier, inputs)]),
        "gradient x input": gradient_times_input(classifier, inputs, answers),
        "landmarks seen": inputs["landmarks"][..., 2].mean(axis=-1),
    }
    curves = compare_weights(inputs, weights, opened.probabilities)
    values = {
        "data": dataset.info.content_hash,
        "weights": network_hash(run),
        "curves": {kind: asdict(found) for kind, found in curves.items()},
    }
    if not is_shipped(run.path):
        write_whole(run.rollout(name), json.dumps(values, indent=1) + "\n")
    return _table(name, curves)


def _as_read(landmarks: np.ndarray, frame_mask: np.ndarray, run: RunFolder) -> PoseSequence:
    """The real frames as the network reads them, to draw."""
    real = landmarks[frame_mask]
    seen = real[..., 2] > 0
    xy = np.where(seen[..., None], real[..., :2], np.nan)
    return PoseSequence(xy, seen, run.record().skeleton, unit="head lengths")


def _table(name: str, curves: dict[str, Curves]) -> str:
    clips = next(iter(curves.values())).clips
    lines = [
        f"{name}: {clips} clips; mean probability of the answer "
        "while frames are deleted (low is good) or inserted (high is good)"
    ]
    for kind, found in curves.items():
        areas = (found.deletion_area, found.insertion_area)
        deletion, insertion = (f"{mean:.3f} ({low:.3f}-{high:.3f})" for mean, low, high in areas)
        lines.append(f"  {kind:<16}  deletion {deletion}  insertion {insertion}")
    return "\n".join(lines)
