"""Claims about damaged and hostile files: a clip or one line of why not, in little memory."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from formats.clips import made_clip
from formats.scenes import WRITERS, alone
from formats.scenes import frame_folder as frame_folder_of
from formats.spoilt import spoilt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spobet.extras import ExtraNeeded
from spobet.formats import (
    coco_wholebody,
    dotpose,
    frame_folder,
    holistic_array,
    json_lines,
    landmark_table,
    mediapipe,
    openpose,
    openpose_zip,
    packed,
    read,
    spoter_csv,
    write,
)
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import COCO_WHOLEBODY_65, HOLISTIC_75, OPENPOSE_54

MAX_MEMORY = 400_000_000


def _folder(folder: Path) -> Path:
    openpose.write(made_clip(OPENPOSE_54, unit="pixels"), folder / "clip")
    return folder / "clip" / "image_00002_keypoints.json"


def _archive(folder: Path) -> Path:
    file = _folder(folder)
    with zipfile.ZipFile(folder / "clip.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.write(file, "clip/image_00002_keypoints.json")
    return folder / "clip.zip"


def _json(folder: Path, content: Any) -> Path:
    (folder / "clip.json").write_text(json.dumps(content))
    return folder / "clip.json"


def _mediapipe(folder: Path) -> Path:
    return _json(
        folder,
        {"fps": 25, "frames": [{"left_hand_landmarks": [{"x": 0.5, "y": 0.5, "z": 0}] * 21}] * 3},
    )


def _coco(folder: Path) -> Path:
    return _json(
        folder,
        {
            "instance_info": [
                {"instances": [{"keypoints": [[3, 4]] * 133, "keypoint_scores": [1] * 133}]}
            ]
            * 2
        },
    )


def _arrays(folder: Path) -> Path:
    np.savez(folder / "clip.npz", left_hand=np.full((3, 21, 2), 0.5))
    return folder / "clip.npz"


def _array(folder: Path) -> Path:
    np.save(folder / "clip.npy", np.ones((2, 133, 3)))
    return folder / "clip.npy"


def _written(suffix: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        if suffix == ".pose":
            pytest.importorskip("pose_format", reason="the extra pose is not installed")
        clip = made_clip(OPENPOSE_54 if suffix == ".csv" else HOLISTIC_75, size=(640, 480))
        write(clip, folder / f"clip{suffix}")
        return folder / f"clip{suffix}"

    return make


def _parquet(folder: Path) -> Path:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    arrow = pytest.importorskip("pyarrow")
    columns = {
        "frame": [1] * 21,
        "type": ["left_hand"] * 21,
        "landmark_index": list(range(21)),
        "x": [0.5] * 21,
        "y": [0.5] * 21,
    }
    parquet.write_table(arrow.table(columns), folder / "clip.parquet")
    return folder / "clip.parquet"


def _scene(reader: str) -> Callable[[Path], Path]:
    return lambda folder: WRITERS[reader](alone(), folder)


def _frame(folder: Path) -> Path:
    return sorted(frame_folder_of(alone(), folder).iterdir())[1]


FORMATS: dict[str, tuple[Callable[[Path], Path], Callable[[Path], PoseSequence]]] = {
    "openpose": (_folder, lambda path: openpose.read(path.parent)),
    "openpose_zip": (_archive, openpose_zip.read),
    "packed": (_written(".npz"), packed.read),
    "mediapipe": (_mediapipe, mediapipe.read),
    "mediapipe arrays": (_arrays, mediapipe.read),
    "mediapipe parquet": (_parquet, landmark_table.read),
    "JSON Lines": (_scene("JSON Lines"), json_lines.read),
    "landmark table": (_scene("landmark table, CSV"), landmark_table.read),
    "MediaPipe array": (_scene("MediaPipe array"), holistic_array.read),
    "folder of frames": (_frame, lambda path: frame_folder.read(path.parent)),
    "coco": (_coco, coco_wholebody.read),
    "coco array": (_array, coco_wholebody.read),
    "spoter": (_written(".csv"), spoter_csv.read),
    "dotpose": (_written(".pose"), dotpose.read),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_gone_wrong_is_a_clip_or_one_line_that_names_it(name: str, tmp_path: Path) -> None:
    make, reader = FORMATS[name]
    path = make(tmp_path)
    content = path.read_bytes()
    tracemalloc.start()
    for seed in range(96):  # each kind a dozen times
        path.write_bytes(spoilt(content, seed))
        try:
            pose = reader(path)
            assert isinstance(pose, PoseSequence)
        except (ValueError, FileNotFoundError) as error:
            assert len(str(error).strip()) > 10
            assert tmp_path.name in str(error), error
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MAX_MEMORY


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.binary(max_size=400)
    | st.text(alphabet='[]{}",:0129.eE-nulINfxyand_"', max_size=200).map(str.encode)
)
def test_whatever_lies_in_a_file_read_gives_one_line(content: bytes, tmp_path: Path) -> None:
    for suffix in (".json", ".npz", ".npy", ".csv", ".pose", ".zip", ".parquet"):
        path = tmp_path / f"clip{suffix}"
        path.write_bytes(content)
        with pytest.raises((ValueError, ExtraNeeded)):
            read(path)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["x", "y", "frames", "landmark", "keypoints"]), inner)
    ),
    max_leaves=12,
)


@settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    key=st.sampled_from(
        ["pose_landmarks", "leftHandLandmarks", "instances", "keypoints", "instance_info"]
    ),
    value=JSON_VALUES,
)
def test_json_of_the_right_keys_and_wrong_values_gives_a_clip_or_one_line(
    key: str, value: Any, tmp_path: Path
) -> None:
    for content in ({key: value}, [{key: value}], {"frames": [{key: value}]}):
        (tmp_path / "clip.json").write_text(json.dumps(content))
        try:
            read(tmp_path / "clip.json")
        except ValueError as error:
            assert "clip.json" in str(error)


@pytest.mark.parametrize("value", ["[],", "{},", "0.1,"])
def test_json_that_would_fill_the_memory_is_not_parsed(value: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.json"
    path.write_text('{"pose_landmarks": [' + value * (45_000_000 // len(value)) + "0]}")
    with pytest.raises(ValueError, match=r"clip\.json: .* lists and .* values, expected at most"):
        read(path)


def test_a_file_far_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "clip.json"
    with path.open("wb") as file:
        file.write(b'{"pose_landmarks": [')
        file.truncate(3_000_000_000)  # sparse
    with pytest.raises(ValueError, match="3,000,000,000 bytes, expected at most"):
        read(path)


def test_arrays_that_claim_to_be_huge_are_not_read(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 133, 3)}
    )
    (tmp_path / "clip.npy").write_bytes(header.getvalue())
    with pytest.raises(ValueError, match=r"clip\.npy"):
        read(tmp_path / "clip.npy")
    with zipfile.ZipFile(tmp_path / "clip.npz", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("left_hand.npy", header.getvalue() + bytes(201_000_000))
    with pytest.raises(ValueError, match=r"clip\.npz: .* expected at most 200,000,000"):
        read(tmp_path / "clip.npz")


def test_the_face_is_left_out_by_both_readers_that_meet_one() -> None:
    assert not any(
        "face" in name
        for skeleton in (HOLISTIC_75, COCO_WHOLEBODY_65)
        for name in skeleton.landmarks
    )
