"""NumPy's files, read so that whatever is wrong with them is a UserError."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from spobet.errors import UserError

MAX_ARRAY_BYTES = 200_000_000  # float64 of 75 landmarks with 4 numbers each: 80,000 frames
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
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


def load_only(path: Path, max_bytes: int) -> np.ndarray:
    """The array of an .npy, or the only one of an .npz; UserError where it is neither."""
    if _begins_as_zip(path):  # where NumPy says no, it leaves a damaged one open
        return next(iter(load_npz(path, max_bytes=max_bytes).values()))
    return load_npy(path)


def only_shape(path: Path) -> tuple[int, ...]:
    """The shape of the array in an .npy, or of the only one in an .npz; () for other files.

    No array is read: for an .npz its header is.
    """
    try:
        if not _begins_as_zip(path):
            return load_npy(path).shape
        with zipfile.ZipFile(path) as archive:
            (name,) = archive.namelist()
            with archive.open(name) as member:
                version = np.lib.format.read_magic(member)
                return _HEADERS[version](member)[0]
    except _DAMAGED:
        return ()


def _begins_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def archive_names(path: Path) -> list[str]:
    """The names of what a .zip or .npz holds; none where it is not one or is damaged."""
    if not path.is_file():
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (*DAMAGED_ZIP, ValueError, OSError):
        return []
