"""Annotations of recordings, out and in: ELAN, WebVTT, SubRip, CSV, JSON Lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spobet.annotations import elan, subtitles, tables
from spobet.annotations.annotation import Annotation as Annotation
from spobet.annotations.annotation import Annotations as Annotations
from spobet.annotations.annotation import Media as Media
from spobet.errors import NotFound, UserError

_READERS = {
    ".vtt": subtitles.read,
    ".srt": subtitles.read,
    ".csv": tables.read_csv,
    ".json": tables.read_json_lines,
    ".jsonl": tables.read_json_lines,
}
_WRITERS = {
    "webvtt": subtitles.webvtt,
    "srt": subtitles.subrip,
    "csv": tables.csv_text,
}


def read_annotations(path: Path, tiers: Sequence[str] = ()) -> Annotations:
    """The annotations of a file, its format known by its suffix.

    tiers: of an ELAN file, the tiers that hold the glosses. UserError for another suffix, and for
    what is not as the suffix says.
    """
    if not path.is_file():
        raise NotFound(f"{path}: no such file of annotations")
    suffix = path.suffix.lower()
    if suffix in elan.SUFFIXES:
        return elan.read(path, tiers)
    if suffix not in _READERS:
        expected = ", ".join((*elan.SUFFIXES, *_READERS))
        raise UserError(f"{path}: no file of annotations, expected one ending in {expected}")
    if tiers:
        raise UserError(f"{path}: has no tiers; only ELAN's files have")
    return _READERS[suffix](path)


def annotations_text(
    annotations: Sequence[Annotation], form: str, out: Path, video: Path | None = None
) -> str:
    """Annotations as text of a format: elan, webvtt, srt or csv.

    out, video: where an ELAN file will lie, and the recording it links.
    """
    if form == "elan":
        return elan.text(annotations, out, video)
    return _WRITERS[form](annotations)
