"""Tables that list clips: CSV in whatever encoding and with whatever separator a system writes."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from spobet.dataset.manifest import Clip
from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.delimited import csv_rows, lines_of, num_lines
from spobet.formats.text import naming, read_bounded
from spobet.ingest.spreadsheet import is_workbook, read_workbook

_SPELLINGS = {
    "gloss": "sign label word class text",
    "signer": "signer_id signerid participant participant_id user person subject",
    "id": "sequence_id video_id clip_id",
    "path": "file clip filename file_name file_path filepath video_path",
    "split": "subset partition",
}
ALIASES = {other: name for name, others in _SPELLINGS.items() for other in others.split()}
_SPLITS = {"training": "train", "testing": "test"}
_SPLITS |= dict.fromkeys(("validation", "valid", "dev"), "val")
_UNKNOWN = {"", "-1", "nan", "none", "null", "n/a", "unknown"}  # as others write what is not known
_WHOLE = re.compile(r"(-?\d+)\.0+")
NUMBERS = ("frame_start", "frame_end")
FACTS = tuple(field.name for field in fields(Clip))
_MAX_COLUMNS = 1000  # a table of clips has ten; more are some other file
_MAX_NAME = 300  # letters of a column's
_MAX_ROWS, _MAX_CELLS = 300_000, 2_500_000  # the largest published lists have 100,000 clips


@dataclass(frozen=True)
class Row:
    """One line of a table: its values by column, and file and line for messages."""

    values: dict[str, str]
    where: str


def known(text: str) -> str:
    """A fact as text, "" for what stands for unknown; whole numbers as `whole` has them."""
    text = whole(text.strip())
    return "" if text.lower() in _UNKNOWN else text


def whole(text: str) -> str:
    """A whole number as such: 3.0 is 3, as tables with gaps write it. Other text as it is."""
    match = _WHOLE.fullmatch(text)
    return match[1] if match else text


def split_named(text: str) -> str:
    """The split that a word means, whatever its capitals; other words as they are."""
    name = known(text).lower()
    return _SPLITS.get(name, name)


def read_table(path: Path, aliases: dict[str, str] = ALIASES) -> tuple[list[str], list[Row]]:
    """The columns of a CSV or .xlsx, by their usual names, and its lines.

    UTF-8, UTF-16 or Windows-1252; separated by commas, semicolons, tabs or bars. aliases: other
    names of columns. Columns without name and content are left out. UserError for a line of more or
    fewer values than columns, and for what is no table.
    """
    content = read_bounded(path)
    if is_workbook(content):
        numbered = read_workbook(path)
        width = max((len(line) for _, line in numbered), default=0)
        numbered = [(number, line + [""] * (width - len(line))) for number, line in numbered]
    else:
        with naming(path):
            numbered = _csv_lines(content)
    if not numbered:
        raise UserError(f"{path}: empty, expected a CSV with a header")
    (_, header), *numbered = numbered
    if max(map(len, header)) > _MAX_NAME:
        raise UserError(f"{path}: names of over {_MAX_NAME} letters, expected a table of clips")
    names = [cell.strip().lower() for cell in header]
    for place, name in enumerate(names):
        usual = aliases.get(name, name)
        names[place] = name if usual in names else usual  # path beside video: path is the path
    width = max((_width(line) for _, line in numbered), default=0)
    while len(names) > width and not names[-1]:
        names.pop()
    rows = []
    for number, line in numbered:
        where = f"{path}:{number}"
        if len(line) < len(names) or any(line[len(names) :]):
            raise UserError(f"{where}: more or fewer values than columns")
        values = [cell.strip() for cell in line]
        rows.append(Row(dict(zip(names, values, strict=False)), where))
    return names, rows


def _csv_lines(content: bytes) -> list[tuple[int, list[str]]]:
    """The lines that hold anything, each with its number."""
    if num_lines(content) > _MAX_ROWS:
        raise UserError(f"{num_lines(content):,} lines, expected at most {_MAX_ROWS:,}")
    found, num_cells = [], 0
    try:
        for number, line in csv_rows(lines_of(traits.decode(content)), _MAX_COLUMNS):
            num_cells += len(line)
            if num_cells > _MAX_CELLS:
                raise UserError(f"over {_MAX_CELLS:,} cells, expected a table of clips")
            found.append((number, line))
    except csv.Error as error:
        raise UserError(f"not a CSV ({error})") from error
    return found


def _width(line: Sequence[str]) -> int:
    """How many cells there are up to the last that holds anything."""
    return next((place for place in range(len(line), 0, -1) if line[place - 1]), 0)


def class_names(names: Mapping[int, str]) -> dict[int, str]:
    """The names of classes by number; one that several have, be it in other capitals, with it.

    Glosses that differ in capitals or blanks alone are one gloss (`glosses`); classes are not.
    """
    spelt = Counter(" ".join(name.split()).casefold() for name in names.values())
    return {
        number: name if spelt[" ".join(name.split()).casefold()] == 1 else f"{name} ({number})"
        for number, name in names.items()
    }


def unused_note(columns: list[str], used: Sequence[str]) -> tuple[str, ...]:
    """A note on the columns of a table that are not used, none where all are."""
    unused = ", ".join(name for name in columns if name and name not in used)
    return (f"columns that are not used: {unused}",) if unused else ()


def clip_of_row(row: Row, gloss: str = "") -> tuple[Clip, str]:
    """The clip of a line and its path, "" where it has none.

    Without an id, the path without suffix is the id. gloss: where the line names none. UserError
    says what is wrong, and where.
    """
    try:
        facts = {name: value for name, value in row.values.items() if value and name in FACTS}
        path = traits.forward_slashes(row.values.get("path", ""))
        facts |= {name: whole(facts[name]) for name in ("id", *NUMBERS) if name in facts}
        facts.setdefault("id", Path(path).with_suffix("").as_posix() if path else "")
        facts.setdefault("gloss", gloss)
        facts |= {name: known(facts[name]) for name in ("signer", "variation") if name in facts}
        facts["split"] = split_named(facts.get("split", ""))
        numbers = {name: int(facts[name]) for name in NUMBERS if name in facts}
        return Clip(**{**facts, **numbers}), path  # type: ignore[arg-type]
    except ValueError as error:
        raise UserError(f"{row.where}: {error}") from error
