"""Claims about tables of a row a landmark, as CSV; test_mediapipe has the Parquet form."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from formats.scenes import alone, assert_shows, landmark_csv, person

from spobet.formats import read, recognise


def test_a_table_is_known_by_its_columns_in_any_order(tmp_path: Path) -> None:
    path = landmark_csv(alone(), tmp_path)
    assert recognise(path).format == "landmark table"
    rows = [line.split(",") for line in path.read_text().splitlines()]
    lines = [",".join(["note", *row[::-1]]) for row in rows]
    path.write_text("\r\n".join(lines))
    assert_shows(read(path), [person(frame) for frame in range(3)])


def test_frames_that_are_dates_are_refused(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    arrow = pytest.importorskip("pyarrow")
    columns = {"frame": [date(2020, 1, 1)], "type": ["pose"], "landmark_index": [0]}
    parquet.write_table(arrow.table({**columns, "x": [0.5], "y": [0.5]}), tmp_path / "a.parquet")
    with pytest.raises(ValueError, match="frame: dates, expected whole numbers"):
        read(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ("", "0 rows"),
        ("1,pose,33,0.5,0.5", r"landmark_index of pose runs 33\.\.33, expected 0\.\.32"),
        ("1.5,pose,3,0.5,0.5", "frame: expected whole numbers"),
        ("1,pose,3,0.5,0.5\n1,pose,3,0.6,0.5", "a landmark of pose stands twice in a frame"),
        ("1,pose,3,0.5", "line 2: 4 values, expected 5"),
        ("1,pose,3,x,0.5", "line 2: expected numbers"),
        ("1,pose,3,0.5,0.5\n9000,pose,3,0.5,0.5", "no frame between 1 and 9000"),
    ],
)
def test_a_row_that_is_wrong_is_named(rows: str, error: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.csv"
    path.write_text(f"frame,type,landmark_index,x,y\n{rows}\n")
    with pytest.raises(ValueError, match=rf"clip\.csv: {error}"):
        read(path)
