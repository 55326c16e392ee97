"""Claims about `spobet extract` as a command: what it prints, and how it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from video_kit import Blocks, waving, write_video

import spobet
from spobet.cli import main
from spobet.dataset.store import Dataset
from spobet.video import mediapipe_tasks

pytest.importorskip("av", reason="the extra video (PyAV) is not installed")


@pytest.fixture(autouse=True)
def blocks_for_mediapipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mediapipe_tasks, "open_mediapipe", lambda *_, **__: Blocks())


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    for number in range(3):
        write_video(tmp_path / "videos" / "book" / f"{number}.mp4", waving(4))
    (tmp_path / "videos" / "bad.mp4").write_bytes(b"no video")
    return tmp_path / "videos"


def extract(*words: object) -> Result:
    return CliRunner().invoke(main, ["extract", *map(str, words)])


def test_a_folder_becomes_a_data_set_with_a_line_about_it(videos: Path, tmp_path: Path) -> None:
    result = extract(videos, tmp_path / "set", "--workers", 1, "--licence", "mine")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"{tmp_path / 'set'}: read 3 of 4 clips, 12 frames, ")
    assert result.stdout.endswith("; 1 listed in failures.csv\n")
    assert Dataset.open(tmp_path / "set").info.licence == "mine"


def test_a_table_names_the_clips(videos: Path, tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text(
        "video,gloss,signer,split,frame_start\nbook/1.mp4,libro,ann,test,2\nbook/9.mp4,x,,,\n"
    )
    result = extract(videos, tmp_path / "set", "--clips", tmp_path / "clips.csv", "--workers", 1)
    assert result.stdout.startswith(f"{tmp_path / 'set'}: read 1 of 2 clips, 3 frames, ")
    (clip,) = Dataset.open(tmp_path / "set").manifest
    assert (clip.id, clip.gloss, clip.signer, clip.split, clip.frame_start) == (
        "book/1",
        "libro",
        "ann",
        "test",
        2,
    )


def test_one_video_becomes_a_file_that_spobet_reads(videos: Path, tmp_path: Path) -> None:
    result = extract(videos / "book" / "0.mp4", tmp_path / "one.npz")
    assert result.stdout.startswith(f"{tmp_path / 'one.npz'}: 4 frames, 100% with a body, ")
    assert (
        len(spobet.read(tmp_path / "one.npz")) == len(spobet.read(videos / "book" / "0.mp4")) == 4
    )


def test_a_folder_does_not_fit_into_one_file(videos: Path, tmp_path: Path) -> None:
    result = extract(videos, tmp_path / "one.npz")
    assert result.exit_code == 2
    assert "a .npz holds the whole of one video" in result.stderr


def test_what_is_no_video_is_refused_in_one_line(videos: Path, tmp_path: Path) -> None:
    result = extract(videos / "bad.mp4", tmp_path / "one.npz")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith(
        f"spobet: {videos / 'bad.mp4'}: not a video that FFmpeg can read"
    )
