"""Rebuild the rows of the results table from the packed landmarks: import, train, score, print.

    python experiments/reproduce.py --landmarks FOLDER --runs runs headline

FOLDER holds wlasl100-hands.npz and wlasl50-body-hands.npz (and, for what pretrains,
wlasl2000-hands-train.npz). What is finished is not done again, so the same command goes on after
an interruption.
"""

from __future__ import annotations

import json
import statistics
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from spobet.config import read_experiment
from spobet.dataset.reserve import reserve
from spobet.dataset.resplit import resplit, write_resplit
from spobet.dataset.store import Dataset
from spobet.ingest.packed import import_packed
from spobet.recognition.evaluate import evaluate
from spobet.shipped import find_run

HERE = Path(__file__).parent
TERMS = "C-UDA 1.0"


@dataclass(frozen=True)
class Backbone:
    """A pretraining: its experiment file, and the data set whose test clips are left out.

    their: what else of those clips is left out, glosses or signers. epochs: instead of those of
    its schedule. every_gloss: all glosses of that data set are left out.
    """

    experiment: str
    without: str
    their: tuple[str, ...] = ()
    epochs: int = 0
    every_gloss: bool = False


@dataclass(frozen=True)
class Row:
    """One row of a table: an experiment file, what it starts from, and its seeds.

    backbone: of BACKBONES, or a shipped network. changes: values of the file's [train] that differ
    here; augment: of its [augment]. epochs: instead of those of its schedule. data: the data set.
    beside: trained with the other glosses of wlasl2000-hands-train as auxiliary glosses. views:
    trained on what MediaPipe Holistic saw of its clips too.
    """

    experiment: str
    backbone: str | None = None
    seeds: tuple[int, ...] = (0, 1, 2)
    changes: dict[str, Any] = field(default_factory=dict)
    augment: dict[str, Any] = field(default_factory=dict)
    epochs: int = 0
    data: str = "wlasl100-hands"
    beside: bool = False
    views: bool = False


OFFICIAL, NEW_SIGNERS = "wlasl100-hands", "wlasl100-hands-signers"
VIEWS = "wlasl50-holistic"
TUNED, GLOSSES = "wlasl100-hands.toml", "wlasl2000-hands.toml"
PLAIN_TUNED, PLAIN_GLOSSES = "wlasl100-hands-plain.toml", "wlasl2000-hands-plain.toml"
SCRATCH = "wlasl100-hands-scratch.toml"
PLAIN = "wlasl2000-hands-plain"
BACKBONES = {
    "wlasl2000-hands": Backbone(GLOSSES, OFFICIAL),
    "wlasl2000-hands-without100": Backbone(GLOSSES, OFFICIAL, every_gloss=True),
    PLAIN: Backbone(PLAIN_GLOSSES, OFFICIAL),
    f"{PLAIN}-40": Backbone(PLAIN_GLOSSES, OFFICIAL, epochs=40),
    f"{PLAIN}-without100": Backbone(PLAIN_GLOSSES, OFFICIAL, epochs=30, every_gloss=True),
    "wlasl2000-hands-masked": Backbone("wlasl2000-hands-masked.toml", OFFICIAL),
    "wlasl2000-hands-signers": Backbone(GLOSSES, NEW_SIGNERS, ("signers",)),
    f"{PLAIN}-signers": Backbone(PLAIN_GLOSSES, NEW_SIGNERS, ("signers",)),
    f"{PLAIN}-signers-40": Backbone(PLAIN_GLOSSES, NEW_SIGNERS, ("signers",), epochs=40),
}
FIVE_SEEDS = (0, 1, 2, 3, 4)
ROWS = {
    "headline": Row(TUNED, "wlasl2000-hands", FIVE_SEEDS, views=True),
    "without-ways-and-views": Row(TUNED, "wlasl2000-hands", FIVE_SEEDS, augment={"from_rest": 0.0}),
    "open": Row(TUNED, "wlasl2000-hands", (0,), beside=True, views=True),
    "plain": Row(PLAIN_TUNED, PLAIN, FIVE_SEEDS),
    "beside-others": Row(PLAIN_TUNED, PLAIN, FIVE_SEEDS, beside=True),
    "pretrained-40": Row(PLAIN_TUNED, f"{PLAIN}-40", FIVE_SEEDS),
    "from-scratch": Row(SCRATCH),
    "masked-40": Row(SCRATCH, "wlasl2000-hands-masked", epochs=40),
    "from-scratch-40": Row(SCRATCH, epochs=40),
    "new-signers": Row(TUNED, "wlasl2000-hands-signers", data=NEW_SIGNERS, views=True),
    "new-signers-plain": Row(PLAIN_TUNED, f"{PLAIN}-signers", data=NEW_SIGNERS),
    "new-signers-40": Row(PLAIN_TUNED, f"{PLAIN}-signers-40", data=NEW_SIGNERS),
    "new-head": Row(PLAIN_TUNED, f"{PLAIN}-40", changes={"keep_head": False}),
    "frozen": Row(
        PLAIN_TUNED, f"{PLAIN}-40", changes={"freeze_backbone": True, "keep_head": False}
    ),
}


@click.command()
@click.argument("rows", nargs=-1, type=click.Choice([*ROWS, *BACKBONES]))
@click.option("--all", "everything", is_flag=True, help="Every backbone, then every row.")
@click.option(
    "--landmarks", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True
)
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True)
@click.option(
    "--lexicon",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Table of `spobet lexicon`, for backbones that weigh phonology.",
)
def main(
    rows: tuple[str, ...],
    everything: bool,
    landmarks: Path,
    runs: Path,
    data: Path,
    lexicon: Path | None,
) -> None:
    """Rebuild ROWS, or the backbones that some of them start from.

    A backbone in RUNS is used where there is one, else the shipped one.
    """
    for name in [*BACKBONES, *ROWS] if everything else rows:
        if name in BACKBONES:
            _pretrain(name, landmarks, runs, data, lexicon)
        else:
            click.echo(_row(name, ROWS[name], landmarks, runs, data))


def dataset(name: str, landmarks: Path, data: Path) -> Path:
    """The data set of that name; made where it is not there: imported, or dealt anew."""
    if (data / name).exists():
        return data / name
    if name == NEW_SIGNERS:
        official = Dataset.open(dataset(OFFICIAL, landmarks, data))
        write_resplit(official, resplit(official), data / name)
    elif name == VIEWS:
        from body import BODY, write_views

        if not (landmarks / BODY).is_file():
            raise click.ClickException(
                f"{landmarks / BODY}: not there; the row is trained on what Holistic saw too "
                "(docs/data.md)"
            )
        write_views(landmarks, data / name)
    else:
        import_packed(landmarks / f"{name}.npz", data / name, TERMS)
    return data / name


def _pretrain(name: str, landmarks: Path, runs: Path, data: Path, lexicon: Path | None) -> None:
    from spobet.training import pretrain

    wanted = BACKBONES[name]
    if (runs / name / "run.json").exists():
        return
    sources = [dataset("wlasl2000-hands-train", landmarks, data)]
    tested = dataset(wanted.without, landmarks, data)
    reserved = reserve(tested, their=wanted.their)
    if wanted.every_gloss:
        reserved = replace(
            reserved, glosses=frozenset(Dataset.open(tested).manifest.vocabulary.glosses)
        )
    experiment = read_experiment(HERE / wanted.experiment)
    schedule = replace(
        experiment.pretrain.schedule, epochs=wanted.epochs or experiment.pretrain.schedule.epochs
    )
    experiment = replace(experiment, pretrain=replace(experiment.pretrain, schedule=schedule))
    record = pretrain(experiment, sources, runs / name, reserved, None, _command(name), lexicon)
    time = f"{record.epochs} epochs, {record.minutes} minutes"
    click.echo(f"{name}: {len(record.clips):,} clips, {time}. {record.left_out}")


def _row(name: str, row: Row, landmarks: Path, runs: Path, data: Path) -> str:
    """Train and score every seed; returns the row as Markdown."""
    from spobet.training import train

    folder = dataset(row.data, landmarks, data)
    start = None
    if row.backbone:
        made = runs / row.backbone
        start = made if (made / "run.json").exists() else find_run(row.backbone)
    experiment = read_experiment(HERE / row.experiment)
    schedule = replace(
        experiment.train.schedule, epochs=row.epochs or experiment.train.schedule.epochs
    )
    experiment = replace(
        experiment,
        augment=replace(experiment.augment, **row.augment),
        train=replace(experiment.train, schedule=schedule, **row.changes),
    )
    figures = []
    for seed in row.seeds:
        run = runs / f"{name}-{seed}"
        if not (run / "run.json").exists():
            others = [dataset("wlasl2000-hands-train", landmarks, data)] if row.beside else []
            train(
                replace(experiment, seed=seed),
                folder,
                run,
                start,
                command=_command(name),
                auxiliary=others,
                views=[dataset(VIEWS, landmarks, data)] if row.views else [],
            )
        for splits in (["test"], ["val", "test"]):
            metrics = evaluate(run, folder, splits)
            click.echo(f"{name}, seed {seed}\n{metrics.table()}")
        minutes = json.loads((run / "run.json").read_text(encoding="utf-8"))["minutes"]
        figures.append(
            (
                metrics.top_k[1].instance,
                metrics.top_k[5].instance,
                metrics.top_k[10].instance,
                metrics.top_k[1].per_class,
                minutes,
            )
        )
    cells = [
        _mean([100 * value for value in column]) for column in list(zip(*figures, strict=True))[:4]
    ]
    minutes = statistics.mean(figure[4] for figure in figures)
    return f"| {name} | {' | '.join(cells)} | {minutes:.1f} min | {len(row.seeds)} seeds |"


def _mean(values: list[float]) -> str:
    spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.1f}{spread}"


def _command(name: str) -> str:
    return f"python experiments/{Path(__file__).name} {name}"


if __name__ == "__main__":
    sys.exit(main())
