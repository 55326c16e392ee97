"""Packed arrays: many clips in one .npz, landmarks and facts side by side (docs/formats.md lists the fields)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.files import write_whole
from spobet.formats.arrays import load_npz
from spobet.poses.sequence import UNITS, PoseSequence
from spobet.poses.skeleton import HANDS_42, Skeleton, skeleton_named

NOT_KEPT = "a third coordinate"
_LANDMARK_FIELDS = {
    "coords",
    "scale",
    "hand_mask",
    "lr_swap",
    "confidence",
    "landmark",
    "bone",
    "skeleton",
    "offsets",
    "unit",
    "times",
    "size",
}
_NUMBERS = (
    "coords",
    "offsets",
    "scale",
    "hand_mask",
    "lr_swap",
    "confidence",
    "frame_rate",
    "times",
    "n25_start",
    "n25_end",
    "size",
)


@dataclass(frozen=True, eq=False)
class PackedClips:
    """The clips of one .npz: their landmarks, and every other field as it stands in the file.

    xy: (frames of all clips, landmarks, 2) float32, NaN = missing. confidence: (frames, landmarks).
    offsets: (clips + 1,), frames of clip i are offsets[i]:offsets[i + 1].
    frame_rate: (clips,) frames a second, NaN = unknown. sides_known: False where right and left are just two tracks.
    facts: field name -> array (clips,) or names. times: (frames of all clips,) seconds, NaN = unknown, None without that field;
    they go before frame_rate. size: (clips, 2) width and height of the picture in pixels, None without that field.
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

    def pose(self, clip: int) -> PoseSequence:
        """Landmarks of the clip at a position; two tracks of hands are given their sides."""
        span = slice(self.offsets[clip], self.offsets[clip + 1])
        xy, confidence = self.xy[span], self.confidence[span]
        if not self.sides_known:
            xy, confidence = _with_sides(xy, confidence)
        size = None if self.size is None else (int(self.size[clip, 0]), int(self.size[clip, 1]))
        return PoseSequence(xy, confidence, self.skeleton, self._times(clip, span), self.unit, size)

    def _times(self, clip: int, span: slice) -> np.ndarray | None:
        if self.times is not None and np.isfinite(self.times[span]).all():
            return self.times[span]
        rate = self.frame_rate[clip]
        return np.arange(span.stop - span.start) / rate if rate > 0 else None  # NaN compares False

    def __iter__(self) -> Iterator[PoseSequence]:
        return (self.pose(clip) for clip in range(len(self)))


def looks_like(path: Path) -> str:
    """Why this is an archive of packed clips; "" where it is not."""
    if not (path.is_file() and zipfile.is_zipfile(path)):
        return ""
    with zipfile.ZipFile(path) as archive:
        return "an array named coords" if "coords.npy" in archive.namelist() else ""


def read(path: Path) -> PoseSequence:
    """The one clip of a packed file; ValueError where it holds none or several."""
    clips = read_clips(path)
    if len(clips) != 1:
        raise UserError(
            f"{path}: holds {len(clips)} clips, expected one; make a data set of it with `spobet import npz`"
        )
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


def read_clips(path: Path) -> PackedClips:
    """Every clip of a packed file; ValueError names the field that is missing, of the wrong kind or shape, or out of range."""
    fields = load_npz(path)
    try:
        return _clips(fields)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error


def _clips(fields: dict[str, np.ndarray]) -> PackedClips:
    _check_kinds(fields)
    two_hands = fields["coords"].ndim == 4  # (frames, slot, point, 2 or 3)
    skeleton = HANDS_42 if two_hands else _skeleton(fields)
    offsets = _offsets(fields)
    xy, confidence = _landmarks(
        {**fields, **_two_hands(fields)} if two_hands else fields, len(skeleton)
    )
    return PackedClips(
        xy=xy,
        confidence=confidence,
        offsets=offsets,
        frame_rate=_frame_rate(fields, np.diff(offsets)),
        skeleton=skeleton,
        unit=_unit(fields, two_hands),
        sides_known=not two_hands,
        facts={
            name: value
            for name, value in fields.items()
            if name not in (*_LANDMARK_FIELDS, "times")
        },
        times=_frame_times(fields, len(xy)),
        size=_sizes(fields, len(offsets) - 1),
    )


def _sizes(fields: dict[str, np.ndarray], num_clips: int) -> np.ndarray | None:
    if "size" not in fields:
        return None
    size = (
        np.broadcast_to(fields["size"], (num_clips, 2))
        if fields["size"].shape in ((2,), (num_clips, 2))
        else np.zeros(1)
    )
    if not ((size >= 1) & (size <= 1e6)).all():  # NaN compares False
        raise ValueError(
            f"size has shape {fields['size'].shape}, expected (2,) or (clips, 2), width and height in pixels over 0"
        )
    return size


def _frame_times(fields: dict[str, np.ndarray], num_frames: int) -> np.ndarray | None:
    _check_shape(fields, "times", (num_frames,))
    return fields["times"].astype(np.float64) if "times" in fields else None


def _check_kinds(fields: dict[str, np.ndarray]) -> None:
    for name in ("coords", "offsets"):
        if name not in fields:
            raise UserError(f"no field {name!r}; there are {', '.join(sorted(fields)) or 'none'}")
    for name in _NUMBERS:
        if name in fields and fields[name].dtype.kind not in "biuf":
            raise UserError(f"field {name!r} holds {fields[name].dtype}, expected numbers")
    if fields["coords"].ndim not in (3, 4):
        raise ValueError(
            f"coords has shape {fields['coords'].shape}, expected 3 axes, or 4 for two hands a frame"
        )


def _offsets(fields: dict[str, np.ndarray]) -> np.ndarray:
    offsets, num_frames = fields["offsets"], len(fields["coords"])
    if offsets.dtype.kind not in "iu" or offsets.ndim != 1 or len(offsets) < 2:
        raise ValueError(
            f"offsets is {offsets.dtype} {offsets.shape}, expected whole numbers (clips + 1,) of at least one clip"
        )
    offsets = offsets.astype(np.int64)
    if offsets[0] != 0 or offsets[-1] != num_frames or (np.diff(offsets) < 0).any():
        raise UserError(
            f"offsets run {offsets[0]}..{offsets[-1]}, expected to ascend 0..{num_frames} (frames in coords)"
        )
    return offsets


def _skeleton(fields: dict[str, np.ndarray]) -> Skeleton:
    if "skeleton" in fields:
        return skeleton_named(str(fields["skeleton"]))
    if "landmark" not in fields:
        raise ValueError(
            f"coords of shape {fields['coords'].shape} need a field 'landmark' (names) or 'skeleton' (a name)"
        )
    names, bones = fields["landmark"], fields.get("bone", np.zeros((0, 2), str))
    if names.ndim != 1 or bones.ndim != 2 or bones.shape[1] != 2:
        raise ValueError(
            f"landmark has shape {names.shape}, bone {bones.shape}, expected (landmarks,) and (bones, 2)"
        )
    ends = tuple((start, end) for start, end in bones.astype(str).tolist())
    return Skeleton("packed", tuple(names.astype(str).tolist()), ends)


def _two_hands(fields: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """coords and confidence of the hands form as the general form has them: a slot follows one hand, NaN where it is absent."""
    coords, num_hand_points = fields["coords"], len(HANDS_42) // 2
    if coords.shape[1:3] != (2, num_hand_points):
        raise ValueError(
            f"coords has shape {coords.shape}, expected (frames, 2, {num_hand_points}, 2 or 3)"
        )
    if "hand_mask" not in fields:
        raise UserError("no field 'hand_mask', which says where coords hold a hand")
    for name, num_axes in (("hand_mask", 2), ("lr_swap", 1), ("confidence", 3)):
        _check_shape(fields, name, coords.shape[:num_axes])
    absent = ~fields["hand_mask"].astype(bool)
    xy = np.where(absent[..., None, None], np.float32(np.nan), coords.astype(np.float32))
    confidence = fields.get("confidence", np.ones(coords.shape[:3], np.float32)).copy()
    swap = np.flatnonzero(fields.get("lr_swap", ()))
    xy[swap], confidence[swap] = xy[swap, ::-1], confidence[swap, ::-1]
    shape = (len(coords), len(HANDS_42))
    return {"coords": xy.reshape(*shape, coords.shape[3]), "confidence": confidence.reshape(shape)}


def _landmarks(fields: dict[str, np.ndarray], num_landmarks: int) -> tuple[np.ndarray, np.ndarray]:
    """xy (frames, landmarks, 2), NaN = missing, and confidence (frames, landmarks) of the general form."""
    coords, scale = fields["coords"], fields.get("scale", np.ones(()))
    if coords.ndim != 3 or coords.shape[1] != num_landmarks or coords.shape[2] < 2:
        raise ValueError(
            f"coords has shape {coords.shape}, expected (frames, {num_landmarks}, 2 or 3)"
        )
    if scale.shape != () or not 0 < scale < np.inf:
        raise UserError(f"scale is {scale}, expected one number over 0")
    xy = coords[..., :2].astype(np.float32) / np.float32(scale)
    if np.isinf(xy).any():
        raise UserError(
            f"infinite coordinate in frame {np.argwhere(np.isinf(xy))[0][0]}; missing landmarks are NaN"
        )
    seen = ~np.isnan(xy).any(axis=2)
    xy[~seen] = np.nan
    _check_shape(fields, "confidence", seen.shape)
    confidence = np.where(seen, fields.get("confidence", np.float32(1)), 0).astype(np.float32)
    if not ((confidence >= 0) & (confidence <= 1)).all():  # NaN compares False
        raise UserError(f"confidence runs {confidence.min()}..{confidence.max()}, expected 0..1")
    return xy, confidence


def _frame_rate(fields: dict[str, np.ndarray], num_frames: np.ndarray) -> np.ndarray:
    """Frames a second of each clip, NaN = unknown."""
    if "frame_rate" in fields and fields["frame_rate"].ndim:
        _check_shape(fields, "frame_rate", num_frames.shape)
    if "frame_rate" in fields:
        rate = np.broadcast_to(fields["frame_rate"].astype(np.float64), num_frames.shape)
    elif {"n25_start", "n25_end"} <= set(fields):  # the clip's first and last frame at 25 a second
        _check_shape(fields, "n25_start", num_frames.shape)
        _check_shape(fields, "n25_end", num_frames.shape)
        length = fields["n25_end"].astype(np.float64) - fields["n25_start"] + 1
        rate = 25 * num_frames / np.where(length > 0, length, np.nan)
    else:
        rate = np.full(num_frames.shape, np.nan)
    return np.where(np.isfinite(rate) & (rate > 0), rate, np.nan)


def _unit(fields: dict[str, np.ndarray], two_hands: bool) -> str:
    unit = str(fields.get("unit", "image"))
    if unit not in UNITS:
        raise UserError(f"unit {unit!r}, expected one of: {', '.join(UNITS)}")
    if two_hands and unit != "image":
        raise UserError(
            f"unit {unit!r} for two hands a frame, expected image: a lone hand's side is told from the middle of the picture"
        )
    return unit


def _check_shape(fields: dict[str, np.ndarray], name: str, shape: tuple[int, ...]) -> None:
    if name in fields and fields[name].shape != shape:
        raise ValueError(f"{name} has shape {fields[name].shape}, expected {shape}")


def _with_sides(xy: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Name two hand tracks: the one further to the left of the picture is the signer's right hand.

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
