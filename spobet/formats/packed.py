"""Packed arrays: many clips in one .npz, landmarks and facts side by side (docs/formats.md lists the fields)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, Skeleton, skeleton_named

_LANDMARK_FIELDS = {"coords", "scale", "hand_mask", "lr_swap", "confidence", "landmark", "bone", "skeleton", "offsets", "unit"}


@dataclass(frozen=True, eq=False)
class PackedClips:
    """The clips of one .npz: their landmarks, and every other field as it stands in the file.

    xy: (frames of all clips, landmarks, 2) float32, NaN = missing. confidence: (frames, landmarks).
    offsets: (clips + 1,), frames of clip i are offsets[i]:offsets[i + 1].
    frame_rate: (clips,) frames a second, NaN = unknown. facts: field name -> array (clips,) or names.
    """

    xy: np.ndarray
    confidence: np.ndarray
    offsets: np.ndarray
    frame_rate: np.ndarray
    skeleton: Skeleton
    unit: str
    facts: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def pose(self, clip: int) -> PoseSequence:
        """Landmarks of the clip at a position; hands-only tracks are given their sides clip by clip."""
        span = slice(self.offsets[clip], self.offsets[clip + 1])
        xy, confidence = self.xy[span], self.confidence[span]
        if self.skeleton == HANDS_42 and "hand_mask" in self.facts:
            xy, confidence = _with_sides(xy, confidence)
        rate = self.frame_rate[clip]
        times = np.arange(len(xy)) / rate if rate > 0 else None
        return PoseSequence(xy, confidence, self.skeleton, times, self.unit)

    def __iter__(self) -> Iterator[PoseSequence]:
        return (self.pose(clip) for clip in range(len(self)))


def looks_like(path: Path) -> bool:
    """Whether the file is a zip archive that holds an array of offsets or coordinates."""
    if not (path.is_file() and zipfile.is_zipfile(path)):
        return False
    with zipfile.ZipFile(path) as archive:
        return "coords.npy" in archive.namelist()


def read(path: Path) -> PoseSequence:
    """The one clip of a packed file; ValueError where it holds none or several."""
    clips = read_clips(path)
    if len(clips) != 1:
        raise ValueError(f"{path}: holds {len(clips)} clips, expected one; make a data set of it with `spobet import npz`")
    return clips.pose(0)


def read_clips(path: Path) -> PackedClips:
    """Every clip of a packed file; ValueError names the field that is missing or has the wrong shape."""
    fields = _load(path)
    for name in ("coords", "offsets"):
        if name not in fields:
            raise ValueError(f"{path}: no field {name!r}; there are {', '.join(sorted(fields)) or 'none'}")
    coords, offsets = fields["coords"], fields["offsets"].astype(np.int64)
    _check_offsets(path, offsets, len(coords))
    skeleton = _skeleton(path, fields)
    xy, seen = _hands(path, fields) if coords.ndim == 4 else _landmarks(path, fields, len(skeleton))
    confidence = _confidence(path, fields, seen)
    xy[~seen] = np.nan
    return PackedClips(
        xy=xy,
        confidence=confidence,
        offsets=offsets,
        frame_rate=_frame_rate(fields, offsets),
        skeleton=skeleton,
        unit=str(fields["unit"]) if "unit" in fields else "image",
        facts={name: value for name, value in fields.items() if name not in _LANDMARK_FIELDS or name == "hand_mask"},
    )


def _load(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (ValueError, zipfile.BadZipFile, EOFError, AttributeError) as error:
        raise ValueError(f"{path}: not an .npz of plain arrays ({error})") from error


def _check_offsets(path: Path, offsets: np.ndarray, num_frames: int) -> None:
    if offsets.ndim != 1 or len(offsets) < 2 or (np.diff(offsets) < 0).any():
        raise ValueError(f"{path}: offsets must be one ascending row of at least two numbers")
    if offsets[0] != 0 or offsets[-1] != num_frames:
        raise ValueError(f"{path}: offsets run {offsets[0]}..{offsets[-1]}, expected 0..{num_frames} (frames in coords)")


def _skeleton(path: Path, fields: dict[str, np.ndarray]) -> Skeleton:
    if fields["coords"].ndim == 4:
        return HANDS_42
    if "skeleton" in fields:
        return skeleton_named(str(fields["skeleton"]))
    if "landmark" not in fields:
        raise ValueError(f"{path}: coords of shape {fields['coords'].shape} need a field 'landmark' (names) or 'skeleton' (a name)")
    bones = tuple((str(start), str(end)) for start, end in fields.get("bone", np.zeros((0, 2), str)))
    return Skeleton("packed", tuple(map(str, fields["landmark"])), bones)


def _hands(path: Path, fields: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    coords = fields["coords"]
    num_frames, num_landmarks = len(coords), len(HANDS_42)
    if coords.shape[1:3] != (2, num_landmarks // 2) or coords.shape[3] < 2:
        raise ValueError(f"{path}: coords has shape {coords.shape}, expected (frames, 2, {num_landmarks // 2}, 2 or 3)")
    if "hand_mask" not in fields or fields["hand_mask"].shape != (num_frames, 2):
        raise ValueError(f"{path}: field 'hand_mask' of shape ({num_frames}, 2) is needed beside coords")
    mask, coords = fields["hand_mask"].astype(bool), coords[..., :2]
    swap = np.flatnonzero(fields.get("lr_swap", np.zeros(num_frames)))
    coords[swap], mask[swap] = coords[swap, ::-1], mask[swap, ::-1]
    xy = _scaled(coords, fields).reshape(num_frames, num_landmarks, 2)
    return xy, np.repeat(mask, num_landmarks // 2, axis=1) & np.isfinite(xy).all(axis=2)


def _landmarks(path: Path, fields: dict[str, np.ndarray], num_landmarks: int) -> tuple[np.ndarray, np.ndarray]:
    coords = fields["coords"]
    if coords.ndim != 3 or coords.shape[1] != num_landmarks or coords.shape[2] < 2:
        raise ValueError(f"{path}: coords has shape {coords.shape}, expected (frames, {num_landmarks}, 2 or 3)")
    xy = _scaled(coords[..., :2], fields)
    return xy, np.isfinite(xy).all(axis=2)


def _scaled(coords: np.ndarray, fields: dict[str, np.ndarray]) -> np.ndarray:
    return coords.astype(np.float32) / np.float32(fields.get("scale", 1))


def _confidence(path: Path, fields: dict[str, np.ndarray], seen: np.ndarray) -> np.ndarray:
    confidence = fields.get("confidence", np.ones(seen.shape)).astype(np.float32)
    if confidence.shape != seen.shape:
        raise ValueError(f"{path}: confidence has shape {confidence.shape}, expected {seen.shape}")
    return np.where(seen, confidence, np.float32(0))


def _frame_rate(fields: dict[str, np.ndarray], offsets: np.ndarray) -> np.ndarray:
    num_frames = np.diff(offsets)
    if "frame_rate" in fields:
        return np.broadcast_to(fields["frame_rate"].astype(np.float64), num_frames.shape)
    if "n25_start" in fields:  # length of the clip in frames at 25 a second
        return 25.0 * num_frames / (fields["n25_end"].astype(np.float64) - fields["n25_start"] + 1)
    return np.full(len(num_frames), np.nan)


def _with_sides(xy: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Name two hand tracks: the one further to the left of the picture is the signer's right hand.

    Both tracks are compared by their median wrist; a lone track by the middle of the picture.
    """
    wrists = xy[:, HANDS_42.indices(["right_hand_wrist", "left_hand_wrist"]), 0]  # (frames, 2)
    middles = np.array([np.nanmedian(track) if np.isfinite(track).any() else np.nan for track in wrists.T])
    first, second = np.where(np.isnan(middles), 0.5, middles)
    if first <= second:
        return xy, confidence
    order = HANDS_42.mirror_order
    return xy[:, order], confidence[:, order]
