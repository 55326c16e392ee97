"""The command that brings the table of how signs are made."""

from __future__ import annotations

from pathlib import Path

import click

from spobet.commands.arguments import OUT_FILE


@click.command()
@click.argument("path", type=OUT_FILE, required=False)
@click.option("--accept-licence", is_flag=True, help="Accept the terms without being asked.")
def lexicon(path: Path | None, accept_licence: bool) -> None:
    """Bring the table of how signs are made, ASL-LEX 2.0, or show its terms.

    Example: spobet lexicon data/asl-lex.csv
    """
    from spobet.ingest.lexicon import ADDRESS, TERMS, fetch_lexicon

    click.echo(f"{ADDRESS}\n\n{TERMS}", err=path is not None)
    if path is None:
        return
    if not accept_licence and not click.confirm("Do you accept the terms?", err=True):
        raise click.UsageError("nothing is downloaded unless the terms are accepted")
    count, digest = fetch_lexicon(path)
    click.echo(f"{path}: {count:,} signs, SHA-256 {digest}")
