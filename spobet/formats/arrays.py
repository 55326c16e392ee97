"""NumPy's files, read so that whatever is wrong with them is a UserError."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from spobet.errors import UserError

DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_DAMAGED = (
    *(*DAMAGED_ZIP, ValueError, TypeError, KeyError, OSError, OverflowError, MemoryError),
    *(SyntaxError, tokenize.TokenError),  # a header is parsed as Python's literals
)


def load_npz(
    path: Path, wanted: Callable[[str], bool] = lambda name: True, max_bytes: int = 0
) -> dict[str, np.ndarray]:
    """The plain arrays of an .npz by name.

    wanted: which are read. max_bytes: of all arrays in the file together, 0 = any number.
    UserError where it is not such a file, or larger.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if max_bytes and size > max_bytes:
            raise UserError(f"{path}: {size:,} bytes of arrays, expected at most {max_bytes:,}")
        with (
            path.open("rb") as file,  # numpy leaves a damaged file open
            np.load(file, allow_pickle=False) as arrays,
        ):
            return {name: arrays[name] for name in arrays.files if wanted(name)}
    except _DAMAGED as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{path}: not an .npz of plain arrays ({error})") from error


def load_npy(path: Path) -> np.ndarray:
    """The plain array of an .npy, mapped into memory; UserError where it is not such a file."""
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except _DAMAGED as error:
        raise UserError(f"{path}: not an .npy of a plain array ({error})") from error
    return array


def npy_shape(path: Path) -> tuple[int, ...]:
    """The shape of the plain array in an .npy; () where it is not such a file."""
    try:
        return load_npy(path).shape
    except UserError:
        return ()


def archive_names(path: Path) -> list[str]:
    """The names of what a .zip or .npz holds; none where it is not one or is damaged."""
    if not path.is_file():
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (*DAMAGED_ZIP, ValueError, OSError):
        return []
