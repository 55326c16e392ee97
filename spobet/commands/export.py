"""The commands that give networks away: to apps, and to a model hub."""

from __future__ import annotations

from pathlib import Path

import click

from spobet.commands.arguments import FOLDER, PATH, RUN, SPLITS


@click.command()
@click.argument("run", type=RUN)
@click.argument("out", type=FOLDER)
@click.option("--data", type=PATH, help="Measure the accuracy of each file on this data set.")
@SPLITS
@click.option(
    "--litert", is_flag=True, help="Also write a LiteRT file (needs Keras on TensorFlow)."
)
def export(run: Path, out: Path, data: Path | None, splits: tuple[str, ...], litert: bool) -> None:
    """Export a network as ONNX in 32-, 16- and 8-bit weights.

    Example: spobet export wlasl100-hands exported --data data/hands
    """
    from spobet.recognition.quantize import export

    writer = None
    if litert:
        from spobet.model.litert import write_litert

        writer = write_litert
    for written in export(run, out, data, splits, writer):
        click.echo(written)


@click.command()
@click.argument("run", type=RUN)
@click.argument("address")
@click.option("--private", is_flag=True, help="Make the repository private, if it is a new one.")
def push(run: Path, address: str, private: bool) -> None:
    """Push a run to a model hub, with its card.

    Example: spobet push runs/mine hf://owner/mine

    Card, ONNX and Keras network, vocabulary and record are pushed. Load it by the same address:
    spobet predict hf://owner/mine clip.npz
    """
    from spobet.hub.address import HubAddress
    from spobet.hub.push import push_run

    click.echo(push_run(run, HubAddress.parse(address), private))
