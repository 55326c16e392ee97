"""Commands on video, and on what WLASL's authors publish."""

from __future__ import annotations

import os
from pathlib import Path

import click

from spobet.commands.arguments import FILE, FOLDER, OUT_FILE, PATH, RUN, progress

_MODELS = click.option(
    "--models",
    type=FOLDER,
    help="Folder with MediaPipe's Tasks files; else they are fetched once into a cache.",
)
_MODELS_FROM = click.option(
    "--models-from",
    type=PATH,
    help="Make them, offline, from this wheel of mediapipe 0.10.21 or where it is installed.",
)


@click.command()
@click.argument("source", type=PATH)
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--clips",
    type=FILE,
    help="What the clips are: a CSV (path, gloss, signer, split, ...) or a WLASL split file.",
)
@_MODELS
@_MODELS_FROM
@click.option(
    "--people",
    default=1,
    show_default=True,
    help="Find so many people, and follow the signer among them.",
)
@click.option(
    "--unit",
    type=click.Choice(["image", "pixels"]),
    default="image",
    show_default=True,
    help="Of x and y.",
)
@click.option("--workers", default=os.cpu_count() or 1, show_default="cores", help="Processes.")
@click.option(
    "--ray",
    is_flag=False,
    flag_value="",
    metavar="[ADDRESS]",
    help="Work on Ray: here, or on the cluster at ADDRESS.",
)
@click.option("--licence", default="", help="Terms under which the clips may be used.")
def extract(
    source: Path,
    out: Path,
    clips: Path | None,
    models: Path | None,
    models_from: Path | None,
    people: int,
    unit: str,
    workers: int,
    ray: str | None,
    licence: str,
) -> None:
    """Find landmarks in videos: spobet extract videos data/mine

    A folder becomes a data set; of one video, OUT may be a .npz."""
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
    detector = open_mediapipe(
        models, models_from, people, say=lambda line: click.echo(line, err=True)
    )
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
)
@click.option(
    "--accept-licence", is_flag=True, help="You have read the licence and agree; else it is asked."
)
@click.option(
    "--mirror",
    "mirrors",
    multiple=True,
    help="Web folder that holds the files too; asked before the authors' links.",
)
@click.option("--files", type=FOLDER, help="Folder in which you have some of the files already.")
@click.option(
    "--tries", default=5, show_default=True, help="Of a download that brings nothing new."
)
def wlasl(
    folder: Path | None,
    subset: str,
    accept_licence: bool,
    mirrors: tuple[str, ...],
    files: Path | None,
    tries: int,
) -> None:
    """Show what WLASL's authors publish, or download it: spobet wlasl data/wlasl --subset asl100

    With FOLDER everything is downloaded to it, and a data set made of the subset."""
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
    "--out", type=OUT_FILE, help="Write what is drawn to this video instead of opening a window."
)
@_MODELS
@_MODELS_FROM
@click.option("--top", default=5, show_default=True, help="How many glosses.")
def live(
    run: Path,
    source: str,
    out: Path | None,
    models: Path | None,
    models_from: Path | None,
    top: int,
) -> None:
    """Recognise signs as they are made: spobet live wlasl100-hands 0

    SOURCE is the number of a camera, or a video."""
    from spobet.live.view import show_live
    from spobet.recognition.recognizer import load
    from spobet.video.mediapipe_tasks import open_mediapipe

    detector = open_mediapipe(models, models_from, say=lambda line: click.echo(line, err=True))
    show_live(load(run), detector, source, out, top, tell=click.echo)
