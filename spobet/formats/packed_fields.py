"""The fields of a packed .npz, each checked and in the form that `packed` uses."""

from __future__ import annotations

import numpy as np

from spobet.errors import UserError
from spobet.formats import traits
from spobet.poses.sequence import UNITS
from spobet.poses.skeleton import HANDS_42, Skeleton, skeleton_named

Fields = dict[str, np.ndarray]
LANDMARK_FIELDS = {
    *("coords", "scale", "hand_mask", "lr_swap", "confidence", "landmark", "bone", "skeleton"),
    *("offsets", "unit", "times", "size"),
}
_NUMBERS = (
    *("coords", "offsets", "scale", "hand_mask", "lr_swap", "confidence"),
    *("frame_rate", "times", "n25_start", "n25_end", "size"),
)
_SPLIT_RATE = 25  # frames a second at which WLASL's split files count n25_start and n25_end


def check_kinds(fields: Fields) -> None:
    """UserError where a needed field is absent, or one of numbers holds something else."""
    for name in ("coords", "offsets"):
        if name not in fields:
            raise UserError(f"no field {name!r}; there are {', '.join(sorted(fields)) or 'none'}")
    for name in _NUMBERS:
        if name in fields and fields[name].dtype.kind not in "biuf":
            raise UserError(f"field {name!r} holds {fields[name].dtype}, expected numbers")
    if fields["coords"].ndim not in (3, 4):
        raise UserError(
            f"coords has shape {fields['coords'].shape}, "
            "expected 3 axes, or 4 for two hands a frame"
        )


def check_shape(fields: Fields, name: str, shape: tuple[int, ...]) -> None:
    """UserError where a field is there and has another shape."""
    if name in fields and fields[name].shape != shape:
        raise UserError(f"{name} has shape {fields[name].shape}, expected {shape}")


def offsets_of(fields: Fields) -> np.ndarray:
    """Where clips begin and end, int64 (clips + 1,)."""
    offsets, num_frames = whole(fields["offsets"]), len(fields["coords"])
    if offsets.dtype.kind not in "iu" or offsets.ndim != 1 or len(offsets) < 2:
        raise UserError(
            f"offsets is {offsets.dtype} {offsets.shape}, "
            "expected whole numbers (clips + 1,) of at least one clip"
        )
    offsets = offsets.astype(np.int64)
    if offsets[0] != 0 or offsets[-1] != num_frames or (np.diff(offsets) < 0).any():
        raise UserError(
            f"offsets run {offsets[0]}..{offsets[-1]}, "
            f"expected to ascend 0..{num_frames} (frames in coords)"
        )
    return offsets


def whole(values: np.ndarray) -> np.ndarray:
    """Whole numbers as int64, be they stored as floats; other arrays as they are."""
    is_whole = values.dtype.kind == "f" and (values == np.round(values)).all()  # NaN compares False
    return values.astype(np.int64) if is_whole and (np.abs(values) < 2**53).all() else values


def texts(values: np.ndarray) -> list[str]:
    """The texts of an array (n,), bytes decoded; whole numbers as such, be they floats."""
    if values.dtype.kind == "S":
        return [traits.decode(value) for value in values.tolist()]
    return whole(values).astype(str).tolist()


def skeleton_of(fields: Fields) -> Skeleton:
    """The skeleton that is named, or that the names of landmarks make."""
    if "skeleton" in fields:
        return skeleton_named(texts(fields["skeleton"].reshape(1))[0])
    if "landmark" not in fields:
        raise UserError(
            f"coords of shape {fields['coords'].shape} need a field 'landmark' (names) "
            "or 'skeleton' (a name)"
        )
    names, bones = fields["landmark"], fields.get("bone", np.zeros((0, 2), str))
    if names.ndim != 1 or bones.ndim != 2 or bones.shape[1] != 2:
        raise UserError(
            f"landmark has shape {names.shape}, bone {bones.shape}, "
            "expected (landmarks,) and (bones, 2)"
        )
    starts, ends = texts(bones[:, 0]), texts(bones[:, 1])
    return Skeleton("packed", tuple(texts(names)), tuple(zip(starts, ends, strict=True)))


def as_general_form(fields: Fields) -> Fields:
    """coords and confidence of the hands form as the general form has them.

    A slot follows one hand, NaN where it is absent.
    """
    coords, num_hand_points = fields["coords"], len(HANDS_42) // 2
    if coords.shape[1:3] != (2, num_hand_points):
        raise UserError(
            f"coords has shape {coords.shape}, expected (frames, 2, {num_hand_points}, 2 or 3)"
        )
    if "hand_mask" not in fields:
        raise UserError("no field 'hand_mask', which says where coords hold a hand")
    for name, num_axes in (("hand_mask", 2), ("lr_swap", 1), ("confidence", 3)):
        check_shape(fields, name, coords.shape[:num_axes])
    absent = ~fields["hand_mask"].astype(bool)
    xy = np.where(absent[..., None, None], np.float32(np.nan), coords.astype(np.float32))
    confidence = fields.get("confidence", np.ones(coords.shape[:3], np.float32)).copy()
    swap = np.flatnonzero(fields.get("lr_swap", ()))
    xy[swap], confidence[swap] = xy[swap, ::-1], confidence[swap, ::-1]
    shape = (len(coords), len(HANDS_42))
    return {"coords": xy.reshape(*shape, coords.shape[3]), "confidence": confidence.reshape(shape)}


def landmarks_of(fields: Fields, num_landmarks: int) -> tuple[np.ndarray, np.ndarray]:
    """xy (frames, landmarks, 2), NaN = missing, and confidence (frames, landmarks)."""
    coords, scale = fields["coords"], fields.get("scale", np.ones(()))
    if coords.ndim != 3 or coords.shape[1] != num_landmarks or coords.shape[2] < 2:
        raise UserError(
            f"coords has shape {coords.shape}, expected (frames, {num_landmarks}, 2 or 3)"
        )
    if scale.shape != () or not 0 < scale < np.inf:
        raise UserError(f"scale is {scale}, expected one number over 0")
    xy = coords[..., :2].astype(np.float32) / np.float32(scale)
    seen = np.isfinite(xy).all(axis=2)
    xy[~seen] = np.nan
    check_shape(fields, "confidence", seen.shape)
    given = np.where(seen, fields.get("confidence", np.float32(1)), 0).astype(np.float32)
    return xy, traits.confidences(given)


def frame_rates(fields: Fields, num_frames: np.ndarray) -> np.ndarray:
    """Frames a second of each clip of `num_frames` (clips,), NaN = unknown."""
    if "frame_rate" in fields:
        if fields["frame_rate"].ndim:
            check_shape(fields, "frame_rate", num_frames.shape)
        rate = np.broadcast_to(fields["frame_rate"].astype(np.float64), num_frames.shape)
    elif {"n25_start", "n25_end"} <= set(fields):
        check_shape(fields, "n25_start", num_frames.shape)
        check_shape(fields, "n25_end", num_frames.shape)
        length = fields["n25_end"].astype(np.float64) - fields["n25_start"] + 1
        rate = _SPLIT_RATE * num_frames / np.where(length > 0, length, np.nan)
    else:
        rate = np.full(num_frames.shape, np.nan)
    return np.where((rate > 0) & (rate <= traits.MAX_FRAME_RATE), rate, np.nan)


def frame_times(fields: Fields, num_frames: int) -> np.ndarray | None:
    """Seconds of every frame (frames,), NaN = unknown; None without the field."""
    check_shape(fields, "times", (num_frames,))
    return fields["times"].astype(np.float64) if "times" in fields else None


def picture_sizes(fields: Fields, num_clips: int) -> np.ndarray | None:
    """Width and height of each clip's picture (clips, 2), 0 = unknown; None without the field."""
    if "size" not in fields:
        return None
    given = fields["size"]
    if given.shape not in ((2,), (num_clips, 2)):
        raise UserError(f"size has shape {given.shape}, expected (2,) or (clips, 2)")
    known = ((given >= 1) & (given <= 1e6)).all(axis=-1, keepdims=True)  # NaN compares False
    return np.broadcast_to(np.where(known, given, 0), (num_clips, 2))


def unit_of(fields: Fields, xy: np.ndarray, two_hands: bool) -> str:
    """The unit of the coordinates: as the file says, else by how large they are."""
    named = "unit" in fields
    unit = texts(fields["unit"].reshape(1))[0] if named else traits.unit_of(xy, "image")
    if unit not in UNITS:
        raise UserError(f"unit {unit!r}, expected one of: {', '.join(UNITS)}")
    if two_hands and unit != "image":
        raise UserError(
            f"unit {unit!r} for two hands a frame, expected image: "
            "the side of a lone hand depends on the middle of the picture"
        )
    return unit
