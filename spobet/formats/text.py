"""What the readers of JSON and CSV share: bounded files, numbers, and errors that say where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from spobet.errors import UserError

MAX_BYTES = 50_000_000  # parsed, a file takes about eight times its size
_HEAD = 65_536
_LARGEST = float(np.finfo(np.float32).max)


def head_of(path: Path) -> bytes:
    """The first bytes of a file, without leading blanks; b"" for a folder."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")


def read_bounded(path: Path) -> bytes:
    """The whole content; ValueError for a file over MAX_BYTES."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UserError(f"{path}: {size:,} bytes, expected at most {MAX_BYTES:,} for one clip")
    return path.read_bytes()


def load_json(path: Path) -> Any:
    """What a JSON file holds; ValueError where it is not JSON or over MAX_BYTES."""
    try:
        return orjson.loads(read_bounded(path))
    except orjson.JSONDecodeError as error:
        raise UserError(f"{path}: not JSON: {error}") from error


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let every ValueError within begin with the file's name, once."""
    try:
        yield
    except ValueError as error:
        raise UserError(
            str(error) if str(error).startswith(str(path)) else f"{path}: {error}"
        ) from error


def numbers(values: Any, what: str) -> np.ndarray:
    """Nested lists of numbers as float64, null as NaN; ValueError where they are something else, of uneven length or too large."""
    try:
        with np.errstate(invalid="ignore"):  # a NaN of another kind
            array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f"{what}: expected numbers ({error})") from error
    if (np.abs(array) > _LARGEST).any():  # NaN compares False
        raise UserError(f"{what}: holds {np.nanmax(np.abs(array)):g}, expected finite numbers")
    return array
