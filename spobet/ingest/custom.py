"""Clips of one's own as a data set: files of any format that `spobet.read` accepts, listed in a table or sorted into folders."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.dataset.store import DatasetWriter
from spobet.errors import NotFound, UserError
from spobet.formats import read, recognise
from spobet.formats.spoter_csv import read_clips
from spobet.ingest.report import ImportReport, Problem
from spobet.poses.adapt import on_skeleton
from spobet.poses.sequence import PoseSequence

ALIASES = {
    **{"sign": "gloss", "label": "gloss", "participant_id": "signer", "signer_id": "signer"},
    **{"sequence_id": "id", "video_id": "id", "file": "path", "clip": "path"},
}
_NUMBERS = ("frame_start", "frame_end")
_COLUMNS = ("path", *(field.name for field in fields(Clip) if field.name not in _NUMBERS))


@dataclass(frozen=True)
class Listed:
    """One clip to read: its facts, and where its landmarks are."""

    clip: Clip
    path: Path


def clips_listed(table: Path) -> list[Listed]:
    """The clips of a CSV: `path` below the table's folder and `gloss`, and any of id, signer, split, url, variation.

    Other spellings: sign or label for gloss, signer_id or participant_id for signer, video_id or sequence_id for id. Without ids
    the paths without suffix are. Columns of other names are an error. ValueError names the line that is not a clip.
    """
    with table.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        names = [ALIASES.get(name, name) for name in rows.fieldnames or []]
        strangers = [name for name in names if name not in _COLUMNS]
        if strangers or not {"path", "gloss"} <= set(names) or len(set(names)) < len(names):
            raise UserError(
                f"{table}: columns {', '.join(names)}; expected path, gloss and any of: {', '.join(_COLUMNS[1:])}"
            )
        clips = [clip_of_row(row, f"{table}:{rows.line_num}", ALIASES) for row in rows]
        return [Listed(clip, table.parent / path) for clip, path in clips]


def clip_of_row(
    row: dict[str, str], where: str, spellings: Mapping[str, str], gloss: str = ""
) -> tuple[Clip, str]:
    """The clip of a table's line and its path, "" where the line has none; without an id the path without suffix is.

    spellings: other names of columns. gloss: where the line names none. ValueError says what is wrong, and where.
    """
    try:
        if None in row or None in row.values():
            raise UserError("more or fewer values than columns")
        facts = {spellings.get(name, name): value for name, value in row.items() if value}
        path = facts.pop("path", "")
        facts.setdefault("id", Path(path).with_suffix("").as_posix() if path else "")
        facts.setdefault("gloss", gloss)
        numbers = {name: int(facts[name]) for name in _NUMBERS if name in facts}
        return Clip(**{**facts, **numbers}), path  # type: ignore[arg-type]
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error


def clips_in(folder: Path) -> list[Listed]:
    """Every file or OpenPose folder at gloss/clip or split/gloss/clip below `folder`, in the order of their paths.

    FileNotFoundError where there is none.
    """
    listed: list[Listed] = []
    for first in _inside(folder):
        named = first.name in SPLITS
        for gloss in _inside(first) if named else [first]:
            listed += [
                _placed(path, folder, gloss.name, first.name if named else "")
                for path in _inside(gloss)
            ]
    if not listed:
        raise NotFound(f"{folder}: no clips in it, expected gloss/clip or split/gloss/clip")
    return listed


def _inside(folder: Path) -> list[Path]:
    return (
        sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        if folder.is_dir()
        else []
    )


def _placed(path: Path, folder: Path, gloss: str, split: str) -> Listed:
    return Listed(Clip(path.relative_to(folder).as_posix(), gloss, split=split), path)


def import_clips(
    source: Path,
    out: Path,
    licence: str = "",
    progress: Callable[[Iterable[Listed]], Iterable[Listed]] = iter,
    say: Callable[[str], None] = lambda line: None,
) -> ImportReport:
    """Make a data set of the clips that a table lists (`clips_listed`) or that lie in folders (`clips_in`).

    All clips stand on the first one's skeleton and in its unit; one that has not its landmarks, or cannot be told in that unit,
    is left out like one that is missing or broken: every such clip is in the report and in problems.csv of the new folder. say: is
    told how the first clip was known and what reading it leaves out.
    ValueError where no clip at all can be read, FileExistsError where `out` is there already.
    """
    listed = clips_in(source) if source.is_dir() else clips_listed(source)
    Manifest(tuple(entry.clip for entry in listed))  # ids stand once
    problems: list[Problem] = []
    entries = iter(progress(listed))
    first = next(((entry, pose) for entry in entries if (pose := _read(entry, problems))), None)
    if first is None:
        raise UserError(
            f"{source}: none of {len(listed)} clips could be read; the first: {problems[0].detail or problems[0].path}"
        )
    form = first[1]
    say(f"{first[0].path}: {recognise(first[0].path)}")
    with DatasetWriter(out, form.skeleton, form.unit, str(source.name), licence) as writer:
        writer.add(first[0].clip, form)
        num_read = 1
        for entry in entries:
            if pose := _read(entry, problems, form):
                writer.add(entry.clip, pose)
                num_read += 1
        report = ImportReport(num_read, len(listed), tuple(problems))
        report.write(writer.folder / "problems.csv")
    return report


def _read(
    entry: Listed, problems: list[Problem], form: PoseSequence | None = None
) -> PoseSequence | None:
    """The landmarks of a clip as `form` has them; None, and the reason in `problems`, where they cannot be had."""
    try:
        pose = read(entry.path)
        if form is not None:
            pose = on_skeleton(pose, form.skeleton).in_unit(form.unit)
        if not pose.seen.any():
            raise UserError(f"{entry.path}: nobody in any of {len(pose)} frames")
        return pose
    except FileNotFoundError:
        problems.append(Problem(entry.clip.id, "missing", str(entry.path)))
    except KeyError as error:
        problems.append(
            Problem(entry.clip.id, "other landmarks", str(entry.path), str(error.args[0]))
        )
    except (ValueError, OSError) as error:
        problems.append(Problem(entry.clip.id, "corrupt", str(entry.path), str(error)))
    return None


def import_spoter(tables: Sequence[tuple[str, Path]], out: Path, licence: str = "") -> ImportReport:
    """Make a data set of SPOTER's tables, each with its split ("" = none): every row is a clip, its `labels` the gloss."""
    clips = [
        (split, path, number, clip)
        for split, path in tables
        for number, clip in enumerate(read_clips(path))
    ]
    if not clips:
        raise UserError(f"{tables[0][1]}: no clip in it")
    with DatasetWriter(
        out,
        clips[0][3].pose.skeleton,
        "image",
        " + ".join(path.name for _, path in tables),
        licence,
    ) as writer:
        for split, path, number, clip in clips:
            if not clip.label:
                raise UserError(f"{path}: row {number + 1} has no label")
            writer.add(
                Clip(f"{path.stem}/{number}", clip.label, split=split),
                replace(clip.pose, size=None),
            )
    return ImportReport(len(clips), len(clips), ())
