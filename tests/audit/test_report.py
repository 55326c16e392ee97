"""Claims about what an audit of a data set finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spobet.audit.report import AuditReport, audit
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.ingest.packed import import_packed
from spobet.ingest.synthetic import synthesize
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42


def random_pose(seed: int, num_frames: int = 20) -> PoseSequence:
    rng = np.random.default_rng(seed)
    xy = rng.random((1, len(HANDS_42), 2)) + np.cumsum(
        rng.normal(0, 0.02, (num_frames, 1, 2)), axis=0
    )
    return PoseSequence(xy, np.ones(xy.shape[:2]), HANDS_42, unit="image")


def nearly(pose: PoseSequence) -> PoseSequence:
    return PoseSequence(pose.xy + np.float32(0.003), pose.confidence, HANDS_42, unit="image")


def audit_of(path: Path, clips: dict[Clip, PoseSequence]) -> AuditReport:
    with DatasetWriter(path, HANDS_42, "image", "made", "none") as writer:
        for clip, pose in clips.items():
            writer.add(clip, pose)
    return audit(Dataset.open(path))


def test_every_kind_of_duplicate_is_listed_on_its_own(tmp_path: Path) -> None:
    clips = {
        Clip("1", "go", split="train"): random_pose(1),
        Clip("2", "go", split="test"): nearly(random_pose(1)),
        Clip("3", "now", split="train"): random_pose(2),
        Clip("4", "today", split="train"): random_pose(2),
        Clip("5", "eat", split="val"): random_pose(3),
        Clip("6", "eat", split="val"): random_pose(3),
        Clip("7", "book", split="train"): random_pose(4),
        Clip("8", "same", split="train"): random_pose(5),
        Clip("9", "like", split="test"): random_pose(5),
    }
    report = audit_of(tmp_path / "set", clips)
    ids = {
        title: [[clip.id for clip in group.clips] for group in found]
        for title, found in list(report.lists.items())[::2][:2]
    }
    assert list(ids.values()) == [[["1", "2"], ["8", "9"]], [["3", "4"], ["8", "9"]]]
    assert [[clip.id for clip in group.clips] for group in report.repeats] == [["5", "6"]]
    assert [group.identical for group in report.duplicates] == [False, True, True, True]
    assert str(report.duplicates[1]) == "identical: 3 (train, now), 4 (train, today)"
    assert str(report.duplicates[0]).startswith("rms 0.0")


def test_a_chain_of_near_clips_is_one_recording(tmp_path: Path) -> None:
    poses = [random_pose(0)]
    for _ in range(3):
        poses.append(nearly(poses[-1]))
    report = audit_of(
        tmp_path / "set",
        {Clip(str(number), "go", split="train"): pose for number, pose in enumerate(poses)},
    )
    assert [[clip.id for clip in group.clips] for group in report.duplicates] == [
        ["0", "1", "2", "3"]
    ]
    assert report.across_splits == report.under_several_glosses == ()


def test_outliers_are_named_with_their_reasons(tmp_path: Path) -> None:
    clips = {
        Clip(f"{seed:02}", "go", split="train"): random_pose(seed, 20 + seed % 5)
        for seed in range(20)
    }
    empty = PoseSequence(np.full((9, 42, 2), np.nan), np.zeros((9, 42)), HANDS_42, unit="image")
    far = random_pose(30)
    clips[Clip("empty", "go", split="train")] = empty
    clips[Clip("long", "go", split="train")] = random_pose(31, 400)
    clips[Clip("far", "go", split="train")] = PoseSequence(
        far.xy + 50, far.confidence, HANDS_42, unit="image"
    )
    found = {entry.clip.id: entry.reason for entry in audit_of(tmp_path / "set", clips).outliers}
    assert found.keys() == {"empty", "long", "far"}
    assert found["empty"].startswith("something is seen in 0 of 9 frames")
    assert found["long"] == "400 frames, 22 usual"
    assert "hand lengths from the nearest other clip" in found["far"]


def test_one_clip_and_only_empty_clips_have_no_duplicates(tmp_path: Path) -> None:
    assert audit_of(tmp_path / "one", {Clip("1", "go"): random_pose(0)}).duplicates == ()
    empty = PoseSequence(np.full((9, 42, 2), np.nan), np.zeros((9, 42)), HANDS_42, unit="image")
    report = audit_of(tmp_path / "empty", {Clip(name, "go"): empty for name in "ab"})
    assert (report.duplicates, len(report.outliers)) == ((), 2)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_synthetic_signs_raise_no_alarm(seed: int, tmp_path: Path) -> None:
    synthesize(tmp_path / "set", num_glosses=8, num_signers=6, takes=2, seed=seed)
    assert {
        title: list(found)
        for title, found in audit(Dataset.open(tmp_path / "set")).lists.items()
        if found
    } == {}


def test_the_duplicates_of_the_real_landmarks_are_found(shared: Path, tmp_path: Path) -> None:
    import_packed(shared / "data/wlasl100-hands.npz", tmp_path / "set")
    report = audit(Dataset.open(tmp_path / "set"))
    across = {
        frozenset(clip.id for clip in group.clips): group.identical
        for group in report.across_splits
    }
    assert across == {
        frozenset({"24960", "24961"}): True,
        frozenset({"40118", "40119"}): True,
        frozenset({"57948", "57949"}): False,
        frozenset({"05742", "32255"}): False,  # before in train, last in val
    }
    assert len(report.under_several_glosses) == 6
    assert report.outliers == ()
