"""Claims about poses on disk: what is written reads back, and nothing half-written is left."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.dataset import store
from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.errors import UserError
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

FACE = Skeleton(
    "face", ("nose", "left_eye", "right_eye"), (("nose", "left_eye"), ("nose", "right_eye"))
)


def face(seed: int = 0, num_frames: int = 4, skeleton: Skeleton = FACE) -> PoseSequence:
    """A clip with some landmarks missing; of every three one has times and one a picture size."""
    rng = np.random.default_rng(seed)
    seen = rng.random((num_frames, len(skeleton))) < 0.7
    xy = np.where(seen[..., None], rng.normal(size=(num_frames, len(skeleton), 2)), np.nan)
    times = np.arange(num_frames) / 25 if seed % 3 == 1 else None
    size = (1280, 720) if seed % 3 == 2 else None
    return PoseSequence(xy, seen * 0.5, skeleton, times, "image", size)


def write(
    path: Path,
    *poses: PoseSequence,
    source: str = "made",
    skeleton: Skeleton = FACE,
    gloss: str = "go",
) -> Dataset:
    with DatasetWriter(path, skeleton, "image", source, "none") as writer:
        for number, pose in enumerate(poses):
            writer.add(Clip(str(number), gloss, split="train"), pose)
    return Dataset.open(path)


def assert_same(one: PoseSequence, other: PoseSequence) -> None:
    np.testing.assert_array_equal(one.xy, other.xy)
    np.testing.assert_array_equal(one.confidence, other.confidence)
    assert (one.times is None) == (other.times is None)
    if one.times is not None:
        np.testing.assert_array_equal(one.times, other.times)
    assert (one.skeleton, one.unit, one.size) == (other.skeleton, other.unit, other.size)


@settings(max_examples=25, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=8), max_shard_frames=st.integers(1, 12)
)
def test_what_is_written_reads_back_from_however_many_shards(
    lengths: list[int], max_shard_frames: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    poses = [face(seed, length) for seed, length in enumerate(lengths)]
    path = tmp_path_factory.mktemp("store") / "set"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "MAX_SHARD_FRAMES", max_shard_frames)
        dataset = write(path, *poses)
    assert len(dataset) == len(poses)
    for (clip, pose), expected in zip(dataset.poses(), poses, strict=True):
        assert_same(pose, expected)
        assert dataset.num_frames(clip.id) == len(expected)


def test_a_data_set_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_SHARD_FRAMES", 5)
    dataset = write(tmp_path / "set", face(0, 3), face(1, 4), face(2, 6), face(3, 1))
    assert dataset.manifest == Manifest(
        tuple(Clip(str(number), "go", split="train") for number in range(4))
    )
    assert dataset.skeleton == FACE
    assert dataset.info.shard_starts == (0, 7, 13)
    assert dataset.info.num_frames == (3, 4, 6, 1)
    assert (dataset.info.source, dataset.info.licence, dataset.info.unit) == (
        "made",
        "none",
        "image",
    )
    shards = [
        f"{name}-{number:05d}.npy" for name in ("confidence", "times", "xy") for number in range(3)
    ]
    assert sorted(file.name for file in (tmp_path / "set").iterdir()) == sorted(
        [*shards, "dataset.json", "manifest.csv"]
    )
    assert_same(dataset.pose("3"), face(3, 1))
    with pytest.raises(KeyError, match="no clip '9' among 4 clips"):
        dataset.pose("9")


def test_the_content_hash_changes_with_the_content_and_with_nothing_else(tmp_path: Path) -> None:
    other = Skeleton("other", ("nose", "right_eye", "left_eye"))
    sets: list[tuple[str, tuple[PoseSequence, ...], dict[str, Any]]] = [
        ("first", (face(0, 3), face(2, 4)), {}),
        ("other source", (face(0, 3), face(2, 4)), {"source": "elsewhere"}),
        ("other pose", (face(0, 3), face(4, 4)), {}),
        ("other order", (face(2, 4), face(0, 3)), {}),
        ("other cut", (face(0, 3).frames(0, 2), face(0, 3).frames(2, 3), face(2, 4)), {}),
        ("other gloss", (face(0, 3), face(2, 4)), {"gloss": "thin"}),
        ("other names", (face(0, 3, other), face(2, 4, other)), {"skeleton": other}),
    ]
    hashes = {
        name: write(tmp_path / name, *poses, **changes).info.content_hash
        for name, poses, changes in sets
    }
    assert hashes["first"] == hashes["other source"]
    assert len(set(hashes.values())) == len(hashes) - 1


def test_the_unit_and_the_picture_sizes_are_content(tmp_path: Path) -> None:
    pose = face(1)
    variants = {
        "shares": pose,
        "pixels": replace(pose, unit="pixels"),
        "wide": replace(pose, size=(1280, 720)),
        "tall": replace(pose, size=(720, 1280)),
    }
    hashes = set()
    for name, variant in variants.items():
        with DatasetWriter(tmp_path / name, FACE, variant.unit, "made", "none") as writer:
            writer.add(Clip("1", "go"), variant)
        hashes.add(Dataset.open(tmp_path / name).info.content_hash)
    assert len(hashes) == len(variants)


def test_a_data_set_without_sizes_is_what_it_was_before_sizes_were_stored(tmp_path: Path) -> None:
    times = np.arange(2) / 25
    xy = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    dataset = write(tmp_path / "set", PoseSequence(xy, np.ones((2, 3)), FACE, times, "image"))
    assert dataset.info.content_hash.startswith("31c1886ac151dabd")
    assert "sizes" not in json.loads((tmp_path / "set" / "dataset.json").read_text())
    assert dataset.pose("0").size is None


def test_clips_cut_elsewhere_are_other_content(tmp_path: Path) -> None:
    whole = face(0, 6)
    one = write(tmp_path / "one", whole.frames(0, 2), whole.frames(2, 6))
    two = write(tmp_path / "two", whole.frames(0, 4), whole.frames(4, 6))
    assert one.info.content_hash != two.info.content_hash


def test_nothing_is_left_behind_when_the_block_fails(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="reader failed"),
        DatasetWriter(tmp_path / "set", FACE, "image", "made", "") as writer,
    ):
        writer.add(Clip("1", "go"), face())
        raise RuntimeError("reader failed")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("max_shard_frames", [1, 100])
def test_nothing_is_left_behind_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, max_shard_frames: int
) -> None:
    def no_space(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "MAX_SHARD_FRAMES", max_shard_frames)
    monkeypatch.setattr(store, "write_array", no_space)
    with pytest.raises(OSError, match="No space left on device"):
        write(tmp_path / "set", face())
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "set", face(1))
    with pytest.raises(
        FileExistsError, match="set: is there already; name a new folder or remove it first"
    ):
        write(tmp_path / "set", face(3))
    assert_same(Dataset.open(tmp_path / "set").pose("0"), face(1))
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


@pytest.mark.parametrize(
    ("poses", "message"),
    [
        ((), "no clip to write: a data set needs at least one"),
        ((face(0, 0),), "clip 0: no frames"),
        (
            (face(0, 2, Skeleton("mouth", ("chin",))),),
            "clip 0: pose is mouth in image, expected face in image",
        ),
        (
            (PoseSequence(np.ones((1, 3, 2)), np.ones((1, 3)), FACE),),
            "clip 0: pose is face in pixels, expected face in image",
        ),
    ],
)
def test_what_cannot_be_in_the_data_set_is_refused(
    tmp_path: Path, poses: tuple[PoseSequence, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        write(tmp_path / "set", *poses)
    assert list(tmp_path.iterdir()) == []


def test_a_clip_that_is_added_twice_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="1 clip ids stand twice: 1"),
        DatasetWriter(tmp_path / "set", FACE, "image", "", "") as writer,
    ):
        writer.add(Clip("1", "go"), face())
        writer.add(Clip("1", "go"), face())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["manifest.csv", "dataset.json", "xy-00000.npy", "times-00000.npy"]
)
def test_a_file_that_is_gone_is_named(tmp_path: Path, name: str) -> None:
    write(tmp_path / "set", face())
    (tmp_path / "set" / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        Dataset.open(tmp_path / "set")


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
@pytest.mark.parametrize("name", ["dataset.json", "xy-00000.npy", "confidence-00000.npy"])
def test_a_truncated_file_is_named(tmp_path: Path, name: str, share: float) -> None:
    write(tmp_path / "set", face())
    path = tmp_path / "set" / name
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ValueError, match=rf"{name}: (damaged|not the facts of a data set)"):
        Dataset.open(tmp_path / "set")


@pytest.mark.parametrize("name", ["xy-00001.npy", "confidence-00001.npy", "times-00001.npy"])
@pytest.mark.parametrize("place", [30, -1], ids=["header", "values"])
def test_a_flipped_bit_is_named_when_its_shard_is_read_and_not_before(
    tmp_path: Path, name: str, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_SHARD_FRAMES", 4)
    write(tmp_path / "set", face(0), face(1), face(2))
    path = tmp_path / "set" / name
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"{name}: damaged"):
        Dataset.open(tmp_path / "set").pose("1")
    if place == -1:
        dataset = Dataset.open(tmp_path / "set")
        assert_same(dataset.pose("0"), face(0))
        assert_same(dataset.pose("2"), face(2))


def test_a_data_set_from_before_checksums_is_read(tmp_path: Path) -> None:
    write(tmp_path / "set", face())
    path = tmp_path / "set" / "dataset.json"
    facts = json.loads(path.read_text())
    assert sorted(facts.pop("checksums")) == [
        "confidence-00000.npy",
        "times-00000.npy",
        "xy-00000.npy",
    ]
    path.write_text(json.dumps(facts))
    assert_same(Dataset.open(tmp_path / "set").pose("0"), face())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"format": "other"},
            r"not the facts of a data set \(expected format 'spobet dataset 1'\)",
        ),
        (
            {"surprise": 1},
            r"not the facts of a data set \(.*unexpected keyword argument 'surprise'\)",
        ),
        ({"skeleton": 3}, r"not the facts of a data set"),
        ({"num_frames": [4, 4]}, r"manifest\.csv lists 1 clips, dataset\.json 2"),
        ({"sizes": [None, None]}, r"2 picture sizes for 1 clips, expected one each or none"),
        ({"sizes": [[1280]]}, r"not the facts of a data set"),
        ({"shard_starts": []}, r"shards begin at no frame, expected to ascend from 0"),
        ({"shard_starts": [0, 9]}, r"shards begin at 0, 9, expected .* within 4 frames"),
        ({"num_frames": [5]}, r"xy-00000\.npy: 4 frames, expected 5"),
    ],
)
def test_facts_that_do_not_fit_are_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    write(tmp_path / "set", face())
    facts = tmp_path / "set/dataset.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | change))
    with pytest.raises(ValueError, match=message):
        Dataset.open(tmp_path / "set")


def test_a_folder_of_other_things_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(
        FileNotFoundError,
        match=r"not a data set, manifest\.csv is not there \(make one with `spobet import`\)",
    ):
        Dataset.open(tmp_path)
