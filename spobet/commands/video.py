"""Commands on video, and on what WLASL's authors publish."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from pathlib import Path
from typing import TypeVar

import click

from spobet.commands.arguments import FILE, FOLDER, OUT_FILE, PATH, RUN, progress

Item = TypeVar("Item")
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
    """Landmarks of videos: spobet extract videos data/mine, or of one: spobet extract sign.mp4 sign.npz"""
    from spobet.ingest.extract import Outcome, Workers, extract, extract_one
    from spobet.ingest.videos import videos_in, videos_listed
    from spobet.video.frames import count_frames
    from spobet.video.mediapipe_tasks import open_mediapipe

    one = out.suffix == ".npz"
    if one and (source.is_dir() or clips):
        raise click.UsageError(
            "a .npz holds the whole of one video; for a folder, or with --clips, name a folder"
        )
    detector = open_mediapipe(
        models, models_from, people, say=lambda line: click.echo(line, err=True)
    )
    if one:
        bar = _bar("frames", count_frames(source), lambda _: 1)
        click.echo(f"{out}: {extract_one(source, out, detector, unit, progress=bar)}")
        return
    jobs, missing = videos_listed(source, clips) if clips else (videos_in(source), [])
    frames_of: Callable[[Outcome], int] = lambda outcome: outcome.num_frames  # noqa: E731
    report = extract(
        jobs,
        out,
        detector,
        Workers(workers, ray),
        missing,
        licence,
        unit,
        _bar("clips", None, frames_of),
    )
    click.echo(f"{out}: {report.summary()}")


def _bar(
    label: str, length: int | None, frames_of: Callable[[Item], int]
) -> Callable[[Iterable[Item]], Iterator[Item]]:
    """A bar on stderr over whatever passes through, with frames a second. length: None = that of what passes, if it has one."""

    def shown(items: Iterable[Item]) -> Iterator[Item]:
        start, num_frames = time.perf_counter(), 0

        def rate(_: Item | None) -> str:
            return f"{num_frames / (time.perf_counter() - start):,.1f} frames a second"

        whole = length or (len(items) if isinstance(items, Sized) else None)
        with click.progressbar(
            items, whole, label, file=sys.stderr, show_pos=True, item_show_func=rate
        ) as bar:
            for item in bar:
                num_frames += frames_of(item)
                yield item

    return shown


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
    """Show what WLASL's authors publish, or bring it and make a data set: spobet wlasl data/wlasl --subset asl100"""
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
        byte_progress=_bytes_told,
        progress=progress("clips"),
    )
    click.echo(f"{folder / subset}: {report.summary()}")


def _bytes_told(done: int, total: int | None) -> None:
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
    """Name signs as they are made, at camera SOURCE (a number) or in a video: spobet live wlasl100-hands 0"""
    from spobet.live.view import show_live
    from spobet.recognition.recognizer import load
    from spobet.video.mediapipe_tasks import open_mediapipe

    detector = open_mediapipe(models, models_from, say=lambda line: click.echo(line, err=True))
    show_live(load(run), detector, source, out, top, tell=click.echo)
