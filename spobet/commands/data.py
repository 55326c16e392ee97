"""Commands on data sets."""

from __future__ import annotations

from pathlib import Path

import click

from spobet.commands.arguments import FILE, FOLDER, OUT_FILE, PATH, progress
from spobet.commands.published import ImportGroup


@click.command()
@click.argument("out", type=FOLDER)
@click.option(
    "--glosses", type=click.IntRange(1), default=20, show_default=True, help="Number of signs."
)
@click.option(
    "--signers",
    type=click.IntRange(1),
    default=24,
    show_default=True,
    help="Number of signers; each appears in one split only.",
)
@click.option(
    "--takes",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="Number of clips of each sign by each signer.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Seed of signs, signers and clips.",
)
def synthesize(out: Path, glosses: int, signers: int, takes: int, seed: int) -> None:
    """Make a data set of synthetic signs.

    Example: spobet synthesize data/synthetic
    """
    from spobet.ingest.synthetic import synthesize

    manifest = synthesize(out, glosses, signers, takes, seed, progress=progress("clips"))
    click.echo(f"{out}: {len(manifest)} clips of {len(manifest.vocabulary)} glosses")


@click.group(name="import", cls=ImportGroup)
def import_() -> None:
    """Make a data set from landmarks or a published data set.

    Example: spobet import clips clips.csv data/mine
    """


@import_.command(name="wlasl")
@click.argument("poses", type=PATH)
@click.argument("splits", type=FILE, nargs=-1, required=True)
@click.argument("out", type=FOLDER)
@click.option("--class-list", type=FILE, help="File with the class names of an nslt_*.json split.")
def import_wlasl_(
    poses: Path, splits: tuple[Path, ...], out: Path, class_list: Path | None
) -> None:
    """Import WLASL's OpenPose folders and split files.

    Example: spobet import wlasl poses asl100.json data/asl100

    POSES is the folder that holds the clip folders, or a .zip of it.
    """
    from spobet.ingest.wlasl import import_wlasl

    report = import_wlasl(poses, splits, out, class_list, progress=progress("clips"))
    click.echo(f"{out}: {report.summary()}")


@import_.command(name="npz")
@click.argument("file", type=FILE)
@click.argument("out", type=FOLDER)
@click.option("--licence", default="", help="Terms under which the clips may be used.")
def import_npz(file: Path, out: Path, licence: str) -> None:
    """Import packed arrays from one .npz file.

    Example: spobet import npz clips.npz data/clips
    """
    from spobet.ingest.packed import import_packed

    report = import_packed(file, out, licence, progress=progress("clips"))
    click.echo(f"{out}: {report.summary()}")


@import_.command(name="clips")
@click.argument("source", type=PATH)
@click.argument("out", type=FOLDER)
@click.option("--licence", default="", help="Terms under which the clips may be used.")
def import_clips_(source: Path, out: Path, licence: str) -> None:
    """Import your own clips, in any format that spobet reads.

    Example: spobet import clips clips.csv data/mine

    SOURCE is a CSV file with the columns path and gloss (and id, signer and split, if you have
    them), or a folder with one subfolder per gloss.
    """
    from spobet.ingest.custom import import_clips

    report = import_clips(
        source, out, licence, progress("clips"), say=lambda line: click.echo(line, err=True)
    )
    click.echo(f"{out}: {report.summary()}")


@import_.command(name="elan")
@click.argument("source", type=PATH)
@click.argument("out", type=FOLDER)
@click.option(
    "--tier",
    "tiers",
    multiple=True,
    help='Tier that holds the glosses (default: "gloss", or the only one); repeat for several.',
)
@click.option("--licence", default="", help="Terms under which the clips may be used.")
def import_elan_(source: Path, out: Path, tiers: tuple[str, ...], licence: str) -> None:
    """Import the annotated signs of recordings as clips.

    Example: spobet import elan recordings data/mine --tier gloss

    SOURCE is an .eaf file or a folder of them. Landmarks of the same name beside it are read, or
    else its video.
    """
    from spobet.ingest.annotated import import_annotated

    report = import_annotated(source, out, tiers, licence, progress=progress("files"))
    click.echo(f"{out}: {report.summary()}")


@import_.command(name="spoter")
@click.argument("out", type=FOLDER)
@click.option(
    "--train",
    type=FILE,
    multiple=True,
    help="Table of training clips; repeat the option for several.",
)
@click.option("--val", type=FILE, multiple=True, help="Table of validation clips.")
@click.option("--test", type=FILE, multiple=True, help="Table of test clips.")
@click.option("--licence", default="", help="Terms under which the clips may be used.")
def import_spoter_(
    out: Path, train: tuple[Path, ...], val: tuple[Path, ...], test: tuple[Path, ...], licence: str
) -> None:
    """Import SPOTER's CSV tables.

    Example: spobet import spoter data/mine --train train.csv --test test.csv
    """
    from spobet.ingest.spoter import import_spoter

    tables = [
        (split, path)
        for split, paths in (("train", train), ("val", val), ("test", test))
        for path in paths
    ]
    if not tables:
        raise click.UsageError("name at least one table with --train, --val or --test")
    report = import_spoter(tables, out, licence, progress("clips"))
    click.echo(f"{out}: {report.summary()}")


@click.command()
@click.argument("dataset", type=PATH)
@click.option("--html", type=OUT_FILE, help="Also write an HTML page with plots.")
def info(dataset: Path, html: Path | None) -> None:
    """Summarise a data set: clips, signers, frames and leaks.

    Example: spobet info data/asl100
    """
    from spobet.reports.data_set import describe

    click.echo(describe(dataset, html))


@click.command()
@click.argument("dataset", type=PATH)
@click.argument("out", type=FOLDER)
@click.option("--val", default=0.15, show_default=True, help="Share of validation clips.")
@click.option("--test", default=0.2, show_default=True, help="Share of test clips.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Seed of the assignment.",
)
def split(dataset: Path, out: Path, val: float, test: float, seed: int) -> None:
    """Make new splits that share no signer.

    Example: spobet split data/hands data/hands-signers

    Where fewer than three signers are known, the clips of each gloss are divided instead.
    """
    from spobet.dataset.resplit import resplit, write_resplit
    from spobet.dataset.store import Dataset
    from spobet.files import check_new_folder

    check_new_folder(out)
    source = Dataset.open(dataset)
    dealt = resplit(source, (val, test), seed)
    write_resplit(source, dealt, out, progress=progress("clips"))
    click.echo(f"{out}:\n{dealt.summary()}")


@click.command()
@click.argument("dataset", type=PATH)
@click.option("--html", type=OUT_FILE, help="Also write an HTML page with the clips drawn.")
def audit(dataset: Path, html: Path | None) -> None:
    """Find leaks, duplicates and outliers in a data set.

    Example: spobet audit data/hands --html audit.html
    """
    from spobet.reports.audit import audit_data_set

    click.echo(audit_data_set(dataset, html))
