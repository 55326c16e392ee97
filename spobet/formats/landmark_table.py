"""A row a landmark, the form of the 250-sign contest, or a row a frame, as Parquet or CSV."""

from __future__ import annotations

import csv
import re
from array import array
from pathlib import Path

import numpy as np

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.formats import traits
from spobet.formats.delimited import check_columns, csv_rows, decimal, header_names, num_lines
from spobet.formats.mediapipe_parts import PARTS, holistic_clip, no_landmarks
from spobet.formats.text import head_of, naming, numbers, read_bounded, whole_numbers
from spobet.formats.wide_table import clip_of_columns, wanted_columns
from spobet.poses.sequence import PoseSequence

NOT_KEPT = "z and the face's landmarks"
_COLUMNS = ["frame", "type", "landmark_index", "x", "y"]
_KINDS = {part: number for number, part in enumerate(PARTS)}
_OTHER = len(_KINDS)  # faces
_MAX_COLUMNS = 2000  # it has about seven; a row a frame of 543 landmarks has 1,631
_MAX_CELLS = 1_000_000  # of a row a frame: 6,000 frames of 75 landmarks
_HEADER = 4096  # bytes in which the name of some landmark's column stands
_MAY_BE = re.compile(rb"landmark_index|(?:hand|pose|body|[lr]h)(?:_landmarks)?_?\d", re.IGNORECASE)
_MAX_ROWS = 1_000_000  # 543 rows a frame: the longest clips of the contest have 540 frames
_MAX_CSV_ROWS = 400_000  # over a second of reading; Parquet takes a tenth


def looks_like(path: Path) -> str:
    """Why this is a table of landmarks; "" where it is not."""
    head = head_of(path)
    if head.startswith(b"PAR1"):
        return "Parquet"
    if not _MAY_BE.search(head[:_HEADER]):
        return ""
    names = header_names(head)
    if set(_COLUMNS) <= set(names):
        return f"columns {', '.join(_COLUMNS)}"
    wide = wanted_columns(names)
    return f"columns {', '.join(wide[:2])}, ..." if wide else ""


def read(path: Path) -> PoseSequence:
    """The signer on HOLISTIC_75, in shares of the picture.

    One row a landmark of a frame, NaN or empty = missing; a frame number without rows is a frame
    without landmarks. Or one row a frame, and two columns a landmark, as `wide_table` says.
    UserError names what is not as it should be.
    """
    with naming(path):
        is_parquet = head_of(path).startswith(b"PAR1")
        columns = _parquet_columns(path) if is_parquet else _csv_columns(path)
        if "landmark_index" not in columns:
            return clip_of_columns(columns)
        frames = whole_numbers(columns["frame"], "frame")
        if not len(frames):
            raise UserError("0 rows, expected one a landmark and frame")
        counted, position_of_row = np.unique(frames, return_inverse=True)
        order = traits.frame_order(counted.tolist())
        rows = order.positions[position_of_row]
        landmarks = whole_numbers(columns["landmark_index"], "landmark_index")
        kinds = columns["type"]
        xy = np.stack([numbers(columns[name], name) for name in ("x", "y")], axis=1)
        values = no_landmarks(order.num_frames)
        for part, of_part in PARTS.items():
            here = kinds == _KINDS[part]
            index = landmarks[here]
            if here.any() and not 0 <= index.min() <= index.max() < len(of_part):
                raise UserError(
                    f"landmark_index of {part} runs {index.min()}..{index.max()}, "
                    f"expected 0..{len(of_part) - 1}"
                )
            cells = rows[here] * len(of_part) + index
            if len(np.unique(cells)) < len(cells):
                raise UserError(f"a landmark of {part} stands twice in a frame, expected one clip")
            values[rows[here], of_part[index], :2] = xy[here]
            values[rows[here], of_part[index], 2] = 1
        return holistic_clip(values, {}, order.times)


def _parquet_columns(path: Path) -> dict[str, np.ndarray]:
    parquet = extra_module("pyarrow.parquet", "parquet", "reading Parquet")
    errors = extra_module("pyarrow", "parquet", "reading Parquet")
    try:
        wide = wanted_columns(parquet.read_schema(path).names)
        if wide:
            with parquet.ParquetFile(path) as file:
                _check_rows(file.metadata.num_rows * len(wide), _MAX_CELLS)
                arrays = (column.to_numpy() for column in file.read(wide).columns)
                return dict(zip(wide, arrays, strict=True))
        # Each kind is stored once: written out, a few bytes of file could be gigabytes of text.
        with parquet.ParquetFile(path, read_dictionary=["type"]) as file:
            _check_rows(file.metadata.num_rows)
            columns = dict(zip(_COLUMNS, file.read(_COLUMNS).columns, strict=True))
            kinds = columns.pop("type").combine_chunks()
            codes = [_KINDS.get(kind, _OTHER) for kind in kinds.dictionary.to_pylist()]
            rows = kinds.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)
            found = {name: column.to_numpy() for name, column in columns.items()}
            return {**found, "type": np.array([*codes, _OTHER])[rows]}
    except (errors.ArrowException, OSError, KeyError, AttributeError) as error:
        raise UserError(f"not Parquet with the columns {', '.join(_COLUMNS)} ({error})") from error


def _csv_columns(path: Path) -> dict[str, np.ndarray]:
    """The columns of a CSV, row by row: as text it would fill the memory."""
    num_rows = num_lines(read_bounded(path))
    _check_rows(num_rows, _MAX_CSV_ROWS)
    kinds = array("b")
    with path.open(encoding=traits.text_encoding(path), errors="replace", newline="") as file:
        number, rows = 1, csv_rows(file, _MAX_COLUMNS)
        try:
            names = [name.strip() for name in next(rows, (1, []))[1]]
            check_columns(names)
            wide = wanted_columns(names)
            _check_rows(num_rows * len(wide), _MAX_CELLS)
            absent = [name for name in wide or _COLUMNS if name not in names]
            if absent:
                raise UserError(f"no columns {', '.join(absent)}")
            columns_at = {name: names.index(name) for name in wide or _COLUMNS}
            kind_at = columns_at.pop("type", None)
            found = {name: array("d") for name in columns_at}
            for number, row in rows:
                if len(row) != len(names):
                    expected = f"{len(row)} values, expected {len(names)}"
                    raise UserError(f"line {number}: {expected}")
                if kind_at is not None:
                    kinds.append(_KINDS.get(row[kind_at], _OTHER))
                for name, place in columns_at.items():
                    found[name].append(decimal(row[place] or "nan"))
        except csv.Error as error:
            raise UserError(f"not CSV ({error})") from error
        except ValueError as error:
            if isinstance(error, UserError):
                raise
            raise UserError(f"line {number}: expected numbers ({error})") from error
    columns: dict[str, np.ndarray] = {name: np.array(values) for name, values in found.items()}
    return {**columns, "type": np.array(kinds)}


def _check_rows(num_rows: int, most: int = _MAX_ROWS) -> None:
    if num_rows > most:
        raise UserError(f"{num_rows:,} rows, expected at most {most:,} for one clip")
