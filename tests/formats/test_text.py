"""Claims about text and tables that are read in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from spobet.errors import UserError
from spobet.formats.text import check_xml_size, csv_rows, lines_of, num_lines


def endless(line: str) -> Iterator[str]:
    """A line many times; who reads a hundred of them reads without bound."""
    for _ in range(100):
        yield line
    pytest.fail("read on after the row was too long")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(end: str) -> None:
    text = end.join(["a,b", "", "c,d"])
    assert list(csv_rows(lines_of(text), 9)) == [(1, ["a", "b"]), (3, ["c", "d"])]
    assert num_lines(text.encode()) == 2


def test_a_quoted_line_end_belongs_to_its_cell() -> None:
    assert list(csv_rows(lines_of('a;"b\nc"\nd'), 9, ";")) == [(2, ["a", "b\nc"]), (3, ["d"])]


@pytest.mark.parametrize("line", ["a,b,c,d\n", "a\n", 'b","c\n'])
def test_a_row_of_too_many_columns_or_lines_is_refused_before_it_is_read(line: str) -> None:
    begun = (text for lines in (['x,"'], endless(line)) for text in lines)
    with pytest.raises(UserError, match="columns or lines in one row, expected at most 20"):
        list(csv_rows(begun, 20))


def test_as_many_columns_as_are_allowed_are_read() -> None:
    assert list(csv_rows(["a,b,c\n"] * 3, 3)) == [(row, ["a", "b", "c"]) for row in (1, 2, 3)]


def test_xml_of_millions_of_tags_is_refused() -> None:
    check_xml_size(b"<a/>" * 1000)
    with pytest.raises(UserError, match="2,000,000 tags of XML, expected at most"):
        check_xml_size(b"<" * 2_000_000)
