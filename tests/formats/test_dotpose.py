"""Claims about .pose files: round trips, and agreement with the pose-format library."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from formats.clips import assert_same, made_clip

from spobet.formats import dotpose, openpose, read, recognise, write
from spobet.poses.skeleton import COCO_WHOLEBODY_65, HANDS_42, HOLISTIC_75, OPENPOSE_54, Skeleton

pose_format = pytest.importorskip("pose_format", reason="the extra pose is not installed")
TIMES = np.arange(4) / 30


@pytest.mark.parametrize("skeleton", [HANDS_42, OPENPOSE_54, HOLISTIC_75, COCO_WHOLEBODY_65])
def test_what_is_written_reads_back(skeleton: Skeleton, tmp_path: Path) -> None:
    clip = made_clip(skeleton, unit="pixels", times=TIMES, size=(640, 480))
    write(clip, tmp_path / "clip.pose")
    assert_same(read(tmp_path / "clip.pose"), clip)
    assert recognise(tmp_path / "clip.pose").format == ".pose file"


def test_neither_times_nor_size_are_made_up(tmp_path: Path) -> None:
    clip = made_clip(HANDS_42, unit="pixels")
    write(clip, tmp_path / "clip.pose")
    assert_same(read(tmp_path / "clip.pose"), clip)


def test_the_library_reads_what_is_written_as_mediapipes_components(tmp_path: Path) -> None:
    clip = made_clip(HOLISTIC_75, unit="pixels", times=TIMES, size=(640, 480))
    write(clip, tmp_path / "clip.pose")
    theirs = pose_format.Pose.read((tmp_path / "clip.pose").read_bytes())
    names = {part.name: part.points for part in theirs.header.components}
    assert list(names) == ["POSE_LANDMARKS", "RIGHT_HAND_LANDMARKS", "LEFT_HAND_LANDMARKS"]
    assert names["LEFT_HAND_LANDMARKS"][:6] == [
        "WRIST",
        "THUMB_CMC",
        "THUMB_MCP",
        "THUMB_IP",
        "THUMB_TIP",
        "INDEX_FINGER_MCP",
    ]
    assert names["POSE_LANDMARKS"][:2] == ["NOSE", "LEFT_EYE_INNER"]
    assert names["POSE_LANDMARKS"][9] == "MOUTH_LEFT"
    assert theirs.body.fps == pytest.approx(30)
    np.testing.assert_array_equal(theirs.body.data.filled(np.nan)[:, 0], clip.xy)
    np.testing.assert_array_equal(theirs.body.confidence[:, 0], clip.confidence)


def test_openpose_components_of_the_library_read_as_our_own_reader_reads_the_folder(
    tmp_path: Path,
) -> None:
    from pose_format.utils.openpose import load_openpose_directory

    openpose.write(made_clip(OPENPOSE_54, unit="pixels"), tmp_path / "clip")
    for file in (tmp_path / "clip").iterdir():  # the library counts on a face
        file.write_text(
            file.read_text().replace('"face_keypoints_2d":[]', f'"face_keypoints_2d":{[0] * 210}')
        )
    with (tmp_path / "clip.pose").open("wb") as file:
        load_openpose_directory(str(tmp_path / "clip"), fps=25, width=640, height=480).write(file)
    ours, theirs = read(tmp_path / "clip"), read(tmp_path / "clip.pose").select(OPENPOSE_54)
    assert not theirs.seen[0].any()  # the library counts frames from 0, WLASL's files from 1
    np.testing.assert_allclose(theirs.xy[1:], ours.xy, rtol=1e-6)
    np.testing.assert_array_equal(theirs.confidence[1:], ours.confidence)
    assert theirs.size == (640, 480)


def test_the_larger_of_two_people_is_the_signer(tmp_path: Path) -> None:
    clip = made_clip(HOLISTIC_75, unit="pixels", times=TIMES)
    write(clip, tmp_path / "one.pose")
    pose = pose_format.Pose.read((tmp_path / "one.pose").read_bytes())
    body = type(pose.body)
    data = np.concatenate([pose.body.data.data / 20, pose.body.data.data], axis=1)
    pose.body = body(30, data, np.repeat(pose.body.confidence, 2, axis=1))
    with (tmp_path / "two.pose").open("wb") as file:
        pose.write(file)
    assert_same(read(tmp_path / "two.pose"), clip)


def test_shares_of_an_unknown_picture_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="size unknown, which cannot be converted to pixels"):
        write(made_clip(HANDS_42), tmp_path / "clip.pose")
    sized = made_clip(HANDS_42, size=(640, 480))
    write(sized, tmp_path / "clip.pose")
    assert_same(read(tmp_path / "clip.pose"), replace(sized.in_unit("pixels"), size=(640, 480)))


def test_a_file_without_our_landmarks_is_refused(tmp_path: Path) -> None:
    parts = pytest.importorskip("pose_format.pose_header")
    body = pytest.importorskip("pose_format.numpy").NumPyPoseBody(
        25, np.ones((1, 1, 1, 2)), np.ones((1, 1, 1))
    )
    header = parts.PoseHeader(
        0.2,
        parts.PoseHeaderDimensions(9, 9),
        [parts.PoseHeaderComponent("TAIL", ["TIP"], [], [], "XYC")],
    )
    with (tmp_path / "clip.pose").open("wb") as file:
        pose_format.Pose(header, body).write(file)
    with pytest.raises(ValueError, match=r"clip.pose: no landmark of the body or the hands in it"):
        read(tmp_path / "clip.pose")
    assert dotpose.looks_like(tmp_path / "clip.pose")


def test_a_file_of_other_landmarks_has_the_bones_between_those_it_has(tmp_path: Path) -> None:
    names = (
        "left_elbow",
        "left_shoulder",
        "right_elbow",
        "right_shoulder",
        "left_knee",
        "right_knee",
    )
    clip = made_clip(Skeleton("some", names), unit="pixels", size=(640, 480))
    write(clip, tmp_path / "clip.pose")
    bones = set(map(frozenset, read(tmp_path / "clip.pose").skeleton.bones))
    assert {frozenset(("left_elbow", "left_shoulder")), frozenset(names[1:4:2])} <= bones
    assert not any("left_knee" in bone for bone in bones)
