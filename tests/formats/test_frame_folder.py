"""Claims about folders of one file a frame."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from formats.scenes import alone, assert_shows, mediapipe_frames, openpose, person

from spobet.formats import read, recognise

ALONE = [person(frame) for frame in range(3)]


def write_mediapipe(folder: Path, names: list[str]) -> Path:
    folder.mkdir()
    for name, frame in zip(names, mediapipe_frames(alone()), strict=True):
        (folder / name).write_text(json.dumps(frame))
    return folder


def test_frames_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    clip = write_mediapipe(tmp_path / "clip", ["f8.json", "f9.json", "f10.json"])
    assert recognise(clip).format == "folder of frames"
    assert_shows(read(clip), ALONE)


def test_openposes_files_read_under_any_name(tmp_path: Path) -> None:
    clip = openpose(alone(), tmp_path)
    for number, file in enumerate(sorted(clip.iterdir())):
        file.rename(clip / f"frame{number:04d}.json")
    assert_shows(read(clip), ALONE)


def test_a_tutorials_arrays_of_one_frame_are_a_clip(tmp_path: Path) -> None:
    hands = np.random.default_rng(0).uniform(0.1, 0.9, (12, 126))
    (tmp_path / "clip").mkdir()
    for number, row in enumerate(hands):
        np.save(tmp_path / "clip" / f"{number}.npy", row)
    pose = read(tmp_path / "clip")
    left = pose.xy[:, pose.skeleton.hand("left")]
    np.testing.assert_allclose(left, hands[:, :63].reshape(-1, 21, 3)[..., :2], rtol=1e-6)


def test_files_of_whole_clips_are_no_frames(tmp_path: Path) -> None:
    (tmp_path / "gloss").mkdir()
    for number in range(2):
        content = json.dumps(mediapipe_frames(alone()))
        (tmp_path / "gloss" / f"{number}.json").write_text(content)
    with pytest.raises(ValueError, match=r"0\.json: 3 frames, expected one frame a file"):
        read(tmp_path / "gloss")


def test_two_files_of_one_number_are_no_clip(tmp_path: Path) -> None:
    clip = write_mediapipe(tmp_path / "clip", ["a1.json", "b1.json", "b2.json"])
    with pytest.raises(ValueError, match="no format recognised"):
        read(clip)


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    clip = write_mediapipe(tmp_path / "clip", ["f1.json", "f2.json", "f3.json"])
    (clip / "f2.json").write_text("{")
    with pytest.raises(ValueError, match=r"f2\.json: not JSON"):
        read(clip)
