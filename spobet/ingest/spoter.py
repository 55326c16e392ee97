"""SPOTER's CSV tables as a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from spobet.dataset.manifest import Clip, Manifest
from spobet.errors import UserError
from spobet.files import check_new_folder
from spobet.formats.spoter_csv import SpoterClip, read_labels, read_rows
from spobet.ingest.glosses import one_spelling
from spobet.ingest.report import ImportReport
from spobet.ingest.tables import known
from spobet.ingest.writing import ReadClip, checked, write_clips

_UNLABELLED = "?"  # stands in until the row is reported


def import_spoter(
    tables: Sequence[tuple[str, Path]],
    out: Path,
    licence: str = "",
    progress: Callable[[Iterable[Clip]], Iterable[Clip]] = iter,
) -> ImportReport:
    """Make a data set of SPOTER's tables, each with its split ("" = none), row by row.

    Every row is a clip, its `labels` the gloss. A row that has none, or that is no clip, is left
    out and in the report. UserError where no row can be read or a table is none.
    """
    check_new_folder(out)
    source = " + ".join(path.name for _, path in tables)
    stems = [path.stem for _, path in tables]
    clips = []
    for stem, (split, path) in zip(stems, tables, strict=True):
        name = f"{path.parent.name}/{stem}" if stems.count(stem) > 1 else stem
        for number, label in enumerate(read_labels(path)):
            clips.append(Clip(f"{name}/{number}", label or _UNLABELLED, split=split))
    respelt, notes = one_spelling(Manifest(tuple(clips)).clips)
    rows = ((path, number, row) for _, path in tables for number, row in enumerate(read_rows(path)))
    reading = (_read(clip, *row) for clip, row in zip(progress(respelt), rows, strict=True))
    return write_clips(reading, out, source, licence, notes, tables[0][1])


def _read(clip: Clip, path: Path, number: int, row: SpoterClip | UserError) -> ReadClip:
    where = Path(f"{path}: row {number + 1}")
    if isinstance(row, UserError):
        return ReadClip.failed(clip, where, "corrupt", str(row))
    if clip.gloss == _UNLABELLED:
        return ReadClip.failed(clip, where, "corrupt", f"{where} has no label")
    return checked(replace(clip, signer=known(row.signer)), where, row.pose)
