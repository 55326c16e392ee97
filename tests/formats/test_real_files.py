"""Claims about files as people publish them, where this checkout has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spobet.formats import read
from spobet.poses.sequence import PoseSequence

HANDS = ("left", "right")


def one(shared: Path, name: str) -> PoseSequence:
    path = shared / "fixtures/real" / name
    if name.endswith(".pose"):
        pytest.importorskip("pose_format", reason="the extra pose is not installed")
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    return read(path)


def near(pose: PoseSequence, first: str, second: str) -> float:
    """Median distance of two landmarks in lengths of the shoulders."""
    shoulders = np.linalg.norm(pose["left_shoulder"] - pose["right_shoulder"], axis=1)
    apart = np.linalg.norm(pose[first] - pose[second], axis=1)
    return float(np.nanmedian(apart / np.nanmedian(shoulders)))


@pytest.mark.parametrize(
    ("name", "num_frames"),
    [
        ("pose/lexicon_essen.pose", 73),
        ("pose/lexicon_pizza.pose", 53),
        ("pose/poseeval_000017451997373907346-LIBRARY.pose", 37),
        ("pose/poses_mmposewholebody_SOUP.pose", 41),
        ("pose/sample-data_video_sample.pose", 9),
        (
            "pose/src_python_tests_data_hand_estimation_6fb01565da31c5500d1ef2cd2906b06b.pose",
            5,
        ),
        ("pose/src_python_tests_data_openpose.pose", 93),
        ("pose/transcription_example-img.pose", 1),
        ("pose/viewer_src_data_v0.0.pose", 93),
        ("pose/viewer_src_data_v0.1.pose", 93),
        ("openpose/amitmy-9-frames-body25-face-hands", 9),
        ("openpose/peruvian-body25-face-hands", 5),
        ("mmpose/SOUP.json", 41),
    ],
)
def test_hands_are_read_and_hang_on_the_arms_of_their_side(
    name: str, num_frames: int, shared: Path
) -> None:
    pose = one(shared, name)
    assert len(pose) == num_frames
    for side in HANDS:
        hand = pose.seen[:, pose.skeleton.hand(side)].mean()
        if hand > 0.1:
            assert near(pose, f"{side}_hand_wrist", f"{side}_wrist") < 0.35
    assert max(pose.seen[:, pose.skeleton.hand(side)].mean() for side in HANDS) > 0.3


def test_two_files_of_one_video_agree(shared: Path) -> None:
    pose = one(shared, "pose/poses_mmposewholebody_SOUP.pose")
    other = one(shared, "mmpose/SOUP.json")
    assert pose.skeleton == other.skeleton
    picture = np.array([320, 240])
    assert pose.size == tuple(picture)
    np.testing.assert_array_less(np.abs(pose.xy - other.xy) / picture, 0.01)
    moved = np.abs(np.diff(pose["right_hand_wrist"], axis=0) / picture).max()
    assert moved > 0.02  # two files of one frame would agree as well


def test_files_numbered_by_milliseconds_give_the_times(shared: Path) -> None:
    pose = one(shared, "openpose/peruvian-body25-face-hands")
    assert pose.times is not None and pose.times.tolist() == [0, 3, 4, 16, 39]
    assert not pose.seen[0].any()


def test_the_contests_file_reads_in_shares(shared: Path) -> None:
    pose = one(shared, "parquet/kaggle-asl-signs-10042041.parquet")
    assert (len(pose), pose.unit) == (105, "image")
    assert 0 < np.nanmedian(pose.xy) < 1
    frames = {side: pose.seen[:, pose.skeleton.hand(side)].any(axis=1).sum() for side in HANDS}
    assert frames == {"left": 6, "right": 0}
