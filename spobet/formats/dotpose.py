""".pose files, through the pose-format library: landmarks of MediaPipe, OpenPose and MMPose."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.files import write_whole
from spobet.formats import traits
from spobet.formats.pose_names import components_of, landmark_name
from spobet.formats.text import naming, numbers, read_bounded
from spobet.poses.people import signer_rows
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import SKELETONS, Skeleton, mirror_name

NOT_KEPT = "z, the face's and world landmarks, and components and points of other names"
_PURPOSE = "reading and writing .pose files"
_VERSION = 0.2
_KNOWN_VERSIONS = (0.1, 0.2)  # 0.0 cannot be told from zeros
_DAMAGED = (
    *(ValueError, TypeError, IndexError, KeyError, OverflowError, MemoryError, EOFError),
    *(AttributeError, struct.error),
)


def looks_like(path: Path) -> str:
    """Why this is a .pose file; "" where it is not: its suffix, or the version at its head."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        head = file.read(13)
    if path.suffix.lower() == ".pose" and head:
        return "the suffix .pose"
    version = struct.unpack("<f", head[:4])[0] if len(head) > 12 else 0.0
    return f"version {version:.1f} at its head" if round(version, 4) in _KNOWN_VERSIONS else ""


def read(path: Path) -> PoseSequence:
    """The signer of a .pose file, in pixels, with its times; sides are those of the signer.

    Landmarks are matched by the names of MediaPipe's components (POSE_LANDMARKS,
    LEFT_HAND_LANDMARKS, RIGHT_HAND_LANDMARKS), of OpenPose's (pose_keypoints_2d,
    hand_left_keypoints_2d, hand_right_keypoints_2d) and of whole-body files (BODY, LEFT_HAND,
    RIGHT_HAND), in which hands' points may be numbered. A hand that the file has no component for
    is missing where the other is there. Confidence 0 is missing. Of several people the signer is
    chosen as `spobet.poses.people` says. ExtraNeeded without pose-format, UserError naming what
    is not as it should be.
    """
    library = extra_module("pose_format", "pose", _PURPOSE)
    content = read_bounded(path)
    try:
        pose = library.Pose.read(content)
        names = [
            landmark_name(part.name, point)
            for part in pose.header.components
            for point in part.points
        ]
        data, confidence = np.ma.getdata(pose.body.data), np.asarray(pose.body.confidence)
        dimensions, fps = pose.header.dimensions, pose.body.fps
    except _DAMAGED as error:
        reason = f"{type(error).__name__}: {error}"
        raise UserError(f"{path}: not a .pose file that can be read ({reason})") from error
    with naming(path):
        values = _signer_values(data, confidence, names)
        skeleton, values = _on_skeleton([name for name in names if name], values)
        xy = np.where(values[..., 2:] > 0, values[..., :2], np.nan)
        times = traits.rate_times(len(values), traits.frame_rate(float(fps)))
        size = traits.picture_size(dimensions.width, dimensions.height)
        unit = traits.unit_of(xy, "pixels")
        return PoseSequence(xy, values[..., 2], skeleton, times, unit, size)


def _signer_values(data: np.ndarray, confidence: np.ndarray, names: list[str]) -> np.ndarray:
    """x, y, confidence of the named points (frames, landmarks, 3), 0 where missing.

    data: (frames, people, points, axes). confidence: (frames, people, points).
    """
    named = [position for position, name in enumerate(names) if name]
    if not named:
        raise UserError("no landmark of the body or the hands in it")
    is_right = data.ndim == 4 and data.shape[2] == len(names) and data.shape[3] >= 2 and len(data)
    if not is_right or confidence.shape != data.shape[:3]:
        raise UserError(
            f"data of shape {data.shape}, expected frames, people, {len(names)} points, 2 or 3 axes"
        )
    traits.check_people(data.shape[1], "every frame")
    xy = numbers(data[:, :, named, :2], "data")
    sure = np.minimum(numbers(confidence[:, :, named], "confidence"), 1)[..., None]
    seen = ~traits.missing(xy)[..., None] & (sure > 0)  # NaN compares False
    values = np.where(seen, np.concatenate([xy, sure], axis=-1), 0)
    frames, people = np.nonzero(seen[..., 0].any(axis=2))
    rows = values[frames, people]
    signer = signer_rows(rows, frames, rows[..., 2].sum(axis=1), landmarks=rows)
    one = np.zeros((len(data), len(named), 3))
    one[frames[signer]] = rows[signer]
    return one


def _on_skeleton(names: list[str], values: np.ndarray) -> tuple[Skeleton, np.ndarray]:
    """The skeleton of ours that has just these names, else one of them; and values in its order.

    A landmark whose mirror image is absent, as in files of one hand, gets it, missing throughout.
    """
    absent = [other for other in map(mirror_name, names) if other not in names]
    if absent:
        values = np.concatenate([values, np.zeros((len(values), len(absent), 3))], axis=1)
        names = names + absent
    for known in SKELETONS.values():
        if set(known.landmarks) == set(names) and len(known) == len(names):
            return known, values[:, [names.index(name) for name in known.landmarks]]
    known_bones = dict.fromkeys(bone for known in SKELETONS.values() for bone in known.bones)
    bones = tuple(bone for bone in known_bones if set(bone) <= set(names))
    return Skeleton("pose file", tuple(names), bones), values


def write(pose: PoseSequence, path: Path) -> None:
    """Write a clip with MediaPipe's components where its names are MediaPipe's, else with BODY.

    pose: in pixels, or in shares of a picture of known size. A .pose file has one frame rate: that
    of the whole clip, 0 where times are unknown. UserError for another unit.
    """
    library = extra_module("pose_format", "pose", _PURPOSE)
    pose = pose.in_unit("pixels")
    header, order = _header(library, pose)
    xy = np.where(pose.seen[..., None], pose.xy, 0)[:, None, order]
    body = extra_module("pose_format.numpy", "pose", _PURPOSE).NumPyPoseBody(
        pose.frame_rate or 0.0, xy, pose.confidence[:, None, order]
    )
    buffer = io.BytesIO()
    library.Pose(header, body).write(buffer)
    write_whole(path, buffer.getvalue())


def _header(library: Any, pose: PoseSequence) -> tuple[Any, np.ndarray]:
    """The header, and the positions of its points in the pose's skeleton."""
    parts = extra_module("pose_format.pose_header", "pose", _PURPOSE)
    components, order = [], []
    for component, points in components_of(pose.skeleton):
        position = {landmark: number for number, landmark in enumerate(points.values())}
        limbs = [
            (position[start], position[end])
            for start, end in pose.skeleton.bones
            if start in position and end in position
        ]
        colours = [(0, 0, 0)] * len(limbs)
        components.append(parts.PoseHeaderComponent(component, list(points), limbs, colours, "XYC"))
        order += list(points.values())
    dimensions = parts.PoseHeaderDimensions(*(pose.size or (0, 0)))
    return parts.PoseHeader(_VERSION, dimensions, components), pose.skeleton.indices(order)
