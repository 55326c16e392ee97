"""SPOTER's CSV: one row a clip, two columns a landmark, each a list with one number a frame."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
import orjson

from spobet.errors import UserError
from spobet.files import write_whole
from spobet.formats import traits
from spobet.formats.delimited import check_columns, csv_rows, header_names
from spobet.formats.text import MAX_BYTES, head_of, naming, numbers
from spobet.poses.adapt import on_skeleton
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54

NOT_KEPT = "columns that name no landmark"
_FINGERS = ("index", "middle", "ring", "little")
_JOINTS = {"MCP": "mcp", "PIP": "pip", "DIP": "dip", "Tip": "tip"}
_HAND = {
    "wrist": "hand_wrist",
    **{f"thumb{joint}": f"thumb_{name}" for joint, name in (("CMC", "cmc"), ("MP", "mcp"))},
    **{f"thumb{joint}": f"thumb_{joint.lower()}" for joint in ("IP", "Tip")},
    **{
        f"{finger}{joint}": f"{finger}_{name}"
        for finger in _FINGERS
        for joint, name in _JOINTS.items()
    },
}
_BODY = ("Eye", "Ear", "Shoulder", "Elbow", "Wrist")
COLUMNS = {
    **{"nose": "nose", "neck": "neck"},
    **{f"{side}{part}": f"{side}_{part.lower()}" for side in ("right", "left") for part in _BODY},
    **{
        f"{point}_{side}": f"{side}_{name}"
        for side in ("left", "right")
        for point, name in _HAND.items()
    },
}
_SPELLINGS = {"_Left_": "_left_", "_Right_": "_right_", "_0_": "_left_", "_1_": "_right_"}
_SPELLING = re.compile("|".join(_SPELLINGS))
_NOT_A_NUMBER = re.compile(r"-?\b(?:nan|inf(?:inity)?|none)\b", re.IGNORECASE)
_WRAPPED = re.compile(  # np.float64(0.5), array([...], dtype=float32), (0.5, 0.25), '0.5'
    r"(?:np\.|numpy\.)?(?:float\d+|array|tensor)?\(([^()]*?)(?:,\s*dtype=[\w.]+)?\)|['\"]"
)
_MAX_CELL = 10_000_000  # characters: 100,000 frames of 20 digits and the list, five times
_MAX_COLUMNS = 10_000  # SPOTER's has 112, a table of it with faces 1,000
_MAX_VALUES = 2_000_000  # separators in a row, those in lists too: 18,000 frames
_LABELS = ("labels", "label", "sign", "gloss")  # SPOTER's, and those of tables made like it
_SIGNERS = ("signer", "signer_id", "signerID")
_OPTIONAL = ("neck",)  # SPOTER itself fills it with zeros where a file lacks it


@dataclass(frozen=True, eq=False)
class SpoterClip:
    """One row: its landmarks, its `labels` column and its signer, "" where there is none."""

    pose: PoseSequence
    label: str
    signer: str = ""


def looks_like(path: Path) -> str:
    """Why this is a SPOTER table; "" where it is not."""
    head = head_of(path)
    is_table = b"leftEar_X" in head and {"leftEar_X", "leftEar_Y"} <= set(header_names(head))
    return "columns leftEar_X, leftEar_Y" if is_table else ""


def read(path: Path) -> PoseSequence:
    """The one clip of a table; UserError where it holds none or several."""
    clips = list(islice(read_clips(path), 2))
    if len(clips) != 1:
        found = "several clips" if clips else "no clip"
        raise UserError(
            f"{path}: holds {found}, expected one; "
            "make a data set of it with `spobet import spoter`"
        )
    return clips[0].pose


def read_clips(path: Path) -> Iterator[SpoterClip]:
    """Every clip of a table, as `read_rows` reads it; UserError names the line that is none."""
    for row in read_rows(path):
        if isinstance(row, UserError):
            raise row
        yield row


def read_rows(path: Path) -> Iterator[SpoterClip | UserError]:
    """Every row of a table: its clip on OPENPOSE_54, in shares of the picture, y down, or why not.

    A table of any length is read, since its rows are held one at a time. Landmarks are matched by
    column name; sides may be spelt _left_ and _right_, _Left_ and _Right_ or _0_ and _1_, as
    SPOTER does. (0, 0) is missing. SPOTER counts y upwards from the lower edge: where the nose's
    median lies above the neck's, or else the eyes' above the shoulders', y is turned; a clip that
    shows neither pair is turned too. `times` from video_fps, `size` from video_size_width and
    video_size_height where they are there. Raises UserError where the
    table itself is none.
    """
    for number, row, columns in _table(path):
        try:
            with naming(path), naming(Path(f"line {number}")):
                clip: SpoterClip | UserError = _clip(row, columns)
        except UserError as error:
            clip = error
        yield clip


def read_labels(path: Path) -> Iterator[str]:
    """The label of every row, "" where there is none, without reading its landmarks."""
    return (_first(row, _LABELS) for _, row, _ in _table(path))


def _table(path: Path) -> Iterator[tuple[int, dict[str, str], dict[str, str]]]:
    """Line, cells by column, and our names of the columns that are landmarks', of every row."""
    csv.field_size_limit(max(_MAX_CELL, csv.field_size_limit()))
    encoding = traits.text_encoding(path)
    with naming(path), path.open(encoding=encoding, errors="replace", newline="") as file:
        rows = csv_rows(_lines(file), _MAX_VALUES)
        try:
            names = [name.strip() for name in next(rows, (1, []))[1]]
            if len(names) > _MAX_COLUMNS:
                raise UserError(f"{len(names):,} columns, expected at most {_MAX_COLUMNS:,}")
            columns = _columns(names)
            for number, cells in rows:
                yield number, dict(zip(names, cells, strict=False)), columns
        except csv.Error as error:
            raise UserError(f"not a table that can be read ({error})") from error


def _first(row: dict[str, str], names: Sequence[str]) -> str:
    return next((row[name].strip() for name in names if row.get(name)), "")


def _lines(file: TextIO) -> Iterator[str]:
    """The lines of a file; UserError for one over MAX_BYTES, before it fills the memory."""
    while line := file.readline(MAX_BYTES + 1):
        if len(line) > MAX_BYTES:
            raise UserError(f"a line of over {MAX_BYTES:,} characters, expected a clip a line")
        yield line


def write(pose: PoseSequence, path: Path) -> None:
    """Write one clip as `write_clips` does."""
    write_clips([SpoterClip(pose, "")], path)


def write_clips(clips: Sequence[SpoterClip], path: Path) -> None:
    """Write clips as SPOTER reads them: y upwards, missing as 0; confidence is not written.

    They need every landmark of OPENPOSE_54 (a neck is made) and are in shares of the picture, or
    in pixels of a known size.
    """
    out = io.StringIO(newline="")
    facts = ["labels", "video_fps", "video_size_width", "video_size_height"]
    table = csv.writer(out)
    table.writerow([*facts, *(f"{column}_{axis}" for column in COLUMNS for axis in "XY")])
    for clip in clips:
        pose = on_skeleton(clip.pose, OPENPOSE_54).in_unit("image")
        rate = repr(pose.frame_rate) if pose.frame_rate else ""
        cells = [clip.label, rate, *(pose.size or ("", ""))]
        for name in COLUMNS.values():
            x, y = pose[name].T.astype(np.float64)
            for track in (x, 1 - y):
                cells.append(orjson.dumps(np.nan_to_num(track).tolist()).decode())
        table.writerow(cells)
    write_whole(path, out.getvalue())


def _columns(names: Sequence[str]) -> dict[str, str]:
    """Our name of a column -> the file's, for every column of a landmark."""
    spellings = [_SPELLING.sub(lambda match: _SPELLINGS[match[0]], name) for name in names]
    check_columns(spellings)
    spelt = dict(zip(spellings, names, strict=True))
    wanted = [f"{column}_{axis}" for column in COLUMNS for axis in "XY"]
    absent = [
        name for name in wanted if name not in spelt and name.rsplit("_", 1)[0] not in _OPTIONAL
    ]
    if absent:
        raise UserError(
            f"{len(absent)} of {len(wanted)} columns are not there: {', '.join(absent[:5])}"
        )
    return {name: spelt[name] for name in wanted if name in spelt}


def _clip(row: dict[str, str], columns: dict[str, str]) -> SpoterClip:
    tracks = {name: _track(row.get(column), column) for name, column in columns.items()}
    lengths = {len(track) for track in tracks.values()}
    if len(lengths) != 1 or not 0 < max(lengths) <= traits.MAX_FRAMES:
        raise UserError(
            f"columns of {min(lengths)} to {max(lengths)} frames, "
            f"expected as many in each and 1 to {traits.MAX_FRAMES:,}"
        )
    xy = np.full((lengths.pop(), len(OPENPOSE_54), 2), np.nan)
    for column, landmark in COLUMNS.items():
        if f"{column}_X" in tracks and f"{column}_Y" in tracks:
            point = np.stack([tracks[f"{column}_{axis}"] for axis in "XY"], axis=1)
            xy[:, OPENPOSE_54.index(landmark)] = point
    xy[traits.missing(xy)] = np.nan
    unit = traits.unit_of(xy, "image")
    size = traits.picture_size(row.get("video_size_width"), row.get("video_size_height"))
    if _counts_upwards(xy):
        if unit == "pixels" and size is None:
            raise UserError("pixels counted upwards need video_size_height, which is not there")
        xy[..., 1] = (size[1] if size and unit == "pixels" else 1) - xy[..., 1]
    times = traits.rate_times(len(xy), traits.frame_rate(row.get("video_fps"), "video_fps"))
    seen = (~np.isnan(xy[..., 0])).astype(np.float32)
    return SpoterClip(
        PoseSequence(xy, seen, OPENPOSE_54, times, unit, size),
        _first(row, _LABELS),
        _first(row, _SIGNERS),
    )


def _track(cell: str | None, column: str) -> np.ndarray:
    if cell is None:
        raise UserError(f"no value for {column}")
    try:
        if "(" in cell or "'" in cell:  # as Python writes NumPy's numbers, tuples and texts
            cell = _WRAPPED.sub(r"\1", _WRAPPED.sub(r"\1", cell)).strip(" ,")
            cell = cell if cell.startswith("[") else f"[{cell}]"
        if "," not in cell:  # as NumPy writes arrays
            cell = re.sub(r"(?<=[^\s\[])\s+(?=[^\s\]])", ",", cell)
        values = orjson.loads(_NOT_A_NUMBER.sub("null", cell))
    except orjson.JSONDecodeError as error:
        raise UserError(f"{column}: expected a list of numbers ({error})") from error
    if not isinstance(values, list) or len(values) > traits.MAX_FRAMES:
        raise UserError(
            f"{column}: expected a list of numbers, at most {traits.MAX_FRAMES:,}, one a frame"
        )
    track = numbers(values, column)
    if track.ndim != 1:
        raise UserError(f"{column}: expected a list of numbers")
    return track


def _counts_upwards(xy: np.ndarray) -> bool:
    """Whether y grows upwards in the picture: told by what stands over what in a signer."""
    pairs = (("nose",), ("neck",)), (("left_eye", "right_eye"), ("left_shoulder", "right_shoulder"))
    for above, below in pairs:
        heads = xy[:, OPENPOSE_54.indices(above), 1].mean(axis=1)
        trunks = xy[:, OPENPOSE_54.indices(below), 1].mean(axis=1)
        both = ~np.isnan(heads - trunks)
        if both.any():
            return bool(np.median(heads[both] - trunks[both]) > 0)
    return True
