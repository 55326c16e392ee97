"""`spobet rollout`: what a finished run attends to in single clips, drawn, and what such pictures are worth, measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from spobet.dataset.store import Dataset
from spobet.errors import NotFound
from spobet.evaluation.probabilities import softmax
from spobet.evaluation.deletion import Curves, compare_weights
from spobet.explain.rollout import explain, gradient_times_input
from spobet.files import write_whole
from spobet.formats import read
from spobet.model.classifier import SignClassifier
from spobet.poses.arrays import PoseBank
from spobet.poses.sequence import PoseSequence
from spobet.recognition.recognizer import Recognizer, load, network_of
from spobet.reports.rollout import Rolled, rollout_page
from spobet.runs import RunFolder
from spobet.shipped import is_shipped

NUM_ANSWERS = 3


@dataclass(frozen=True, eq=False)
class _Opened:
    """A run's network, as Keras keeps it and as recognition runs it, and the clips it reads."""

    run: RunFolder
    classifier: SignClassifier
    recognizer: Recognizer
    bank: PoseBank

    @classmethod
    def open(cls, run: RunFolder, poses: Sequence[PoseSequence]) -> _Opened:
        record, choices = run.record(), run.experiment().input
        if not run.classifier.is_file():
            raise NotFound(
                f"{run.classifier}: not there; attention is read from the network as Keras keeps it"
            )
        bank = PoseBank.of(poses, record.skeleton, choices.min_confidence, choices.right_leads)
        return cls(run, keras.saving.load_model(run.classifier), load(run.path), bank)

    def inputs(self) -> dict[str, np.ndarray]:
        choices = self.run.experiment().input
        return self.bank.even_input(
            np.arange(len(self.bank)), choices.num_frames, choices.stretch
        )

    def chances(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        return softmax(self.recognizer.score_inputs(inputs).logits)


def roll_out(
    run: RunFolder, names: Sequence[str], poses: Sequence[PoseSequence], page: Path | None = None
) -> str:
    """The frames that weigh most in each clip, as text; `page` names an HTML file with the clips drawn above their weights."""
    opened = _Opened.open(run, poses)
    inputs = opened.inputs()
    found, chances = explain(opened.classifier, inputs), opened.chances(inputs)
    glosses = run.glosses().glosses
    rolled = [
        Rolled(
            name=name,
            pose=_as_read(inputs["landmarks"][clip], inputs["frame_mask"][clip], run),
            weights=found[clip].weights[inputs["frame_mask"][clip]],
            answers=tuple(
                (glosses[best], float(chances[clip, best]))
                for best in np.argsort(-chances[clip])[:NUM_ANSWERS]
            ),
        )
        for clip, name in enumerate(names)
    ]
    if page is not None:
        seen = min(found[0].frames_seen, opened.classifier.backbone.num_frames)
        write_whole(page, rollout_page(str(run.path), rolled, seen))
    return "\n".join(map(str, rolled))


def roll_out_clips(
    run: Path, clips: Sequence[str], data: Path | None, page: Path | None = None
) -> str:
    """`roll_out` of clips by their id in a data set, or by path where none is given."""
    return roll_out(RunFolder(run), *named_clips(clips, data), page)


def named_clips(clips: Sequence[str], data: Path | None) -> tuple[list[str], list[PoseSequence]]:
    """(names, poses) of clips: ids of a data set where one is given, else paths that `spobet.read` reads."""
    if data is None:
        return list(clips), [read(clip) for clip in clips]
    dataset = Dataset.open(data)
    return [f"{clip} ({dataset.manifest[clip].gloss})" for clip in clips], [
        dataset.pose(clip) for clip in clips
    ]


def measure(path: Path, data: Path, splits: Sequence[str], max_clips: int) -> str:
    """What the rollout is worth on a split: deletion and insertion curves beside others', as text.

    Beside it stand gradient x input, the number of landmarks seen in each frame, and random orders. Of more than
    `max_clips` clips every n-th is taken. Also writes rollout-<split>.json into the run folder, which `spobet report` shows.
    """
    run, dataset, name = RunFolder(path), Dataset.open(data), "+".join(splits)
    clips = dataset.manifest.of_splits(*splits).clips
    clips = clips[:: -(-len(clips) // max_clips)]
    opened = _Opened.open(run, [dataset.pose(clip.id) for clip in clips])
    inputs = opened.inputs()
    answers = opened.chances(inputs).argmax(axis=1)
    weights = {
        "rollout": np.stack([found.weights for found in explain(opened.classifier, inputs)]),
        "gradient x input": gradient_times_input(opened.classifier, inputs, answers),
        "landmarks seen": inputs["landmarks"][..., 2].mean(axis=-1),
    }
    curves = compare_weights(inputs, weights, opened.chances)
    kept = {kind: asdict(found) for kind, found in curves.items()}
    values = {"data": dataset.info.content_hash, "weights": network_of(run), "curves": kept}
    if not is_shipped(run.path):
        write_whole(run.rollout(name), json.dumps(values, indent=1) + "\n")
    return _table(name, curves)


def _as_read(landmarks: np.ndarray, frame_mask: np.ndarray, run: RunFolder) -> PoseSequence:
    """The real frames as the network reads them, to draw."""
    real = landmarks[frame_mask]
    seen = real[..., 2] > 0
    return PoseSequence(
        np.where(seen[..., None], real[..., :2], np.nan),
        seen,
        run.record().skeleton,
        unit="head lengths",
    )


def _table(name: str, curves: dict[str, Curves]) -> str:
    clips = next(iter(curves.values())).clips
    lines = [
        f"{name}: {clips} clips; mean probability of the answer while frames go (low is good) or come (high is good)"
    ]
    for kind, found in curves.items():
        areas = (found.deletion_area, found.insertion_area)
        deletion, insertion = (f"{mean:.3f} ({low:.3f}-{high:.3f})" for mean, low, high in areas)
        lines.append(f"  {kind:<16}  deletion {deletion}  insertion {insertion}")
    return "\n".join(lines)
