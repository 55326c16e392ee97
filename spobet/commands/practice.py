"""The command that compares a take with the reference of a sign."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from spobet.commands.answers import JSON, SIZE, warnings_as_lines
from spobet.commands.arguments import OUT_FILE, PATH, RUN


@click.command()
@click.argument("run", type=RUN)
@click.argument("gloss")
@click.argument("clip", type=PATH)
@SIZE
@click.option("--html", type=OUT_FILE, help="Also draw the take over the reference in this page.")
@JSON
def practice(
    run: Path,
    gloss: str,
    clip: Path,
    size: tuple[int, int] | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Compare a take of a sign with its drawn reference.

    Example: spobet practice wlasl2000-hands book take.npz --html book.html

    It says in what they differ: handshape, orientation, movement, place, number of hands. 1 is the
    difference that four of five recordings of one sign stay below. It is a comparison, no grade.
    """
    from spobet.files import write_whole
    from spobet.formats import read
    from spobet.recognition.practice import Standard, practise
    from spobet.recognition.recognizer import load
    from spobet.reports.practice import practice_page
    from spobet.runs import RunFolder

    with warnings_as_lines():
        pose = read(clip)
        if size and pose.size is None:
            pose = replace(pose, size=size)
        compared = practise(Standard.read(RunFolder(run)), load(run), gloss, pose)
    if html:
        write_whole(html, practice_page(clip.name, compared))
    found = json.dumps(compared.to_json(), ensure_ascii=False) if as_json else compared
    click.echo(found)
