"""Claims about packed arrays: both forms, and every field that is not as it should be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.formats import packed
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54

FACE = ("nose", "left_eye", "right_eye")
# The median shape of right hands in WLASL: shares of the picture, the wrist at 0.
RIGHT_HAND = 0.05 * np.array(
    [
        (0.0, 0.0), (0.22, -0.34), (0.43, -0.65), (0.58, -0.83), (0.68, -0.92),
        (0.36, -0.98), (0.58, -1.17), (0.68, -1.14), (0.72, -1.08),
        (0.3, -0.89), (0.55, -0.89), (0.62, -0.77), (0.64, -0.68),
        (0.25, -0.61), (0.5, -0.59), (0.54, -0.48), (0.54, -0.41),
        (0.21, -0.33), (0.41, -0.32), (0.46, -0.26), (0.46, -0.23),
    ]
)  # fmt: skip
LABELS = {"label": np.array([0, 0]), "gloss": np.array(["go"])}


def save(folder: Path, **fields: Any) -> Path:
    path = folder / "clips.npz"
    np.savez(path, **fields)
    return path


def face(**changes: Any) -> dict[str, Any]:
    """Two clips of two frames and one, three landmarks named in the file."""
    coords = np.arange(18, dtype=np.float32).reshape(3, 3, 2)
    return {"coords": coords, "offsets": [0, 2, 3], "landmark": FACE, "unit": "pixels"} | changes


def hands(**changes: Any) -> dict[str, Any]:
    """One clip of three frames: slot 0 at x = 0.2, slot 1 at x = 0.8, both always there."""
    coords = np.zeros((3, 2, 21, 2), np.int16)
    coords[:, 0], coords[:, 1] = (200, 500), (800, 500)
    return {
        "coords": coords,
        "offsets": [0, 3],
        "hand_mask": np.ones((3, 2), bool),
        "scale": 1000,
    } | changes


def assert_right_hand_is_on_the_left(pose: PoseSequence) -> None:
    np.testing.assert_allclose(pose["right_hand_wrist"], [(0.2, 0.5)] * len(pose))
    np.testing.assert_allclose(pose["left_hand_wrist"], [(0.8, 0.5)] * len(pose))


@settings(deadline=None, max_examples=30)
@given(lengths=st.lists(st.integers(1, 4), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_what_is_packed_reads_back_clip_by_clip(
    lengths: list[int], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = np.random.default_rng(seed)
    coords = rng.random((sum(lengths), len(OPENPOSE_54), 2)).astype(np.float32)
    coords[rng.random(coords.shape[:2]) < 0.3] = np.nan
    confidence = rng.random(coords.shape[:2]).astype(np.float32)
    offsets = np.cumsum([0, *lengths])
    folder = tmp_path_factory.mktemp("packed")
    clips = packed.read_clips(
        save(folder, coords=coords, offsets=offsets, skeleton="OPENPOSE_54", confidence=confidence)
    )
    assert [len(pose) for pose in clips] == lengths
    np.testing.assert_array_equal(np.concatenate([pose.xy for pose in clips]), coords)
    seen = ~np.isnan(coords[..., 0])
    np.testing.assert_array_equal(
        np.concatenate([pose.confidence for pose in clips]), np.where(seen, confidence, 0)
    )


@settings(deadline=None, max_examples=30)
@given(swaps=st.lists(st.booleans(), min_size=3, max_size=3), mirrored=st.booleans())
def test_tracks_without_shapes_are_followed_and_the_picture_s_left_one_is_the_right_hand(
    swaps: list[bool], mirrored: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fields = hands()
    swap = np.array(swaps) ^ mirrored
    fields["coords"][swap] = fields["coords"][swap, ::-1]
    path = save(
        tmp_path_factory.mktemp("packed"), **fields, lr_swap=np.array(swaps).astype(np.uint8)
    )
    assert_right_hand_is_on_the_left(packed.read(path))


def test_landmarks_are_named_in_the_file(tmp_path: Path) -> None:
    first, second = packed.read_clips(
        save(tmp_path, **face(bone=[["nose", "left_eye"]], frame_rate=[25, 50]))
    )
    assert first.skeleton.landmarks == FACE
    assert first.skeleton.bones == (("nose", "left_eye"),)
    assert first.unit == "pixels"
    assert first["left_eye"].tolist() == [[2, 3], [8, 9]]
    assert first.times is not None and first.times.tolist() == [0, 0.04]
    assert second["nose"].tolist() == [[12, 13]]


def test_the_example_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    section = (
        (Path(__file__).parents[2] / "docs/formats.md")
        .read_text(encoding="utf-8")
        .partition("## Packed arrays")[2]
    )
    example = section.partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    exec(example, {})
    clips = packed.read_clips(tmp_path / "clips.npz")
    assert [len(pose) for pose in clips] == [60, 45]
    assert clips.skeleton == HANDS_42
    assert not clips.pose(1).seen[:10, HANDS_42.hand("left")].any()
    assert clips.pose(1).seen.mean() == 1 - 10 * 21 / (45 * 42)
    assert clips.facts["label"].tolist() == ["go", "thin"]


def test_names_may_be_bytes_and_depth_is_ignored(tmp_path: Path) -> None:
    coords = np.ones((1, 3, 3))
    pose = packed.read(
        save(tmp_path, coords=coords, offsets=[0, 1], landmark=np.array(FACE, dtype="S"))
    )
    assert pose.skeleton.landmarks == FACE
    assert pose.xy.shape == (1, 3, 2)
    assert pose.unit == "image"
    assert pose.times is None


def test_a_coordinate_that_is_nan_is_missing_and_zero_is_not(tmp_path: Path) -> None:
    coords = np.zeros((1, 3, 2))
    coords[0, 1, 1] = np.nan
    pose = packed.read(save(tmp_path, coords=coords, offsets=[0, 1], landmark=FACE))
    assert pose.seen.tolist() == [[True, False, True]]
    assert pose.confidence.tolist() == [[1, 0, 1]]


def test_a_hand_that_is_not_there_is_missing(tmp_path: Path) -> None:
    mask = np.array([[True, False], [False, False], [True, True]])
    pose = packed.read(save(tmp_path, **hands(hand_mask=mask)))
    assert pose.seen[:, HANDS_42.hand("right")].all(axis=1).tolist() == [True, False, True]
    assert pose.seen[:, HANDS_42.hand("left")].any(axis=1).tolist() == [False, False, True]


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("slot", [0, 1])
@pytest.mark.parametrize("x", [0.3, 0.5, 0.7])
def test_a_lone_hand_is_named_by_its_shape_in_whatever_track_and_place(
    tmp_path: Path, slot: int, x: float, mirrored: bool
) -> None:
    """Half way through the detector finds it again in the other track."""
    hand = RIGHT_HAND * np.array([-1 if mirrored else 1, 1])
    coords, mask = np.zeros((10, 2, 21, 2), np.float32), np.zeros((10, 2), bool)
    for frame in range(10):
        track = slot if frame < 5 else 1 - slot
        coords[frame, track] = hand + np.array([x, 0.5 + 0.01 * frame])
        mask[frame, track] = True
    pose = packed.read(save(tmp_path, coords=coords, offsets=[0, 10], hand_mask=mask))
    side = "left" if mirrored else "right"
    np.testing.assert_allclose(pose.xy[:, HANDS_42.hand(side)], coords[mask], atol=1e-6)
    assert pose.seen.mean() == 0.5


def test_hands_that_cross_keep_their_sides_and_one_found_twice_is_one(tmp_path: Path) -> None:
    coords = np.zeros((9, 2, 21, 2), np.float32)
    for frame in range(9):
        away = 0.2 * (frame - 4) / 4
        coords[frame, 0] = RIGHT_HAND + np.array([0.5 + away, 0.4])
        coords[frame, 1] = RIGHT_HAND * np.array([-1, 1]) + np.array([0.5 - away, 0.7])
    whole = packed.read(save(tmp_path, coords=coords, offsets=[0, 9], hand_mask=np.ones((9, 2))))
    np.testing.assert_allclose(whole.xy[:, HANDS_42.hand("right")], coords[:, 0], atol=1e-6)
    np.testing.assert_allclose(whole.xy[:, HANDS_42.hand("left")], coords[:, 1], atol=1e-6)
    coords[:, 1] = coords[:, 0] + 0.002
    twice = packed.read(save(tmp_path, coords=coords, offsets=[0, 9], hand_mask=np.ones((9, 2))))
    assert twice.seen[:, HANDS_42.hand("right")].all()
    assert not twice.seen[:, HANDS_42.hand("left")].any()


def test_a_hand_seen_in_parts_is_kept(tmp_path: Path) -> None:
    coords = np.zeros((3, 2, 21, 2), np.float32)
    coords[:, 0] = RIGHT_HAND + 0.3
    coords[1, 0, 5] = np.nan
    mask = np.array([[True, False]] * 3)
    pose = packed.read(save(tmp_path, coords=coords, offsets=[0, 3], hand_mask=mask))
    assert int(pose.seen.sum()) == 3 * 21 - 1


@pytest.mark.parametrize(("slot", "side"), [(0, "right"), (1, "left")])
@pytest.mark.parametrize("moved", [False, True])
def test_a_lone_hand_without_a_shape_is_named_by_its_half_of_the_picture(
    tmp_path: Path, slot: int, side: str, moved: bool
) -> None:
    mask = np.zeros((3, 2), bool)
    mask[:, 1 - slot if moved else slot] = True
    fields = hands(hand_mask=mask)
    if moved:
        fields["coords"] = fields["coords"][:, ::-1]
    pose = packed.read(save(tmp_path, **fields))
    assert pose.seen[:, HANDS_42.hand(side)].all()
    assert pose.seen.mean() == 0.5


def test_confidence_follows_its_hand(tmp_path: Path) -> None:
    confidence = np.ones((3, 2, 21))
    confidence[:, 0] = 0.25
    pose = packed.read(save(tmp_path, **hands(confidence=confidence, lr_swap=[1, 1, 1])))
    assert_right_hand_is_on_the_left(pose)
    assert pose.confidence[:, HANDS_42.hand("right")].tolist() == [[0.25] * 21] * 3


def test_the_frame_rate_comes_from_the_length_at_25_a_second(tmp_path: Path) -> None:
    clips = packed.read_clips(save(tmp_path, **face(n25_start=[1, 3], n25_end=[4, 2])))
    assert clips.frame_rate.tolist() == pytest.approx([12.5, np.nan], nan_ok=True)
    assert clips.pose(1).times is None


def test_other_fields_are_kept_as_facts(tmp_path: Path) -> None:
    clips = packed.read_clips(save(tmp_path, **face(**LABELS)))
    assert set(clips.facts) == {"label", "gloss"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"coords": np.zeros(())},
            r"coords has shape \(\), expected 3 axes, or 4 for two hands a frame",
        ),
        (
            {"coords": np.zeros((3, 4, 2))},
            r"coords has shape \(3, 4, 2\), expected \(frames, 3, 2 or 3\)",
        ),
        (
            {"coords": np.zeros((3, 3, 1))},
            r"coords has shape \(3, 3, 1\), expected \(frames, 3, 2 or 3\)",
        ),
        ({"coords": np.full((3, 3, 2), "1")}, "field 'coords' holds <U1, expected numbers"),
        (
            {"offsets": [0, 2]},
            r"offsets run 0\.\.2, expected to ascend 0\.\.3 \(frames in coords\)",
        ),
        ({"offsets": [1, 3]}, r"offsets run 1\.\.3"),
        ({"offsets": [0, 4, 3]}, r"offsets run 0\.\.3, expected to ascend"),
        (
            {"offsets": [0]},
            r"offsets is int64 \(1,\), expected whole numbers \(clips \+ 1,\) of at least one clip",
        ),
        ({"offsets": [[0, 3]]}, r"offsets is int64 \(1, 2\)"),
        ({"offsets": [0.0, np.nan, 3.0]}, r"offsets is float64 \(3,\)"),
        ({"scale": 0}, "scale is 0, expected one number over 0"),
        ({"scale": [1, 2]}, r"scale is \[1 2\], expected one number"),
        ({"confidence": np.ones((3, 2))}, r"confidence has shape \(3, 2\), expected \(3, 3\)"),
        ({"confidence": np.full((3, 3), 90)}, r"confidence runs 90\.\.90, expected 0\.\.1"),
        ({"confidence": np.full((3, 3), -1)}, r"confidence runs -1\.\.-1"),
        ({"frame_rate": [25, 25, 25]}, r"frame_rate has shape \(3,\), expected \(2,\)"),
        ({"n25_start": [1], "n25_end": [1, 2]}, r"n25_start has shape \(1,\), expected \(2,\)"),
        ({"unit": "metres"}, "unit 'metres', expected one of: pixels"),
        (
            {"landmark": [FACE]},
            r"landmark has shape \(1, 3\), bone \(0, 2\), expected \(landmarks,\) and \(bones, 2\)",
        ),
        ({"bone": ["nose", "left_eye"]}, r"landmark has shape \(3,\), bone \(2,\)"),
        ({"bone": [["nose", "chin"]]}, "bones end at unknown landmarks: chin"),
        ({"landmark": ["nose", "nose", "neck"]}, "landmarks named twice: nose"),
        (
            {"skeleton": "FACE"},
            "unknown skeleton 'FACE', expected one of: COCO_WHOLEBODY_65, HANDS_42, HANDS_AND",
        ),
        (
            {"skeleton": "HANDS_42"},
            r"coords has shape \(3, 3, 2\), expected \(frames, 42, 2 or 3\)",
        ),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=rf"clips\.npz: .*{message}"):
        packed.read_clips(save(tmp_path, **face(**change)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"coords": np.zeros((3, 2, 20, 2))},
            r"coords has shape \(3, 2, 20, 2\), expected \(frames, 2, 21, 2 or 3\)",
        ),
        ({"hand_mask": np.ones(3)}, r"hand_mask has shape \(3,\), expected \(3, 2\)"),
        ({"lr_swap": [0, 1]}, r"lr_swap has shape \(2,\), expected \(3,\)"),
        (
            {"confidence": np.ones((3, 42))},
            r"confidence has shape \(3, 42\), expected \(3, 2, 21\)",
        ),
        ({"unit": "pixels"}, "unit 'pixels' for two hands a frame, expected image"),
    ],
)
def test_a_wrong_field_of_the_hands_form_is_named(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=rf"clips\.npz: {message}"):
        packed.read_clips(save(tmp_path, **hands(**change)))


@pytest.mark.parametrize(
    ("fields", "absent", "message"),
    [
        (face(), "coords", "no field 'coords'; there are landmark, offsets, unit"),
        (face(), "offsets", "no field 'offsets'; there are coords, landmark, unit"),
        (
            face(),
            "landmark",
            r"coords of shape \(3, 3, 2\) need a field 'landmark' \(names\) or 'skeleton'",
        ),
        (hands(), "hand_mask", "no field 'hand_mask', which says where coords hold a hand"),
    ],
)
def test_a_field_that_is_needed_is_asked_for(
    tmp_path: Path, fields: dict[str, Any], absent: str, message: str
) -> None:
    with pytest.raises(ValueError, match=rf"clips\.npz: {message}"):
        packed.read_clips(
            save(tmp_path, **{name: value for name, value in fields.items() if name != absent})
        )


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path, **face(gloss=np.array([{"go": 1}], dtype=object)))
    with pytest.raises(
        ValueError,
        match=r"clips\.npz: not an \.npz of plain arrays \(Object arrays cannot be loaded",
    ):
        packed.read_clips(path)


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_a_truncated_file_is_refused(tmp_path: Path, share: float) -> None:
    path = save(tmp_path, **face())
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert not packed.looks_like(path)
    with pytest.raises(ValueError, match=r"clips\.npz: not an \.npz of plain arrays"):
        packed.read_clips(path)


def test_damaged_content_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clips.npz"
    np.savez_compressed(path, **face(coords=np.random.default_rng(0).random((3, 3, 2))))
    content = bytearray(path.read_bytes())
    content[120:160] = bytes(40)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"clips\.npz: not an \.npz of plain arrays"):
        packed.read_clips(path)


def test_one_plain_array_is_no_packed_file(tmp_path: Path) -> None:
    np.save(tmp_path / "clips.npy", np.zeros(3))
    assert not packed.looks_like(tmp_path / "clips.npy")
    with pytest.raises(ValueError, match=r"clips\.npy: not an \.npz of plain arrays"):
        packed.read_clips(tmp_path / "clips.npy")


def test_several_clips_are_no_single_clip(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError,
        match=r"clips\.npz: holds 2 clips, expected one; make a data set .* `spobet import npz`",
    ):
        packed.read(save(tmp_path, **face()))


def test_a_written_clip_reads_back_with_its_times(tmp_path: Path) -> None:
    xy = np.arange(2 * len(HANDS_42) * 2, dtype=np.float32).reshape(2, len(HANDS_42), 2)
    xy[1, 3] = np.nan
    pose = PoseSequence(
        xy,
        (~np.isnan(xy[..., 0])).astype(np.float32),
        HANDS_42,
        np.array([0.0, 0.07]),
        "image",
        (64, 48),
    )
    packed.write(pose, tmp_path / "clip.npz")
    back = packed.read(tmp_path / "clip.npz")
    np.testing.assert_array_equal(back.xy, pose.xy)
    np.testing.assert_array_equal(back.confidence, pose.confidence)
    assert back.times is not None
    assert (back.times.tolist(), back.skeleton.landmarks, back.unit) == (
        [0.0, 0.07],
        HANDS_42.landmarks,
        "image",
    )
    assert back.size == (64, 48)


def test_the_pictures_size_may_be_one_for_all_clips_or_one_each(tmp_path: Path) -> None:
    for size, expected in (
        ([64, 48], [(64, 48)] * 2),
        ([[64, 48], [20, 30]], [(64, 48), (20, 30)]),
        ([[64, 48], [0, 0]], [(64, 48), None]),
        ([np.nan, 48], [None, None]),
    ):
        assert [
            pose.size for pose in packed.read_clips(save(tmp_path, **face(size=size)))
        ] == expected
    for size in ([64], [[1, 2, 3]]):
        with pytest.raises(ValueError, match=r"size has shape .*, expected \(2,\) or \(clips, 2\)"):
            packed.read_clips(save(tmp_path, **face(size=size)))


def test_times_that_do_not_fit_the_frames_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"times has shape \(2,\), expected \(3,\)"):
        packed.read_clips(save(tmp_path, **face(times=[0.0, 1.0])))


def test_infinite_coordinates_are_missing_and_confidences_a_little_over_1_are_1(
    tmp_path: Path,
) -> None:
    coords = np.full((3, 3, 2), 0.5)
    coords[1, 0, 1] = np.inf
    confidence = np.array([[1.25, np.nan, 0.5]] * 3)
    pose = packed.read_clips(save(tmp_path, **face(coords=coords, confidence=confidence))).pose(0)
    assert pose.seen[:, 0].tolist() == [True, False]
    np.testing.assert_array_equal(pose.confidence, [[1, 0, 0.5], [0, 0, 0.5]])


def test_coordinates_around_0_need_a_named_unit(tmp_path: Path) -> None:
    centred = face(coords=np.linspace(-1, 1, 18).reshape(3, 3, 2))
    del centred["unit"]
    with pytest.raises(ValueError, match=r"clips\.npz: coordinates lie around 0 \(-1 to 1\)"):
        packed.read_clips(save(tmp_path, **centred))
    centred["unit"] = b"hand lengths"
    assert packed.read_clips(save(tmp_path, **centred)).unit == "hand lengths"
