"""The `spobet` command: each command parses, makes one library call and prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from spobet.arguments import ANY, FILE, FOLDER, OUT_FILE, RUN


class _Commands(click.Group):
    """Turns what a user can mend into one line on stderr and exit status 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            click.echo("\nstopped; the same command goes on from the last whole epoch", err=True)
            context.exit(130)
        except ImportError as error:
            _fail(f"{error}; training needs: pip install 'spobet[train]'")
        except (ValueError, KeyError, OSError) as error:
            _fail(error.args[0] if isinstance(error, KeyError) else str(error))


def _fail(message: object) -> None:
    click.echo("spobet: " + " ".join(str(message).split()), err=True)
    sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="spobet")
def main() -> None:
    """Recognise single signs from body landmarks: pose in, gloss out."""


@main.command()
@click.argument("out", type=FOLDER)
@click.option("--glosses", default=20, show_default=True, help="How many signs.")
@click.option("--signers", default=24, show_default=True, help="How many signers; each is in one split only.")
@click.option("--takes", default=2, show_default=True, help="Clips of each sign by each signer.")
@click.option("--seed", default=0, show_default=True)
def synthesize(out: Path, glosses: int, signers: int, takes: int, seed: int) -> None:
    """Make a data set of synthetic signs: spobet synthesize data/synthetic"""
    from spobet.dataset.synthetic import synthesize

    manifest = synthesize(out, glosses, signers, takes, seed, progress=_progress("clips"))
    click.echo(f"{out}: {len(manifest)} clips of {len(manifest.vocabulary)} glosses")


@main.group(name="import")
def import_() -> None:
    """Make a data set of landmarks you have."""


@import_.command(name="wlasl")
@click.argument("poses", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("splits", type=FILE, nargs=-1, required=True)
@click.argument("out", type=FOLDER)
@click.option("--class-list", type=FILE, help="Names of the classes of an nslt_*.json split.")
def import_wlasl_(poses: Path, splits: tuple[Path, ...], out: Path, class_list: Path | None) -> None:
    """OpenPose folders and split files of WLASL: spobet import wlasl poses asl100.json data/asl100"""
    from spobet.dataset.wlasl import import_wlasl

    click.echo(import_wlasl(poses, splits, out, class_list, progress=_progress("clips")).summary())


@import_.command(name="npz")
@click.argument("file", type=FILE)
@click.argument("out", type=FOLDER)
@click.option("--licence", default="", help="Terms under which the clips may be used.")
def import_npz(file: Path, out: Path, licence: str) -> None:
    """Packed arrays in one .npz: spobet import npz clips.npz data/clips"""
    from spobet.dataset.packed import import_packed

    manifest = import_packed(file, out, licence, progress=_progress("clips"))
    click.echo(f"{out}: all {len(manifest)} clips read, {len(manifest.vocabulary)} glosses")


@main.command()
@click.argument("dataset", type=ANY)
def info(dataset: Path) -> None:
    """Count clips, signers and frames of a data set, and name its leaks: spobet info data/asl100"""
    from spobet.dataset.summary import summarize

    click.echo(summarize(dataset))


@main.command()
@click.argument("dataset", type=ANY)
@click.argument("out", type=FOLDER)
@click.option("--val", default=0.15, show_default=True, help="Share of the clips to validate on.")
@click.option("--test", default=0.2, show_default=True, help="Share of the clips to test on.")
@click.option("--seed", default=0, show_default=True)
def split(dataset: Path, out: Path, val: float, test: float, seed: int) -> None:
    """Deal the clips anew so that no signer stands in two splits: spobet split data/hands data/hands-signers"""
    from spobet.dataset.resplit import resplit, write_resplit
    from spobet.dataset.store import Dataset

    source = Dataset.open(dataset)
    dealt = resplit(source, (val, test), seed)
    write_resplit(source, dealt, out, progress=_progress("clips"))
    click.echo(f"{out}:\n{dealt.summary()}")


@main.command()
@click.argument("dataset", type=ANY)
@click.option("--html", type=OUT_FILE, help="Also write a page with the doubtful clips drawn.")
def check(dataset: Path, html: Path | None) -> None:
    """Find leaks, doubtful labels and odd clips by their landmarks: spobet check data/hands --html doubts.html"""
    from spobet.evaluation.check import check

    click.echo(check(dataset, html))


@main.command()
@click.argument("experiment", type=FILE)
@click.option("--data", type=ANY, required=True, multiple=True, help="Data set whose training clips are used; may be given again.")
@click.option("--run", type=FOLDER, required=True, help="Run folder to make, or to go on with.")
@click.option("--backbone", type=RUN, help="Run folder, or name of a shipped network, to start from.")
@click.option("--without", type=ANY, help="Leave out what the validation and test clips of this data set or manifest.csv hold.")
@click.option("--fold", type=int, help="With --without: what this fold of its training clips holds, instead.")
@click.option("--their", type=click.Choice(["glosses", "signers"]), multiple=True, help="With --without: also what is of their ...")
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
        raise click.UsageError("--fold and --their say what --without leaves out: name a data set with --without")
    reserved = reserve(without, fold, their) if without else None
    record = pretrain(_experiment(experiment, seed), data, run, reserved, backbone, command=_command())
    click.echo(f"{run}: backbone pretrained on {len(record.clips):,} clips, {record.epochs} epochs, {record.minutes:.1f} minutes")
    if record.left_out:
        click.echo(record.left_out)


@main.command()
@click.argument("experiment", type=FILE)
@click.option("--data", type=ANY, required=True, help="Data set whose training clips are used.")
@click.option("--run", type=FOLDER, required=True, help="Run folder to make, or to go on with.")
@click.option("--backbone", type=RUN, help="Run folder, or name of a shipped network, to start from.")
@click.option("--seed", type=int, help="Instead of the experiment's seed.")
@click.option("--fold", type=int, help="Hold out this fold of the training clips, and score it.")
def train(experiment: Path, data: Path, run: Path, backbone: Path | None, seed: int | None, fold: int | None) -> None:
    """Train a network to name glosses: spobet train experiments/wlasl100-hands.toml --data data/hands --run runs/hands"""
    from spobet.training import train

    record = train(_experiment(experiment, seed), data, run, backbone, fold, command=_command())
    clips = f"{len(record.clips):,} clips{', those of its backbone included' if backbone else ''}"
    click.echo(f"{run}: trained on {clips}, {record.epochs} epochs, {record.minutes:.1f} minutes, {record.chosen}")
    if record.head_from:
        click.echo(f"its head began with {record.head_from}")


@main.command()
@click.argument("run", type=RUN, required=False)
@click.option("--predictions", type=FILE, help="Score this CSV file of anyone's answers instead of a run: see docs/formats.md.")
@click.option("--data", type=ANY, required=True, help="Data set that holds the clips.")
@click.option("--split", "splits", multiple=True, default=["test"], show_default=True, help="Give it twice to pool two.")
def evaluate(run: Path | None, predictions: Path | None, data: Path, splits: tuple[str, ...]) -> None:
    """Score a run on clips it has not met: spobet evaluate runs/hands --data data/hands --split test"""
    from spobet.recognition.evaluate import evaluate, evaluate_predictions

    if (run is None) == (predictions is None):
        raise click.UsageError("name either a run or a file with --predictions")
    metrics = evaluate(run, data, splits) if run else evaluate_predictions(Path(str(predictions)), data, splits)
    click.echo(metrics.table())


@main.command()
@click.argument("first", type=RUN)
@click.argument("second", type=RUN)
@click.option("--data", type=ANY, required=True, help="Data set that holds the clips.")
@click.option("--split", "splits", multiple=True, default=["test"], show_default=True, help="Give it twice to pool two.")
@click.option("--html", type=OUT_FILE, help="Also write a page with the clips drawn on which they differ.")
def compare(first: Path, second: Path, data: Path, splits: tuple[str, ...], html: Path | None) -> None:
    """Compare two scored runs, or files of predictions, clip by clip: spobet compare runs/a runs/b --data data/hands"""
    from spobet.recognition.compare import compare_paths

    click.echo(compare_paths(first, second, data, splits, html))


@main.command()
@click.argument("runs", type=RUN, nargs=-1, required=True)
@click.option("--data", type=ANY, required=True, help="Data set that holds the clips.")
@click.option("--split", "splits", multiple=True, default=["test"], show_default=True, help="Give it twice to pool two.")
@click.option("--out", type=FOLDER, default=Path("report"), show_default=True, help="Folder for report.html and report.json.")
@click.option("--error", default=0.1, show_default=True, help="Share of wrong answers to find the confidence threshold for.")
def report(runs: tuple[Path, ...], data: Path, splits: tuple[str, ...], out: Path, error: float) -> None:
    """One page on runs, such as the seeds of one recipe: spobet report runs/a-0 runs/a-1 --data data/hands"""
    from spobet.recognition.reporting import report

    click.echo(report(runs, data, splits, out, error))


@main.command()
@click.argument("run", type=RUN)
@click.argument("clips", nargs=-1)
@click.option("--data", type=ANY, help="Data set whose clip ids CLIPS are; without it they are paths.")
@click.option("--html", type=OUT_FILE, help="Also write a page with the clips drawn.")
@click.option("--split", "splits", multiple=True, help="Without CLIPS: measure on this split what the weights are worth.")
@click.option("--max-clips", default=100, show_default=True, help="With --split: of more clips, take every n-th.")
def rollout(
    run: Path, clips: tuple[str, ...], data: Path | None, html: Path | None, splits: tuple[str, ...], max_clips: int
) -> None:
    """Show which frames reach the answer by attention: spobet rollout runs/hands 17713 --data data/hands --html attention.html"""
    if bool(clips) == bool(splits) or (splits and data is None):
        raise click.UsageError("name either clips, or --data and a --split to measure on")
    from spobet.training.attention import measure, roll_out_clips

    click.echo(measure(run, data, splits, max_clips) if data and splits else roll_out_clips(run, clips, data, html))


@main.command()
@click.argument("run", type=RUN)
@click.argument("clips", nargs=-1, required=True)
@click.option("--data", type=ANY, help="Data set whose clip ids CLIPS are; without it they are paths.")
@click.option("--html", type=OUT_FILE, help="Also write a page with the clips drawn.")
def restore(run: Path, clips: tuple[str, ...], data: Path | None, html: Path | None) -> None:
    """Show what a pretrained encoder puts where frames are hidden: spobet restore runs/pretrained 17713 --data data/hands"""
    from spobet.training.restoring import restore_clips

    click.echo(restore_clips(run, clips, data, html))


@main.command()
@click.argument("run", type=RUN)
@click.argument("clips", type=ANY, nargs=-1, required=True)
@click.option("--split-file", type=FILE, help="WLASL split file: the clips it names, in the one folder given as CLIPS.")
@click.option("--top", default=5, show_default=True, help="How many glosses.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a clip, a line each.")
def predict(run: Path, clips: tuple[Path, ...], split_file: Path | None, top: int, as_json: bool) -> None:
    """Rank the glosses of clips: spobet predict runs/asl100 poses/69241"""
    from spobet.recognition.predict import predict_paths

    for path, answers in predict_paths(run, clips, split_file, top, say=lambda line: click.echo(line, err=True)):
        ranked = [{"gloss": answer.gloss, "probability": round(answer.probability, 4)} for answer in answers]
        line = f"{path}: " + ", ".join(f"{answer['gloss']} {answer['probability']:.3f}" for answer in ranked)
        click.echo(json.dumps({"clip": str(path), "answers": ranked}, ensure_ascii=False) if as_json else line)


@main.command()
@click.argument("name", required=False)
def models(name: str | None) -> None:
    """List the networks that come with the package, or show one's card: spobet models wlasl100-hands"""
    from spobet.shipped import card, shipped_names

    titles = (f"{shipped}: {card(shipped).splitlines()[0].lstrip('# ')}" for shipped in shipped_names())
    click.echo(card(name) if name else "\n".join(titles))


@main.command()
@click.option("--out", type=FOLDER, default=Path("demo"), show_default=True, help="Folder for everything the demo makes.")
def demo(out: Path) -> None:
    """Synthetic signs: pretrain, train, evaluate, predict; ends in one HTML page."""
    from spobet.demo import run_demo

    click.echo(run_demo(out, say=lambda line: click.echo(line, err=True)))


def _experiment(path: Path, seed: int | None) -> Any:
    from dataclasses import replace

    from spobet.config import read_experiment

    experiment = read_experiment(path)
    return experiment if seed is None else replace(experiment, seed=seed)


def _command() -> str:
    return " ".join(["spobet", *sys.argv[1:]])


def _progress(label: str) -> Callable[[Iterable], Iterable]:
    def shown(items: Iterable) -> Iterable:
        with click.progressbar(items, label=label, file=sys.stderr, show_pos=True) as bar:
            yield from bar

    return shown
