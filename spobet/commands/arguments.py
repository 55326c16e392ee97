"""What the commands' arguments may be, and how their progress is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ANY = click.Path(exists=True, path_type=Path)
OUT_FILE = click.Path(dir_okay=False, path_type=Path)


class _Run(click.ParamType):
    """A run folder, or the name of a network that comes with the package."""

    name = "run"

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> Path:
        from spobet.shipped import find_run

        try:
            return find_run(value)
        except FileNotFoundError as error:
            self.fail(str(error), parameter, context)


RUN = _Run()


def progress(label: str) -> Callable[[Iterable], Iterable]:
    """A bar on stderr over whatever passes through."""

    def shown(items: Iterable) -> Iterable:
        with click.progressbar(items, label=label, file=sys.stderr, show_pos=True) as bar:
            yield from bar

    return shown
