"""The frames of a data set, in shards: mapped from a disk, or fetched from an address."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from http.client import HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np

from spobet.dataset.info import DatasetInfo
from spobet.errors import NotFound, UserError
from spobet.extras import extra_module

ARRAYS: Mapping[str, np.dtype] = {
    "xy": np.dtype(np.float32),
    "confidence": np.dtype(np.float32),
    "times": np.dtype(np.float64),
}

_PATIENCE = 60.0  # seconds without a byte
_LONGEST_HEADER = 10 + 2**16  # bytes of a .npy file before its values
_PART = 1024 * 1024  # bytes; smaller ones wait for the interpreter's lock too often


def location(path: str | Path) -> Path:
    """Where a data set is: a folder, or an address such as s3://bucket/folder.

    What is at an address is read as a path too; UserError where the package for it is lacking.
    """
    if not isinstance(path, str) or "://" not in path:
        return Path(path) if isinstance(path, str) else path
    upath = extra_module("upath", "remote", "reading from an address")
    try:
        return upath.UPath(path)
    except (ValueError, ImportError) as error:
        raise UserError(f"{path}: {error}") from error


def shard_file(folder: Path, array: str, number: int) -> Path:
    """The file of one array of one shard."""
    return folder / f"{array}-{number:05d}.npy"


def write_array(file: Path, values: np.ndarray) -> None:
    """Write what `np.save` does; OSError of the system where the disk is full, which it hides."""
    values = np.ascontiguousarray(values)  # the header tells how they lie
    with file.open("wb") as opened:
        header = np.lib.format.header_data_from_array_1_0(values)
        np.lib.format.write_array_header_1_0(opened, header)
        opened.write(values.data)


def checksum(file: Path) -> int:
    """CRC-32 of a file on a disk."""
    return zlib.crc32(np.memmap(file, np.uint8, mode="r").data)


def array_of(content: bytes | bytearray) -> np.ndarray:
    """The array that `write_array` or `np.save` wrote, without a copy; ValueError for another."""
    opened = io.BytesIO(memoryview(content)[:_LONGEST_HEADER])
    if np.lib.format.read_magic(opened) != (1, 0):
        raise ValueError("expected version 1.0 of the format .npy")
    shape, columns_first, kind = np.lib.format.read_array_header_1_0(opened)
    values = np.frombuffer(content, kind, offset=opened.tell())
    values.flags.writeable = False
    return values.reshape(shape, order="F" if columns_first else "C")


def fetch(file: Any) -> tuple[bytes | bytearray, int]:
    """The bytes of a file at an address, and their CRC-32; FileNotFoundError where it is not there.

    file: a `upath.UPath`. From S3 by way of a signed address: s3fs, which is asked where that
    fails, takes ten times the processor's time to hand over as much.
    """
    if "s3" in file.fs.protocol:
        try:
            with urlopen(file.fs.sign(file.path), timeout=_PATIENCE) as reply:
                return _received(reply)
        except (OSError, HTTPException):  # s3fs knows what to try again, and its words
            pass
    content = bytes(file.read_bytes())
    return content, zlib.crc32(content)


def _received(reply: HTTPResponse) -> tuple[bytearray, int]:
    """What a server sends, its CRC-32 taken part by part while that is in the processor's cache.

    IncompleteRead where it ends early, HTTPException where it does not say how long it is.
    """
    length = reply.headers["Content-Length"]
    if length is None:
        raise HTTPException("the answer does not say how long it is")
    content, found, begin = bytearray(int(length)), 0, 0
    view = memoryview(content)
    while begin < len(content):
        count = reply.readinto(view[begin : begin + _PART])
        if not count:
            raise IncompleteRead(bytes(view[:begin]), len(content) - begin)
        found = zlib.crc32(view[begin : begin + count], found)
        begin += count
    return content, found


class Shards:
    """The arrays of each shard of a data set: `shards[number][name]`, (frames of it, ...).

    Files on a disk are memory-mapped, and all are looked at when this is made: what was cut off is
    named at once. From an address a shard is fetched when it is asked for, or, where shards are
    asked for one after the other, while the one before it is used; the last two are kept.
    Checksums are compared when a shard is first asked for.
    """

    def __init__(self, folder: Path, info: DatasetInfo) -> None:
        self._folder, self._info = folder, info
        self._local = isinstance(folder, Path) and not hasattr(folder, "fs")
        # few at once: pages of a shard that is let go leave the memory
        self._open = lru_cache(maxsize=2)(self._arrays if self._local else self._fetched_arrays)
        self._compared: set[int] = set()
        self._last = -1
        self._ahead: dict[int, Future] = {}
        self._fetching = None if self._local else ThreadPoolExecutor(1)
        if self._local:
            for number in range(len(info.shard_starts)):
                self._open(number)

    def __getitem__(self, number: int) -> dict[str, np.ndarray]:
        if self._local and number not in self._compared:
            for name in ARRAYS:
                file = shard_file(self._folder, name, number)
                if file.name in self._info.checksums:
                    self._compare(file, checksum(file))
            self._compared.add(number)
        return self._open(number)

    def _arrays(self, number: int) -> dict[str, np.ndarray]:
        start, stop = (*self._info.shard_starts, sum(self._info.num_frames))[number : number + 2]
        arrays = {}
        for name in ARRAYS:
            file = shard_file(self._folder, name, number)
            try:
                values = np.load(file, mmap_mode="r") if self._local else self._fetched(file)
            except UserError:
                raise
            except (ValueError, EOFError) as error:
                raise UserError(f"{file}: damaged ({error})") from error
            if len(values) != stop - start:
                raise UserError(f"{file}: {len(values)} frames, expected {stop - start}")
            arrays[name] = np.asarray(values)  # as fast to slice as no np.memmap is
        return arrays

    def _fetched_arrays(self, number: int) -> dict[str, np.ndarray]:
        """The arrays of a shard; begins to fetch the next one."""
        ahead: Future | None = self._ahead.pop(number, None)
        arrays = ahead.result() if ahead else self._arrays(number)
        follows, self._last = number == self._last + 1, number
        if self._fetching and follows and number + 1 < len(self._info.shard_starts):
            self._ahead = {number + 1: self._fetching.submit(self._arrays, number + 1)}
        return arrays

    def _fetched(self, file: Path) -> np.ndarray:
        try:
            content, found = fetch(file)
        except FileNotFoundError as error:
            raise NotFound(f"{file}: not there, expected a shard of the data set") from error
        if file.name in self._info.checksums:
            self._compare(file, found)
        return array_of(content)

    def _compare(self, file: Path, found: int) -> None:
        expected = self._info.checksums[file.name]
        if found != expected:
            raise UserError(
                f"{file}: damaged, its checksum is {found:08x}, dataset.json says {expected:08x}; "
                "copy or make the data set again"
            )
