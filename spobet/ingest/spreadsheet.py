"""The cells of an Excel workbook's first sheet (.xlsx), for tables that are published as such."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from spobet.errors import UserError
from spobet.formats.arrays import DAMAGED_ZIP
from spobet.formats.text import MAX_BYTES, check_xml_size

_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml", re.IGNORECASE)
_TEXTS = "xl/sharedStrings.xml"
_LETTERS = re.compile(r"[A-Z]{1,3}")
_MAX_COLUMNS = 1000  # a table of clips has ten


def is_workbook(content: bytes) -> bool:
    """Whether a file's content may be an .xlsx: it is a .zip."""
    return content.startswith(b"PK\3\4")


def read_workbook(path: Path) -> list[tuple[int, list[str]]]:
    """The rows of the first sheet that hold anything, each with its number; cells as text.

    UserError for what is no .xlsx, is damaged or over MAX_BYTES unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            sheets = {int(match[1]): match[0] for match in map(_SHEET.fullmatch, names) if match}
            if not sheets:
                raise ValueError("no sheet in it")
            texts = _parsed(archive, _TEXTS) if _TEXTS in names else ElementTree.Element("none")
            sheet = _parsed(archive, sheets[min(sheets)])
        shared = ["".join(item.itertext()) for item in texts]
        rows = (_cells(row, shared) for row in sheet.iter() if row.tag.endswith("}row"))
        return [(number, cells) for number, cells in enumerate(rows, start=1) if any(cells)]
    except (*DAMAGED_ZIP, ElementTree.ParseError, ValueError, KeyError, IndexError) as error:
        raise UserError(f"{path}: not an .xlsx that can be read ({error})") from error


def _parsed(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    size = archive.getinfo(name).file_size
    if size > MAX_BYTES:
        raise ValueError(f"{name} has {size:,} bytes, expected at most {MAX_BYTES:,}")
    content = archive.read(name)
    check_xml_size(content)
    return ElementTree.fromstring(content)


def _cells(row: ElementTree.Element, shared: list[str]) -> list[str]:
    """The texts of a row up to its last cell; cells that are absent are empty."""
    cells: list[str] = []
    for cell in row:
        letters = _LETTERS.match(cell.get("r", ""))
        column = len(cells)
        if letters:
            column = 0
            for letter in letters[0]:
                column = 26 * column + ord(letter) - ord("A") + 1
            column -= 1
        if not len(cells) <= column < _MAX_COLUMNS:
            raise ValueError(f"cell {cell.get('r')} where column {len(cells) + 1} is expected")
        text = "".join(cell.itertext())
        if cell.get("t") == "s":
            text = shared[int(text)]
        cells += [""] * (column - len(cells)) + [text]
    return cells
