"""Tables as systems write them: separators, decimal commas, blank rows, cells that hang over."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from spobet.errors import UserError

_SEPARATORS = ",;\t|"  # spreadsheets write ; where numbers have a decimal comma
_HINT = "sep="  # a first line that names the separator to a spreadsheet
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)")


def num_lines(content: bytes) -> int:
    """How many line ends of any system there are."""
    return content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text with their ends, one at a time, ends of any system."""
    return (match[0] for match in _LINE.finditer(text))


def csv_rows(lines: Iterable[str], max_values: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table that hold anything, the header first, each with its last line's number.

    The separator is the commonest of its kind in the header. Empty cells beyond the header's
    columns are dropped, as is a first line that names the separator. max_values: of a row,
    separators in quotes counted too. UserError for a row of more, before it fills the memory;
    csv.Error for what is no table.
    """
    remaining = enumerate(lines)
    hints = (_HINT, f'"{_HINT}')
    begun = (one for one in remaining if one[1].strip() and not one[1].lower().startswith(hints))
    num_before, header = next(begun, (0, ""))
    separator = max(_SEPARATORS, key=header.count)  # the first of equals
    num_values = 0

    def counted() -> Iterator[str]:
        nonlocal num_values
        for line in chain([header], (line for _, line in remaining)):
            num_values += line.count(separator) + 1
            if num_values > max_values:
                found = f"{num_values:,} columns or lines in one row"
                raise UserError(f"{found}, expected at most {max_values:,}")
            yield line

    rows = csv.reader(counted(), delimiter=separator)
    width = 0
    for row in rows:
        num_values = 0
        if any(row):
            width = width or len(row)
            while len(row) > width and not row[-1].strip():
                row.pop()
            yield num_before + rows.line_num, row


def header_names(head: bytes) -> list[str]:
    """The names of a table's columns, from a file's first bytes as `head_of` gives them."""
    rows = csv_rows(lines_of(head.decode("utf-8", errors="replace")), len(head) + 1)
    try:
        return [name.strip() for name in next(rows, (0, []))[1]]
    except csv.Error:
        return []


def check_columns(names: Sequence[str]) -> None:
    """UserError where a column that has a name stands twice: which one counts, nobody knows."""
    twice = [name for place, name in enumerate(names) if name and name in names[:place]]
    if twice:
        raise UserError(f"column {twice[0]!r} stands twice")


def decimal(cell: str) -> float:
    """The number in a cell, with a decimal point or comma; ValueError where it is none."""
    return float(cell.replace(",", "."))
