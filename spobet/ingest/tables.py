"""Tables that list clips: CSV in whatever encoding and with whatever separator a system writes."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields
from pathlib import Path

from spobet.dataset.manifest import Clip
from spobet.errors import UserError
from spobet.formats import traits

ALIASES = {
    **{"sign": "gloss", "label": "gloss", "participant_id": "signer", "signer_id": "signer"},
    **{"sequence_id": "id", "video_id": "id", "file": "path", "clip": "path"},
}
NUMBERS = ("frame_start", "frame_end")
FACTS = tuple(field.name for field in fields(Clip))
_SEPARATORS = ",;\t|"  # spreadsheets write ; where numbers have a decimal comma


@dataclass(frozen=True)
class Row:
    """One line of a table: its values by column, and file and line for messages."""

    values: dict[str, str]
    where: str


def read_table(path: Path, aliases: dict[str, str] = ALIASES) -> tuple[list[str], list[Row]]:
    """The columns of a CSV, by their usual names, and its lines.

    UTF-8, UTF-16 or Windows-1252; separated by commas, semicolons, tabs or bars. aliases: other
    names of columns. Columns without name and content are left out. UserError for a line of more or
    fewer values than columns, and for what is no table.
    """
    text = traits.decode(path.read_bytes())
    separator = max(_SEPARATORS, key=text.partition("\n")[0].count)  # the first of equals
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        numbered = [(lines.line_num, line) for line in lines if any(line)]
    except csv.Error as error:
        raise UserError(f"{path}: not a CSV ({error})") from error
    if not numbered:
        raise UserError(f"{path}: empty, expected a CSV with a header")
    (_, header), *numbered = numbered
    names = [aliases.get(name, name) for name in (cell.strip().lower() for cell in header)]
    while (
        names and not names[-1] and not any("".join(line[len(names) - 1 :]) for _, line in numbered)
    ):
        names.pop()
    rows = []
    for number, line in numbered:
        where = f"{path}:{number}"
        if len(line) < len(names) or any(line[len(names) :]):
            raise UserError(f"{where}: more or fewer values than columns")
        values = [cell.strip() for cell in line]
        rows.append(Row(dict(zip(names, values, strict=False)), where))
    return names, rows


def clip_of_row(row: Row, gloss: str = "") -> tuple[Clip, str]:
    """The clip of a line and its path, "" where it has none.

    Without an id, the path without suffix is the id. gloss: where the line names none. UserError
    says what is wrong, and where.
    """
    try:
        facts = {name: value for name, value in row.values.items() if value and name in FACTS}
        path = traits.forward_slashes(row.values.get("path", ""))
        facts.setdefault("id", Path(path).with_suffix("").as_posix() if path else "")
        facts.setdefault("gloss", gloss)
        numbers = {name: int(facts[name]) for name in NUMBERS if name in facts}
        return Clip(**{**facts, **numbers}), path  # type: ignore[arg-type]
    except ValueError as error:
        raise UserError(f"{row.where}: {error}") from error
