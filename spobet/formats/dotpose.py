""".pose files, through the pose-format library: landmarks of MediaPipe, OpenPose or of our own names."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.files import write_whole
from spobet.formats.text import head_of, numbers, read_bounded
from spobet.poses.people import signer_rows
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HOLISTIC_75, SKELETONS, Skeleton, hand_landmarks

NOT_KEPT = "z, the face's and world landmarks, and components and points of other names"
_PURPOSE = "reading and writing .pose files"
_BODY, _OWN = "POSE_LANDMARKS", "BODY"
_HANDS = {"LEFT_HAND_LANDMARKS": "left", "RIGHT_HAND_LANDMARKS": "right"}
_OPENPOSE_HANDS = {"hand_left_keypoints_2d": "left", "hand_right_keypoints_2d": "right"}
_OPENPOSE_FINGERS = {"T": "thumb", "I": "index", "M": "middle", "R": "ring", "P": "little"}
_OPENPOSE_JOINTS = dict(
    zip(("CMC", "MCP", "PIP", "DIP"), ("mcp", "pip", "dip", "tip"), strict=True)
)
_OPENPOSE_THUMB = dict(zip(("STT", "BCMC", "MCP", "IP"), ("cmc", "mcp", "ip", "tip"), strict=True))
_VERSION = 0.2
_BROKEN = (
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    MemoryError,
    EOFError,
    UnicodeDecodeError,
    struct.error,
)


def looks_like(path: Path) -> str:
    """Why this is a .pose file; "" where it is not: it begins with its version and the size of the picture."""
    head = head_of(path) if path.is_file() else b""
    if path.suffix.lower() == ".pose" and head:
        return "the suffix .pose"
    version = struct.unpack("<f", head[:4])[0] if len(head) > 12 else 0.0
    return f"version {version:.1f} at its head" if round(version, 4) in (0.1, 0.2) else ""


def read(path: Path) -> PoseSequence:
    """The signer of a .pose file, in pixels, with its times; sides are the signer's own.

    Landmarks are matched by the names of MediaPipe's components (POSE_LANDMARKS, LEFT_HAND_LANDMARKS, RIGHT_HAND_LANDMARKS), of
    OpenPose's (pose_keypoints_2d, hand_left_keypoints_2d, hand_right_keypoints_2d) and of those that `write` adds. Confidence 0 is
    missing. Of several people the signer is chosen as `spobet.poses.people` says. ExtraNeeded without pose-format, ValueError
    naming what is not as it should be.
    """
    library = extra_module("pose_format", "pose", _PURPOSE)
    content = read_bounded(path)
    try:
        pose = library.Pose.read(content)
        names = [
            _name(part.name, point) for part in pose.header.components for point in part.points
        ]
        data, confidence = np.ma.getdata(pose.body.data), np.asarray(pose.body.confidence)
    except _BROKEN as error:
        raise UserError(
            f"{path}: not a .pose file that can be read ({type(error).__name__}: {error})"
        ) from error
    try:
        values = _one_signer(data, confidence, names)
        kept = [name for name in names if name]
        dimensions = pose.header.dimensions
        size = (
            (dimensions.width, dimensions.height)
            if dimensions.width and dimensions.height
            else None
        )
        rate = float(pose.body.fps)
        times = np.arange(len(values)) / rate if 0 < rate < 1e6 else None
        missing = values[..., 2] == 0
        xy = np.where(missing[..., None], np.nan, values[..., :2])
        return _on_known_skeleton(
            PoseSequence(
                xy, values[..., 2], Skeleton("pose file", tuple(kept)), times, "pixels", size
            )
        )
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error


def _name(component: str, point: str) -> str:
    """Our name of a point, "" for one that is not kept."""
    if component in _HANDS:
        return f"{_HANDS[component]}_{_mediapipe_hand_point(point)}"
    if component == _BODY:
        return _mediapipe_body_point(point)
    if component in _OPENPOSE_HANDS:
        return f"{_OPENPOSE_HANDS[component]}_{_openpose_hand_point(point)}"
    if component == "pose_keypoints_2d":
        return _openpose_body_point(point)
    return point if component == _OWN else ""


def _mediapipe_hand_point(point: str) -> str:
    name = point.lower().replace("_finger", "").replace("pinky", "little")
    return "hand_wrist" if name == "wrist" else name


def _mediapipe_body_point(point: str) -> str:
    name = point.lower()
    return f"{name.removeprefix('mouth_')}_mouth" if name.startswith("mouth_") else name


def _openpose_hand_point(point: str) -> str:
    """pose-format names OpenPose's points by the bone that ends in them."""
    if point == "BASE":
        return "hand_wrist"
    finger, _, bone = point.partition("_")
    joints = _OPENPOSE_THUMB if finger == "T" else _OPENPOSE_JOINTS
    return f"{_OPENPOSE_FINGERS[finger]}_{joints[bone]}"


def _openpose_body_point(point: str) -> str:
    side = {"R": "right_", "L": "left_"}.get(point[0] if point[1:2].isupper() else "", "")
    words = point[1:] if side else point
    return side + "".join(
        f"_{letter.lower()}" if letter.isupper() and place else letter.lower()
        for place, letter in enumerate(words)
    )


def _on_known_skeleton(pose: PoseSequence) -> PoseSequence:
    """The same landmarks in the order of a skeleton of ours that has just them."""
    for known in SKELETONS.values():
        if set(known.landmarks) == set(pose.skeleton.landmarks):
            return pose.select(known)
    return pose


def _one_signer(data: np.ndarray, confidence: np.ndarray, names: list[str]) -> np.ndarray:
    """x, y, confidence (frames, kept landmarks, 3), 0 where missing, from (frames, people, points, axes) and confidence."""
    kept = [place for place, name in enumerate(names) if name]
    if not kept:
        raise UserError("no landmark of the body or the hands in it")
    if (
        data.ndim != 4
        or data.shape[2] != len(names)
        or data.shape[3] < 2
        or not len(data)
        or confidence.shape != data.shape[:3]
    ):
        raise ValueError(
            f"data of shape {data.shape}, expected frames, people, {len(names)} points, 2 or 3 axes"
        )
    xy, confidence = (
        numbers(data[:, :, kept, :2], "data"),
        numbers(confidence[:, :, kept], "confidence"),
    )
    missing = np.isnan(xy).any(axis=-1) | ~(confidence > 0)
    values = np.where(
        missing[..., None], 0, np.concatenate([xy, np.minimum(confidence, 1)[..., None]], axis=-1)
    )
    numbers_, people = np.nonzero((values[..., 2] > 0).any(axis=2))
    rows = values[numbers_, people]
    signer = signer_rows(rows, numbers_, confidence=rows[..., 2].sum(axis=1))
    one = np.zeros((len(data), len(kept), 3))
    one[numbers_[signer]] = rows[signer]
    return one


def write(pose: PoseSequence, path: Path) -> None:
    """Write a clip with MediaPipe's components where its names are MediaPipe's, else body points under our own names in BODY.

    pose: in pixels, or in shares of a picture of known size. A .pose file has one frame rate: that of the whole clip, 0 where times
    are unknown. ValueError for another unit, or a body point that no component can name.
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
    for name, points in _components(pose.skeleton):
        places = {landmark: place for place, landmark in enumerate(points.values())}
        limbs = [
            (places[start], places[end])
            for start, end in pose.skeleton.bones
            if start in places and end in places
        ]
        components.append(
            parts.PoseHeaderComponent(name, list(points), limbs, [(0, 0, 0)] * len(limbs), "XYC")
        )
        order += list(points.values())
    dimensions = parts.PoseHeaderDimensions(*(pose.size or (0, 0)))
    return parts.PoseHeader(_VERSION, dimensions, components), pose.skeleton.indices(order)


def _components(skeleton: Skeleton) -> list[tuple[str, dict[str, str]]]:
    """(component, point -> landmark) of all landmarks."""
    body = [skeleton.landmarks[place] for place in skeleton.body]
    theirs = {_mediapipe_name(landmark): landmark for landmark in body}
    mediapipe = set(body) <= {HOLISTIC_75.landmarks[place] for place in HOLISTIC_75.body}
    components = (
        [(_BODY, theirs) if mediapipe else (_OWN, {landmark: landmark for landmark in body})]
        if body
        else []
    )
    for component, side in reversed(_HANDS.items()):
        if len(skeleton.hand(side)):
            components.append(
                (
                    component,
                    {_mediapipe_hand_name(name, side): name for name in hand_landmarks(side)},
                )
            )
    return components


def _mediapipe_name(landmark: str) -> str:
    return (
        f"MOUTH_{landmark.removesuffix('_mouth')}".upper()
        if landmark.endswith("_mouth")
        else landmark.upper()
    )


def _mediapipe_hand_name(landmark: str, side: str) -> str:
    point = landmark.removeprefix(f"{side}_")
    if point == "hand_wrist":
        return "WRIST"
    finger, joint = point.split("_")
    return {"thumb": "THUMB", "little": "PINKY"}.get(
        finger, f"{finger.upper()}_FINGER"
    ) + f"_{joint.upper()}"
