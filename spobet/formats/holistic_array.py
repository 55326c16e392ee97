"""One array of MediaPipe Holistic's landmarks, as tutorials stack them: a row or a block a frame.

Rows are each part's points flattened one after the other: body (x, y, z, visibility), face, left
hand, right hand (x, y, z), of which some leave out the face, or the body and the face.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.arrays import MAX_ARRAY_BYTES, load_only, only_shape
from spobet.formats.mediapipe_parts import PARTS, holistic_clip, no_landmarks, with_confidence
from spobet.formats.text import head_of, naming, numbers
from spobet.poses.sequence import PoseSequence

NOT_KEPT = "z and the face's landmarks"
_NUM_FACE = 468
_NUM_IRIS_FACE = 478  # with refined irises
_SIZES = {**{part: len(landmarks) for part, landmarks in PARTS.items()}, "face": _NUM_FACE}


@dataclass(frozen=True)
class _Layout:
    """The parts of a frame in order, each with how many points of how many numbers."""

    parts: tuple[tuple[str, int, int], ...]

    @property
    def row(self) -> int:
        return sum(count * axes for _, count, axes in self.parts)

    @property
    def starts(self) -> list[int]:
        """The first point of each part."""
        return [
            sum(count for _, count, _ in self.parts[:place]) for place in range(len(self.parts))
        ]

    @property
    def num_points(self) -> int:
        return sum(count for _, count, _ in self.parts)


def _layout(*parts: str, body_axes: int = 3, face: int = _NUM_FACE) -> _Layout:
    sizes = {**_SIZES, "face": face}
    return _Layout(tuple((part, sizes[part], body_axes if part == "pose" else 3) for part in parts))


_HANDS = ("left_hand", "right_hand")
_CONTEST = _layout("face", "left_hand", "pose", "right_hand")  # 543 points, the contest's order
_STACKED = _layout("pose", "face", *_HANDS)  # 543 points too, in the order of tutorials' rows
_ROWS = {
    layout.row: layout
    for layout in (
        _layout("pose", "face", *_HANDS, body_axes=4),
        _layout("pose", "face", *_HANDS, body_axes=4, face=_NUM_IRIS_FACE),
        _layout("pose", *_HANDS, body_axes=4),
        _layout(*_HANDS),
        _layout("pose", body_axes=4),
    )
}
_BLOCKS = {
    layout.num_points: layout for layout in (_CONTEST, _layout("pose", *_HANDS), _layout("pose"))
}


def looks_like(path: Path) -> str:
    """Why this is an array of MediaPipe's landmarks, or some other array; "" where it is none."""
    head = head_of(path)
    shape = only_shape(path) if head.startswith((b"\x93NUMPY", b"PK")) else ()
    is_array = head.startswith(b"\x93NUMPY") or 2 <= len(shape) <= 4
    return f"an array {shape}" if is_array else ""


def read(path: Path) -> PoseSequence:
    """The signer on HOLISTIC_75, in shares of the picture.

    (0, 0) and NaN are missing: tutorials fill with zeros what was not found. UserError for an
    array of another shape.
    """
    with naming(path):
        return clip_of_array(load_only(path, MAX_ARRAY_BYTES))


def clip_of_array(array: np.ndarray, times: np.ndarray | None = None) -> PoseSequence:
    """The clip of an array (frames, numbers of a row) or (frames, points, 2 to 4).

    Also with an axis of one person, and with the three numbers of each point in one row. 543 points
    are in the contest's order or in that of tutorials' rows, as the body's size says.
    """
    layout, shape = None, array.shape
    if array.ndim == 4 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and array.shape[1] not in _ROWS and array.shape[1] % 3 == 0:
        array = array.reshape(len(array), -1, 3)  # x, y, z of every point, without visibility
    if array.ndim == 2:
        layout = _ROWS.get(array.shape[1])
    elif array.ndim == 3 and 2 <= array.shape[2] <= 4:
        layout = _BLOCKS.get(array.shape[1])
        if layout is _CONTEST and array.dtype.kind in "iuf" and _is_stacked(array):
            layout = _STACKED
    if array.dtype.kind not in "iuf" or layout is None:
        rows, blocks = (", ".join(map(str, sorted(known))) for known in (_ROWS, _BLOCKS))
        raise UserError(
            f"array is {array.dtype} {shape}, expected numbers (frames, one of {rows}), "
            f"(frames, one of {blocks}, 2 to 4) or (frames, 133, 2 or 3)"
        )
    if not 0 < len(array) <= traits.MAX_FRAMES:
        raise UserError(f"{len(array):,} frames, expected 1 to {traits.MAX_FRAMES:,}")
    values, start = no_landmarks(len(array)), 0
    for part, count, axes in layout.parts:
        if array.ndim == 2:
            points = array[:, start : start + count * axes].reshape(len(array), count, axes)
            start += count * axes
        else:
            points = array[:, start : start + count]
            start += count
        if part in PARTS:
            values[:, PARTS[part]] = with_confidence(numbers(points, "array"), part)
    return holistic_clip(values, {}, times)


def _is_stacked(array: np.ndarray) -> bool:
    """Whether 543 points are body, face, left hand, right hand rather than in the contest's order.

    The body is wider than the face; what stands in its place in the other order is no wider.
    """
    sizes = []
    for layout in (_CONTEST, _STACKED):
        starts = dict(zip((part for part, _, _ in layout.parts), layout.starts, strict=True))
        body, face = (
            array[:1000, starts[part] : starts[part] + _SIZES[part], 0].astype(np.float64)
            for part in ("pose", "face")
        )
        extents = [_extent(points) for points in (body, face)]
        sizes.append(extents[0] / extents[1] if extents[1] > 0 else np.nan)
    return bool(sizes[1] > sizes[0])  # NaN compares False: hands alone are the contest's


def _extent(points: np.ndarray) -> float:
    """Median width over frames of the points that are seen (frames, points), NaN without any."""
    seen = np.where(np.isfinite(points) & (points != 0), points, np.nan)
    seen = seen[np.isfinite(seen).any(axis=1)]
    widths = np.nanmax(seen, axis=1) - np.nanmin(seen, axis=1)
    return float(np.median(widths)) if len(widths) else np.nan
