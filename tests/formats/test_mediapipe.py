"""Claims about MediaPipe's landmarks: JSON in its spellings, arrays, and the Parquet form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from formats.clips import assert_same, made_clip
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.errors import UserError
from spobet.formats import mediapipe, read, recognise
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HOLISTIC_75

SIDES = ("right", "left")


def points(
    pose: PoseSequence, frame: int, rows: np.ndarray, **more: float
) -> list[dict[str, float]] | None:
    if not pose.seen[frame, rows].any():
        return None
    xy = pose.xy[frame, rows].astype(np.float64)
    return [
        {"x": x, "y": y, "z": 0.5, **more} if x == x else {"x": None, "y": None}
        for x, y in xy.tolist()
    ]


def frames(pose: PoseSequence) -> list[dict[str, Any]]:
    return [
        {
            "pose_landmarks": points(pose, frame, HOLISTIC_75.body, visibility=1.0),
            "face_landmarks": None,
            **{
                f"{side}_hand_landmarks": points(pose, frame, HOLISTIC_75.hand(side))
                for side in SIDES
            },
        }
        for frame in range(len(pose))
    ]


def save(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path


def hand(*, value: Any = 0.5, count: int = 21) -> list[dict[str, Any]]:
    return [{"x": value, "y": 0.5} for _ in range(count)]


def test_frames_of_dictionaries_read_as_they_were_found(tmp_path: Path) -> None:
    clip = made_clip(HOLISTIC_75)
    path = save(tmp_path / "clip.json", frames(clip))
    assert_same(read(path), clip)
    assert recognise(path).format == "MediaPipe landmarks"
    assert "z" in recognise(path).not_kept


def test_the_spellings_of_javascript_and_protobuf_read_alike(tmp_path: Path) -> None:
    clip = made_clip(HOLISTIC_75)
    spelt = [
        {
            "poseLandmarks": [frame["pose_landmarks"]] if frame["pose_landmarks"] else [],
            "leftHandLandmarks": {"landmark": frame["left_hand_landmarks"]}
            if frame["left_hand_landmarks"]
            else None,
            "rightHandLandmarks": frame["right_hand_landmarks"] or [],
        }
        for frame in frames(clip)
    ]
    assert_same(read(save(tmp_path / "clip.json", spelt)), clip)


def test_size_and_times_come_from_what_the_file_tells(tmp_path: Path) -> None:
    content = {"width": 640, "height": 480, "fps": 25, "frames": frames(made_clip(HOLISTIC_75))}
    pose = read(save(tmp_path / "clip.json", content))
    assert pose.size == (640, 480)
    np.testing.assert_allclose(pose.times, [0, 0.04, 0.08, 0.12])
    np.testing.assert_allclose(
        pose.in_unit("pixels").xy, made_clip(HOLISTIC_75).xy * [640, 480], rtol=1e-6
    )


def test_visibility_is_the_body_points_confidence(tmp_path: Path) -> None:
    body = [{"x": 0.1, "y": 0.2, "visibility": 0.25}] * 33
    pose = read(save(tmp_path / "clip.json", [{"pose_landmarks": body}]))
    assert set(pose.confidence[0, HOLISTIC_75.body].tolist()) == {0.25}
    assert not pose.seen[0, HOLISTIC_75.hand("left")].any()


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 99),
    num_axes=st.sampled_from([2, 3]),
    missing=st.sampled_from([0.0, np.nan]),
    form=st.sampled_from(["blocks", "rows", "one person"]),
)
def test_arrays_read_alike_with_any_number_of_axes(
    seed: int, num_axes: int, missing: float, form: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clip = made_clip(HOLISTIC_75, seed=seed)
    values = np.where(clip.seen[..., None], clip.xy, missing)
    values = np.concatenate([values, np.zeros((*values.shape[:2], num_axes - 2))], axis=-1)
    path = tmp_path_factory.mktemp("arrays") / "clip.npz"
    parts = {f"{side}_hand_landmarks": values[:, HOLISTIC_75.hand(side)] for side in SIDES}
    parts["pose"] = values[:, HOLISTIC_75.body]
    shapes = {"rows": (len(values), -1), "one person": (len(values), 1, -1, num_axes)}
    if form in shapes:
        parts = {name: part.reshape(shapes[form]) for name, part in parts.items()}
    np.savez(path, **parts, width=640, height=480)
    assert_same(read(path), made_clip(HOLISTIC_75, seed=seed, size=(640, 480)))


def test_an_older_models_upper_body_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    body = [{"x": 0.5, "y": 0.01 * point} for point in range(25)]
    (tmp_path / "clip.json").write_text(json.dumps([{"pose_landmarks": body}]))
    pose = read(tmp_path / "clip.json")
    assert pose["left_wrist"][0].tolist() == pytest.approx([0.5, 0.15])
    assert pose.seen[0].sum() == 25


def test_the_contests_parquet_form_reads_by_its_columns(tmp_path: Path) -> None:
    parquet, arrow = (
        pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed"),
        pytest.importorskip("pyarrow"),
    )
    clip = made_clip(HOLISTIC_75)
    rows = [
        (frame + 7, kind, place, *clip.xy[frame, landmark].astype(float), 0.0)
        for frame in (0, 1, 3)  # frame 2 has no rows
        for kind, landmarks in (
            ("pose", HOLISTIC_75.body),
            *((f"{side}_hand", HOLISTIC_75.hand(side)) for side in SIDES),
        )
        for place, landmark in enumerate(landmarks)
    ]
    rows.append((7, "face", 0, 0.5, 0.5, 0.0))
    columns = dict(
        zip(
            ("frame", "type", "landmark_index", "x", "y", "z"), zip(*rows, strict=True), strict=True
        )
    )
    parquet.write_table(
        arrow.table({name: list(values) for name, values in columns.items()}),
        tmp_path / "clip.parquet",
    )
    pose = read(tmp_path / "clip.parquet")
    np.testing.assert_array_equal(pose.xy[[0, 1, 3]], clip.xy[[0, 1, 3]])
    assert not pose.seen[2].any()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (
            [{"left_hand_landmarks": hand(count=20)}],
            "frame 1, left_hand_landmarks: 20 points, expected 21",
        ),
        (
            [{}, {"left_hand_landmarks": hand(value="a")}],
            "frame 2, left_hand_landmarks: expected numbers",
        ),
        (
            [{"left_hand_landmarks": hand(value=1e300)}],
            "frame 1, left_hand_landmarks: holds 1e\\+300",
        ),
        (
            [{"left_hand_landmarks": [[hand(), hand()]][0]}],
            "frame 1, left_hand_landmarks: 2 people, expected one",
        ),
        (
            [{"hand_landmarks": [hand()], "pose_landmarks": None}],
            "frame 1, hand_landmarks: hands without sides",
        ),
        ([{"left_hand_landmarks": 3}], "frame 1, left_hand_landmarks: int, expected a list"),
        (
            [{"pose_landmarks": [{"x": 0.1, "y": 0, "visibility": 7}] * 33}],
            "visibility runs 0..7",
        ),  # 1.0000001 is 1
        ([], "expected a list of 1 to"),
        ({"frames": 3, "pose_landmarks": None}, "expected a list of 1 to"),
        ({"pose_landmarks": None, "fps": "x"}, "fps is 'x', expected a number over 0"),
        ({"notes": "none"}, "no pose_landmarks, left_hand_landmarks or right_hand_landmarks"),
    ],
)
def test_what_is_not_as_it_should_be_is_named(content: Any, error: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"clip.json: {error}"):
        mediapipe.read(save(tmp_path / "clip.json", content))


@pytest.mark.parametrize(
    ("arrays", "error"),
    [
        (
            {"pose": np.zeros((2, 33))},
            r"pose is float64 \(2, 33\), expected numbers \(frames, 33, 2 to 4\)",
        ),
        (
            {"pose": np.zeros((2, 33, 2)), "left_hand": np.zeros((3, 21, 2))},
            r"arrays of \[2, 3\] frames",
        ),
        ({"left_hand": np.zeros((2, 21, 2), "U1")}, "left_hand is <U1"),
        ({"left_hand": np.zeros((0, 21, 2))}, r"arrays of \[0\] frames"),
    ],
)
def test_an_array_of_another_shape_is_named(
    arrays: dict[str, np.ndarray], error: str, tmp_path: Path
) -> None:
    np.savez(tmp_path / "clip.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=error):
        read(tmp_path / "clip.npz")


def right_hand(frame: int) -> list[dict[str, float]]:
    return [{"x": 0.3 + 0.01 * frame + 0.001 * point, "y": 0.5} for point in range(21)]


@pytest.mark.parametrize(
    "content",
    [
        [{"right_hand": right_hand(frame), "left_hand": None} for frame in range(3)],
        [{"rh": right_hand(frame), "handLandmarks": []} for frame in range(3)],
        {"frames": [{"landmarks": {"right_hand": right_hand(frame)}} for frame in range(3)]},
        {"results": [{"right_hand_landmarks": right_hand(frame)} for frame in range(3)]},
        {"right_hand_landmarks": [right_hand(frame) for frame in range(3)], "fps": 0},
        {f"frame_{frame}.jpg": {"right_hand_landmarks": right_hand(frame)} for frame in range(3)},
    ],
)
def test_the_same_hand_is_read_however_frames_and_parts_are_laid_out(
    content: Any, tmp_path: Path
) -> None:
    (tmp_path / "clip.json").write_text(json.dumps(content))
    pose = mediapipe.read(tmp_path / "clip.json")
    np.testing.assert_allclose(pose["right_hand_wrist"][:, 0], [0.3, 0.31, 0.32], rtol=1e-6)
    assert not pose.seen[:, HOLISTIC_75.hand("left")].any()


@pytest.mark.parametrize(
    ("key", "stamps", "times"),
    [
        ("timestamp_ms", [100, 108, 116], [0, 0.008, 0.016]),
        ("timestamp", [1.5, 1.54, 1.58], [0, 0.04, 0.08]),
        ("timestamp", [0, 33_000, 67_000], [0, 0.033, 0.067]),
        ("timestamp_ms", [100, 100, 116], None),
    ],
)
def test_time_stamps_give_the_times(
    key: str, stamps: list[float], times: list[float] | None, tmp_path: Path
) -> None:
    frames = [{key: stamp, "right_hand": right_hand(0)} for stamp in stamps]
    (tmp_path / "clip.json").write_text(json.dumps(frames))
    pose = mediapipe.read(tmp_path / "clip.json")
    assert len(pose) == 3
    if times is None:
        assert pose.times is None
    else:
        np.testing.assert_allclose(pose.times, times)


def test_coordinates_around_0_are_neither_shares_nor_pixels(tmp_path: Path) -> None:
    """World landmarks are metres from the hips; read as shares they would be another sign."""
    body = [{"x": 0.02 * point - 0.3, "y": 0.03 * point - 0.6} for point in range(33)]
    (tmp_path / "clip.json").write_text(json.dumps([{"pose_landmarks": body}] * 3))
    with pytest.raises(UserError, match=r"clip\.json: coordinates lie around 0 \(-0\.6 to 0\.36\)"):
        mediapipe.read(tmp_path / "clip.json")
