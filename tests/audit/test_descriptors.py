"""Claims about finding clips of one recording by their landmarks."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.audit import descriptors as near
from spobet.audit.descriptors import NUM_FRAMES, Descriptors, compare_all, descriptor
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, Skeleton


def random_pose(seed: int, num_frames: int = 20, missing: float = 0.0) -> PoseSequence:
    rng = np.random.default_rng(seed)
    xy = rng.random((1, len(HANDS_42), 2)) + np.cumsum(
        rng.normal(0, 0.02, (num_frames, 1, 2)), axis=0
    )
    xy[rng.random(xy.shape[:2]) < missing] = np.nan
    return pose_of(xy)


def pose_of(xy: np.ndarray, skeleton: Skeleton = HANDS_42) -> PoseSequence:
    return PoseSequence(xy, np.isfinite(xy[..., 0]), skeleton, unit="image")


def dataset_of(path: Path, poses: list[PoseSequence]) -> Dataset:
    with DatasetWriter(path, poses[0].skeleton, "image", "made", "none") as writer:
        for number, pose in enumerate(poses):
            writer.add(Clip(str(number), "go"), pose)
    return Dataset.open(path)


@given(seed=st.integers(0, 99), before=st.integers(0, 4), after=st.integers(0, 4))
def test_empty_frames_at_either_end_do_not_change_the_outline(
    seed: int, before: int, after: int
) -> None:
    pose = random_pose(seed)
    padded = np.pad(pose.xy, ((before, after), (0, 0), (0, 0)), constant_values=np.nan)
    found, expected = descriptor(pose_of(padded)), descriptor(pose)
    assert found is not None and expected is not None
    assert found == pytest.approx(expected, abs=1e-6)
    assert found.shape == (NUM_FRAMES * len(HANDS_42), 2)


def test_a_clip_without_landmarks_has_no_outline() -> None:
    assert descriptor(pose_of(np.full((4, len(HANDS_42), 2), np.nan))) is None


@pytest.mark.parametrize("block", [1, 4, 1000])
def test_all_pairs_agree_with_comparing_one_by_one(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near, "_BLOCK", block)
    poses = [random_pose(number % 4, 20 + number, missing=0.2) for number in range(9)]
    descriptors = Descriptors.of(dataset_of(tmp_path / "set", poses))
    found = compare_all(descriptors, limit=1.4)
    expected, nearest = {}, np.full(9, np.inf)
    for first, second in combinations(range(9), 2):
        both = (descriptors.seen[first] * descriptors.seen[second]).astype(bool)
        if both.sum() < 0.5 * np.maximum(descriptors.seen[first], descriptors.seen[second]).sum():
            continue
        rms = np.sqrt(
            ((descriptors.xy[first] - descriptors.xy[second])[both] ** 2).sum(axis=-1).mean()
        )
        if rms < 1.4:
            expected[first, second] = rms
        else:
            nearest[[first, second]] = np.minimum(nearest[[first, second]], rms)
    assert 0 < len(expected) < 36
    assert dict(
        zip(map(tuple, found.pairs.tolist()), found.distances, strict=True)
    ) == pytest.approx(expected, abs=1e-3)
    assert found.nearest == pytest.approx(nearest, abs=1e-3)


def test_where_the_signer_stands_tells_recordings_apart(tmp_path: Path) -> None:
    pose = random_pose(0)
    dataset = dataset_of(tmp_path / "set", [pose, pose_of(pose.xy + 0.5), pose_of(pose.xy + 1e-4)])
    assert compare_all(Descriptors.of(dataset)).pairs.tolist() == [[0, 2]]


def test_the_unit_of_the_landmarks_changes_nothing(tmp_path: Path) -> None:
    poses = [random_pose(seed) for seed in (0, 1, 2)]
    small = compare_all(Descriptors.of(dataset_of(tmp_path / "small", poses)))
    large = compare_all(
        Descriptors.of(dataset_of(tmp_path / "large", [pose_of(1000 * pose.xy) for pose in poses]))
    )
    assert large.nearest == pytest.approx(small.nearest, rel=1e-3)


def test_clips_that_share_few_landmarks_are_not_one_recording(tmp_path: Path) -> None:
    pose = random_pose(0)
    right, left = pose.xy.copy(), pose.xy.copy()
    right[:, HANDS_42.hand("left")] = np.nan
    left[:, HANDS_42.hand("right")] = np.nan
    right[0], left[0] = pose.xy[0], pose.xy[0]
    assert not len(
        compare_all(
            Descriptors.of(dataset_of(tmp_path / "set", [pose_of(right), pose_of(left)]))
        ).pairs
    )


def test_a_skeleton_without_hands_is_measured_by_its_height(tmp_path: Path) -> None:
    face = Skeleton("FACE", ("nose", "chin"))
    poses = [
        pose_of(np.array([[[0, 0], [0, 1 + shift]]] * 3, float), face) for shift in (0, 0.001, 0.5)
    ]
    found = compare_all(Descriptors.of(dataset_of(tmp_path / "set", poses)))
    assert found.pairs.tolist() == [[0, 1]]
    assert found.distances == pytest.approx([0.001 / np.sqrt(2) / 0.1], rel=0.02)
