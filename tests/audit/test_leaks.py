"""Claims about finding leaks between splits and empty clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.audit.leaks import Leak, find_empty, find_leaks, find_moved
from spobet.dataset.fingerprint import fingerprint
from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.ingest.wlasl_splits import read_split
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42

URL = "http://tube"


def random_pose(seed: int, num_frames: int = 5, before: int = 0, after: int = 0) -> PoseSequence:
    """Frames of both hands, with frames around them in which nothing is seen."""
    xy = np.random.default_rng(seed).random((num_frames, len(HANDS_42), 2))
    xy = np.pad(xy, ((before, after), (0, 0), (0, 0)), constant_values=np.nan)
    return PoseSequence(xy, np.isfinite(xy[..., 0]), HANDS_42, unit="image")


def dataset_of(path: Path, poses: dict[Clip, PoseSequence]) -> Dataset:
    with DatasetWriter(path, HANDS_42, "image", "made", "none") as writer:
        for clip, pose in poses.items():
            writer.add(clip, pose)
    return Dataset.open(path)


@given(seed=st.integers(0, 99), before=st.integers(0, 3), after=st.integers(0, 3))
def test_empty_frames_at_either_end_do_not_change_the_fingerprint(
    seed: int, before: int, after: int
) -> None:
    assert fingerprint(random_pose(seed, before=before, after=after)) == fingerprint(
        random_pose(seed)
    )


@given(frame=st.integers(0, 4), landmark=st.integers(0, len(HANDS_42) - 1), missing=st.booleans())
def test_one_changed_landmark_changes_the_fingerprint(
    frame: int, landmark: int, missing: bool
) -> None:
    pose = random_pose(0)
    xy = pose.xy.copy()
    xy[frame, landmark] = np.nan if missing else xy[frame, landmark] + 0.01
    assert fingerprint(
        PoseSequence(xy, np.isfinite(xy[..., 0]), HANDS_42, unit="image")
    ) != fingerprint(pose)


def test_a_landmark_at_the_origin_is_not_a_missing_one() -> None:
    xy = np.zeros((1, len(HANDS_42), 2))
    pose = PoseSequence(xy, np.ones(xy.shape[:2]), HANDS_42, unit="image")
    assert fingerprint(pose) == fingerprint(
        PoseSequence(-xy, pose.confidence, HANDS_42, unit="image")
    )
    xy[0, 0] = np.nan
    assert fingerprint(
        PoseSequence(xy, np.isfinite(xy[..., 0]), HANDS_42, unit="image")
    ) != fingerprint(pose)


def test_one_recording_in_two_splits_is_found_by_its_landmarks(tmp_path: Path) -> None:
    poses = {
        Clip("1", "go", split="train"): random_pose(1),
        Clip("2", "thin", split="train"): random_pose(2),
        Clip("3", "walk", split="test"): random_pose(1, before=2),
        Clip("4", "thin", split="train"): random_pose(2),
        Clip("5", "thin"): random_pose(2),
    }
    dataset = dataset_of(tmp_path / "set", poses)
    (leak,) = find_leaks(dataset.manifest, dataset)
    assert leak == Leak("identical landmarks", ("1", "3"), ("train", "test"), "glosses go, walk")
    assert str(leak) == "identical landmarks: 1 (train), 3 (test); glosses go, walk"


def test_clips_that_the_data_set_does_not_hold_are_left_alone(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "set", {Clip("1", "go", split="train"): random_pose(1)})
    assert find_leaks(Manifest((*dataset.manifest, Clip("2", "go", split="test"))), dataset) == ()


def test_empty_clips_are_found_and_are_no_leak(tmp_path: Path) -> None:
    empty = random_pose(0, num_frames=0, after=3)
    poses = {
        Clip("1", "go", split="train"): empty,
        Clip("2", "go", split="test"): empty,
        Clip("3", "go"): random_pose(1),
    }
    dataset = dataset_of(tmp_path / "set", poses)
    assert find_leaks(dataset.manifest, dataset) == ()
    assert find_empty(dataset) == ("1", "2")


@pytest.mark.parametrize(
    ("first", "second", "leaks"),
    [
        ((1, -1), (1, -1), 1),
        ((1, 40), (40, 80), 1),
        ((1, 40), (30, -1), 1),
        ((1, 40), (41, 80), 0),
        ((50, -1), (1, 49), 0),
    ],
)
def test_one_url_in_two_splits_leaks_where_the_frames_overlap(
    first: tuple[int, int], second: tuple[int, int], leaks: int
) -> None:
    one = Clip("1", "go", split="train", url=URL, frame_start=first[0], frame_end=first[1])
    two = Clip("2", "go", split="test", url=URL, frame_start=second[0], frame_end=second[1])
    expected = Leak("same url", ("1", "2"), ("train", "test"), f"gloss go; {URL}")
    assert find_leaks(Manifest((one, two))) == (expected,) * leaks


def test_one_split_and_unknown_urls_leak_nothing() -> None:
    clips = (
        Clip("1", "go", split="train", url=URL),
        Clip("2", "go", split="train", url=URL),
        Clip("3", "go", split="val"),
        Clip("4", "go", split="test"),
        Clip("5", "go", url=URL),
    )
    assert find_leaks(Manifest(clips)) == ()


def test_a_clip_that_two_manifests_put_into_different_splits_is_found() -> None:
    first = Manifest(
        (
            Clip("1", "go", split="train"),
            Clip("2", "go", split="train"),
            Clip("3", "go", split="val"),
        )
    )
    second = Manifest(
        (Clip("3", "go"), Clip("2", "go", split="test"), Clip("1", "go", split="train"))
    )
    assert find_moved(first, second) == (
        Leak("same clip", ("2", "2"), ("train", "test"), "gloss go"),
    )
    assert find_moved(first, first) == ()


def test_official_asl100_has_ten_pairs_of_one_video_in_two_splits(shared: Path) -> None:
    leaks = find_leaks(read_split(shared / "splits/asl100.json"))
    assert len(leaks) == 10
    assert ("24960", "24961") in [leak.clips for leak in leaks]


def test_twins_of_the_real_landmarks_are_found(shared: Path, tmp_path: Path) -> None:
    arrays = np.load(shared / "data/wlasl100-hands.npz")
    mask = arrays["hand_mask"]
    xy = arrays["coords"][..., :2] / np.where(mask, arrays["scale"], np.nan)[..., None, None]
    spans = zip(arrays["offsets"], arrays["offsets"][1:], strict=False)
    poses = {}
    for clip_id, split, (start, stop) in zip(
        arrays["video_id"], arrays["split"], spans, strict=True
    ):
        seen = np.repeat(mask[start:stop], len(HANDS_42) // 2, axis=1)
        pose = PoseSequence(
            xy[start:stop].reshape(-1, len(HANDS_42), 2), seen, HANDS_42, unit="image"
        )
        poses[Clip(str(clip_id), "sign", split=str(arrays["split_names"][split]))] = pose
    dataset = dataset_of(tmp_path / "set", poses)
    leaks = find_leaks(dataset.manifest, dataset)
    assert {frozenset(leak.clips) for leak in leaks} == {
        frozenset({"24960", "24961"}),
        frozenset({"40118", "40119"}),
    }
    assert find_empty(dataset) == ()
