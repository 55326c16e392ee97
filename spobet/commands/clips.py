"""Commands on single clips."""

from pathlib import Path

import click

from spobet.commands.arguments import FILE, OUT_FILE, PATH


@click.command()
@click.argument("clip", type=PATH)
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
@click.argument("clip", type=PATH)
@click.argument("out", type=OUT_FILE)
@click.option(
    "--frames",
    default=8,
    show_default=True,
    help="How many frames side by side; 0 plays them all, one after the other.",
)
@click.option("--height", default=240, show_default=True, help="Pixels.")
@click.option(
    "--video",
    type=FILE,
    help="Draw them over the pictures of this video, of which CLIP has a frame each.",
)
def show(clip: Path, out: Path, frames: int, height: int, video: Path | None) -> None:
    """Draw the landmarks of a clip: spobet show 69241 strip.svg, or moving: spobet show 69241 clip.svg --frames 0"""
    if video and not frames:
        raise click.UsageError(
            "--frames 0 moves without pictures; name how many to draw over --video"
        )
    from spobet.files import write_whole
    from spobet.formats import read, recognise
    from spobet.reports.skeletons import (
        moving_skeleton,
        shown_frames,
        skeleton_strip,
        strip_over_pictures,
    )

    pose = read(clip)
    if video:
        from spobet.video.pictures import pictures_of

        drawn = strip_over_pictures(
            pose, pictures_of(video, shown_frames(pose, frames).tolist(), height), height
        )
    else:
        drawn = skeleton_strip(pose, frames, height) if frames else moving_skeleton(pose, height)
    write_whole(out, drawn)
    click.echo(f"{out}: {clip}, {recognise(clip).format}, {len(pose)} frames")
