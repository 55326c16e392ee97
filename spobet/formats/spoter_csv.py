"""SPOTER's CSV: one row a clip, two columns a landmark, each a list with one number a frame."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from spobet.errors import UserError
from spobet.files import write_whole
from spobet.formats.text import head_of, numbers, read_bounded
from spobet.poses.adapt import on_skeleton
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54

NOT_KEPT = "columns that name no landmark"
_FINGERS = ("index", "middle", "ring", "little")
_JOINTS = {"MCP": "mcp", "PIP": "pip", "DIP": "dip", "Tip": "tip"}
_HAND = {
    **{
        "wrist": "hand_wrist",
        "thumbCMC": "thumb_cmc",
        "thumbMP": "thumb_mcp",
        "thumbIP": "thumb_ip",
        "thumbTip": "thumb_tip",
    },
    **{
        f"{finger}{joint}": f"{finger}_{part}"
        for finger in _FINGERS
        for joint, part in _JOINTS.items()
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
_SIDES = {
    "_left_": "_left_",
    "_right_": "_right_",
    "_Left_": "_left_",
    "_Right_": "_right_",
    "_0_": "_left_",
    "_1_": "_right_",
}
_SIDE = re.compile("|".join(_SIDES))
_MAX_CELL = 10_000_000  # characters
_OPTIONAL = ("neck",)  # SPOTER itself fills it with zeros where a file lacks it


@dataclass(frozen=True, eq=False)
class SpoterClip:
    """One row: its landmarks and its `labels` column, "" where there is none."""

    pose: PoseSequence
    label: str


def looks_like(path: Path) -> str:
    """Why this is a SPOTER table; "" where it is not."""
    first_line = head_of(path).split(b"\n", 1)[0]
    return (
        "columns leftEar_X, leftEar_Y"
        if b"leftEar_X" in first_line and b"leftEar_Y" in first_line
        else ""
    )


def read(path: Path) -> PoseSequence:
    """The one clip of a table; ValueError where it holds none or several."""
    clips = list(read_clips(path))
    if len(clips) != 1:
        raise UserError(
            f"{path}: holds {len(clips)} clips, expected one; make a data set of it with `spobet import spoter`"
        )
    return clips[0].pose


def read_clips(path: Path) -> Iterator[SpoterClip]:
    """Every clip of a table on OPENPOSE_54, in shares of the picture, y down.

    Landmarks are matched by column name; sides may be spelt _left_ and _right_, _Left_ and _Right_ or _0_ and _1_, as SPOTER does.
    (0, 0) is missing. SPOTER counts y upwards from the lower edge: where the nose's median lies above the neck's, or else the
    eyes' above the shoulders', y is turned; a clip that shows neither pair is turned too. `times` from video_fps, `size` from
    video_size_width and video_size_height where they are there. ValueError names the line and column.
    """
    try:
        text = read_bounded(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text ({error})") from error
    csv.field_size_limit(max(_MAX_CELL, csv.field_size_limit()))
    rows = csv.DictReader(io.StringIO(text, newline=""))
    try:
        columns = _columns(rows.fieldnames or [])
        for row in rows:
            try:
                yield _clip(row, columns)
            except ValueError as error:
                raise UserError(f"line {rows.line_num}: {error}") from error
    except (ValueError, csv.Error) as error:
        raise UserError(f"{path}: {error}") from error


def write(pose: PoseSequence, path: Path) -> None:
    """Write one clip as `write_clips` does."""
    write_clips([SpoterClip(pose, "")], path)


def write_clips(clips: Sequence[SpoterClip], path: Path) -> None:
    """Write clips as SPOTER reads them: y upwards, missing as 0; confidence is not kept. They need every landmark of OPENPOSE_54
    (a neck is made) and are in shares of the picture, or in pixels of a known size."""
    out = io.StringIO(newline="")
    facts = ["labels", "video_fps", "video_size_width", "video_size_height"]
    table = csv.writer(out)
    table.writerow([*facts, *(f"{column}_{axis}" for column in COLUMNS for axis in "XY")])
    for clip in clips:
        pose = on_skeleton(clip.pose, OPENPOSE_54).in_unit("image")
        cells = [
            clip.label,
            repr(pose.frame_rate) if pose.frame_rate else "",
            *(pose.size or ("", "")),
        ]
        for name in COLUMNS.values():
            x, y = pose[name].T.astype(np.float64)
            cells += [_cell(x), _cell(1 - y)]
        table.writerow(cells)
    write_whole(path, out.getvalue())


def _cell(values: np.ndarray) -> str:
    return orjson.dumps(np.nan_to_num(values).tolist()).decode()


def _columns(names: Sequence[str]) -> dict[str, str]:
    """Our name of a column -> the file's, for every column of a landmark; ValueError lists those that are absent."""
    spelt = {_SIDE.sub(lambda match: _SIDES[match[0]], name): name for name in names}
    if len(spelt) < len(names):
        raise UserError("a column stands twice")
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
    if len(lengths) != 1 or lengths == {0}:
        raise UserError(
            f"columns of {min(lengths)} to {max(lengths)} frames, expected as many in each and at least 1"
        )
    xy = np.full((lengths.pop(), len(OPENPOSE_54), 2), np.nan)
    for column, landmark in COLUMNS.items():
        if f"{column}_X" in tracks:
            point = np.stack([tracks[f"{column}_{axis}"] for axis in "XY"], axis=1)
            xy[:, OPENPOSE_54.index(landmark)] = np.where(
                (point == 0).all(axis=1, keepdims=True), np.nan, point
            )
    xy[np.isnan(xy).any(axis=2)] = np.nan
    if _counts_upwards(xy):
        xy[..., 1] = 1 - xy[..., 1]
    rate, width, height = (
        _fact(row, f"video_{name}") for name in ("fps", "size_width", "size_height")
    )
    times = np.arange(len(xy)) / rate if rate else None
    size = (round(width), round(height)) if width and height else None
    seen = ~np.isnan(xy[..., 0])
    return SpoterClip(
        PoseSequence(xy, seen.astype(np.float32), OPENPOSE_54, times, "image", size),
        row.get("labels") or "",
    )


def _track(cell: str | None, column: str) -> np.ndarray:
    if cell is None:
        raise UserError(f"no value for {column}")
    try:
        values = orjson.loads(cell.replace("nan", "null"))
    except orjson.JSONDecodeError as error:
        raise UserError(f"{column}: expected a list of numbers ({error})") from error
    track = numbers(values, column)
    if track.ndim != 1:
        raise UserError(f"{column}: expected a list of numbers")
    return track


def _counts_upwards(xy: np.ndarray) -> bool:
    """Whether y grows upwards in the picture, told by what stands over what in a signer."""
    for above, below in (
        (("nose",), ("neck",)),
        (("left_eye", "right_eye"), ("left_shoulder", "right_shoulder")),
    ):
        heads, trunks = (
            xy[:, OPENPOSE_54.indices(names), 1].mean(axis=1) for names in (above, below)
        )
        both = ~np.isnan(heads - trunks)
        if both.any():
            return bool(np.median(heads[both] - trunks[both]) > 0)
    return True


def _fact(row: dict[str, str], name: str) -> float:
    value = row.get(name) or ""
    try:
        number = float(value) if value else 0.0
    except ValueError as error:
        raise UserError(f"{name} is {value!r}, expected a number") from error
    return number if 0 < number < 1e6 else 0.0
