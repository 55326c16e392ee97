"""Commands on single clips."""

from pathlib import Path

import click

from spobet.commands.arguments import ANY, OUT_FILE


@click.command()
@click.argument("clip", type=ANY)
@click.argument("out", type=click.Path(path_type=Path))
def convert(clip: Path, out: Path) -> None:
    """Rewrite the landmarks of a clip in another form: spobet convert 69241 69241.pose

    The suffix of OUT names the form: .pose, .npz (packed arrays), .csv (SPOTER), none for an OpenPose folder."""
    from spobet.formats import read, recognise, write

    click.echo(f"{clip}: {recognise(clip)}", err=True)
    pose = read(clip)
    write(pose, out)
    click.echo(f"{out}: {len(pose)} frames of {len(pose.skeleton)} landmarks")


@click.command()
@click.argument("clip", type=ANY)
@click.argument("out", type=OUT_FILE)
@click.option("--frames", default=8, show_default=True, help="How many frames side by side; 0 plays them all, one after the other.")
@click.option("--height", default=240, show_default=True, help="Pixels.")
def show(clip: Path, out: Path, frames: int, height: int) -> None:
    """Draw the landmarks of a clip: spobet show 69241 strip.svg, or moving: spobet show 69241 clip.svg --frames 0"""
    from spobet.evaluation.draw import moving_skeleton, skeleton_strip
    from spobet.files import write_whole
    from spobet.formats import read, recognise

    pose = read(clip)
    write_whole(out, skeleton_strip(pose, frames, height) if frames else moving_skeleton(pose, height))
    click.echo(f"{out}: {clip}, {recognise(clip).format}, {len(pose)} frames")


COMMANDS = (convert, show)
