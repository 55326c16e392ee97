"""Claims about tables as systems write them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from spobet.errors import UserError
from spobet.formats.delimited import (
    check_columns,
    csv_rows,
    decimal,
    header_names,
    lines_of,
    num_lines,
)


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
    assert list(csv_rows(lines_of('a;"b\nc"\nd'), 9)) == [(2, ["a", "b\nc"]), (3, ["d"])]


@pytest.mark.parametrize("line", ["a,b,c,d\n", "a\n", 'b","c\n'])
def test_a_row_of_too_many_columns_or_lines_is_refused_before_it_is_read(line: str) -> None:
    begun = (text for lines in (['x,"'], endless(line)) for text in lines)
    with pytest.raises(UserError, match="columns or lines in one row, expected at most 20"):
        list(csv_rows(begun, 20))


def test_as_many_columns_as_are_allowed_are_read() -> None:
    assert list(csv_rows(["a,b,c\n"] * 3, 3)) == [(row, ["a", "b", "c"]) for row in (1, 2, 3)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("hint", ["", "sep={}\r\n", '"SEP={}"\r\n', "\r\n"])
def test_the_header_says_how_a_table_is_separated(separator: str, hint: str) -> None:
    text = hint.format(separator) + separator.join("ab") + "\r\n" + separator.join("cd")
    first = 2 if hint else 1
    assert list(csv_rows(lines_of(text), 9)) == [(first, ["a", "b"]), (first + 1, ["c", "d"])]


def test_rows_of_nothing_and_empty_cells_that_hang_over_are_dropped() -> None:
    rows = list(csv_rows(lines_of("a,b\n1,2,, \n,,\n3,4,,5\n6\n"), 9))
    assert rows == [(1, ["a", "b"]), (2, ["1", "2"]), (4, ["3", "4", "", "5"]), (5, ["6"])]


def test_names_of_columns_are_found_in_the_first_bytes() -> None:
    assert header_names(b'sep=;\n"a"; b ;c\n1;2;3') == ["a", "b", "c"]
    assert header_names(b"\x00\xff") != ["a"]


def test_a_column_that_stands_twice_is_refused_and_nameless_ones_are_not() -> None:
    check_columns(["", "a", ""])
    with pytest.raises(UserError, match="column 'a' stands twice"):
        check_columns(["a", "b", "a"])


def test_a_number_may_have_a_decimal_comma() -> None:
    assert (decimal("0,5"), decimal("0.5"), decimal("-3")) == (0.5, 0.5, -3)
    with pytest.raises(ValueError, match="could not convert"):
        decimal("1,234.5")
