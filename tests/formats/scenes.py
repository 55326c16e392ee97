"""One made scene written in every format, so that a trait can be tried on all readers."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spobet.formats import spoter_csv
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import (
    COCO_WHOLEBODY_65,
    HANDS_42,
    HOLISTIC_75,
    OPENPOSE_54,
    Skeleton,
)

SIZE = np.array([640, 480])
BODY = ("nose", "right_shoulder", "left_shoulder", "right_wrist", "left_wrist", "right_eye")


@dataclass(frozen=True)
class Scene:
    """People in a picture of 640 x 480 pixels.

    frames: for each frame its people, each landmark name -> (x, y) in pixels. in_pixels: False
    where the file is to hold shares; None leaves what the format usually holds. numbers: of the
    frames' files; missing: what stands for a coordinate that is absent.
    """

    frames: list[list[dict[str, tuple[float, float]]]]
    rate: Any = 25
    in_pixels: bool | None = None
    numbers: list[int] = field(default_factory=lambda: [1, 2, 3])
    missing: Any = 0


def person(frame: int, x: float = 300, parts: tuple[str, ...] = ("body", "right", "left")) -> dict:
    """A signer whose hands move; the body's landmarks stand around (x, 200)."""
    found = {}
    if "body" in parts:
        for number, name in enumerate(BODY):
            found[name] = (x + 40 * (number % 3), 100.0 + 50 * (number // 2) + (name != "nose"))
        found["neck"] = (x + 60, 240.0)
    for side, shift in (("right", -60), ("left", 90)):
        if side in parts:
            for number, name in enumerate(HANDS_42.landmarks[:21]):
                name = name.replace("right_", f"{side}_")
                found[name] = (x + shift + number + 3 * frame, 250.0 + number % 5 + 2 * frame)
    return found


def alone(**changes: Any) -> Scene:
    """The signer alone in three frames."""
    return Scene([[person(frame)] for frame in range(3)], **changes)


def in_pixels(pose: PoseSequence) -> PoseSequence:
    if pose.unit == "image":
        return PoseSequence(pose.xy * SIZE, pose.confidence, pose.skeleton, pose.times)
    return pose


def assert_shows(pose: PoseSequence, frames: list[dict[str, tuple[float, float]]]) -> None:
    """The pose has these landmarks of one person in each frame, and no others of the hands."""
    pose = in_pixels(pose)
    assert len(pose) == len(frames)
    names = [name for name in (*HANDS_42.landmarks, "nose") if name in pose.skeleton.landmarks]
    assert set(HANDS_42.landmarks) <= set(names)
    for frame, expected in enumerate(frames):
        wanted = np.array([expected.get(name, (np.nan, np.nan)) for name in names])
        np.testing.assert_allclose(
            pose.xy[frame, pose.skeleton.indices(names)], wanted, rtol=1e-5, atol=1e-3
        )


def block(
    scene: Scene, skeleton: Skeleton | tuple[str, ...], shares: bool, frames: Any = None
) -> list[np.ndarray]:
    """x, y, confidence (people, landmarks, 3) of each frame; `missing` where not found."""
    names = skeleton if isinstance(skeleton, tuple) else skeleton.landmarks
    shares = shares if scene.in_pixels is None else not scene.in_pixels
    found = []
    for people in scene.frames if frames is None else frames:
        values = np.full((len(people), len(names), 3), np.nan)
        for row, landmarks in zip(values, people, strict=True):
            for place, name in enumerate(names):
                if name in landmarks:
                    row[place] = (*(np.array(landmarks[name]) / (SIZE if shares else 1)), 1)
        if scene.missing == 0:
            values = np.nan_to_num(values)
        found.append(values)
    return found


def plain(values: np.ndarray, scene: Scene) -> Any:
    """Nested lists for JSON, None where `missing` says null."""
    if scene.missing is None:
        return np.where(np.isnan(values), None, values.astype(object)).tolist()
    if scene.missing == "inf":
        return np.where(np.isnan(values), np.inf, values).tolist()
    return values.tolist()


def openpose_people(values: np.ndarray, scene: Scene) -> list[dict[str, Any]]:
    people = []
    for one in values:
        body = np.zeros((25, 3)) if scene.missing == 0 else np.full((25, 3), np.nan)
        body[:8], body[15:19] = one[:8], one[8:12]
        person = {
            "pose_keypoints_2d": plain(body.ravel(), scene),
            "hand_right_keypoints_2d": plain(one[12:33].ravel(), scene),
            "hand_left_keypoints_2d": plain(one[33:].ravel(), scene),
        }
        people.append(person)
    return people


def openpose(scene: Scene, folder: Path) -> Path:
    (folder / "clip").mkdir()
    for number, values in zip(scene.numbers, block(scene, OPENPOSE_54, False), strict=True):
        content = {"version": 1.3, "people": openpose_people(values, scene)}
        (folder / "clip" / f"v_{number}_keypoints.json").write_text(json.dumps(content))
    return folder / "clip"


def openpose_clip(scene: Scene, folder: Path) -> Path:
    facts = {} if scene.rate is None else {"fps": scene.rate}
    frames = [
        {"people": openpose_people(values, scene)} for values in block(scene, OPENPOSE_54, False)
    ]
    (folder / "clip.json").write_text(json.dumps({**facts, "frames": frames}))
    return folder / "clip.json"


def openpose_zip(scene: Scene, folder: Path) -> Path:
    with zipfile.ZipFile(folder / "clip.zip", "w") as out:
        for file in openpose(scene, folder).iterdir():
            out.write(file, f"poses/69241/{file.name}")
    return folder / "clip.zip"


def packed(scene: Scene, folder: Path) -> Path:
    frames = scene.frames
    xy = [
        people[0][:, :2] if len(people) else np.full((len(HOLISTIC_75), 2), np.nan)
        for people in block(
            Scene(frames, missing="nan", in_pixels=scene.in_pixels), HOLISTIC_75, True
        )
    ]
    rate = {} if scene.rate is None else {"frame_rate": scene.rate}
    np.savez(folder / "clip.npz", coords=xy, offsets=[0, len(xy)], skeleton="HOLISTIC_75", **rate)
    return folder / "clip.npz"


def mediapipe_frames(scene: Scene) -> list[dict[str, Any]]:
    frames = []
    for values in block(scene, HOLISTIC_75, True):
        frame: dict[str, Any] = {}
        for part, landmarks in (
            ("pose_landmarks", HOLISTIC_75.body),
            ("right_hand_landmarks", HOLISTIC_75.hand("right")),
            ("left_hand_landmarks", HOLISTIC_75.hand("left")),
        ):
            points = [
                [dict(zip("xy", plain(point[:2], scene), strict=True)) for point in one[landmarks]]
                for one in values
            ]
            frame[part] = points if part == "pose_landmarks" else (points or [None])[0]
        frames.append(frame)
    return frames


def mediapipe(scene: Scene, folder: Path) -> Path:
    facts = {} if scene.rate is None else {"fps": scene.rate}
    content = {**facts, "frames": mediapipe_frames(scene)}
    (folder / "clip.json").write_text(json.dumps(content))
    return folder / "clip.json"


def json_lines(scene: Scene, folder: Path) -> Path:
    lines = [json.dumps(frame) for frame in mediapipe_frames(scene)]
    (folder / "clip.jsonl").write_text("\n".join(lines))
    return folder / "clip.jsonl"


def one_each(scene: Scene, skeleton: Skeleton | tuple[str, ...], shares: bool) -> np.ndarray:
    """The only person of each frame, missing where there is none: (frames, landmarks, 3)."""
    blocks = block(scene, skeleton, shares)
    count = max(values.shape[1] for values in blocks)
    nobody = np.full((count, 3), np.nan if scene.missing else 0.0)
    return np.stack([values[0] if len(values) else nobody for values in blocks])


def mediapipe_arrays(scene: Scene, folder: Path) -> Path:
    values = one_each(scene, HOLISTIC_75, True)
    arrays = {f"{side}_hand": values[:, HOLISTIC_75.hand(side), :2] for side in ("right", "left")}
    facts = {} if scene.rate is None else {"fps": scene.rate}
    np.savez(folder / "clip.npz", pose=values[:, HOLISTIC_75.body, :2], **arrays, **facts)
    return folder / "clip.npz"


def table_rows(scene: Scene) -> list[tuple[Any, ...]]:
    values = one_each(scene, HOLISTIC_75, True)
    sides = [(f"{side}_hand", HOLISTIC_75.hand(side)) for side in ("right", "left")]
    parts = [("pose", HOLISTIC_75.body), *sides]
    return [
        (number, part, index, *values[frame, landmark, :2].tolist())
        for frame, number in enumerate(scene.numbers)
        for part, landmarks in parts
        for index, landmark in enumerate(landmarks)
    ]


TABLE = ("frame", "type", "landmark_index", "x", "y")


def landmark_csv(scene: Scene, folder: Path) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([TABLE, *table_rows(scene)])
    (folder / "clip.csv").write_text(out.getvalue())
    return folder / "clip.csv"


def wide_columns(scene: Scene) -> dict[str, list[Any]]:
    """A row a frame: its number, and two columns a landmark."""
    values = one_each(scene, HOLISTIC_75, True)
    columns: dict[str, list[Any]] = {"frame": scene.numbers}
    parts = {f"{side}_hand": HOLISTIC_75.hand(side) for side in ("right", "left")}
    for part, landmarks in {"pose": HOLISTIC_75.body, **parts}.items():
        for index, landmark in enumerate(landmarks):
            for axis, letter in enumerate("xy"):
                columns[f"{letter}_{part}_{index}"] = values[:, landmark, axis].tolist()
    return columns


def wide_csv(scene: Scene, folder: Path) -> Path:
    columns, out = wide_columns(scene), io.StringIO()
    csv.writer(out).writerows([columns, *zip(*columns.values(), strict=True)])
    (folder / "clip.csv").write_text(out.getvalue())
    return folder / "clip.csv"


def parquet(scene: Scene, folder: Path) -> Path:
    writer = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    arrow = pytest.importorskip("pyarrow")
    columns = dict(zip(TABLE, map(list, zip(*table_rows(scene), strict=True)), strict=True))
    writer.write_table(arrow.table(columns), folder / "clip.parquet")
    return folder / "clip.parquet"


def on_133(values: np.ndarray) -> np.ndarray:
    """COCO's 133 of (people, 65, 3): body and feet, a face somewhere, left hand, right hand."""
    left, right = (COCO_WHOLEBODY_65.hand(side) for side in ("left", "right"))
    face = np.full((len(values), 68, 3), 7.0)
    body = values[:, : len(COCO_WHOLEBODY_65.body)]
    return np.concatenate([body, face, values[:, left], values[:, right]], axis=1)


def coco_people(scene: Scene) -> list[list[dict[str, Any]]]:
    return [
        [
            {"keypoints": plain(one[:, :2], scene), "keypoint_scores": plain(one[:, 2], scene)}
            for one in on_133(values)
        ]
        for values in block(scene, COCO_WHOLEBODY_65, False)
    ]


def coco(scene: Scene, folder: Path) -> Path:
    frames = [{"instances": people} for people in coco_people(scene)]
    facts = {} if scene.rate is None else {"fps": scene.rate}
    (folder / "clip.json").write_text(json.dumps({**facts, "instance_info": frames}))
    return folder / "clip.json"


def coco_stack(scene: Scene) -> np.ndarray:
    """(frames, people, 133, 3)."""
    most = max(1, *map(len, scene.frames))
    stacked = np.zeros((len(scene.frames), most, 133, 3))
    for frame, values in enumerate(block(scene, COCO_WHOLEBODY_65, False)):
        stacked[frame, : len(values)] = on_133(values)
    return stacked


def coco_array(scene: Scene, folder: Path) -> Path:
    np.save(folder / "clip.npy", coco_stack(scene))
    return folder / "clip.npy"


def coco_arrays(scene: Scene, folder: Path) -> Path:
    stacked = coco_stack(scene)
    np.savez(folder / "clip.npz", keypoints=stacked[..., :2], scores=stacked[..., 2])
    return folder / "clip.npz"


def holistic_array(scene: Scene, folder: Path) -> Path:
    values = one_each(scene, HOLISTIC_75, True)
    body = np.concatenate([values[:, HOLISTIC_75.body, :2], np.ones((len(values), 33, 2))], axis=2)
    hands = [
        np.concatenate([values[:, HOLISTIC_75.hand(side), :2], np.zeros((len(values), 21, 1))], 2)
        for side in ("left", "right")
    ]
    rows = [part.reshape(len(values), -1) for part in (body, *hands)]
    np.save(folder / "clip.npy", np.concatenate(rows, axis=1))
    return folder / "clip.npy"


def frame_folder(scene: Scene, folder: Path) -> Path:
    (folder / "clip").mkdir()
    for number, people in zip(scene.numbers, coco_people(scene), strict=True):
        (folder / "clip" / f"frame{number}.json").write_text(json.dumps(people))
    return folder / "clip"


def spoter(scene: Scene, folder: Path) -> Path:
    values = one_each(scene, OPENPOSE_54, True)
    row = {"labels": "café", "video_fps": "" if scene.rate is None else scene.rate}
    row |= {"video_size_width": 640, "video_size_height": 480}
    height = 480 if scene.in_pixels else 1
    for column, name in spoter_csv.COLUMNS.items():
        point = values[:, OPENPOSE_54.index(name), :2]
        point[:, 1] = np.where(point[:, 1] == 0, 0, height - point[:, 1])  # counted upwards
        for axis, letter in enumerate("XY"):
            row[f"{column}_{letter}"] = json.dumps(plain(point[:, axis], scene))
    out = io.StringIO()
    table = csv.DictWriter(out, row)
    table.writeheader()
    table.writerow(row)
    (folder / "clip.csv").write_text(out.getvalue(), encoding="utf-8")
    return folder / "clip.csv"


def dotpose(scene: Scene, folder: Path) -> Path:
    library = pytest.importorskip("pose_format", reason="the extra pose is not installed")
    parts = pytest.importorskip("pose_format.pose_header")
    bodies = pytest.importorskip("pose_format.numpy")
    names = (*BODY, *HANDS_42.landmarks)
    most = max(1, *map(len, scene.frames))
    stacked = np.zeros((len(scene.frames), most, len(names), 3))
    for frame, values in enumerate(block(scene, names, False)):
        stacked[frame, : len(values)] = values
    points = [f"{side}_hand_{number}" for side in ("right", "left") for number in range(21)]
    header = parts.PoseHeader(
        0.2,
        parts.PoseHeaderDimensions(640, 480),
        [
            parts.PoseHeaderComponent("BODY", list(BODY), [], [], "XYC"),
            parts.PoseHeaderComponent("RIGHT_HAND", points[:21], [], [], "XYC"),
            parts.PoseHeaderComponent("LEFT_HAND", points[21:], [], [], "XYC"),
        ],
    )
    body = bodies.NumPyPoseBody(scene.rate or 0, stacked[..., :2], np.nan_to_num(stacked[..., 2]))
    with (folder / "clip.pose").open("wb") as file:
        library.Pose(header, body).write(file)
    return folder / "clip.pose"


WRITERS: dict[str, Callable[[Scene, Path], Path]] = {
    "OpenPose folder": openpose,
    "OpenPose archive": openpose_zip,
    "OpenPose frames": openpose_clip,
    "packed arrays": packed,
    "MediaPipe JSON": mediapipe,
    "MediaPipe arrays": mediapipe_arrays,
    "JSON Lines": json_lines,
    "landmark table, CSV": landmark_csv,
    "landmark table, Parquet": parquet,
    "a row a frame, CSV": wide_csv,
    "COCO JSON": coco,
    "COCO array": coco_array,
    "COCO arrays": coco_arrays,
    "MediaPipe array": holistic_array,
    "folder of frames": frame_folder,
    "SPOTER table": spoter,
    ".pose file": dotpose,
}
