"""Annotations as a CSV table, and as the lines of JSON that `spobet spot --json` prints."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from spobet.annotations.annotation import Annotation, Annotations
from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.delimited import csv_rows, lines_of
from spobet.formats.text import naming, read_bounded

_MAX_COLUMNS = 1000  # it has five
_COLUMNS = ("start", "stop", "gloss", "confidence", "accepted")


def csv_text(annotations: Iterable[Annotation]) -> str:
    """A CSV with the columns start and stop (seconds), gloss, confidence and accepted (1 or 0)."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_COLUMNS)
    for one in annotations:
        confidence = "" if one.confidence is None else f"{one.confidence:.3f}"
        span = (f"{one.start:.3f}", f"{one.stop:.3f}")
        table.writerow((*span, one.gloss, confidence, int(one.accepted)))
    return out.getvalue()


def read_csv(path: Path) -> Annotations:
    """What `csv_text` writes; confidence and accepted may be absent. UserError names the line."""
    found = []
    with naming(path):
        rows = csv_rows(lines_of(traits.decode(read_bounded(path))), _MAX_COLUMNS)
        try:
            _, columns = next(rows, (1, []))
            if not set(_COLUMNS[:3]) <= set(columns):
                given = ", ".join(columns) or "none"
                raise UserError(f"{path}: columns {given}, expected {', '.join(_COLUMNS)}")
            for number, cells in rows:
                with naming(Path(f"{path}:{number}")):
                    found.append(_annotation(dict(zip(columns, cells, strict=False))))
        except csv.Error as error:
            raise UserError(f"not a CSV ({error})") from error
    return Annotations(tuple(found))


def _annotation(row: dict[str, str]) -> Annotation:
    """The annotation of a row; UserError for one that is none."""
    try:
        return Annotation(
            float(row["start"]),
            float(row["stop"]),
            row["gloss"],
            float(row["confidence"]) if row.get("confidence") else None,
            row.get("accepted") != "0",
        )
    except (KeyError, ValueError) as error:
        raise UserError(str(error)) from error


def read_json_lines(path: Path) -> Annotations:
    """The best answer of every line that `spobet spot --json` prints; UserError names the line."""
    found = []
    lines = traits.decode(read_bounded(path)).splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            sign = json.loads(line)
            (start, stop), best = sign["seconds"], sign["answers"][0]
            found.append(
                Annotation(start, stop, best["gloss"], sign["confidence"], sign["accepted"])
            )
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise UserError(
                f"{path}:{number}: not a spotted sign as `spobet spot --json` prints it ({error})"
            ) from error
    return Annotations(tuple(found))
