"""SPOTER's CSV tables as a data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import DatasetWriter
from spobet.errors import UserError
from spobet.files import check_new_folder
from spobet.formats.spoter_csv import read_clips
from spobet.ingest.glosses import one_spelling
from spobet.ingest.report import ImportReport


def import_spoter(tables: Sequence[tuple[str, Path]], out: Path, licence: str = "") -> ImportReport:
    """Make a data set of SPOTER's tables, each with its split ("" = none).

    Every row is a clip, its `labels` the gloss. UserError where a row has none.
    """
    check_new_folder(out)
    clips, poses = [], []
    for split, path in tables:
        for number, row in enumerate(read_clips(path)):
            if not row.label:
                raise UserError(f"{path}: row {number + 1} has no label")
            clips.append(Clip(f"{path.stem}/{number}", row.label, split=split))
            poses.append(row.pose)
    if not clips:
        raise UserError(f"{tables[0][1]}: no clip in it")
    respelt, notes = one_spelling(Manifest(tuple(clips)).clips)
    source, form = " + ".join(path.name for _, path in tables), poses[0]
    with DatasetWriter(out, form.skeleton, form.unit, source, licence) as writer:
        for clip, pose in zip(respelt, poses, strict=True):
            writer.add(clip, pose.in_unit(form.unit))
    return ImportReport(len(clips), len(clips), notes=notes)
