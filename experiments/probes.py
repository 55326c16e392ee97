"""What the frozen vectors of clips tell, and pairs of answers: for experiments/masks.py."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from spobet.config import Experiment
from spobet.dataset.folds import NUM_FOLDS, hold_out
from spobet.dataset.phonology import read_phonology
from spobet.dataset.store import Dataset
from spobet.evaluation.intervals import wilson_interval
from spobet.evaluation.ranks import labels_of
from spobet.recognition.enrolment import directions_of
from spobet.recognition.recognizer import Recognizer

RIDGE = 30.0  # of standardised vectors; the same for all


@dataclass(frozen=True, eq=False)
class Vectors:
    """Vectors of the training clips of a data set from a frozen backbone.

    values: (clips, width). labels: (clips,). folds: (clips,) which fold holds each out.
    """

    values: np.ndarray
    labels: np.ndarray
    folds: np.ndarray
    glosses: tuple[str, ...]

    @classmethod
    def of(cls, experiment: Experiment, data: Dataset, run: Path | None) -> Vectors:
        """From the backbone of a run, or one drawn by the experiment's seed."""
        from spobet.training.networks import new_backbone
        from spobet.training.run import preprocessor_of

        clips = data.manifest.of_splits("train")
        backbone = new_backbone(experiment, data, run)
        poses = (data.pose(clip.id) for clip in clips)
        bank = preprocessor_of(experiment, data).bank(poses)
        inputs = bank.even_input(np.arange(len(bank)), experiment.input.num_frames, stretch=True)
        inputs["hidden"] = np.zeros(inputs["landmarks"].shape[:3], bool)
        values = np.array(backbone.predict(inputs, batch_size=64, verbose=0)["clip"], np.float64)
        fold_of = {clip.id: fold for fold in range(NUM_FOLDS) for clip in hold_out(clips, fold)[1]}
        folds = np.array([fold_of[clip.id] for clip in clips])
        vocabulary = clips.vocabulary
        return cls(values, labels_of(clips, vocabulary), folds, vocabulary.glosses)


def print_gate(name: str, vectors: Vectors, lexicon: Path) -> None:
    """Print what a linear probe finds in the vectors, and how they are spread."""
    labels, count = vectors.labels, len(vectors.labels)
    right = sum(
        probe(vectors.values, labels, vectors.folds == fold).sum() for fold in range(NUM_FOLDS)
    )
    low, high = wilson_interval(int(right), count)
    units = directions_of(vectors.values)
    cosine = (np.square(units.sum(axis=0)).sum() - count) / (count * (count - 1))
    centred = vectors.values - vectors.values.mean(axis=0)
    singular = np.linalg.svd(centred, compute_uv=False)
    shares = singular / singular.sum()
    rank = np.exp(-(shares * np.log(np.maximum(shares, 1e-12))).sum())
    click.echo(
        f"{name}: probe {right / count:.1%} ({right:.0f}/{count}, {low:.1%}-{high:.1%}), "
        f"mean cosine {cosine:.3f}, effective rank {rank:.1f}, {handshapes(vectors, lexicon)}"
    )


def handshapes(vectors: Vectors, lexicon: Path) -> str:
    """How often the vectors tell the handshape of glosses that the probe has not seen."""
    phonology = read_phonology(lexicon, vectors.glosses)
    index = phonology.names.index("handshape")
    first = sum(phonology.num_values[:index])
    targets = phonology.targets[:, first : first + phonology.num_values[index]]
    known = targets.max(axis=1) == 1  # the variants of the gloss agree
    shape = targets.argmax(axis=1)[vectors.labels]
    groups = np.random.default_rng(0).permutation(len(vectors.glosses))[vectors.labels] % 5
    right, count = 0, 0
    for group in range(5):
        chosen = known[vectors.labels]
        held = (groups == group)[chosen]
        found = probe(vectors.values[chosen], shape[chosen], held)
        right, count = right + int(found.sum()), count + len(found)
    low, high = wilson_interval(right, count)
    return f"handshape of other glosses {right / count:.1%} ({right}/{count}, {low:.1%}-{high:.1%})"


def probe(values: np.ndarray, labels: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Which held-out clips a ridge regression onto one-hot labels names: (held-out clips,)."""
    mean, deviation = values[~held].mean(axis=0), values[~held].std(axis=0) + 1e-6
    x = (values - mean) / deviation
    y = np.eye(labels.max() + 1)[labels[~held]]
    gram = x[~held].T @ x[~held] + RIDGE * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, x[~held].T @ (y - y.mean(axis=0)))
    return (x[held] @ weights + y.mean(axis=0)).argmax(axis=1) == labels[held]


def enrolment(recognizer: Recognizer, data: Dataset, shots: int, draws: int) -> np.ndarray:
    """Which validation and test clips are nearest to their gloss's prototype: (draws, clips).

    A prototype is the mean of `shots` training clips, drawn anew each time; all glosses compete.
    """
    train, scored = (data.manifest.of_splits(*names) for names in (("train",), ("val", "test")))
    taught, asked = (
        directions_of(recognizer.outputs(data.pose(clip.id) for clip in clips).embedding)
        for clips in (train, scored)
    )
    vocabulary = train.vocabulary
    labels, wanted = labels_of(train, vocabulary), labels_of(scored, vocabulary)
    correct = []
    for draw in range(draws):
        rng = np.random.default_rng([draw, shots])
        prototypes = [
            taught[rng.permutation(np.flatnonzero(labels == gloss))[:shots]].mean(axis=0)
            for gloss in range(len(vocabulary))
        ]
        nearest = (asked @ directions_of(np.stack(prototypes)).T).argmax(axis=1)
        correct.append(nearest == wanted)
    return np.stack(correct)


def print_paired(what: str, new: np.ndarray, control: np.ndarray) -> None:
    """Print two sets of answers, (seeds, clips) each, and their difference by the clip."""
    shares = [100 * answers.mean() for answers in (new, control)]
    spreads = [100 * answers.mean(axis=1).std(ddof=1) for answers in (new, control)]
    by_clip = new.mean(axis=0) - control.mean(axis=0)
    rng = np.random.default_rng(0)
    draws = by_clip[rng.integers(len(by_clip), size=(10_000, len(by_clip)))].mean(axis=1)
    low, high = 100 * np.percentile(draws, [2.5, 97.5])
    each = ", ".join(f"{100 * d:+.1f}" for d in new.mean(axis=1) - control.mean(axis=1))
    click.echo(
        f"{what}: {shares[0]:.1f} ± {spreads[0]:.1f} against {shares[1]:.1f} ± {spreads[1]:.1f} %, "
        f"difference {100 * by_clip.mean():+.1f} ({low:+.1f} to {high:+.1f} over clips; "
        f"seed by seed {each}), {new.shape[1]} clips"
    )
