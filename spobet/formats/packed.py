"""Packed arrays: many clips in one .npz, landmarks and facts side by side.

docs/formats.md lists the fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.files import write_whole
from spobet.formats import packed_fields
from spobet.formats.arrays import MAX_ARRAY_BYTES, archive_names, load_npz
from spobet.formats.text import naming
from spobet.poses.hand_shape import side_by_shape
from spobet.poses.hand_sides import NONE, hand_slots
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, Skeleton

NOT_KEPT = "a third coordinate"
# Mean certainty of the side by shape below which it is no evidence: real hands have 0.8.
_SURE = 0.3
_MAX_RATIO = 100  # real landmarks unpack to 2 to 10 times the file, an empty bomb to 1,000 times


@dataclass(frozen=True, eq=False)
class PackedClips:
    """The clips of one .npz: their landmarks, and every other field as it stands in the file.

    xy: (frames of all clips, landmarks, 2) float32, NaN = missing. confidence: (frames, landmarks).
    offsets: (clips + 1,), frames of clip i are offsets[i]:offsets[i + 1].
    frame_rate: (clips,) frames a second, NaN = unknown.
    sides_known: False where right and left are just two tracks.
    facts: field name -> array (clips,) or names.
    times: (frames of all clips,) seconds, NaN = unknown, None without that field; they go before
        frame_rate.
    size: (clips, 2) width and height of the picture in pixels, 0 = unknown, None without that
        field.
    """

    xy: np.ndarray
    confidence: np.ndarray
    offsets: np.ndarray
    frame_rate: np.ndarray
    skeleton: Skeleton
    unit: str
    sides_known: bool
    facts: dict[str, np.ndarray]
    times: np.ndarray | None = None
    size: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[PoseSequence]:
        return (self.pose(clip) for clip in range(len(self)))

    def num_frames(self, clip: int) -> int:
        """How many frames the clip at a position has."""
        return int(self.offsets[clip + 1] - self.offsets[clip])

    def pose(self, clip: int) -> PoseSequence:
        """Landmarks of the clip at a position; two tracks of hands are given their sides."""
        span = slice(self.offsets[clip], self.offsets[clip + 1])
        xy, confidence = self.xy[span], self.confidence[span]
        if not self.sides_known:
            xy, confidence = _with_sides(xy, confidence)
        size = None
        if self.size is not None and self.size[clip].all():
            size = (int(self.size[clip, 0]), int(self.size[clip, 1]))
        return PoseSequence(xy, confidence, self.skeleton, self._times(clip, span), self.unit, size)

    def _times(self, clip: int, span: slice) -> np.ndarray | None:
        if self.times is not None and np.isfinite(self.times[span]).all():
            return self.times[span]
        rate = self.frame_rate[clip]
        return np.arange(span.stop - span.start) / rate if rate > 0 else None  # NaN compares False


def looks_like(path: Path) -> str:
    """Why this is an archive of packed clips; "" where it is not."""
    return "an array named coords" if "coords.npy" in archive_names(path) else ""


def read(path: Path) -> PoseSequence:
    """The one clip of a packed file; UserError where it holds none or several."""
    clips = read_clips(path, MAX_ARRAY_BYTES)
    if len(clips) != 1:
        raise UserError(
            f"{path}: holds {len(clips)} clips, expected one; "
            "make a data set of it with `spobet import npz`"
        )
    with naming(path):
        return clips.pose(0)


def write(pose: PoseSequence, path: Path) -> None:
    """Write one clip so that `read` gives it back, times and the picture's size too."""
    fields: dict[str, Any] = {
        "coords": pose.xy,
        "offsets": np.array([0, len(pose)]),
        "confidence": pose.confidence,
        "landmark": np.array(pose.skeleton.landmarks),
        "bone": np.array(pose.skeleton.bones, dtype=str).reshape(-1, 2),
        "unit": np.array(pose.unit),
        "times": np.full(len(pose), np.nan) if pose.times is None else pose.times,
    }
    if pose.size is not None:
        fields["size"] = np.array(pose.size)
    content = BytesIO()
    np.savez_compressed(content, **fields)
    write_whole(path, content.getvalue())


def read_clips(path: Path, max_bytes: int = 0) -> PackedClips:
    """Every clip of a packed file.

    max_bytes: of its arrays unpacked, 0 = any number that files of its size unpack to. UserError
    names the field that is absent, of the wrong kind or shape, or out of range.
    """
    with naming(path):
        limit = max_bytes or max(MAX_ARRAY_BYTES, _MAX_RATIO * path.stat().st_size)
        fields = load_npz(path, max_bytes=limit)
        packed_fields.check_kinds(fields)
        two_hands = fields["coords"].ndim == 4  # (frames, slot, point, 2 or 3)
        skeleton = HANDS_42 if two_hands else packed_fields.skeleton_of(fields)
        offsets = packed_fields.offsets_of(fields)
        general = {**fields, **packed_fields.as_general_form(fields)} if two_hands else fields
        xy, confidence = packed_fields.landmarks_of(general, len(skeleton))
        return PackedClips(
            xy=xy,
            confidence=confidence,
            offsets=offsets,
            frame_rate=packed_fields.frame_rates(fields, np.diff(offsets)),
            skeleton=skeleton,
            unit=packed_fields.unit_of(fields, xy, two_hands),
            sides_known=not two_hands,
            facts={
                name: value
                for name, value in fields.items()
                if name not in packed_fields.LANDMARK_FIELDS
            },
            times=packed_fields.frame_times(fields, len(xy)),
            size=packed_fields.picture_sizes(fields, len(offsets) - 1),
        )


def _with_sides(xy: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Name two hand tracks by what their shapes say, frame by frame, and by how they move.

    Detectors find a hand that was lost in another track, so a track is not one hand. One hand found
    twice in a frame is kept once, as in videos (`poses.hand_sides`). Where shapes say little, or
    hands are seen in parts, the track further to the picture's left is the right hand.
    """
    hands = xy.reshape(len(xy), 2, -1, 2)
    seen = np.isfinite(hands[..., 0])
    whole = seen.all(axis=2)  # (frames, tracks)
    votes = np.zeros(whole.shape, np.float32)
    votes[whole] = side_by_shape(hands[whole])
    in_parts = (seen.any(axis=2) != whole).any()
    if in_parts or np.abs(votes).sum() < _SURE * whole.sum() or not whole.any():
        return sides_by_position(xy, confidence)
    slots = hand_slots(
        np.full((len(xy), 2, 3), np.nan, np.float32),
        [hands[frame, rows] for frame, rows in enumerate(whole)],
        [votes[frame, rows] for frame, rows in enumerate(whole)],
    )
    found = [np.append(np.flatnonzero(rows), [NONE, NONE]) for rows in whole]
    rows = np.array([tracks[slot] for tracks, slot in zip(found, slots, strict=True)])
    chosen, frames = rows != NONE, np.arange(len(xy))[:, None]
    sided = np.where(chosen[..., None, None], hands[frames, rows], np.float32(np.nan))
    sure = confidence.reshape(len(xy), 2, -1)[frames, rows] * chosen[..., None]
    return sided.reshape(xy.shape), sure.reshape(confidence.shape)


def sides_by_position(xy: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Name two hand tracks (frames, 42, 2): the one to the picture's left is the right hand.

    Both tracks are compared by their median wrist; a lone track by the middle of the picture.
    """
    wrists = xy[:, HANDS_42.indices(["right_hand_wrist", "left_hand_wrist"]), 0]  # (frames, 2)
    middles = np.array(
        [np.nanmedian(track) if np.isfinite(track).any() else np.nan for track in wrists.T]
    )
    first, second = np.where(np.isnan(middles), 0.5, middles)
    if first <= second:
        return xy, confidence
    order = HANDS_42.mirror_order
    return xy[:, order], confidence[:, order]
