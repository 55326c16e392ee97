"""`spobet import NAME DIR OUT`: a command for each published data set, made when asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spobet.commands.arguments import FOLDER, PATH, progress

if TYPE_CHECKING:
    from spobet.ingest.published_set import PublishedSet

_DIR = click.Path(exists=True, file_okay=False, path_type=Path)


class ImportGroup(click.Group):
    """The import commands, those of published data sets among them; NumPy is loaded for these."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted([*super().list_commands(context), *_published()])

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        command = super().get_command(context, name)
        published = None if command else _published().get(name)
        return _command(published) if published else command


def _published() -> dict[str, PublishedSet]:
    from spobet.ingest.published import PUBLISHED

    return {published.name: published for published in PUBLISHED}


def _command(published: PublishedSet) -> click.Command:
    kind = "landmarks" if published.clips else "videos"
    text = (
        f"Import the {kind} of {published.title}.\n\n"
        f"Example: spobet import {published.name} DIR data/{published.name}\n\n"
        f"DIR holds {published.layout}.\n\nTerms: {published.licence}"
    )
    parameters: list[click.Parameter] = [
        click.Argument(["folder"], type=_DIR, metavar="DIR"),
        click.Argument(["out"], type=FOLDER),
    ]
    if published.videos:
        parameters += _video_options()

    def run(
        folder: Path,
        out: Path,
        models: Path | None = None,
        fetch_models: bool = False,
        models_from: Path | None = None,
        workers: int = 1,
    ) -> None:
        from spobet.ingest.published_set import import_published
        from spobet.video.mediapipe_tasks import open_mediapipe

        click.echo(f"{published.title}: {published.licence}", err=True)
        report = import_published(
            published,
            folder,
            out,
            lambda: open_mediapipe(
                models, models_from, 1, fetch_models, lambda line: click.echo(line, err=True)
            ),
            workers,
            progress("clips"),
        )
        click.echo(f"{out}: {report.summary()}")

    return click.Command(published.name, callback=run, params=parameters, help=text)


def _video_options() -> list[click.Option]:
    """The options of `extract`, for a set whose landmarks are to be found in its videos."""
    fetch = "Download MediaPipe's .task files from Google, if they are not in the cache."
    return [
        click.Option(["--models"], type=FOLDER, help="Folder with MediaPipe's .task files."),
        click.Option(["--fetch-models"], is_flag=True, help=fetch),
        click.Option(
            ["--models-from"], type=PATH, help="Make them from MediaPipe 0.10.21's wheel."
        ),
        click.Option(
            ["--workers"],
            type=click.IntRange(1),
            default=os.cpu_count() or 1,
            show_default="cores",
            help="Number of processes.",
        ),
    ]
