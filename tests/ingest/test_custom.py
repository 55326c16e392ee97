"""Claims about clips of one's own made into a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from formats.clips import made_clip

from spobet.dataset.store import Dataset
from spobet.formats import openpose, packed, spoter_csv
from spobet.ingest.custom import import_clips
from spobet.poses.skeleton import HANDS_42, HOLISTIC_75, OPENPOSE_54


def table(folder: Path, *lines: str) -> Path:
    (folder / "clips.csv").write_text("\n".join(lines) + "\n")
    return folder / "clips.csv"


def test_a_table_of_clips_of_any_format_becomes_a_data_set(tmp_path: Path) -> None:
    clip = made_clip(OPENPOSE_54, unit="pixels", size=(640, 480))
    openpose.write(clip, tmp_path / "one")
    spoter_csv.write(clip, tmp_path / "two.csv")
    packed.write(made_clip(HOLISTIC_75, unit="pixels"), tmp_path / "three.npz")
    source = table(
        tmp_path,
        "path,sign,participant_id,split",
        "one,go,ann,train",
        "two.csv,thin,bob,test",
        "three.npz,go,,train",
    )
    report = import_clips(source, tmp_path / "data")
    data = Dataset.open(tmp_path / "data")
    assert report.summary() == "read 3 of 3 clips"
    assert [(clip.id, clip.gloss, clip.signer, clip.split) for clip in data.manifest] == [
        ("one", "go", "ann", "train"), ("two", "thin", "bob", "test"), ("three", "go", "", "train"),
    ]  # fmt: skip
    assert (data.skeleton, data.info.unit) == (OPENPOSE_54, "pixels")
    np.testing.assert_array_equal(data.pose("one").xy, clip.xy)
    np.testing.assert_allclose(data.pose("two").xy, clip.xy, rtol=1e-5)


def test_folders_name_the_gloss_and_the_split(tmp_path: Path) -> None:
    for place in ("train/go/a", "train/go/b", "test/thin/a"):
        (tmp_path / "clips" / place).parent.mkdir(parents=True, exist_ok=True)
        openpose.write(made_clip(OPENPOSE_54, unit="pixels"), tmp_path / "clips" / place)
    import_clips(tmp_path / "clips", tmp_path / "data")
    clips = [(clip.id, clip.gloss, clip.split) for clip in Dataset.open(tmp_path / "data").manifest]
    assert clips == [
        ("test/thin/a", "thin", "test"),
        ("train/go/a", "go", "train"),
        ("train/go/b", "go", "train"),
    ]


def test_what_cannot_be_read_is_listed_and_the_rest_kept(tmp_path: Path) -> None:
    openpose.write(made_clip(OPENPOSE_54, unit="pixels"), tmp_path / "good")
    (tmp_path / "broken.json").write_text('{"pose_landmarks": 3}')
    packed.write(made_clip(HANDS_42, unit="pixels"), tmp_path / "hands.npz")
    packed.write(made_clip(OPENPOSE_54), tmp_path / "shares.npz")
    lines = [
        f"{name},go" for name in ("gone.json", "broken.json", "good", "hands.npz", "shares.npz")
    ]
    said: list[str] = []
    report = import_clips(table(tmp_path, "path,gloss", *lines), tmp_path / "data", say=said.append)
    assert [line.split(", known by")[0] for line in said] == [
        f"{tmp_path / 'good'}: OpenPose clip folder"
    ]
    assert report.summary() == "read 1 of 5 clips; 4 listed in problems.csv"
    assert [problem.what for problem in report.problems] == [
        "missing",
        "corrupt",
        "other landmarks",
        "other landmarks",
    ]
    assert "lacks 12 of 54" in report.problems[2].detail
    assert (tmp_path / "data" / "problems.csv").read_text().count("\n") == 5


def test_a_table_of_which_nothing_can_be_read_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"none of 1 clips could be read: 1 missing; the first: .*gone"
    ):
        import_clips(table(tmp_path, "path,gloss", "gone,go"), tmp_path / "data")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (("path,name", "a,go"), "columns path, name; expected path, gloss"),
        (("path,gloss", "a"), ":2: more or fewer values"),
        (("path,gloss,split", "a,go,held"), ":2: clip a: split 'held'"),
        (("path,gloss,frame_start", "a,go,3"), "columns path, gloss, frame_start; expected path"),
        (("path,gloss", "a,go", "a,go"), "1 clip ids stand twice: a"),
        (("path,gloss,gloss", "a,go,go"), "columns path, gloss, gloss"),
        (("path,gloss", *[""] * 300_000), ": 300,0.. lines, expected at most 300,000"),
        (
            ("path,gloss", *["a," * 900] * 2_900),
            ": over 2,500,000 cells, expected a table of clips",
        ),
        (("path,gloss," + "a" * 301,), ": names of over 300 letters"),
    ],
)
def test_a_table_that_is_wrong_says_where(
    lines: tuple[str, ...], error: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=error):
        import_clips(table(tmp_path, *lines), tmp_path / "data")


def test_leftovers_and_stray_files_are_counted_and_links_followed(tmp_path: Path) -> None:
    openpose.write(made_clip(OPENPOSE_54, unit="pixels"), tmp_path / "elsewhere" / "a")
    folder = tmp_path / "clips"
    openpose.write(made_clip(OPENPOSE_54, unit="pixels", seed=1), folder / "go" / "b")
    (folder / "eat").symlink_to(tmp_path / "elsewhere")
    for name in ("go/._b", "Thumbs.db", "notes.txt"):
        (folder / name).touch()
    report = import_clips(folder, tmp_path / "data")
    assert [clip.id for clip in Dataset.open(tmp_path / "data").manifest] == ["eat/a", "go/b"]
    assert report.summary().splitlines() == [
        "read 2 of 2 clips",
        "skipped 2 hidden files and system leftovers: Thumbs.db, ._b",
        "skipped 1 files in no gloss's folder: notes.txt",
    ]


def test_four_spellings_of_one_gloss_are_one_and_noted(tmp_path: Path) -> None:
    spellings = ("caf\u00e9", "caf\u00e9 ", "CAF\u00c9", "cafe\u0301")
    for number in range(len(spellings)):
        openpose.write(made_clip(OPENPOSE_54, unit="pixels", seed=number), tmp_path / str(number))
    rows = [f"{number},{gloss}" for number, gloss in enumerate(spellings)]
    report = import_clips(table(tmp_path, "path,gloss", *rows), tmp_path / "data")
    assert Dataset.open(tmp_path / "data").manifest.vocabulary.glosses == ("caf\u00e9",)
    assert len(report.notes) == 1
    assert r"'CAF\xc9' (1 clips), 'cafe\u0301' (1 clips): taken for one gloss" in report.notes[0]


def test_a_clip_keeps_its_picture_size_and_frame_times(tmp_path: Path) -> None:
    clip = made_clip(OPENPOSE_54, size=(1280, 720))
    packed.write(clip, tmp_path / "one.npz")
    import_clips(table(tmp_path, "path,gloss", "one.npz,go"), tmp_path / "data")
    pose = Dataset.open(tmp_path / "data").pose("one")
    assert pose.size == (1280, 720)
    np.testing.assert_array_equal(pose.times, clip.times)


def test_a_folder_that_is_taken_is_refused_before_any_clip_is_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").touch()
    with pytest.raises(FileExistsError, match="is there already"):
        import_clips(tmp_path / "gone.csv", tmp_path / "data")


def test_a_list_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "clips.csv").open("wb") as file:
        file.truncate(8_000_000_000)  # sparse
    with pytest.raises(ValueError, match=r"clips\.csv: 8,000,000,000 bytes, expected at most"):
        import_clips(tmp_path / "clips.csv", tmp_path / "data")
