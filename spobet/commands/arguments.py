"""The kinds of argument and the options that several commands share, and their progress bar."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sized
from pathlib import Path
from typing import Any

import click

from spobet.errors import NotFound
from spobet.progress import ProgressLines

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
PATH = click.Path(exists=True, path_type=Path)


class _DataSet(click.Path):
    """A folder, or an address such as s3://bucket/folder."""

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> Any:
        from spobet.dataset.shards import location

        if isinstance(value, str) and "://" in value:
            return location(value)
        return super().convert(value, parameter, context)


DATA_SET = _DataSet(exists=True, path_type=Path)


class _OutFile(click.Path):
    """A file to write, which is refused before the work where it could not be written."""

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> Any:
        from spobet.files import check_file

        path = Path(str(super().convert(value, parameter, context)))
        check_file(path)
        return path


OUT_FILE = _OutFile(dir_okay=False, path_type=Path)

ENROLLED = click.option(
    "--enrolled", type=FILE, help="Read enrolled signs from this file instead of the run's own."
)
DATA = click.option("--data", type=DATA_SET, required=True, help="Data set that holds the clips.")
SPLITS = click.option(
    "--split",
    "splits",
    multiple=True,
    default=["test"],
    show_default=True,
    help="Split to score; repeat the option to pool several.",
)
RAY = click.option(
    "--ray",
    is_flag=False,
    flag_value="",
    metavar="[ADDRESS]",
    help="Run on Ray: on this machine, or on the cluster at ADDRESS.",
)


class _Run(click.ParamType):
    """A run folder, the name of a network that comes with the package, or hf://owner/name."""

    name = "run"

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> Path:
        from spobet.shipped import find_run

        try:
            return find_run(value)
        except NotFound as error:
            self.fail(str(error), parameter, context)


RUN = _Run()


def progress(
    label: str, length: int | None = None, frames_of: Callable[[Any], int] | None = None
) -> Callable[[Iterable], Iterable]:
    """A bar on stderr over whatever passes through; where that is no terminal, a line at times.

    length: of what passes, None where it knows its own. frames_of: how many frames an item is;
    then frames a second are shown.
    """

    def shown(items: Iterable) -> Iterable:
        start, num_frames = time.perf_counter(), 0

        def rate(_: Any) -> str | None:
            seconds = time.perf_counter() - start
            return f"{num_frames / seconds:,.1f} frames a second" if frames_of else None

        whole = length or (len(items) if isinstance(items, Sized) else None)
        if not sys.stderr.isatty():
            lines = ProgressLines(label, whole)
            for done, item in enumerate(items, 1):
                num_frames += frames_of(item) if frames_of else 0
                yield item
                lines.update(done, rate(item) or "")
            return
        with click.progressbar(
            items, whole, label, file=sys.stderr, show_pos=True, item_show_func=rate
        ) as bar:
            for item in bar:
                num_frames += frames_of(item) if frames_of else 0
                yield item

    return shown
