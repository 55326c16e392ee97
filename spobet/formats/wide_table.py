"""A row a frame and two columns a landmark, such as `x_left_hand_0` or `left_hand_0_x`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.mediapipe_parts import PARTS, holistic_clip, no_landmarks, part_of
from spobet.formats.text import numbers, whole_numbers
from spobet.poses.sequence import PoseSequence

_FRAME, _SEQUENCE = "frame", "sequence_id"
_FEWEST = 2 * len(PARTS["left_hand"])  # columns: of one hand
_NAME = re.compile(
    r"(?:(?P<before>[xyz])_)?(?P<part>[a-z_]+?)_?(?P<index>\d+)(?:_(?P<after>[xyz]|visibility))?",
    re.IGNORECASE,
)
_AXES = ("x", "y", "visibility")


def landmark_columns(names: Sequence[str]) -> dict[str, tuple[str, int, int]]:
    """Part, landmark and axis (x, y, visibility) that a column holds, of each that holds one.

    None at all where there are fewer than one hand's.
    """
    found = {}
    for name in names:
        match = _NAME.fullmatch(name)
        axis = match and (match["before"] or match["after"] or "").lower()
        if match and axis in _AXES and part_of(match["part"]) in PARTS:
            found[name] = (part_of(match["part"]), int(match["index"]), _AXES.index(axis))
    return found if len(found) >= _FEWEST else {}


def wanted_columns(names: Sequence[str]) -> list[str]:
    """The columns of such a table that are read; none where it is another table."""
    found = [] if "landmark_index" in names else list(landmark_columns(names))
    return [*found, *(name for name in (_FRAME, _SEQUENCE) if found and name in names)]


def clip_of_columns(columns: Mapping[str, np.ndarray]) -> PoseSequence:
    """The signer on HOLISTIC_75, in shares of the picture, of the columns `wanted_columns` names.

    Rows stand at their frame numbers where there are any. UserError where landmarks are not counted
    from 0, or rows are of several clips.
    """
    landmarks = landmark_columns(list(columns))
    if _SEQUENCE in columns and len(np.unique(columns[_SEQUENCE])) > 1:
        raise UserError(f"{_SEQUENCE} has several values, expected the frames of one clip")
    num_rows = len(next(iter(columns.values())))
    if not num_rows:
        raise UserError("0 rows, expected one a frame")
    frames = np.arange(num_rows)
    if _FRAME in columns:
        frames = whole_numbers(columns[_FRAME], _FRAME)
    ascending = np.argsort(frames, kind="stable")
    if (np.diff(frames[ascending]) == 0).any():
        raise UserError("a frame number stands twice, expected the frames of one clip")
    order = traits.frame_order(frames[ascending].tolist())
    values = no_landmarks(order.num_frames)
    for name, (part, index, axis) in landmarks.items():
        if index >= len(PARTS[part]):
            raise UserError(f"column {name}, expected landmarks from 0 to {len(PARTS[part]) - 1}")
        column = numbers(columns[name], name)[ascending]
        values[order.positions, PARTS[part][index], axis] = column
    has_confidence = np.isfinite(values[..., 2]).any(axis=0)
    values[:, ~has_confidence, 2] = 1
    return holistic_clip(values, {}, order.times)
