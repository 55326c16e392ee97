"""Commands that judge networks and show what they do."""

from __future__ import annotations

from pathlib import Path

import click

from spobet.commands.arguments import DATA, DATA_SET, FILE, FOLDER, OUT_FILE, PATH, RUN, SPLITS

_DRAWN = click.option("--html", type=OUT_FILE, help="Also write an HTML page with the clips drawn.")
_DATA_OF_IDS = click.option(
    "--data", type=PATH, help="Data set in which CLIPS are ids; without it they are paths."
)


@click.command()
@click.argument("run", type=RUN, required=False)
@click.option("--predictions", type=FILE, help="Score this file of predictions instead.")
@click.option("--data", type=DATA_SET, help="Data set that holds the clips.")
@SPLITS
@click.option(
    "--spotting",
    type=PATH,
    help="Score spotted signs against this file of annotations, or folder of .eaf files.",
)
@click.option(
    "--tier", "tiers", multiple=True, help="With --spotting: ELAN tier that holds the glosses."
)
@click.option(
    "--overlap",
    default=0.5,
    show_default=True,
    help="With --spotting: least intersection over union of spotted and annotated sign.",
)
def evaluate(
    run: Path | None,
    predictions: Path | None,
    data: Path | None,
    splits: tuple[str, ...],
    spotting: Path | None,
    tiers: tuple[str, ...],
    overlap: float,
) -> None:
    """Score a run on clips that it was not trained on.

    Example: spobet evaluate runs/hands --data data/hands --split test

    With --spotting: precision, recall and F1 of the signs that it spots in annotated recordings
    (landmarks or video beside the file of annotations).
    """
    if bool(run) == bool(predictions):
        raise click.UsageError("name either a run or a file with --predictions")
    if bool(data) == bool(spotting):
        raise click.UsageError("name what to score on: --data, or --spotting")
    if spotting:
        from spobet.recognition.evaluate_spotting import evaluate_spotted_file, evaluate_spotting

        if run:
            score = evaluate_spotting(run, spotting, tiers, overlap)
        elif predictions:
            score = evaluate_spotted_file(predictions, spotting, tiers, overlap)
        click.echo(score.table())
    elif data:
        from spobet.recognition.evaluate import evaluate, evaluate_predictions

        if run:
            metrics = evaluate(run, data, splits)
        elif predictions:
            metrics = evaluate_predictions(predictions, data, splits)
        click.echo(metrics.table())


@click.command()
@click.argument("first", type=RUN)
@click.argument("second", type=RUN)
@DATA
@SPLITS
@click.option(
    "--html", type=OUT_FILE, help="Also write an HTML page that draws the clips that differ."
)
def compare(
    first: Path, second: Path, data: Path, splits: tuple[str, ...], html: Path | None
) -> None:
    """Compare two systems on the same clips.

    Example: spobet compare runs/a runs/b --data data/hands

    FIRST and SECOND are scored runs or CSV files of predictions.
    """
    from spobet.reports.comparison import compare_paths

    click.echo(compare_paths(first, second, data, splits, html))


@click.command()
@click.argument("runs", type=RUN, nargs=-1, required=True)
@DATA
@SPLITS
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
    help="Share of wrong answers to allow among accepted ones.",
)
def report(
    runs: tuple[Path, ...], data: Path, splits: tuple[str, ...], out: Path, error: float
) -> None:
    """Write one HTML report on one or more runs.

    Example: spobet report runs/a-0 runs/a-1 --data data/hands

    Runs of one recipe that differ in their seed only are reported as mean and deviation.
    """
    from spobet.reports.evaluation import report

    click.echo(report(runs, data, splits, out, error))


@click.command()
@click.argument("run", type=RUN)
@click.argument("clips", nargs=-1)
@_DATA_OF_IDS
@_DRAWN
@click.option(
    "--split",
    "splits",
    multiple=True,
    help="Without CLIPS: measure deletion and insertion curves on this split.",
)
@click.option(
    "--max-clips", default=100, show_default=True, help="With --split: maximum number of clips."
)
def rollout(
    run: Path,
    clips: tuple[str, ...],
    data: Path | None,
    html: Path | None,
    splits: tuple[str, ...],
    max_clips: int,
) -> None:
    """Show which frames a network attends to.

    Example: spobet rollout runs/hands 17713 --data data/hands --html attention.html

    Frames are weighted by attention rollout: a reading aid, not a proof.
    """
    from spobet.explain.attention import measure, roll_out_clips

    if data and splits and not clips:
        click.echo(measure(run, data, splits, max_clips))
    elif clips and not splits:
        click.echo(roll_out_clips(run, clips, data, html))
    else:
        raise click.UsageError("name either clips, or --data and a --split to measure on")


@click.command()
@click.argument("run", type=RUN)
@click.argument("clips", nargs=-1, required=True)
@_DATA_OF_IDS
@_DRAWN
def reconstruct(run: Path, clips: tuple[str, ...], data: Path | None, html: Path | None) -> None:
    """Show how a pretrained encoder fills in hidden frames.

    Example: spobet reconstruct runs/pretrained 17713 --data data/hands
    """
    from spobet.explain.reconstruction import reconstruct_clips

    click.echo(reconstruct_clips(run, clips, data, html))
