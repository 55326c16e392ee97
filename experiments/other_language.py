"""Another language: German signs, from few clips a gloss, with the ASL network and without.

    python experiments/other_language.py data --landmarks FOLDER
    python experiments/other_language.py rates 4
    python experiments/other_language.py train 1 4 16
    python experiments/other_language.py score 1 4 16
    python experiments/other_language.py enrol 1 4 5 10

FOLDER holds dgs30-hands-pose.npz, 1,755 clips of 30 glosses of German Sign Language by unknown
signers, so the clips a network is scored on show signers of its training. A clip that is a copy of
an earlier one is left out: no recording is in two folds. Five folds are held out in turn; of the
others, 1, 4 or 16 clips of each gloss are trained on, the same from either start: the network that
ranks 1,996 glosses of American Sign Language, and random weights, which get at least twice the
epochs and the learning rate that is the better on fold 0 with four clips a gloss. `enrol` trains
nothing: the nearest mean of a few clips' vectors. What is finished is not done again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from spobet.config import Experiment, read_experiment
from spobet.dataset.fingerprint import fingerprint
from spobet.dataset.folds import NUM_FOLDS, few_a_gloss, hold_out
from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.evaluation.intervals import compare_hits, wilson_interval
from spobet.evaluation.predictions import read_predictions_csv
from spobet.ingest.packed import import_packed
from spobet.recognition.enrolment import directions_of
from spobet.recognition.recognizer import Recognizer, load
from spobet.runs import RunFolder
from spobet.shipped import find_run

HERE, SET, TERMS = Path(__file__).parent, "dgs30-hands-pose", "Apache-2.0"
FACTS = ("hand_mask", "scale", "offsets", "label", "gloss")
RATES = (7.5e-4, 1.5e-3)  # half of that of wlasl100-hands-scratch.toml, and that


@dataclass(frozen=True)
class Start:
    """What a network starts from: its name, experiment file and epochs by clips a gloss.

    rate, averaging: learning rate, and momentum of the averaged weights, shorter over few updates.
    backbone: a run folder or a network of the package; "" for random weights. imprint: new glosses
    start from the mean vectors of their clips.
    """

    name: str
    experiment: str
    epochs: dict[int, int]
    rate: float
    averaging: float
    backbone: str = ""
    imprint: bool = False


TUNED = Start(
    "transferred",
    "wlasl100-hands.toml",
    {1: 100, 4: 40, 16: 20},
    1e-3,  # as groups.py: a head that begins afresh
    0.95,
    "wlasl2000-hands",
)
IMPRINTED = replace(TUNED, name="imprinted", imprint=True)
SCRATCH = Start(
    "from scratch", "wlasl100-hands-scratch.toml", {1: 300, 4: 120, 16: 40}, RATES[0], 0.99
)
STARTS = {start.name: start for start in (TUNED, IMPRINTED, SCRATCH)}

data_option = click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data/dgs30"), show_default=True
)
runs_option = click.option(
    "--runs", type=click.Path(path_type=Path), default=Path("runs/dgs30"), show_default=True
)
starts_option = click.option(
    "--start",
    "starts",
    type=click.Choice(list(STARTS)),
    multiple=True,
    default=(TUNED.name, SCRATCH.name),
    show_default=True,
)
seeds_option = click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True)
shots_argument = click.argument("shots", nargs=-1, required=True, type=int)


@click.group()
def main() -> None:
    """Make the data set, train from both starts, and compare."""


@main.command("data")
@click.option("--landmarks", type=click.Path(exists=True, path_type=Path), required=True)
@data_option
def make_data(landmarks: Path, data: Path) -> None:
    """Import the clips, all into the split `train`, without copies of earlier ones."""
    made = np.load(landmarks / f"{SET}.npz")
    with tempfile.TemporaryDirectory() as folder:
        packed, imported = Path(folder) / f"{SET}.npz", Path(folder) / "imported"
        facts = {name: made[name] for name in FACTS}
        np.savez(packed, coords=made["hands"], video_id=made["clip"], **facts)
        import_packed(packed, imported, TERMS)
        clips, recordings, info = Dataset.open(imported), set(), Dataset.open(imported).info
        with DatasetWriter(data, clips.skeleton, info.unit, info.source, TERMS) as writer:
            for clip, pose in clips.poses():
                recording = fingerprint(pose)
                if recording not in recordings:
                    writer.add(replace(clip, split="train"), pose)
                recordings.add(recording)
    click.echo(f"{data}: {len(recordings):,} clips, {len(clips.manifest) - len(recordings)} copies")


@main.command()
@shots_argument
@data_option
@runs_option
def rates(shots: tuple[int, ...], data: Path, runs: Path) -> None:
    """Train from scratch at each learning rate, SHOTS clips a gloss, and score fold 0."""
    for count in shots:
        for rate in RATES:
            run = trained(replace(SCRATCH, rate=rate), count, 0, 0, data, runs)
            hits = ranks(run, 0) <= 1
            click.echo(f"{count} clips a gloss, rate {rate:g}, fold 0: {share(hits)}")


@main.command()
@shots_argument
@data_option
@runs_option
@seeds_option
@starts_option
def train(
    shots: tuple[int, ...], data: Path, runs: Path, seeds: int, starts: tuple[str, ...]
) -> None:
    """Train a network from each start on SHOTS clips a gloss, each of five folds held out."""
    for seed in range(seeds):
        for fold in range(NUM_FOLDS):
            for count in shots:
                for start in starts:
                    run = trained(STARTS[start], count, seed, fold, data, runs)
                    click.echo(f"{run.name}: {share(ranks(run, fold) <= 1)}")


@main.command()
@shots_argument
@runs_option
@seeds_option
@starts_option
def score(shots: tuple[int, ...], runs: Path, seeds: int, starts: tuple[str, ...]) -> None:
    """Print accuracy over the folds from each start, and the first and the last compared."""
    for count in shots:
        for seed in range(seeds):
            hits = [pooled(STARTS[start], count, seed, runs) for start in starts]
            click.echo(difference(hits[0], hits[-1]))


@main.command()
@shots_argument
@data_option
@click.option("--network", default=TUNED.backbone, show_default=True)
def enrol(shots: tuple[int, ...], data: Path, network: str) -> None:
    """Enrol SHOTS clips a gloss with a network that knows none of them, fold by fold, seed 0."""
    dataset, recognizer = Dataset.open(data), load(network)
    vectors = dict(embeddings(dataset, recognizer))
    for count in shots:
        hits = []
        for fold in range(NUM_FOLDS):
            others, held_out = hold_out(dataset.manifest, fold)
            hits.append(nearest(vectors, few_a_gloss(others, count, seed=0), held_out))
        click.echo(f"{count} clips a gloss, enrolled, seed 0: top-1 {share(np.concatenate(hits))}")


def pooled(start: Start, shots: int, seed: int, runs: Path) -> np.ndarray:
    """Which clips of all folds the networks from a start name, (clips,) bool; prints how many."""
    paths = [run_folder(start, shots, seed, fold, runs) for fold in range(NUM_FOLDS)]
    found = np.concatenate([ranks(run, fold) for fold, run in enumerate(paths)])
    minutes = sum(RunFolder(run).record().minutes for run in paths)
    tops = ", ".join(f"top-{k} {share(found <= k)}" for k in (1, 5))
    click.echo(f"{shots} clips a gloss, {start.name}, seed {seed}: {tops}, {minutes:.1f} min")
    return found <= 1


def run_folder(start: Start, shots: int, seed: int, fold: int, runs: Path) -> Path:
    """Where the run from a start on so many clips a gloss without a fold is."""
    name = f"{start.name.replace(' ', '-')}-{shots}-rate{start.rate:g}"
    return runs / f"{name}-seed{seed}-fold{fold}"


def trained(start: Start, shots: int, seed: int, fold: int, data: Path, runs: Path) -> Path:
    """That run, trained where it is not."""
    from spobet.training import train

    run = run_folder(start, shots, seed, fold, runs)
    if not (run / "run.json").exists():
        backbone = find_run(start.backbone) if start.backbone else None
        command = "python experiments/other_language.py train"
        train(experiment_of(start, shots, seed), data, run, backbone, fold, command)
    return run


def experiment_of(start: Start, shots: int, seed: int) -> Experiment:
    """The start's experiment file, with the clips, epochs and rate of so many clips a gloss."""
    experiment = read_experiment(HERE / start.experiment)
    schedule = replace(
        experiment.train.schedule,
        epochs=start.epochs[shots],
        learning_rate=start.rate,
        averaging=start.averaging,
        precision="mixed_bfloat16",
    )
    choices = replace(
        experiment.train, clips_a_gloss=shots, schedule=schedule, imprint=start.imprint
    )
    return replace(experiment, seed=seed, train=choices)


def ranks(run: Path, fold: int) -> np.ndarray:
    """The rank of each held-out clip's gloss, in the order of the data set: (clips,)."""
    rows = read_predictions_csv(RunFolder(run).predictions(f"fold{fold}"))
    return np.array([row.rank for row in rows])


def embeddings(dataset: Dataset, recognizer: Recognizer) -> Iterator[tuple[str, np.ndarray]]:
    """Every clip's id and the direction (width,) that the network gives it."""
    output = recognizer.outputs(pose for _, pose in dataset.poses())
    ids = [clip.id for clip in dataset.manifest]
    return zip(ids, directions_of(output.embedding), strict=True)


def nearest(vectors: dict[str, np.ndarray], taught: Manifest, asked: Manifest) -> np.ndarray:
    """Which asked clips are nearest to their gloss's mean of the taught ones: (clips,) bool."""
    glosses = taught.vocabulary.glosses
    means = np.stack(
        [
            np.mean([vectors[clip.id] for clip in taught if clip.gloss == gloss], axis=0)
            for gloss in glosses
        ]
    )
    scores = np.stack([vectors[clip.id] for clip in asked]) @ directions_of(means).T
    return np.array([clip.gloss for clip in asked]) == np.array(glosses)[scores.argmax(axis=1)]


def share(hits: np.ndarray) -> str:
    """Share of hits (clips,) in percent, with their count and Wilson's 95 % interval."""
    low, high = (100 * end for end in wilson_interval(int(hits.sum()), len(hits)))
    return f"{100 * hits.mean():.1f} % ({hits.sum()}/{len(hits)}, {low:.1f}-{high:.1f})"


def difference(new: np.ndarray, control: np.ndarray) -> str:
    """How much more often one is right than the other, (clips,) bool each, in words."""
    found = compare_hits(new, control, np.arange(len(new)), np.random.default_rng(0))
    low, high = (100 * end for end in found.interval)
    return (
        f"  difference {100 * found.share:+.1f} points ({low:+.1f} to {high:+.1f}), only the first "
        f"right {found.only_first}, only the second {found.only_second}, "
        f"McNemar p {found.p_value:.2g}"
    )


if __name__ == "__main__":
    main()
