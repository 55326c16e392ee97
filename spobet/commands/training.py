"""Commands that make networks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from spobet.commands.arguments import ANY, FILE, FOLDER, RUN


@click.command()
@click.argument("experiment", type=FILE)
@click.option(
    "--data",
    type=ANY,
    required=True,
    multiple=True,
    help="Data set whose training clips are used; may be given again.",
)
@click.option("--run", type=FOLDER, required=True, help="Run folder to make, or to go on with.")
@click.option(
    "--backbone", type=RUN, help="Run folder, or name of a shipped network, to start from."
)
@click.option(
    "--without",
    type=ANY,
    help="Leave out what the validation and test clips of this data set or manifest.csv hold.",
)
@click.option(
    "--fold", type=int, help="With --without: what this fold of its training clips holds, instead."
)
@click.option(
    "--their",
    type=click.Choice(["glosses", "signers"]),
    multiple=True,
    help="With --without: also what is of their ...",
)
@click.option("--seed", type=int, help="Instead of the experiment's seed.")
def pretrain(
    experiment: Path,
    data: tuple[Path, ...],
    run: Path,
    backbone: Path | None,
    without: Path | None,
    fold: int | None,
    their: tuple[str, ...],
    seed: int | None,
) -> None:
    """Pretrain a backbone on hidden frames, glosses or both: spobet pretrain FILE.toml --data data/hands --run runs/pretrained"""
    from spobet.dataset.reserve import reserve
    from spobet.training import pretrain

    if without is None and (fold is not None or their):
        raise click.UsageError(
            "--fold and --their say what --without leaves out: name a data set with --without"
        )
    reserved = reserve(without, fold, their) if without else None
    record = pretrain(
        _experiment(experiment, seed), data, run, reserved, backbone, command=_command()
    )
    click.echo(
        f"{run}: backbone pretrained on {len(record.clips):,} clips, {record.epochs} epochs, {record.minutes:.1f} minutes"
    )
    if record.left_out:
        click.echo(record.left_out)


@click.command()
@click.argument("experiment", type=FILE)
@click.option("--data", type=ANY, required=True, help="Data set whose training clips are used.")
@click.option("--run", type=FOLDER, required=True, help="Run folder to make, or to go on with.")
@click.option(
    "--backbone", type=RUN, help="Run folder, or name of a shipped network, to start from."
)
@click.option("--seed", type=int, help="Instead of the experiment's seed.")
@click.option("--fold", type=int, help="Hold out this fold of the training clips, and score it.")
@click.option(
    "--background",
    type=ANY,
    multiple=True,
    help="Data set whose other glosses teach what is none of them.",
)
def train(
    experiment: Path,
    data: Path,
    run: Path,
    backbone: Path | None,
    seed: int | None,
    fold: int | None,
    background: tuple[Path, ...],
) -> None:
    """Train a network to name glosses: spobet train experiments/wlasl100-hands.toml --data data/hands --run runs/hands"""
    from spobet.training import train

    record = train(_experiment(experiment, seed), data, run, backbone, fold, _command(), background)
    clips = f"{len(record.clips):,} clips{', those of its backbone included' if backbone else ''}"
    click.echo(
        f"{run}: trained on {clips}, {record.epochs} epochs, {record.minutes:.1f} minutes, {record.chosen}"
    )
    if record.head_from:
        click.echo(f"its head began with {record.head_from}")


def _experiment(path: Path, seed: int | None) -> Any:
    from dataclasses import replace

    from spobet.config import read_experiment

    experiment = read_experiment(path)
    return experiment if seed is None else replace(experiment, seed=seed)


def _command() -> str:
    return " ".join(["spobet", *sys.argv[1:]])


COMMANDS = (pretrain, train)
