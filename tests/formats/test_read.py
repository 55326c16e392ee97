"""Claims about reading a clip whose format is told by its content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spobet.formats import openpose, read
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54


def clip() -> PoseSequence:
    xy = 100 + np.random.default_rng(0).random((3, len(OPENPOSE_54), 2))
    return PoseSequence(xy, np.ones(xy.shape[:2]), OPENPOSE_54)


def pack(path: Path, pose: PoseSequence) -> None:
    fields: dict[str, Any] = {
        "coords": pose.xy,
        "offsets": [0, len(pose)],
        "skeleton": pose.skeleton.name,
        "unit": pose.unit,
    }
    with path.open("wb") as file:
        np.savez(file, **fields)


def test_the_same_clip_reads_alike_from_every_format(tmp_path: Path) -> None:
    openpose.write(clip(), tmp_path / "folder")
    pack(tmp_path / "packed", clip())
    for name in ("folder", "packed"):
        for path in (tmp_path / name, str(tmp_path / name)):
            pose = read(path)
            np.testing.assert_array_equal(pose.xy, clip().xy)
            assert (pose.skeleton, pose.unit) == (OPENPOSE_54, "pixels")


def test_what_is_of_no_format_is_refused_with_the_formats_there_are(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("69241")
    np.savez(tmp_path / "other.npz", numbers=np.zeros(3))
    (tmp_path / "empty").mkdir()
    for name in ("notes.txt", "other.npz", "empty"):
        with pytest.raises(
            ValueError,
            match=rf"{name}: no format recognised, expected one of: OpenPose clip folder, OpenPose",
        ):
            read(tmp_path / name)


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such file or folder"):
        read(tmp_path / "nowhere")


def test_a_name_that_is_too_long_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="xxx: no such file or folder"):
        read(tmp_path / ("x" * 300))


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("clip.pkl", b"\x80\x04\x95", "a pickle could run code"),
        ("clip.mat", b"MATLAB 5.0 MAT-file", "save the arrays in it as .npz"),
        ("v_0_keypoints.json", b'{"version": 1.3, "people": []}', "name the folder of its clip"),
    ],
)
def test_a_known_form_that_no_reader_takes_is_refused_with_advice(
    name: str, content: bytes, advice: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"no format recognised .*{advice}"):
        read(tmp_path / name)
