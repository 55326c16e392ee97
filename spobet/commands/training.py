"""Commands that make networks."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spobet.commands.arguments import DATA, DATA_SET, FILE, FOLDER, PATH, RAY, RUN

if TYPE_CHECKING:
    from spobet.config import Experiment
    from spobet.training.execution import Execution

_RUN_OUT = click.option(
    "--run", type=FOLDER, required=True, help="Run folder to make, or to resume."
)
_BACKBONE = click.option(
    "--backbone", type=RUN, help="Start from this run folder or shipped network."
)
_DEVICES = click.option(
    "--devices",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Share each batch among so many devices (Keras on JAX); the network is the same.",
)
_WORKERS = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Share each batch among so many processes (Keras on JAX), each with --devices.",
)
_CHECKPOINT_MINUTES = click.option(
    "--checkpoint-minutes",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    help="Within an epoch, store what to resume from so often.",
)
_SEED = click.option("--seed", type=int, help="Use this seed instead of the experiment's.")


@click.command()
@click.option(
    "--out",
    type=FOLDER,
    default=Path("demo"),
    show_default=True,
    help="Folder for everything the demo makes.",
)
def demo(out: Path) -> None:
    """Run the whole pipeline on synthetic signs.

    Example: spobet demo --out demo

    It makes a data set, pretrains, trains, evaluates, and ends in one HTML page, report.html.
    """
    from spobet.demo import run_demo

    click.echo(run_demo(out, say=lambda line: click.echo(line, err=True)))


@click.command()
@click.argument("experiment", type=FILE)
@click.option(
    "--data",
    type=DATA_SET,
    required=True,
    multiple=True,
    help="Data set whose training clips are used; repeat the option for several.",
)
@_RUN_OUT
@_BACKBONE
@click.option(
    "--without", type=PATH, help="Leave out the validation and test clips of this data set."
)
@click.option("--fold", type=int, help="With --without: leave out this training fold instead.")
@click.option(
    "--without-their",
    "their",
    type=click.Choice(["glosses", "signers"]),
    multiple=True,
    help="With --without: also leave out all clips of the same glosses or signers.",
)
@_SEED
@click.option(
    "--lexicon", type=FILE, help="Table of `spobet lexicon`, to learn how signs are made."
)
@_DEVICES
@_WORKERS
@RAY
@_CHECKPOINT_MINUTES
def pretrain(
    experiment: Path,
    data: tuple[Path, ...],
    run: Path,
    backbone: Path | None,
    without: Path | None,
    fold: int | None,
    their: tuple[str, ...],
    seed: int | None,
    lexicon: Path | None,
    devices: int,
    workers: int,
    ray: str | None,
    checkpoint_minutes: float,
) -> None:
    """Pretrain a backbone on hidden frames, glosses or both.

    Example: spobet pretrain experiments/asl100.toml --data data/asl100 --run runs/pretrained
    """
    from spobet.dataset.reserve import reserve
    from spobet.training import pretrain

    if without is None and (fold is not None or their):
        raise click.UsageError("--fold and --without-their narrow what --without leaves out")
    reserved = reserve(without, fold, their) if without else None
    settings, execution = _experiment(experiment, seed), _execution(devices, checkpoint_minutes)
    if _done_by_workers(execution, run, workers, ray):
        return
    run = execution.folder(run)
    record = pretrain(settings, data, run, reserved, backbone, _command(), lexicon, execution)
    clips, epochs = f"{len(record.clips):,} clips", f"{record.epochs} epochs"
    click.echo(f"{run}: pretrained on {clips}, {epochs}, {record.minutes:.1f} minutes")
    if record.left_out:
        click.echo(record.left_out)


@click.command()
@click.argument("experiment", type=FILE)
@DATA
@_RUN_OUT
@_BACKBONE
@_SEED
@click.option("--fold", type=int, help="Hold out this fold of the training clips and score it.")
@click.option(
    "--auxiliary",
    type=DATA_SET,
    multiple=True,
    help="Data set of auxiliary glosses: trained on, never answered; repeat for several.",
)
@click.option(
    "--views",
    type=DATA_SET,
    multiple=True,
    help="Data set of the same recordings by another extractor, matched by clip id; repeatable.",
)
@_DEVICES
@_WORKERS
@RAY
@_CHECKPOINT_MINUTES
def train(
    experiment: Path,
    data: Path,
    run: Path,
    backbone: Path | None,
    seed: int | None,
    fold: int | None,
    auxiliary: tuple[Path, ...],
    views: tuple[Path, ...],
    devices: int,
    workers: int,
    ray: str | None,
    checkpoint_minutes: float,
) -> None:
    """Train a network to recognise glosses.

    Example: spobet train experiments/wlasl100-hands.toml --data data/hands --run runs/hands
    """
    from spobet.training import train

    settings, execution = _experiment(experiment, seed), _execution(devices, checkpoint_minutes)
    if _done_by_workers(execution, run, workers, ray):
        return
    run = execution.folder(run)
    record = train(settings, data, run, backbone, fold, _command(), auxiliary, execution, views)
    clips = f"{len(record.clips):,} clips{', those of its backbone included' if backbone else ''}"
    time = f"{record.epochs} epochs, {record.minutes:.1f} minutes"
    click.echo(f"{run}: trained on {clips}, {time}, {record.chosen}")
    if record.left_out:
        click.echo(record.left_out)
    if record.head_from:
        click.echo(f"its head began with {record.head_from}")


def _experiment(path: Path, seed: int | None) -> Experiment:
    from spobet.config import read_experiment

    experiment = read_experiment(path)
    return experiment if seed is None else replace(experiment, seed=seed)


def _execution(devices: int, checkpoint_minutes: float) -> Execution:
    from spobet.sweeps.child import end_with_parent
    from spobet.training.execution import Execution
    from spobet.training.workers import Worker

    worker = Worker.of_environment()
    if worker:
        end_with_parent()
    return Execution(devices, checkpoint_minutes, worker)


def _done_by_workers(execution: Execution, run: Path, workers: int, ray: str | None) -> bool:
    """Whether several workers were asked for, or Ray; then they have done what was asked."""
    if execution.worker or (workers == 1 and ray is None):
        return False
    from spobet.training.workers import run_workers

    if ray is None:
        run_workers(sys.argv[1:], run, workers)
        return True
    from spobet.training.ray_workers import ray_host

    with ray_host(ray or None, workers, execution.devices) as host:
        run_workers(sys.argv[1:], run, workers, host)
    return True


def _command() -> str:
    return " ".join(["spobet", *sys.argv[1:]])
