"""Commands that judge networks and show what they do."""

from __future__ import annotations

from pathlib import Path

import click

from spobet.commands.arguments import ANY, FILE, FOLDER, OUT_FILE, RUN


@click.command()
@click.argument("run", type=RUN, required=False)
@click.option(
    "--predictions",
    type=FILE,
    help="Score this CSV file of anyone's answers instead of a run: see docs/formats.md.",
)
@click.option("--data", type=ANY, required=True, help="Data set that holds the clips.")
@click.option(
    "--split",
    "splits",
    multiple=True,
    default=["test"],
    show_default=True,
    help="Give it twice to pool two.",
)
def evaluate(
    run: Path | None, predictions: Path | None, data: Path, splits: tuple[str, ...]
) -> None:
    """Score a run on clips it has not met: spobet evaluate runs/hands --data data/hands --split test"""
    from spobet.recognition.evaluate import evaluate, evaluate_predictions

    if (run is None) == (predictions is None):
        raise click.UsageError("name either a run or a file with --predictions")
    metrics = (
        evaluate(run, data, splits)
        if run
        else evaluate_predictions(Path(str(predictions)), data, splits)
    )
    click.echo(metrics.table())


@click.command()
@click.argument("first", type=RUN)
@click.argument("second", type=RUN)
@click.option("--data", type=ANY, required=True, help="Data set that holds the clips.")
@click.option(
    "--split",
    "splits",
    multiple=True,
    default=["test"],
    show_default=True,
    help="Give it twice to pool two.",
)
@click.option(
    "--html", type=OUT_FILE, help="Also write a page with the clips drawn on which they differ."
)
def compare(
    first: Path, second: Path, data: Path, splits: tuple[str, ...], html: Path | None
) -> None:
    """Compare two scored runs, or files of predictions, clip by clip: spobet compare runs/a runs/b --data data/hands"""
    from spobet.reports.compare import compare_paths

    click.echo(compare_paths(first, second, data, splits, html))


@click.command()
@click.argument("runs", type=RUN, nargs=-1, required=True)
@click.option("--data", type=ANY, required=True, help="Data set that holds the clips.")
@click.option(
    "--split",
    "splits",
    multiple=True,
    default=["test"],
    show_default=True,
    help="Give it twice to pool two.",
)
@click.option(
    "--out",
    type=FOLDER,
    default=Path("report"),
    show_default=True,
    help="Folder for report.html and report.json.",
)
@click.option(
    "--error",
    default=0.1,
    show_default=True,
    help="Share of wrong answers to find the confidence threshold for.",
)
def report(
    runs: tuple[Path, ...], data: Path, splits: tuple[str, ...], out: Path, error: float
) -> None:
    """One page on runs, such as the seeds of one recipe: spobet report runs/a-0 runs/a-1 --data data/hands"""
    from spobet.reports.evaluation import report

    click.echo(report(runs, data, splits, out, error))


@click.command()
@click.argument("run", type=RUN)
@click.argument("clips", nargs=-1)
@click.option(
    "--data", type=ANY, help="Data set whose clip ids CLIPS are; without it they are paths."
)
@click.option("--html", type=OUT_FILE, help="Also write a page with the clips drawn.")
@click.option(
    "--split",
    "splits",
    multiple=True,
    help="Without CLIPS: measure on this split what the weights are worth.",
)
@click.option(
    "--max-clips",
    default=100,
    show_default=True,
    help="With --split: of more clips, take every n-th.",
)
def rollout(
    run: Path,
    clips: tuple[str, ...],
    data: Path | None,
    html: Path | None,
    splits: tuple[str, ...],
    max_clips: int,
) -> None:
    """Show which frames reach the answer by attention: spobet rollout runs/hands 17713 --data data/hands --html attention.html"""
    if bool(clips) == bool(splits) or (splits and data is None):
        raise click.UsageError("name either clips, or --data and a --split to measure on")
    from spobet.explain.attention import measure, roll_out_clips

    click.echo(
        measure(run, data, splits, max_clips)
        if data and splits
        else roll_out_clips(run, clips, data, html)
    )


@click.command()
@click.argument("run", type=RUN)
@click.argument("clips", nargs=-1, required=True)
@click.option(
    "--data", type=ANY, help="Data set whose clip ids CLIPS are; without it they are paths."
)
@click.option("--html", type=OUT_FILE, help="Also write a page with the clips drawn.")
def restore(run: Path, clips: tuple[str, ...], data: Path | None, html: Path | None) -> None:
    """Show what a pretrained encoder puts where frames are hidden: spobet restore runs/pretrained 17713 --data data/hands"""
    from spobet.explain.reconstruction import reconstruct_clips

    click.echo(reconstruct_clips(run, clips, data, html))


COMMANDS = (evaluate, compare, report, rollout, restore)
