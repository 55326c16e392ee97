"""Masks before glosses and without them: what hidden hands are worth.

    python experiments/masks.py gate angles --landmarks FOLDER --lexicon asl-lex.csv
    python experiments/masks.py backbone angles-first --landmarks FOLDER --lexicon asl-lex.csv
    python experiments/masks.py compare angles-first glosses-60 --landmarks FOLDER

`gate` pretrains without labels on all training clips and asks what the frozen vectors of clips
tell. Backbones of `backbone` are pretrained without the signers of wlasl100-hands-signers'
validation and test clips (3,120 clips): `angles-first` and `codes-first` spend half of the passes
of `glosses-60` without labels. What is finished is not done again. Masks beside glosses were
measured at commit 5b50b0b and taken out of the package.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from label_free import LabelFreeBatches, Target, label_free_model
from probes import Vectors, enrolment, print_gate, print_paired
from reproduce import GLOSSES, HERE, NEW_SIGNERS, OFFICIAL, TUNED, dataset

from spobet.config import Experiment, read_experiment
from spobet.dataset.reserve import Reserved, reserve, training_clips
from spobet.dataset.store import Dataset
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder

ALL = "wlasl2000-hands-train"
# Epochs with labels, and what is pretrained on before.
BACKBONES = {"glosses-60": (60, ""), "angles-first": (30, "angles"), "codes-first": (30, "codes")}
FIRST_EPOCHS = 30  # without labels, before as many with them
GATE_EPOCHS, LABEL_FREE_BATCH, LABEL_FREE_RATE = 10, 128, 1e-3
SEEDS, DRAWS, SHOTS = (0, 1, 2), 5, (1, 5)

landmarks_option = click.option(
    "--landmarks", type=click.Path(exists=True, path_type=Path), required=True
)
lexicon_option = click.option(
    "--lexicon", type=click.Path(exists=True, path_type=Path), required=True
)
runs_option = click.option(
    "--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True
)
data_option = click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True
)


@click.group()
def main() -> None:
    """Pretrain with masks, ask what was learned, and compare."""


@main.command()
@click.argument("name", type=click.Choice([*BACKBONES]))
@landmarks_option
@lexicon_option
@runs_option
@data_option
def backbone(name: str, landmarks: Path, lexicon: Path, runs: Path, data: Path) -> None:
    """Pretrain the backbone NAME on glosses without the signers that are scored."""
    from spobet.training import pretrain

    epochs, first = BACKBONES[name]
    reserved = reserve(dataset(NEW_SIGNERS, landmarks, data), their=["signers"])
    sources = [dataset(ALL, landmarks, data)]
    before = None
    if first:
        before = runs / f"masks-{first}-signers"
        without_labels(first, FIRST_EPOCHS, before, sources[0], reserved)
    experiment = read_experiment(HERE / GLOSSES)
    schedule = replace(experiment.pretrain.schedule, epochs=epochs)
    experiment = replace(experiment, pretrain=replace(experiment.pretrain, schedule=schedule))
    path = runs / f"masks-{name}"
    command = f"python experiments/masks.py backbone {name}"
    if not (path / "run.json").exists():
        pretrain(experiment, sources, path, reserved, before, command, lexicon)
    record = RunFolder(path).record()
    click.echo(f"{name}: {len(record.clips):,} clips, {record.minutes} minutes")


@main.command()
@click.argument("kind", type=click.Choice(["angles", "codes"]))
@landmarks_option
@lexicon_option
@runs_option
@data_option
def gate(kind: str, landmarks: Path, lexicon: Path, runs: Path, data: Path) -> None:
    """Pretrain without labels, and ask what the frozen vectors of clips tell."""
    scored = Dataset.open(dataset(OFFICIAL, landmarks, data))
    path = runs / f"masks-{kind}"
    reserved = reserve(scored.path)
    without_labels(kind, GATE_EPOCHS, path, dataset(ALL, landmarks, data), reserved)
    for name, run in (("random weights", None), (kind, path)):
        print_gate(name, Vectors.of(label_free_experiment(1), scored, run), lexicon)


@main.command()
@click.argument("names", nargs=2)
@landmarks_option
@runs_option
@data_option
def compare(names: tuple[str, str], landmarks: Path, runs: Path, data: Path) -> None:
    """Fine-tune and enrol from two backbones, a run folder or a NAME each: one and its control."""
    paths = [Path(name) if Path(name).is_dir() else runs / f"masks-{name}" for name in names]
    folder = dataset(NEW_SIGNERS, landmarks, data)
    recognizers = [load(path) for path in paths]
    for shots in SHOTS:
        enrolled = [
            enrolment(recognizer, Dataset.open(folder), shots, DRAWS) for recognizer in recognizers
        ]
        print_paired(f"enrolled, {shots} clips a gloss", *enrolled)
    tuned = [[tuned_answers(path, seed, folder, runs) for seed in SEEDS] for path in paths]
    print_paired("fine-tuned", *map(np.array, tuned))


def tuned_answers(start: Path, seed: int, folder: Path, runs: Path) -> np.ndarray:
    """Which of the clips of new signers a network fine-tuned from a backbone names: (clips,)."""
    from spobet.training import train

    path = runs / f"{start.name}-tuned-{seed}"
    if not (path / "run.json").exists():
        experiment = replace(read_experiment(HERE / TUNED), seed=seed)
        train(experiment, folder, path, start, command="python experiments/masks.py compare")
    cached = path / "correct.json"
    if not cached.exists():
        dealt, recognizer = Dataset.open(folder), load(path)
        clips = dealt.manifest.of_splits("val", "test").clips
        output = recognizer.outputs(dealt.pose(clip.id) for clip in clips)
        answers = recognizer.probabilities(output).answers(1)
        correct = [
            ranked[0].gloss == clip.gloss for ranked, clip in zip(answers, clips, strict=True)
        ]
        cached.write_text(json.dumps(correct), encoding="utf-8")
    return np.array(json.loads(cached.read_text(encoding="utf-8")))


def without_labels(kind: str, epochs: int, path: Path, data: Path, reserved: Reserved) -> None:
    """Pretrain a backbone on `angles` or `codes`; leaves a run folder with it."""
    from spobet.training.fit import fit, optimizer_of
    from spobet.training.networks import new_backbone
    from spobet.training.precision import backbone_in_float32, precision
    from spobet.training.run import close, origin_of, record_of, start, stored_clips

    if (path / "run.json").exists():
        return
    experiment = label_free_experiment(epochs)
    sources = training_clips([Dataset.open(data)], reserved)
    schedule = experiment.pretrain.schedule
    with precision(schedule.precision):
        network = new_backbone(experiment, sources[0].dataset, None)
        path.mkdir(parents=True, exist_ok=True)
        run = start(experiment, path)
        bank = stored_clips(experiment, sources, run)
        target = Target.of(kind, bank, experiment)
        batches = LabelFreeBatches(bank, experiment, target, network.stride)
        optimizer = optimizer_of(schedule, len(batches))
        model = label_free_model(network, experiment, target, optimizer)
        fit(model, batches, schedule, run, origin=f"{kind}, {origin_of(sources)}")
    backbone_in_float32(network).save(run.backbone)
    command = f"python experiments/masks.py ({kind})"
    record = record_of(run, experiment, epochs, sources, None, command)
    close(run, record)
    click.echo(f"{kind}: {len(record.clips):,} clips, {epochs} epochs, {record.minutes} minutes")


def label_free_experiment(epochs: int) -> Experiment:
    """The dictionary's network and augmentation, unmixed."""
    experiment = read_experiment(HERE / GLOSSES)
    schedule = replace(
        experiment.pretrain.schedule,
        epochs=epochs,
        batch_size=LABEL_FREE_BATCH,
        learning_rate=LABEL_FREE_RATE,
        averaging=0.99,
    )
    plain = read_experiment(HERE / "wlasl2000-hands-masked.toml")
    return replace(plain, pretrain=replace(plain.pretrain, schedule=schedule))


if __name__ == "__main__":
    main()
