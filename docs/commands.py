"""Print docs/commands.md, the help of every command: python docs/commands.py > docs/commands.md"""

from __future__ import annotations

from collections.abc import Iterator

import click

from spobet.cli import main

WIDTH = 120


def page() -> str:
    """The whole page as Markdown."""
    sections = (f"## {name}\n\n```\n{text}\n```\n" for name, text in helps(main, "spobet", None))
    return "# Commands\n\nMade by `python docs/commands.py`; a test keeps it true.\n\n" + "\n".join(
        sections
    )


def helps(
    command: click.Command, name: str, parent: click.Context | None
) -> Iterator[tuple[str, str]]:
    """(full name, help text) of a command and of all below it."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from helps(found, below, context)


if __name__ == "__main__":
    print(page(), end="")
