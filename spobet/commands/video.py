"""Commands on video, and on what WLASL's authors publish."""

from __future__ import annotations

import os
from pathlib import Path

import click

from spobet.commands.arguments import ENROLLED, FILE, FOLDER, OUT_FILE, PATH, RAY, RUN, progress

_MODELS = click.option(
    "--models",
    type=FOLDER,
    help="Folder with MediaPipe's .task files, instead of the cache.",
)
_FETCH_MODELS = click.option(
    "--fetch-models",
    is_flag=True,
    help="Download MediaPipe's .task files from Google into the cache, if they are not there.",
)
_MODELS_FROM = click.option(
    "--models-from",
    type=PATH,
    help="Make the .task files, offline, from a mediapipe 0.10.21 wheel or installation.",
)


@click.command()
@click.argument("source", type=PATH)
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--clips",
    type=FILE,
    help="List of clips: a CSV file (path, gloss, signer, split, ...) or a WLASL split file.",
)
@_MODELS
@_FETCH_MODELS
@_MODELS_FROM
@click.option(
    "--people",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Number of people to detect; the signer among them is followed.",
)
@click.option(
    "--unit",
    type=click.Choice(["image", "pixels"]),
    default="image",
    show_default=True,
    help="Unit of x and y: shares of the picture, or pixels.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default="cores",
    help="Number of processes.",
)
@RAY
@click.option("--licence", default="", help="Terms under which the clips may be used.")
def extract(
    source: Path,
    out: Path,
    clips: Path | None,
    models: Path | None,
    fetch_models: bool,
    models_from: Path | None,
    people: int,
    unit: str,
    workers: int,
    ray: str | None,
    licence: str,
) -> None:
    """Extract landmarks from videos.

    Example: spobet extract videos data/mine

    A folder of videos becomes a data set; for a single video, OUT may be a .npz file.
    """
    from spobet.files import check_new_file, check_new_folder
    from spobet.ingest.extract import Workers, extract, extract_one
    from spobet.ingest.videos import videos_in, videos_listed
    from spobet.video.frames import count_frames
    from spobet.video.mediapipe_tasks import open_mediapipe

    one = out.suffix == ".npz"
    if one and (source.is_dir() or clips):
        raise click.UsageError(
            "a .npz holds the whole of one video; for a folder, or with --clips, name a folder"
        )
    (check_new_file if one else check_new_folder)(out)
    choices = (models, models_from, people, fetch_models)
    detector = open_mediapipe(*choices, say=lambda line: click.echo(line, err=True))
    if one:
        bar = progress("frames", count_frames(source), lambda _: 1)
        click.echo(f"{out}: {extract_one(source, out, detector, unit, progress=bar)}")
        return
    report = extract(
        videos_listed(source, clips) if clips else videos_in(source),
        out,
        detector,
        Workers(workers, ray),
        licence,
        unit,
        progress=progress("clips", frames_of=lambda outcome: outcome.num_frames),
    )
    click.echo(f"{out}: {report.summary()}")


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option(
    "--subset",
    type=click.Choice(["asl100", "asl300", "asl1000", "asl2000"]),
    default="asl100",
    show_default=True,
    help="Subset to make a data set of.",
)
@click.option(
    "--accept-licence",
    is_flag=True,
    help="Accept the licence, which you have read, without being asked.",
)
@click.option(
    "--mirror",
    "mirrors",
    multiple=True,
    help="URL of a folder with copies of the files; tried before the authors' links.",
)
@click.option("--files", type=FOLDER, help="Folder with files that you have already.")
@click.option(
    "--tries",
    default=5,
    show_default=True,
    help="Give up a download after this many attempts without progress.",
)
def wlasl(
    folder: Path | None,
    subset: str,
    accept_licence: bool,
    mirrors: tuple[str, ...],
    files: Path | None,
    tries: int,
) -> None:
    """Show what WLASL's authors publish, or download it.

    Example: spobet wlasl data/wlasl --subset asl100

    With FOLDER, the files are downloaded to it and a data set is made of the subset.
    """
    from spobet.fetch import Patience
    from spobet.ingest.wlasl_download import Sources, download_wlasl, show

    click.echo(show(), err=folder is not None)
    if not folder:
        return
    if not accept_licence and not click.confirm("Do you accept the licence?", err=True):
        raise click.UsageError("nothing is downloaded unless the licence is accepted")
    report = download_wlasl(
        folder,
        subset,
        Sources(mirrors, files),
        Patience(tries=tries),
        say=lambda line: click.echo(f"\r{line}", err=True),
        byte_progress=_show_bytes,
        progress=progress("clips"),
    )
    click.echo(f"{folder / subset}: {report.summary()}")


def _show_bytes(done: int, total: int | None) -> None:
    """How far a download is, on one line of stderr."""
    share = f" of {total / 1e6:,.1f}" if total else ""
    click.echo(f"\r{done / 1e6:,.1f}{share} MB ", nl=False, err=True)


@click.command()
@click.argument("run", type=RUN, default="wlasl100-hands-open")
@click.argument("source", default="0")
@click.option(
    "--out", type=OUT_FILE, help="Write the picture to this video instead of opening a window."
)
@_MODELS
@_FETCH_MODELS
@_MODELS_FROM
@click.option("--top", default=5, show_default=True, help="Number of glosses to show per sign.")
@ENROLLED
def live(
    run: Path,
    source: str,
    out: Path | None,
    models: Path | None,
    fetch_models: bool,
    models_from: Path | None,
    top: int,
    enrolled: Path | None,
) -> None:
    """Recognise signs live, at a camera or in a video.

    Example: spobet live wlasl100-hands 0

    SOURCE is the number of a camera, or a video file.
    """
    from spobet.live.view import show_live
    from spobet.recognition.recognizer import load
    from spobet.video.mediapipe_tasks import open_mediapipe

    detector = open_mediapipe(
        models, models_from, fetch=fetch_models, say=lambda line: click.echo(line, err=True)
    )
    show_live(load(run, enrolled=enrolled), detector, source, out, top, tell=click.echo)
