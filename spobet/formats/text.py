"""What the readers of text share: bounded files, numbers, and errors that say where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from spobet.errors import UserError
from spobet.formats import traits

MAX_BYTES = 50_000_000  # parsed, a file takes about eight times its size
_MAX_LISTS = 1_500_000  # a list or object takes up to 230 bytes: 350 MB
_MAX_VALUES = 8_000_000  # a number takes up to 32 bytes: 250 MB
_MAX_TAGS = 1_500_000  # of XML: an element takes up to 500 bytes
_NOT_FINITE = re.compile(rb"NaN|Infinity")
_HEAD = 65_536  # a frame of MediaPipe's landmarks with the face is about 40,000 bytes
_LARGEST = float(np.finfo(np.float32).max)


def head_of(path: Path) -> bytes:
    """The first bytes of a file, text as UTF-8 without leading blanks; b"" for a folder."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    encoding = traits.encoding_of([head])
    if encoding.startswith("utf-16"):
        head = head.decode(encoding, errors="ignore").encode()
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")


def check_size(path: Path) -> None:
    """UserError for a file over MAX_BYTES."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UserError(f"{path}: {size:,} bytes, expected at most {MAX_BYTES:,}")


def read_bounded(path: Path) -> bytes:
    """The whole content; UserError for a file over MAX_BYTES."""
    check_size(path)
    return path.read_bytes()


def load_json(path: Path) -> Any:
    """What a JSON file holds; UserError where it is not JSON or over MAX_BYTES."""
    try:
        return parse_json(read_bounded(path))
    except UserError as error:
        raise _named(error, path) from error


def parse_json(content: bytes) -> Any:
    """What JSON holds, with the NaN and Infinity that Python writes, in any encoding of `traits`.

    UserError where it is not JSON, or would fill the memory.
    """
    check_json_size(content)
    try:
        return orjson.loads(content)  # strict, but eight times as fast as Python's
    except orjson.JSONDecodeError as error:
        is_plain = content.isascii() and b"\0" not in content
        if is_plain and not _NOT_FINITE.search(content):
            raise UserError(f"not JSON: {error}") from error
    try:
        return json.loads(traits.decode(content))
    except RecursionError as error:
        raise UserError("not JSON: nested too deeply") from error
    except ValueError as error:
        raise UserError(f"not JSON: {error}") from error


def check_json_size(content: bytes) -> None:
    """UserError where JSON, or lines of it, would fill the memory."""
    num_lists, num_values = content.count(b"[") + content.count(b"{"), content.count(b",")
    if num_lists > _MAX_LISTS or num_values > _MAX_VALUES:
        raise UserError(
            f"{num_lists:,} lists and {num_values:,} values, "
            f"expected at most {_MAX_LISTS:,} and {_MAX_VALUES:,} for one clip"
        )


def check_xml_size(content: bytes) -> None:
    """UserError where XML would fill the memory."""
    num_tags = content.count(b"<")
    if num_tags > _MAX_TAGS:
        raise UserError(f"{num_tags:,} tags of XML, expected at most {_MAX_TAGS:,}")


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let every UserError within begin with the file's name, once."""
    try:
        yield
    except UserError as error:
        raise _named(error, path) from error


def _named(error: UserError, path: Path) -> UserError:
    if type(error) is not UserError or str(error).startswith(str(path)):
        return error
    return UserError(f"{path}: {error}")


def numbers(values: Any, what: str) -> np.ndarray:
    """Nested lists of numbers as float64, null and infinite as NaN.

    UserError where they are something else, of uneven length, or too large for float32.
    """
    try:
        with np.errstate(invalid="ignore"):  # a signalling NaN
            array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f"{what}: expected numbers ({error})") from error
    array[np.isinf(array)] = np.nan
    if (np.abs(array) > _LARGEST).any():  # NaN compares False
        raise UserError(f"{what}: holds {np.nanmax(np.abs(array)):g}, expected finite numbers")
    return array


def whole_numbers(values: np.ndarray, name: str) -> np.ndarray:
    """Whole numbers as int64, be they stored as floats; UserError where they are something else."""
    if values.dtype.kind in "mM":
        raise UserError(f"{name}: dates, expected whole numbers")
    array = numbers(values, name)
    whole = np.isfinite(array) & (array == np.round(array)) & (np.abs(array) < 2**53)
    if array.ndim != 1 or not whole.all():
        raise UserError(f"{name}: expected whole numbers")
    return array.astype(np.int64)
