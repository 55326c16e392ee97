"""The command that makes drawn references of signs."""

from __future__ import annotations

from pathlib import Path

import click

from spobet.commands.arguments import FOLDER, OUT_FILE, progress


@click.command()
@click.argument("data", type=FOLDER)
@click.argument("out", type=OUT_FILE)
@click.option("--split", default="train", show_default=True, help="Split whose clips are averaged.")
@click.option("--frames", default=24, show_default=True, help="Number of frames of each drawing.")
def references(data: Path, out: Path, split: str, frames: int) -> None:
    """Draw each sign as the mean of its clips, for the page to show.

    Example: spobet references data/asl100 runs/asl100/references.npz

    A gloss needs three clips that show the same variant. In a run folder, under the name
    references.npz, `spobet serve` shows them: a moving drawing for every sign.
    """
    from spobet.dataset.references import make_references
    from spobet.dataset.store import Dataset
    from spobet.files import check_new_file

    check_new_file(out)
    made, without = make_references(Dataset.open(data), split, frames, progress("glosses"))
    made.write(out)
    click.echo(f"{out}: {len(made.glosses)} glosses, {out.stat().st_size / 1000:.0f} kB")
    if without:
        click.echo(f"too few clips of {len(without)} glosses: {', '.join(without[:8])}", err=True)
