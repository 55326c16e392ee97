"""The command that makes many runs of one experiment and compares them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from spobet.commands.arguments import DATA, FILE, PATH, RAY, RUN, progress


@click.command()
@click.argument("experiment", type=FILE)
@DATA
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path, resolve_path=True),
    required=True,
    help="Folder of the sweep, or to resume.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE,...",
    help="Values of the experiment to compare; repeat the option for every combination.",
)
@click.option(
    "--each",
    is_flag=True,
    help="Change one value at a time, and compare with the experiment as it is: an ablation.",
)
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option(
    "--folds",
    type=click.IntRange(0, 5),
    default=0,
    show_default=True,
    help="Hold out and score so many folds of the training clips, instead of --split.",
)
@click.option(
    "--split",
    "splits",
    multiple=True,
    default=["val"],
    show_default=True,
    help="Split to score; repeat the option to pool several.",
)
@click.option("--backbone", type=RUN, help="Start from this run folder or shipped network.")
@click.option("--auxiliary", type=PATH, multiple=True, help="As for `spobet train`.")
@click.option("--views", type=PATH, multiple=True, help="As for `spobet train`.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Runs at a time."
)
@RAY
def sweep(
    experiment: Path,
    data: Path,
    out: Path,
    changes: tuple[str, ...],
    each: bool,
    seeds: int,
    folds: int,
    splits: tuple[str, ...],
    backbone: Path | None,
    auxiliary: tuple[Path, ...],
    views: tuple[Path, ...],
    workers: int,
    ray: str | None,
) -> None:
    """Train with several settings, seeds and folds, and compare.

    Example: spobet sweep my.toml --data data/mine --out sweeps/paste --set mix.paste=0,0.2

    Each run is a process with a folder of its own. Ends in one table, sweep.md, and one page,
    sweep.html. The same command goes on after an interruption and tries failed runs again.
    """
    from spobet.config import read_experiment
    from spobet.errors import UserError
    from spobet.files import write_whole
    from spobet.reports.sweep import sweep_page
    from spobet.sweeps.figures import figures_of, table
    from spobet.sweeps.plan import settings_of
    from spobet.sweeps.sweep import FAILED, Grid, Workers, run_sweep

    grid = Grid(
        settings_of(read_experiment(experiment), changes, each),
        data.resolve(),
        seeds,
        folds,
        splits,
        backbone.resolve() if backbone else None,
        tuple(path.resolve() for path in auxiliary),
        tuple(path.resolve() for path in views),
        " ".join(["spobet", *sys.argv[1:]]),
    )
    failed, tasks = run_sweep(grid, out, Workers(workers, ray), progress("runs")), grid.tasks(out)
    figures = figures_of(tasks)
    write_whole(out / "sweep.md", table(figures) + "\n")
    write_whole(out / "sweep.html", sweep_page(str(experiment), figures, failed, len(tasks)))
    click.echo(table(figures))
    if failed:
        first = f"{len(failed)} of {len(tasks)} runs failed, the first: {failed[0].failure}"
        again = f"all are listed in {out / FAILED}, and the same command tries them again"
        raise UserError(f"{first}; {again}")
