"""The `spobet` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from spobet.commands import answers, clips, data, figures, serving, training, video
from spobet.commands.arguments import FOLDER
from spobet.extras import ExtraNeeded


class _Commands(click.Group):
    """Turns what a user can mend into one line on stderr and exit status 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            click.echo(
                "\nstopped; the same command goes on from the last whole epoch or clip", err=True
            )
            context.exit(130)
        except ExtraNeeded as error:
            _fail(error)
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
@click.option(
    "--out",
    type=FOLDER,
    default=Path("demo"),
    show_default=True,
    help="Folder for everything the demo makes.",
)
def demo(out: Path) -> None:
    """Synthetic signs: pretrain, train, evaluate, predict; ends in one HTML page."""
    from spobet.demo import run_demo

    click.echo(run_demo(out, say=lambda line: click.echo(line, err=True)))


for room in (data, clips, video, training, figures, answers, serving):
    for command in room.COMMANDS:
        main.add_command(command)
