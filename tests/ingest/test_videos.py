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
    assert [job.clip for job in videos_in(tmp_path).jobs] == [
        Clip("hello/3", "hello"),
        Clip("test/drink/1", "drink", split="test"),
        Clip("top", "unknown"),
        Clip("train/book/1", "book", split="train"),
        Clip("train/book/2", "book", split="train"),
    ]


def test_videos_of_one_name_keep_their_suffix(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4", "a.webm", "b.mp4")
    assert [job.clip.id for job in videos_in(tmp_path).jobs] == ["a.mp4", "a.webm", "b"]


def test_a_folder_without_video_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no video in it"):
        videos_in(touch(tmp_path, "notes.txt"))


def test_a_table_says_what_clips_are_and_which_are_missing(tmp_path: Path) -> None:
    touch(tmp_path, "one.mp4", "b.webm")
    (tmp_path / "clips.csv").write_text(
        "path,id,sign,participant_id,frame_start,frame_end\none.mp4,1,go,ann,2,9\n,b,stop,,,\nx/c.mp4,,,,,\n"
    )
    listed = videos_listed(tmp_path, tmp_path / "clips.csv")
    assert [(job.clip, job.video.name) for job in listed.jobs] == [
        (Clip("1", "go", "ann", frame_start=2, frame_end=9), "one.mp4"),
        (Clip("b", "stop"), "b.webm"),
    ]
    assert [
        (problem.clip, problem.what, Path(problem.path).name) for problem in listed.missing
    ] == [("x/c", "missing", "c.mp4")]


def test_a_split_file_of_wlasl_is_a_table_too(tmp_path: Path) -> None:
    instances = [
        {"video_id": "7", "split": "val", "signer_id": 3, "frame_start": 5, "frame_end": -1},
        {"video_id": "8", "split": "val"},
    ]
    (tmp_path / "split.json").write_text(json.dumps([{"gloss": "go", "instances": instances}]))
    listed = videos_listed(touch(tmp_path, "7.mp4"), tmp_path / "split.json")
    clip = Clip("7", "go", "3", "val", frame_start=5)
    assert [(job.clip, job.rate) for job in listed.jobs] == [(clip, 25)]
    assert [problem.clip for problem in listed.missing] == ["8"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "colour,gloss\nred,go\n",
            r"clips\.csv: columns colour, gloss; expected path or id, and any of: gloss, ",
        ),
        ("gloss\ngo\n", "expected path or id"),
        ("video,split\na.mp4,held\n", r"clips\.csv:2: clip a: split 'held'"),
        ("video,frame_start\na.mp4,x\n", r"clips\.csv:2: invalid literal"),
        ("video,gloss\na.mp4\n", r"clips\.csv:2: more or fewer values than columns"),
        ("video\na.mp4\na.webm\n", r"clips\.csv: 1 clip ids stand twice: a"),
        ("video,fps\na.mp4,fast\n", r"clips\.csv:2: fps is 'fast'"),
    ],
)
def test_a_table_that_is_none_is_refused_by_line(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        videos_listed(tmp_path, tmp_path / "clips.csv")


def test_linked_folders_are_followed_and_leftovers_counted(tmp_path: Path) -> None:
    touch(tmp_path, "in/book/1.mp4", "in/book/._1.mp4", "in/__MACOSX/book/2.mp4", "out/tea/3.mp4")
    (tmp_path / "in" / "tea").symlink_to(tmp_path / "out" / "tea")
    (tmp_path / "in" / "book" / "loop").symlink_to(tmp_path / "in")
    listed = videos_in(tmp_path / "in")
    assert [job.clip for job in listed.jobs] == [Clip("book/1", "book"), Clip("tea/3", "tea")]
    assert listed.notes == ("skipped 2 hidden files and system leftovers: __MACOSX, ._1.mp4",)


def test_one_gloss_in_several_spellings_is_one(tmp_path: Path) -> None:
    touch(tmp_path, "Book/1.mp4", "book/2.mp4", "book/3.mp4")
    listed = videos_in(tmp_path)
    assert {job.clip.gloss for job in listed.jobs} == {"book"}
    assert listed.notes == ("gloss 'book' is also spelt 'Book' (1 clips): taken for one gloss",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_as_other_systems_write_it(
    encoding: str, separator: str, tmp_path: Path
) -> None:
    touch(tmp_path, "clips/One.mp4")
    lines = ["Path,Gloss,fps,", "clips\\one.mp4,caf\u00e9,30,", ""]
    text = "\r\n".join(lines).replace(",", separator)
    (tmp_path / "clips.csv").write_bytes(text.encode(encoding))
    (job,) = videos_listed(tmp_path, tmp_path / "clips.csv").jobs
    assert (job.clip.id, job.clip.gloss, job.rate) == ("clips/one", "caf\u00e9", 30)
    assert job.video == tmp_path / "clips" / "One.mp4"


def test_a_name_in_decomposed_letters_is_found(tmp_path: Path) -> None:
    touch(tmp_path, "cafe\u0301/1.mp4")
    (tmp_path / "clips.csv").write_text("path,gloss\ncaf\u00e9/1.mp4,tea\n", encoding="utf-8")
    assert len(videos_listed(tmp_path, tmp_path / "clips.csv").jobs) == 1
