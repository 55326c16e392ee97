"""Cut a finished run down to a network that comes with the package.

    python experiments/ship.py runs/headline-0 wlasl100-hands classifier.onnx

Copies the named files and what says how they came about (config, vocabulary, run.json) to spobet/weights/NAME; card.md is
written by hand. Paths in the recorded commands lose their folders.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import click

from spobet.runs import RunFolder
from spobet.shipped import FOLDER


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("name")
@click.argument("files", nargs=-1, required=True)
def main(run: Path, name: str, files: tuple[str, ...]) -> None:
    """Ship FILES of RUN as NAME."""
    source, target = RunFolder(run), RunFolder(FOLDER / name)
    record = source.record()
    target.path.mkdir(parents=True, exist_ok=True)
    for file in ("config.toml", "vocabulary.txt", *files):
        shutil.copyfile(run / file, target.path / file)
    words = [Path(word).name if word.startswith("/") else word for word in record.command.split()]
    replace(record, command=" ".join(words)).write(target.record_file)
    size = sum(file.stat().st_size for file in target.path.iterdir()) / 1e6
    click.echo(f"{target.path}: {size:.1f} MB")


if __name__ == "__main__":
    main()
