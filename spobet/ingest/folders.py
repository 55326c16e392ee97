"""Files below a folder: links followed, other systems' leftovers counted, names found by sense."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from spobet.formats import traits
from spobet.formats.names import Names

_SHOWN = 3  # names of leftovers in a note


def files_below(folder: Path) -> tuple[list[Path], list[Path]]:
    """Every file below a folder in the order of their paths, and the leftovers that are no clips.

    Links to folders are followed, but not into a folder they lie in.
    """
    files: list[Path] = []
    leftovers: list[Path] = []
    for path in _walk(folder, (folder.resolve(),)):
        (leftovers if traits.is_leftover(path.name) else files).append(path)
    return sorted(files), sorted(leftovers)


def listing(folder: Path) -> tuple[list[Path], list[Path]]:
    """What lies in a folder, in the order of names, and the leftovers; nothing in a file."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    leftovers = [path for path in paths if traits.is_leftover(path.name)]
    return [path for path in paths if path not in leftovers], leftovers


def leftovers_note(leftovers: Sequence[Path]) -> tuple[str, ...]:
    """A note on the leftovers that were skipped, none where there are none."""
    if not leftovers:
        return ()
    names = ", ".join(path.name for path in leftovers[:_SHOWN])
    more = ", ..." if len(leftovers) > _SHOWN else ""
    return (f"skipped {len(leftovers):,} hidden files and system leftovers: {names}{more}",)


def find_file(folder: Path, name: str) -> Path:
    """The path that a table's name means below a folder, or, where there is none, as it is written.

    Separators may be Windows'; what else may differ, `formats.names` says.
    """
    path = folder / traits.forward_slashes(name)
    if traits.is_there(path) or not folder.is_dir():
        return path
    found = folder
    for part in Path(traits.forward_slashes(name)).parts:
        step = found / part
        if not traits.is_there(step) and traits.is_there(found) and found.is_dir():
            step = found / (_names_in(found, found.stat().st_mtime_ns).find(part) or part)
        found = step
    return found if traits.is_there(found) else path


@lru_cache(maxsize=8)
def _names_in(folder: Path, changed: int) -> Names:
    """The names in a folder that was last `changed` then: tables ask for many of one folder."""
    return Names(entry.name for entry in folder.iterdir())


def _walk(folder: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    for path in folder.iterdir():
        if not path.is_dir() or traits.is_leftover(path.name):
            yield path
        elif (target := path.resolve()) not in above:
            yield from _walk(path, (*above, target))
