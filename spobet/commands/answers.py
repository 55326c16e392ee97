"""Commands that answer with a network: predict, spot, models, enrol, calibrate."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from spobet.commands.arguments import DATA, ENROLLED, FILE, OUT_FILE, PATH, RUN
from spobet.errors import UserError


class _PictureSize(click.ParamType):
    """Width and height in pixels, such as 1280x720."""

    name = "WxH"

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, int]:
        width, _, height = str(value).lower().partition("x")
        if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
            self.fail(f"{value!r}, expected width and height in pixels such as 1280x720")
        return int(width), int(height)


JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per line instead of text."
)
SIZE = click.option(
    "--size",
    type=_PictureSize(),
    help="Picture size of landmarks in pixels, where the file does not give it.",
)


@click.command()
@click.argument("run", type=RUN)
@click.argument("clips", type=click.Path(path_type=Path), nargs=-1)
@click.option("--sample", is_flag=True, help="Use a synthetic clip that comes with the package.")
@click.option(
    "--split-file",
    type=FILE,
    help="Take the clips that this WLASL split file names, from the one folder given as CLIPS.",
)
@click.option(
    "--top",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="Number of glosses to show per clip.",
)
@click.option("--data", type=PATH, help="Data set in which CLIPS are ids; without it, paths.")
@SIZE
@ENROLLED
@JSON
def predict(
    run: Path,
    clips: tuple[Path, ...],
    sample: bool,
    split_file: Path | None,
    top: int,
    data: Path | None,
    size: tuple[int, int] | None,
    enrolled: Path | None,
    as_json: bool,
) -> None:
    """Rank the glosses of clips by probability.

    Example: spobet predict runs/asl100 poses/69241

    "perhaps" and "not sure" mark answers whose confidence is below the run's threshold. Clips that
    cannot be read are listed, and the exit status is then 1.
    """
    from spobet.recognition.predict import predict_paths
    from spobet.shipped import SAMPLE

    if data and (sample or split_file):
        raise click.UsageError("--data takes ids of its clips, not --sample or --split-file")
    clips = (*clips, SAMPLE) if sample else clips
    if not clips:
        raise click.UsageError("name the clips to recognise, or --sample to try the package")
    num_clips, num_failed = 0, 0
    with warnings_as_lines():
        for predicted in predict_paths(run, clips, split_file, top, _say, size, enrolled, data):
            if predicted.answers is None and not split_file and len(clips) == 1:
                raise UserError(predicted.error)
            num_clips, num_failed = num_clips + 1, num_failed + (predicted.answers is None)
            line = json.dumps(predicted.to_json(), ensure_ascii=False) if as_json else predicted
            if predicted.answers is None:
                _say(predicted.error)
            if predicted.answers is not None or as_json:
                click.echo(line)
    if num_failed:
        _say(f"{num_clips - num_failed} of {num_clips} clips answered, {num_failed} could not be")
        sys.exit(1)


@click.command()
@click.argument("run", type=RUN)
@click.argument("clip", type=PATH)
@click.option(
    "--top",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Number of glosses to show per sign.",
)
@ENROLLED
@JSON
@click.option(
    "--format",
    "form",
    type=click.Choice(["elan", "webvtt", "srt", "csv", "json"]),
    help="Print annotations in this format instead of text; json is what --json prints.",
)
@click.option("--out", type=OUT_FILE, help="Write to this file instead of printing.")
def spot(
    run: Path,
    clip: Path,
    top: int,
    enrolled: Path | None,
    as_json: bool,
    form: str | None,
    out: Path | None,
) -> None:
    """Find the signs in a long clip.

    Example: spobet spot wlasl100-hands long.npz

    An ELAN file has the best gloss and its confidence as two tiers, and links the clip's video.
    """
    from spobet.files import write_whole
    from spobet.formats import read
    from spobet.recognition.recognizer import load
    from spobet.recognition.spotting import spot

    with warnings_as_lines():
        pose = read(clip)
        signs = spot(load(run, enrolled=enrolled), pose, top=top)
    if form in (None, "json"):
        as_json = as_json or form == "json"
        lines = [
            json.dumps(sign.to_json(), ensure_ascii=False) if as_json else str(sign)
            for sign in signs
        ]
        text = "".join(f"{line}\n" for line in lines)
    else:
        from spobet.recognition.annotate import annotate

        text = annotate(signs, pose, clip, form, out)
    if out:
        write_whole(out, text)
        _say(f"{out}: {len(signs)} signs")
    else:
        click.echo(text, nl=False)
    if not signs:
        _say(f"{clip}: no sign found; hands that rest, sway slowly or are not seen make none")


@click.command()
@click.argument("name", required=False)
def models(name: str | None) -> None:
    """List the shipped networks, or show the card of one.

    Example: spobet models wlasl100-hands
    """
    from spobet.shipped import card, shipped_names

    titles = (
        f"{shipped}: {card(shipped).splitlines()[0].lstrip('# ')}" for shipped in shipped_names()
    )
    click.echo(card(name) if name else "\n".join(titles))


@click.command()
@click.argument("run", type=RUN)
@click.argument("gloss", required=False)
@click.argument("clips", type=PATH, nargs=-1)
@click.option("--list", "listed", is_flag=True, help="List the enrolled signs.")
@click.option("--remove", metavar="GLOSS", help="Remove an enrolled sign.")
@click.option(
    "--file", type=OUT_FILE, help="Keep enrolled signs in this file instead of the run's own."
)
def enrol(
    run: Path,
    gloss: str | None,
    clips: tuple[Path, ...],
    listed: bool,
    remove: str | None,
    file: Path | None,
) -> None:
    """Enrol a sign from 1 to 10 clips, without training.

    Example: spobet enrol wlasl100-hands tea tea-1 tea-2 tea-3
    """
    import numpy as np

    from spobet.formats.text import naming
    from spobet.recognition.enrolled_file import EnrolledFile, enrolled_path
    from spobet.recognition.recognizer import load
    from spobet.runs import RunFolder

    if bool(gloss and clips) + listed + bool(remove) != 1:
        raise click.UsageError("name a gloss and its clips, or --list, or --remove GLOSS")
    recognizer = load(run, enrolled=file)

    def embedded(clip: Path) -> np.ndarray:
        with naming(clip):
            return recognizer.embed([clip])

    signs_file = EnrolledFile(file or enrolled_path(RunFolder(run)), recognizer.enrolled.network)
    enrolled, known = recognizer.enrolled, 0
    if gloss:
        embeddings = np.concatenate([embedded(clip) for clip in clips])
        enrolled, known = signs_file.add(recognizer.spelling(gloss), embeddings)
    if remove:
        enrolled = signs_file.change(lambda signs: signs.without_sign(remove))
    counts = ", ".join(f"{sign} ({len(clips)})" for sign, clips in enrolled.clips.items())
    click.echo(f"{signs_file.path}: {counts or 'nothing enrolled'}")
    if known:
        click.echo(f"{known} of the {len(clips)} clips enrolled before: nothing added for them")


@click.command()
@click.argument("run", type=RUN)
@DATA
@click.option(
    "--split",
    "splits",
    multiple=True,
    default=["val"],
    show_default=True,
    help="Split to fit on; repeat the option to pool several.",
)
@click.option(
    "--error",
    default=0.1,
    show_default=True,
    help="Share of wrong answers to allow among accepted ones.",
)
@click.option(
    "--unknown",
    type=PATH,
    help="Data set with other signs; no larger share of them is accepted either.",
)
def calibrate(
    run: Path, data: Path, splits: tuple[str, ...], error: float, unknown: Path | None
) -> None:
    """Fit a run's temperature and rejection threshold.

    Example: spobet calibrate runs/hands --data data/hands

    Answers whose confidence is below the threshold are rejected from then on.
    """
    from spobet.recognition.calibrate import calibrate

    click.echo(calibrate(run, data, splits, error, unknown))


def _say(line: str) -> None:
    click.echo(line, err=True)


@contextmanager
def warnings_as_lines() -> Iterator[None]:
    """What the library warns of within is said once, in one line."""
    from spobet.poses.preprocess import UnknownPictureSize

    with warnings.catch_warnings():
        warnings.simplefilter("once", UnknownPictureSize)
        warnings.showwarning = lambda message, *_, **__: _say(f"warning: {message}")
        yield
