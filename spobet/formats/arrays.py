"""NumPy's files, read so that whatever is wrong with them is a ValueError."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from spobet.errors import UserError

_BROKEN = (
    *(
        ValueError,
        TypeError,
        KeyError,
        EOFError,
        OSError,
        OverflowError,
        MemoryError,
        NotImplementedError,
        RuntimeError,
    ),
    *(
        SyntaxError,
        tokenize.TokenError,
        zipfile.BadZipFile,
        zlib.error,
    ),  # a header is parsed as Python's literals
)


def load_npz(
    path: Path, wanted: Callable[[str], bool] = lambda name: True, max_bytes: int = 0
) -> dict[str, np.ndarray]:
    """The plain arrays of an .npz by name. wanted: which are read. max_bytes: of all arrays in the file together, 0 = any number.

    ValueError where it is not such a file, or larger.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if max_bytes and size > max_bytes:
            raise UserError(
                f"{size:,} bytes of arrays, expected at most {max_bytes:,} for one clip"
            )
        with (
            path.open("rb") as file,
            np.load(file, allow_pickle=False) as arrays,
        ):  # numpy leaves a broken file open
            return {name: arrays[name] for name in arrays.files if wanted(name)}
    except _BROKEN as error:
        raise UserError(f"{path}: not an .npz of plain arrays ({error})") from error


def load_npy(path: Path) -> np.ndarray:
    """The plain array of an .npy, mapped into memory; ValueError where it is not such a file."""
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except _BROKEN as error:
        raise UserError(f"{path}: not an .npy of a plain array ({error})") from error
    return array
