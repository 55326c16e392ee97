"""Commands on single clips."""

from pathlib import Path

import click

from spobet.commands.arguments import FILE, OUT_FILE, PATH


@click.command()
@click.argument("clip", type=PATH)
@click.argument("out", type=click.Path(path_type=Path))
def convert(clip: Path, out: Path) -> None:
    """Convert the landmarks of a clip to another file format.

    Example: spobet convert 69241 69241.pose

    The suffix of OUT names the format: .pose, .npz (packed arrays), .csv (SPOTER), or none for
    an OpenPose folder.
    """
    from spobet.formats import check_new, read, recognise, write

    check_new(out)
    click.echo(f"{clip}: {recognise(clip)}", err=True)
    pose = read(clip)
    write(pose, out)
    click.echo(f"{out}: {len(pose)} frames of {len(pose.skeleton)} landmarks")


@click.command()
@click.argument("clip")
@click.argument("out", type=OUT_FILE)
@click.option("--data", type=PATH, help="Data set in which CLIP is an id; without it, a path.")
@click.option(
    "--frames",
    default=8,
    show_default=True,
    help="Number of frames to draw side by side; 0 animates all of them.",
)
@click.option("--height", default=240, show_default=True, help="Height of the drawing in pixels.")
@click.option(
    "--video",
    type=FILE,
    help="Draw over the pictures of this video; CLIP must have one frame per picture.",
)
def show(
    clip: str, out: Path, data: Path | None, frames: int, height: int, video: Path | None
) -> None:
    """Draw the landmarks of a clip as SVG or PNG.

    Example: spobet show 69241 strip.svg

    Frames are drawn side by side; --frames 0 writes an animation of all of them instead (SVG).
    """
    if video and not frames:
        raise click.UsageError(
            "--frames 0 has no pictures; give the number of frames to draw over --video"
        )
    is_png = out.suffix.lower() == ".png"
    if is_png and not frames:
        raise click.UsageError("--frames 0 is an animation: name an .svg file, or give --frames")
    from spobet.dataset.store import Dataset
    from spobet.files import write_whole
    from spobet.formats import read, recognise
    from spobet.reports.png import png_of
    from spobet.reports.skeletons import (
        moving_skeleton,
        shown_frames,
        skeleton_strip,
        strip_over_pictures,
    )

    pose = Dataset.open(data).pose(clip) if data else read(clip)
    if video:
        from spobet.video.pictures import pictures_of

        drawn = strip_over_pictures(
            pose, pictures_of(video, shown_frames(pose, frames).tolist(), height), height
        )
    else:
        drawn = skeleton_strip(pose, frames, height) if frames else moving_skeleton(pose, height)
    write_whole(out, png_of(drawn) if is_png else drawn)
    source = f"of {data}" if data else recognise(clip).format
    click.echo(f"{out}: {clip}, {source}, {len(pose)} frames")
