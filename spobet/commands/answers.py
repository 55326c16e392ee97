"""Commands that name signs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from spobet.commands.arguments import FILE, OUT_FILE, PATH, RUN


@click.command()
@click.argument("run", type=RUN)
@click.argument("clips", type=PATH, nargs=-1, required=True)
@click.option(
    "--split-file",
    type=FILE,
    help="WLASL split file: the clips it names, in the one folder given as CLIPS.",
)
@click.option("--top", default=5, show_default=True, help="How many glosses.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a clip, a line each.")
def predict(
    run: Path, clips: tuple[Path, ...], split_file: Path | None, top: int, as_json: bool
) -> None:
    """Rank the glosses of clips: spobet predict runs/asl100 poses/69241"""
    from spobet.recognition.predict import predict_paths

    for path, answers in predict_paths(
        run, clips, split_file, top, say=lambda line: click.echo(line, err=True)
    ):
        ranked = [
            {"gloss": answer.gloss, "probability": round(answer.probability, 4)}
            for answer in answers
        ]
        line = f"{path}: " + ", ".join(
            f"{answer['gloss']} {answer['probability']:.3f}" for answer in ranked
        )
        click.echo(
            json.dumps({"clip": str(path), "answers": ranked}, ensure_ascii=False)
            if as_json
            else line
        )


@click.command()
@click.argument("name", required=False)
def models(name: str | None) -> None:
    """List the networks that come with the package, or show one's card: spobet models wlasl100-hands"""
    from spobet.shipped import card, shipped_names

    titles = (
        f"{shipped}: {card(shipped).splitlines()[0].lstrip('# ')}" for shipped in shipped_names()
    )
    click.echo(card(name) if name else "\n".join(titles))


@click.command()
@click.argument("run", type=RUN)
@click.argument("gloss", required=False)
@click.argument("clips", type=PATH, nargs=-1)
@click.option("--list", "listed", is_flag=True, help="Show what is enrolled.")
@click.option("--remove", metavar="GLOSS", help="Forget a sign.")
@click.option("--file", type=OUT_FILE, help="Where enrolled signs are kept, if not beside the run.")
def enrol(
    run: Path,
    gloss: str | None,
    clips: tuple[Path, ...],
    listed: bool,
    remove: str | None,
    file: Path | None,
) -> None:
    """Add a sign from 1 to 10 clips, without training: spobet enrol wlasl100-hands tea tea-1 tea-2 tea-3"""
    from spobet.recognition.enrolment import enrolled_file
    from spobet.recognition.recognizer import load
    from spobet.runs import RunFolder

    if bool(gloss and clips) + listed + bool(remove) != 1:
        raise click.UsageError("name a gloss and its clips, or --list, or --remove GLOSS")
    place, recognizer = file or enrolled_file(RunFolder(run)), load(run, enrolled=file)
    if gloss:
        recognizer.enrol(gloss, clips).write(place)
    if remove:
        recognizer.enrolled = recognizer.enrolled.without_sign(remove)
        recognizer.enrolled.write(place)
    signs = ", ".join(f"{sign} ({len(kept)})" for sign, kept in recognizer.enrolled.clips.items())
    click.echo(f"{place}: {signs or 'nothing enrolled'}")


@click.command()
@click.argument("run", type=RUN)
@click.option("--data", type=PATH, required=True, help="Data set that holds the clips.")
@click.option(
    "--split",
    "splits",
    multiple=True,
    default=["val"],
    show_default=True,
    help="Give it twice to pool two.",
)
@click.option("--error", default=0.1, show_default=True, help="Share of wrong answers to allow.")
def calibrate(run: Path, data: Path, splits: tuple[str, ...], error: float) -> None:
    """Find from what probability on a run's answers count: spobet calibrate runs/hands --data data/hands"""
    from spobet.recognition.calibrate import calibrate

    click.echo(calibrate(run, data, splits, error))


@click.command()
@click.argument("run", type=RUN)
@click.argument("clip", type=PATH)
@click.option("--top", default=3, show_default=True, help="How many glosses.")
def spot(run: Path, clip: Path, top: int) -> None:
    """Find the signs in a long clip: spobet spot wlasl100-hands long.npz"""
    from spobet.formats import read
    from spobet.recognition.recognizer import load
    from spobet.recognition.spotting import spot

    for spotted in spot(load(run), read(clip), top=top):
        click.echo(spotted)
