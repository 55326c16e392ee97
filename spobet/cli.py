"""The `spobet` command."""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from spobet.commands import SECTIONS
from spobet.errors import UserError

FORMER = {"check": "audit", "restore": "reconstruct"}  # names of commands in version 0.1


class _Commands(click.Group):
    """Lists commands by section; turns what a user can mend into one line and exit status 2."""

    def invoke(self, context: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # no answer is lost to an old code page
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            line = "stopped; the same command goes on from the last whole epoch or clip"
            click.echo(f"\n{line}", err=True)
            context.exit(130)
        except UserError as error:
            _fail(str(error))
        except OSError as error:
            if error.errno is None:  # not the operating system's word: a fault of ours
                raise
            _fail(str(error))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, FORMER.get(name, name))

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            limit = formatter.width - 6 - max(len(str(command.name)) for command in commands)
            rows = [(str(command.name), command.get_short_help_str(limit)) for command in commands]
            with formatter.section(title):
                formatter.write_dl(rows)


def _fail(message: str) -> None:
    click.echo("spobet: " + " ".join(message.split()), err=True)
    sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="spobet")
def main() -> None:
    """Recognise single signs from body landmarks: pose in, gloss out."""


for section in SECTIONS.values():
    for member in section:
        main.add_command(member)
