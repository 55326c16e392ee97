"""A custom data set: files of any format `spobet.read` reads, in a table or sorted into folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.errors import NotFound, UserError
from spobet.files import check_new_folder
from spobet.formats import read, recognise
from spobet.formats.text import naming
from spobet.ingest.folders import find_file, leftovers_note, listing
from spobet.ingest.glosses import one_spelling
from spobet.ingest.report import ImportReport
from spobet.ingest.tables import (
    FACTS,
    NUMBERS,
    clip_of_row,
    read_table,
    split_named,
    unused_note,
)
from spobet.ingest.writing import ReadClip, checked, write_clips

_COLUMNS = ("path", *(name for name in FACTS if name not in NUMBERS))


@dataclass(frozen=True)
class Listed:
    """One clip to read: its facts, and where its landmarks are."""

    clip: Clip
    path: Path


@dataclass(frozen=True)
class ClipList:
    """The clips to read, each gloss in one spelling, and what is worth a line.

    UserError where two clips have one id.
    """

    entries: tuple[Listed, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        clips, notes = one_spelling(Manifest(tuple(entry.clip for entry in self.entries)).clips)
        pairs = zip(self.entries, clips, strict=True)
        object.__setattr__(self, "entries", tuple(replace(one, clip=clip) for one, clip in pairs))
        object.__setattr__(self, "notes", (*self.notes, *notes))


def clips_listed(table: Path) -> ClipList:
    """The clips of a CSV with the columns `path` (below the table's folder) and `gloss`.

    And any of id, signer, split, url, variation, also as `tables.ALIASES` spells them. Without ids,
    the paths without suffix are the ids. A note names the columns that are not used. UserError for
    frame ranges, which files of landmarks are not cut by, and for the line that is no clip.
    """
    columns, rows = read_table(table)
    is_cut = any(name in NUMBERS for name in columns)
    if is_cut or not {"path", "gloss"} <= set(columns) or len(set(columns)) < len(columns):
        expected = f"expected path, gloss and any of: {', '.join(_COLUMNS[1:])}"
        raise UserError(f"{table}: columns {', '.join(columns)}; {expected}")
    clips = [clip_of_row(row) for row in rows]
    if not clips:
        raise UserError(f"{table}: lists no clip")
    with naming(table):
        files = (Listed(clip, find_file(table.parent, path)) for clip, path in clips)
        return ClipList(tuple(files), unused_note(columns, _COLUMNS))


def clips_in(folder: Path) -> ClipList:
    """Every file or OpenPose folder at gloss/clip or split/gloss/clip below `folder`.

    In the order of their paths; links are followed. A folder that holds nothing but one with all
    that in it, as archives unpack, is passed through. Files of the first level are in no gloss's
    folder: they are skipped and counted. NotFound where there is no clip.
    """
    entries: list[Listed] = []
    folder = _unwrapped(folder)
    tops, skipped = listing(folder)
    stray = [top for top in tops if not top.is_dir()]
    for top in (top for top in tops if top.is_dir()):
        split = split_named(top.name) if split_named(top.name) in SPLITS else ""
        glosses, leftovers = listing(top) if split else ([top], [])
        skipped += leftovers
        for gloss in glosses:
            paths, leftovers = listing(gloss)
            skipped += leftovers
            for path in paths:
                clip_id = path.relative_to(folder).as_posix()
                entries.append(Listed(Clip(clip_id, gloss.name, split=split), path))
    if not entries:
        raise NotFound(f"{folder}: no clips in it, expected gloss/clip or split/gloss/clip")
    notes = leftovers_note(skipped)
    if stray:
        notes += (f"skipped {len(stray):,} files in no gloss's folder: {stray[0].name}",)
    return ClipList(tuple(entries), notes)


def _unwrapped(folder: Path) -> Path:
    """The folder with the glosses' folders in it: this one, or the only one it holds."""
    inside, _ = listing(folder)
    if len(inside) != 1 or not inside[0].is_dir() or split_named(inside[0].name) in SPLITS:
        return folder
    within, _ = listing(inside[0])
    try:
        if within:
            recognise(within[0])  # a clip: the only folder is a gloss's
        return folder
    except UserError:
        return inside[0] if all(path.is_dir() for path in within) else folder


def import_clips(
    source: Path,
    out: Path,
    licence: str = "",
    progress: Callable[[Iterable[Listed]], Iterable[Listed]] = iter,
    say: Callable[[str], None] = lambda line: None,
) -> ImportReport:
    """Make a data set of the clips that a table lists, or that lie in folders.

    All clips are brought to the first one's skeleton and unit. One that lacks its landmarks or
    cannot be converted is left out, as one that is missing or broken: every such clip is in the
    report and in problems.csv of the new folder. say: gets a line on how the first clip's format
    was recognised and what reading it leaves out. UserError where no clip at all can be read,
    AlreadyThere where `out` is there already.
    """
    check_new_folder(out)
    listed = clips_in(source) if source.is_dir() else clips_listed(source)
    return import_listed(listed, out, source.name, licence, progress, say)


def import_listed(
    listed: ClipList,
    out: Path,
    source: str,
    licence: str,
    progress: Callable[[Iterable[Listed]], Iterable[Listed]] = iter,
    say: Callable[[str], None] = lambda line: None,
) -> ImportReport:
    """Make a data set of clips whose files are known, as `import_clips` does."""
    reading = _read_all(progress(listed.entries), say)
    return write_clips(reading, out, source, licence, listed.notes, source)


def _read_all(entries: Iterable[Listed], say: Callable[[str], None]) -> Iterator[ReadClip]:
    said = False
    for entry in entries:
        clip = _read(entry)
        if clip.pose and not said:
            said = True
            say(f"{entry.path}: {recognise(entry.path)}")
        yield clip


def _read(entry: Listed) -> ReadClip:
    try:
        return checked(entry.clip, entry.path, read(entry.path))
    except FileNotFoundError:
        return ReadClip.failed(entry.clip, entry.path, "missing")
    except (UserError, OSError) as error:
        return ReadClip.failed(entry.clip, entry.path, "corrupt", str(error))
