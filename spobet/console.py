"""What every command shares: how it reads paths and runs, shows its progress and refuses."""

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

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Path:
        from spobet.shipped import find_run

        try:
            return find_run(value)
        except FileNotFoundError as error:
            self.fail(str(error), parameter, context)


RUN = _Run()


class Commands(click.Group):
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


def progress(label: str) -> Callable[[Iterable], Iterable]:
    """A bar on stderr around what is iterated."""

    def shown(items: Iterable) -> Iterable:
        with click.progressbar(items, label=label, file=sys.stderr, show_pos=True) as bar:
            yield from bar

    return shown
