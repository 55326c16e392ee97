"""Files and folders that appear whole or not at all, and what tells a file from another."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from spobet.errors import AlreadyThere, UserError

_MOUNTED = {errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM}  # a rename onto a mount point


def check_new_folder(path: Path) -> None:
    """Refuse, before any work, a folder that could not be written at the end.

    AlreadyThere where `path` is there and not an empty folder; UserError where it cannot be made.
    """
    path = _resolved(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise AlreadyThere(f"{path}: is there already; name a new folder or remove it first")
    _check_writable(path if path.exists() else path.parent, path)


def check_new_file(path: Path) -> None:
    """Refuse, before any work, a file that is there or could not be written at the end."""
    path = _resolved(path)
    if path.exists():
        raise AlreadyThere(f"{path}: is there already; name a new file")
    _check_writable(path.parent, path)


def check_file(path: Path) -> None:
    """Refuse, before any work, a file that could not be written at the end; it may be there."""
    path = _resolved(path)
    if path.is_dir():
        raise UserError(f"{path}: is a folder, expected a file")
    _check_writable(path.parent, path)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, that stands at `path` when the block ends well and is removed when not.

    Refuses what `check_new_folder` refuses. `path` may be an empty folder, a mount point or a link
    to either: a mount point cannot be replaced, so its content is made inside it and moved up.
    """
    check_new_folder(path)
    path = _resolved(path)
    inside = path.exists() and (os.path.ismount(path) or not os.access(path.parent, os.W_OK))
    name = f".{path.name}.partial-{os.getpid()}"
    partial = path / name if inside else path.with_name(name)
    partial.mkdir(parents=True)
    try:
        yield partial
        for file in partial.rglob("*"):
            if file.is_file():
                _sync(file)
        _settle(partial, path, inside)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A file to write, of the same suffix, that replaces `path` when the block ends well.

    Where the block fails, `path` stays as it was. A link is followed: its target is replaced.
    Folders above it are made.
    """
    path = _resolved(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.partial-{os.getpid()}{path.suffix}")
    try:
        yield partial
        _sync(partial)
        try:
            partial.replace(path)
        except OSError as error:
            if error.errno not in _MOUNTED or not path.exists():
                raise
            shutil.copyfile(partial, path)  # a file mounted into a container keeps its place
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file so that a reader finds the old content or the new, never half of it."""
    with new_file(path) as partial:
        partial.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def write_csv(path: Path, header: Iterable[object], rows: Iterable[Iterable[object]]) -> None:
    """Write a table as UTF-8 CSV, whole or not at all: a header and the rows, lines end in LF."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    write_whole(path, text.getvalue())


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _resolved(path: Path) -> Path:
    """Where a path leads: a link to the folder or file it names, which need not be there yet.

    UserError for a link that leads back to itself.
    """
    try:
        return path.resolve() if path.is_symlink() else path
    except RuntimeError as error:
        raise UserError(f"{path}: a link that leads back to itself") from error


def _check_writable(folder: Path, path: Path) -> None:
    """UserError where nothing can be made in `folder`, or in the first folder above it there is."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise UserError(f"{path}: cannot be made, {folder} is a file, expected a folder")
    if not os.access(folder, os.W_OK):
        raise UserError(f"{path}: cannot be made, {folder} is read-only")


def _settle(partial: Path, path: Path, inside: bool) -> None:
    """Put a finished folder where it belongs."""
    if not inside:
        try:
            partial.replace(path)
            return
        except OSError as error:  # a bind mount within one file system shows only here
            if error.errno not in _MOUNTED or not path.is_dir():
                raise
    for entry in sorted(partial.iterdir()):
        shutil.move(entry, path / entry.name)


def _sync(file: Path) -> None:
    """Have a file's content on the disk before its name is: a power cut leaves no empty file."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
