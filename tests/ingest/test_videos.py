"""Claims about which videos become clips, and what is known of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spobet.dataset.manifest import Clip
from spobet.ingest.videos import videos_in, videos_listed


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_folders_name_glosses_and_splits(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "train/book/2.mp4",
        "train/book/1.MP4",
        "test/drink/1.webm",
        "hello/3.mov",
        "top.mkv",
        "notes.txt",
    )
    assert [job.clip for job in videos_in(tmp_path)] == [
        Clip("hello/3", "hello"),
        Clip("test/drink/1", "drink", split="test"),
        Clip("top", "unknown"),
        Clip("train/book/1", "book", split="train"),
        Clip("train/book/2", "book", split="train"),
    ]


def test_twins_keep_their_suffix(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4", "a.webm", "b.mp4")
    assert [job.clip.id for job in videos_in(tmp_path)] == ["a.mp4", "a.webm", "b"]


def test_a_folder_without_video_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no video in it"):
        videos_in(touch(tmp_path, "notes.txt"))


def test_a_table_says_what_clips_are_and_which_are_missing(tmp_path: Path) -> None:
    touch(tmp_path, "one.mp4", "b.webm")
    (tmp_path / "clips.csv").write_text(
        "path,id,sign,participant_id,frame_start,frame_end\none.mp4,1,go,ann,2,9\n,b,stop,,,\nx/c.mp4,,,,,\n"
    )
    jobs, missing = videos_listed(tmp_path, tmp_path / "clips.csv")
    assert [(job.clip, job.video.name) for job in jobs] == [
        (Clip("1", "go", "ann", frame_start=2, frame_end=9), "one.mp4"),
        (Clip("b", "stop"), "b.webm"),
    ]
    assert [(problem.clip, problem.what, Path(problem.path).name) for problem in missing] == [
        ("x/c", "missing", "c.mp4")
    ]


def test_a_split_file_of_wlasl_is_a_table_too(tmp_path: Path) -> None:
    instances = [
        {"video_id": "7", "split": "val", "signer_id": 3, "frame_start": 5, "frame_end": -1},
        {"video_id": "8", "split": "val"},
    ]
    (tmp_path / "split.json").write_text(json.dumps([{"gloss": "go", "instances": instances}]))
    jobs, missing = videos_listed(touch(tmp_path, "7.mp4"), tmp_path / "split.json")
    assert [job.clip for job in jobs] == [Clip("7", "go", "3", "val", frame_start=5)]
    assert [problem.clip for problem in missing] == ["8"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "video,colour\na.mp4,red\n",
            r"clips\.csv: columns path, colour; expected path or id, and any of: gloss, ",
        ),
        ("gloss\ngo\n", "expected path or id"),
        ("video,split\na.mp4,dev\n", r"clips\.csv:2: clip a: split 'dev'"),
        ("video,frame_start\na.mp4,x\n", r"clips\.csv:2: invalid literal"),
        ("video,gloss\na.mp4\n", r"clips\.csv:2: more or fewer values than columns"),
        ("video\na.mp4\na.webm\n", "1 clip ids stand twice: a"),
    ],
)
def test_a_table_that_is_none_is_refused_by_line(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        videos_listed(tmp_path, tmp_path / "clips.csv")
