"""Claims about making a data set of packed arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spobet.dataset.manifest import SPLITS, Clip
from spobet.dataset.store import Dataset
from spobet.ingest.packed import import_packed

FACE = ("nose", "left_eye", "right_eye")


def save(folder: Path, absent: str = "", **changes: Any) -> Path:
    """A packed file of three clips with one, two and three frames."""
    fields: dict[str, Any] = {
        "coords": np.arange(36, dtype=np.float32).reshape(6, 3, 2),
        "offsets": [0, 1, 3, 6],
        "landmark": FACE,
        "label": [0, 1, 0],
        "gloss": ["go", "thin"],
        "split": [0, 2, 1],
        "video_id": ["07", "12", "3"],
        "signer_id": [5, -1, 8],
    } | changes
    path = folder / "clips.npz"
    np.savez(path, **{name: value for name, value in fields.items() if name != absent})
    return path


def test_every_clip_of_the_file_is_in_the_data_set(tmp_path: Path) -> None:
    report = import_packed(save(tmp_path), tmp_path / "set", licence="CC0-1.0")
    assert report.summary() == "read 3 of 3 clips"
    dataset = Dataset.open(tmp_path / "set")
    assert dataset.manifest.clips == (
        Clip("07", "go", signer="5", split="train"),
        Clip("12", "thin", split="test"),
        Clip("3", "go", signer="8", split="val"),
    )
    assert [len(pose) for _, pose in dataset.poses()] == [1, 2, 3]
    assert dataset.pose("12")["nose"].tolist() == [[6, 7], [12, 13]]
    assert (dataset.info.source, dataset.info.licence, dataset.info.unit) == (
        "clips.npz",
        "CC0-1.0",
        "pixels",
    )


@pytest.mark.parametrize("kind", ["U", "S"])
def test_names_may_stand_in_place_of_numbers(tmp_path: Path, kind: str) -> None:
    texts = {
        "label": ["go", "thin", "go"],
        "split": ["train", "test", "val"],
        "video_id": ["07", "12", "3"],
    }
    path = save(
        tmp_path,
        absent="gloss",
        **{name: np.array(values, dtype=kind) for name, values in texts.items()},
    )
    import_packed(path, tmp_path / "set")
    manifest = Dataset.open(tmp_path / "set").manifest
    assert [(clip.id, clip.gloss, clip.split) for clip in manifest] == [
        ("07", "go", "train"),
        ("12", "thin", "test"),
        ("3", "go", "val"),
    ]


def test_clips_without_ids_are_numbered_and_splits_may_have_another_order(tmp_path: Path) -> None:
    path = save(tmp_path, absent="video_id", split_names=["test", "train", "val"])
    import_packed(path, tmp_path / "set")
    manifest = Dataset.open(tmp_path / "set").manifest
    assert [(clip.id, clip.split) for clip in manifest] == [
        ("0", "test"),
        ("1", "val"),
        ("2", "train"),
    ]


def test_import_shows_its_progress(tmp_path: Path) -> None:
    passed: list[str] = []

    def watch(clips: Iterable[Clip]) -> Iterator[Clip]:
        for clip in clips:
            passed.append(clip.id)
            yield clip

    import_packed(save(tmp_path), tmp_path / "set", progress=watch)
    assert passed == ["07", "12", "3"]


@pytest.mark.parametrize(
    ("absent", "change", "message"),
    [
        ("label", {}, "no field 'label' with one entry a clip"),
        (
            "gloss",
            {},
            "label holds int64, expected names, or whole numbers and a field with their names",
        ),
        ("", {"label": [0.5, 1.0, 0.0]}, "label holds float64, expected names, or whole numbers"),
        ("", {"label": [0, 2, 0]}, r"label numbers run 0\.\.2, but 2 names are given"),
        ("", {"label": [0, -1, 0]}, r"label numbers run -1\.\.0"),
        (
            "",
            {"label": [0, 1]},
            r"field 'label' has shape \(2,\), expected \(3,\), one entry a clip",
        ),
        ("", {"signer_id": [[1], [2], [3]]}, r"field 'signer_id' has shape \(3, 1\)"),
        (
            "",
            {"split": ["train", "held", "test"]},
            "clip 12: split 'held', expected one of: train, val, test",
        ),
        ("", {"video_id": ["1", "2", "1"]}, "1 clip ids stand twice: 1"),
        ("", {"coords": np.zeros((5, 3, 2))}, r"offsets run 0\.\.6, expected to ascend 0\.\.5"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(
    tmp_path: Path, absent: str, change: dict[str, Any], message: str
) -> None:
    path = save(tmp_path, absent, **change)
    with pytest.raises(ValueError, match=rf"clips\.npz: {message}"):
        import_packed(path, tmp_path / "set")
    assert list(tmp_path.iterdir()) == [path]


def test_clips_without_frames_or_without_anybody_are_left_out_and_listed(tmp_path: Path) -> None:
    """Once a clip without frames stayed as an empty labelled sample."""
    coords = np.arange(36, dtype=np.float32).reshape(6, 3, 2)
    coords[3:] = np.nan
    path = save(tmp_path, offsets=[0, 3, 3, 6], coords=coords)
    report = import_packed(path, tmp_path / "set")
    assert [clip.id for clip in Dataset.open(tmp_path / "set").manifest] == ["07"]
    assert report.summary() == "read 1 of 3 clips; 2 listed in problems.csv"
    assert [(problem.clip, problem.what) for problem in report.problems] == [
        ("12", "empty"),
        ("3", "empty"),
    ]


def test_a_file_without_splits_and_signers_becomes_a_data_set_without_them(tmp_path: Path) -> None:
    path = save(tmp_path, "split", signer_id=["nan", "", "4.0"])
    import_packed(path, tmp_path / "set")
    clips = Dataset.open(tmp_path / "set").manifest
    assert [(clip.signer, clip.split) for clip in clips] == [("", ""), ("", ""), ("4", "")]


def test_numbers_stored_as_floats_and_words_of_others_for_the_splits_are_taken(
    tmp_path: Path,
) -> None:
    path = save(
        tmp_path,
        label=[0.0, 1.0, 0.0],
        offsets=[0.0, 1.0, 3.0, 6.0],
        split=["Training", "TEST", "dev"],
    )
    import_packed(path, tmp_path / "set")
    clips = Dataset.open(tmp_path / "set").manifest
    assert [(clip.gloss, clip.split) for clip in clips] == [
        ("go", "train"),
        ("thin", "test"),
        ("go", "val"),
    ]


def test_bytes_are_texts_in_whatever_encoding(tmp_path: Path) -> None:
    import_packed(save(tmp_path, gloss=["th\u00e9".encode(), b"caf\xe9"]), tmp_path / "set")
    assert Dataset.open(tmp_path / "set").manifest.vocabulary.glosses == ("th\u00e9", "caf\u00e9")


def test_the_real_landmarks_are_imported_in_full(shared: Path, tmp_path: Path) -> None:
    import_packed(shared / "data/wlasl100-hands.npz", tmp_path / "set")
    dataset = Dataset.open(tmp_path / "set")
    assert [len(dataset.manifest.of_splits(split)) for split in SPLITS] == [748, 165, 100]
    assert len(dataset) == 1013
    assert sum(dataset.info.num_frames) == 65_896
    with np.load(shared / "data/wlasl100-hands.npz") as arrays:
        mask, clip_ids = arrays["hand_mask"], arrays["video_id"].tolist()
        first, second = np.moveaxis(arrays["coords"][..., :2] / arrays["scale"], 1, 0)
    assert [clip.id for clip in dataset.manifest] == clip_ids
    hands = sum(int(pose.seen.sum()) for _, pose in dataset.poses()) / 21
    near = mask.all(axis=1) & (np.linalg.norm(first - second, axis=-1).mean(axis=-1) < 0.05)
    assert mask.sum() - near.sum() < hands < mask.sum()  # one hand found twice is kept once
    assert mask.sum() - hands < 0.015 * mask.sum()
    assert len(dataset.manifest.vocabulary) == 100


def test_picture_sizes_and_frame_times_are_in_the_data_set(tmp_path: Path) -> None:
    times = np.array([0, 0, 0.5, 1, 1.1, 1.2])
    path = save(tmp_path, size=[[640, 480], [1280, 720], [640, 480]], times=times)
    import_packed(path, tmp_path / "set")
    pose = Dataset.open(tmp_path / "set").pose("12")
    assert (pose.size, pose.times.tolist()) == ((1280, 720), [0, 0.5])
