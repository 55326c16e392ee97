"""A row a landmark: the form of the 250-sign contest, as Parquet or CSV."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.formats import traits
from spobet.formats.mediapipe_parts import PARTS, holistic_clip, no_landmarks
from spobet.formats.text import head_of, naming, numbers, read_bounded
from spobet.poses.sequence import PoseSequence

NOT_KEPT = "z and the face's landmarks"
_COLUMNS = ["frame", "type", "landmark_index", "x", "y"]
_MAX_CELL = 100  # characters: numbers have 25; NumPy makes every cell as wide as the widest
_MAX_ROWS = 2_000_000  # 543 rows a frame: the longest clips of the contest have 540 frames


def looks_like(path: Path) -> str:
    """Why this is a table of landmarks; "" where it is not."""
    head = head_of(path)
    if head.startswith(b"PAR1"):
        return "Parquet"
    names = head.split(b"\n", 1)[0].replace(b'"', b"").strip().split(b",")
    is_table = {name.encode() for name in _COLUMNS} <= set(names)
    return f"columns {', '.join(_COLUMNS)}" if is_table else ""


def read(path: Path) -> PoseSequence:
    """The signer on HOLISTIC_75, in shares of the picture.

    One row a landmark of a frame, NaN or empty = missing; a frame number without rows is a frame
    without landmarks. UserError names what is not as it should be.
    """
    with naming(path):
        is_parquet = head_of(path).startswith(b"PAR1")
        columns = _parquet_columns(path) if is_parquet else _csv_columns(path)
        frames = _whole_numbers(columns["frame"], "frame")
        if not len(frames):
            raise UserError("0 rows, expected one a landmark and frame")
        counted, position_of_row = np.unique(frames, return_inverse=True)
        order = traits.frame_order(counted.tolist())
        rows = order.positions[position_of_row]
        landmarks = _whole_numbers(columns["landmark_index"], "landmark_index")
        kinds = columns["type"].astype(str)
        xy = np.stack([numbers(columns[name], name) for name in ("x", "y")], axis=1)
        values = no_landmarks(order.num_frames)
        for part, of_part in PARTS.items():
            here = kinds == part
            index = landmarks[here]
            if here.any() and not 0 <= index.min() <= index.max() < len(of_part):
                raise UserError(
                    f"landmark_index of {part} runs {index.min()}..{index.max()}, "
                    f"expected 0..{len(of_part) - 1}"
                )
            values[rows[here], of_part[index], :2] = xy[here]
            values[rows[here], of_part[index], 2] = 1
        return holistic_clip(values, {}, order.times)


def _parquet_columns(path: Path) -> dict[str, np.ndarray]:
    parquet = extra_module("pyarrow.parquet", "parquet", "reading Parquet")
    errors = extra_module("pyarrow", "parquet", "reading Parquet")
    try:
        with parquet.ParquetFile(path) as file:
            _check_rows(file.metadata.num_rows)
            columns = file.read(_COLUMNS).columns
            return {name: column.to_numpy() for name, column in zip(_COLUMNS, columns, strict=True)}
    except (errors.ArrowException, OSError, KeyError) as error:
        raise UserError(f"not Parquet with the columns {', '.join(_COLUMNS)} ({error})") from error


def _csv_columns(path: Path) -> dict[str, np.ndarray]:
    lines = traits.decode(read_bounded(path)).splitlines()
    _check_rows(len(lines))
    try:
        table = list(csv.reader(lines))
    except csv.Error as error:
        raise UserError(f"not CSV ({error})") from error
    names = [name.strip() for name in table[0]] if table else []
    absent = [name for name in _COLUMNS if name not in names]
    if absent:
        raise UserError(f"no columns {', '.join(absent)}")
    positions = [names.index(name) for name in _COLUMNS]
    for line, row in enumerate(table[1:], start=2):
        if row and len(row) != len(names):
            raise UserError(f"line {line}: {len(row)} values, expected {len(names)}")
        if max(map(len, row), default=0) > _MAX_CELL:
            raise UserError(f"line {line}: a value of over {_MAX_CELL} characters")
    rows = np.array(
        [[row[position] or "nan" for position in positions] for row in table[1:] if row]
    )
    return dict(zip(_COLUMNS, rows.reshape(-1, len(_COLUMNS)).T, strict=True))


def _check_rows(num_rows: int) -> None:
    if num_rows > _MAX_ROWS:
        raise UserError(f"{num_rows:,} rows, expected at most {_MAX_ROWS:,} for one clip")


def _whole_numbers(values: np.ndarray, name: str) -> np.ndarray:
    array = numbers(values, name)
    whole = np.isfinite(array) & (array == np.round(array)) & (np.abs(array) < 2**53)
    if array.ndim != 1 or not whole.all():
        raise UserError(f"{name}: expected whole numbers")
    return array.astype(np.int64)
