"""Claims about published data sets: made copies of each one's layout become data sets."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from video_kit import Blocks, waving, write_video

from spobet.dataset.store import Dataset
from spobet.errors import NotFound, UserError
from spobet.ingest import autsl, include, lsa64, ms_asl
from spobet.ingest.lsa64 import GLOSSES
from spobet.ingest.published import PUBLISHED
from spobet.ingest.published_set import import_published
from spobet.ingest.report import ImportReport

SETS = {published.name: published for published in PUBLISHED}


def imported(name: str, folder: Path, out: Path) -> tuple[Dataset, ImportReport]:
    report = import_published(SETS[name], folder, out, Blocks)
    return Dataset.open(out), report


def facts(dataset: Dataset) -> list[tuple[str, str, str, str]]:
    return [(clip.id, clip.gloss, clip.signer, clip.split) for clip in dataset.manifest]


def videos(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        write_video(folder / name, waving(3 + number))


def text(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_asl_signs(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = tmp_path / "asl-signs"
    rows = [
        (frame, "right_hand", index, 0.1 + 0.01 * index, 0.2 + 0.01 * frame)
        for frame in (20, 21, 22)
        for index in range(21)
    ]
    columns = dict(
        zip(("frame", "type", "landmark_index", "x", "y"), zip(*rows, strict=True), strict=True)
    )
    path = folder / "train_landmark_files" / "26734" / "1000035562.parquet"
    path.parent.mkdir(parents=True)
    parquet.write_table(pyarrow.table({name: list(part) for name, part in columns.items()}), path)
    text(
        folder / "train.csv",
        "path,participant_id,sequence_id,sign",
        "train_landmark_files/26734/1000035562.parquet,26734,1000035562,blow",
        "train_landmark_files/28656/1000106739.parquet,28656,1000106739,wait",
    )
    dataset, report = imported("asl-signs", folder, tmp_path / "out")
    assert facts(dataset) == [("26734/1000035562", "blow", "26734", "")]
    assert [(problem.clip, problem.what) for problem in report.problems] == [
        ("28656/1000106739", "missing")
    ]
    pose = dataset.pose("26734/1000035562")
    assert (len(pose), pose.unit) == (3, "image")
    np.testing.assert_allclose(pose["right_hand_wrist"], [[0.1, 0.4], [0.1, 0.41], [0.1, 0.42]])
    assert dataset.info.licence == SETS["asl-signs"].licence


def test_asl_citizen(tmp_path: Path) -> None:
    folder = tmp_path / "ASL_Citizen"
    videos(folder / "videos", "1-DOG.mp4", "2-CAT.mp4")
    header = "Participant ID,Video file,Gloss,ASL-LEX Code"
    text(folder / "splits" / "train.csv", header, "P1,1-DOG.mp4,DOG ,C_02_014")
    text(folder / "splits" / "val.csv", header, "P2,2-CAT.mp4,CAT1,B_01_001")
    text(folder / "splits" / "test.csv", header, "P3,3-CAT.mp4,CAT1,B_01_001")
    dataset, report = imported("asl-citizen", folder, tmp_path / "out")
    assert facts(dataset) == [("1-DOG", "DOG", "P1", "train"), ("2-CAT", "CAT1", "P2", "val")]
    assert dataset.manifest["1-DOG"].variation == "C_02_014"
    assert [problem.clip for problem in report.problems] == ["3-CAT"]


def test_autsl(tmp_path: Path) -> None:
    folder = tmp_path / "AUTSL"
    for split, name in (("train", "signer0_sample1"), ("val", "signer1_sample1")):
        videos(folder / split, f"{name}_color.mp4")
        (folder / split / f"{name}_depth.mp4").touch()
    videos(folder / "test", "signer6_sample1_color.mp4", "signer6_sample2_color.mp4")
    text(folder / "train_labels.csv", "signer0_sample1,41", "signer0_sample9,0")
    text(folder / "validation" / "ground_truth.csv", "signer1_sample1,0")
    text(folder / "test_labels.csv", "signer6_sample2,41")
    text(folder / "SignList_ClassId_TR_EN.csv", "ClassId,TR,EN", "0,abla,sister", "41,köpek,dog")
    dataset, report = imported("autsl", folder, tmp_path / "out")
    assert sorted(facts(dataset)) == [
        ("signer0_sample1", "köpek", "0", "train"),
        ("signer1_sample1", "abla", "1", "val"),
        ("signer6_sample2", "köpek", "6", "test"),
    ]
    assert [problem.clip for problem in report.problems] == ["signer0_sample9"]
    assert report.notes == ("1 videos have no label: left out",)


def test_include(tmp_path: Path) -> None:
    folder = tmp_path / "INCLUDE"
    videos(folder / "Adjectives" / "1. loud", "MVI_1.MOV", "MVI_2.MOV")
    videos(folder / "Animals" / "12. Dog", "MVI_1.MOV")
    text(folder / "lists" / "include_train.csv", "FilePath", "Adjectives/1. loud/MVI_1.MOV")
    text(folder / "lists" / "include_test.csv", "FilePath", "Animals\\12. Dog\\MVI_1.MOV")
    text(folder / "lists" / "include50_val.csv", "Adjectives/1. loud/MVI_2.MOV")
    dataset, _ = imported("include", folder, tmp_path / "out")
    assert [(gloss, split) for _, gloss, _, split in facts(dataset)] == [
        ("loud", "train"),
        ("loud", ""),
        ("Dog", "test"),
    ]


def workbook(path: Path, *rows: tuple[str, ...]) -> None:
    """An .xlsx of one sheet, its texts shared, as spreadsheets write it."""
    texts = list(dict.fromkeys(text for row in rows for text in row))
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    lines = ""
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            f'<c r="{letter}{number}" t="s"><v>{texts.index(text)}</v></c>'
            for letter, text in zip("ABC", row, strict=False)
            if text
        )
        lines += f'<row r="{number}">{cells}</row>'
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("xl/sharedStrings.xml", f"<sst {space}>{items}</sst>")
        out.writestr("xl/worksheets/sheet1.xml", f"<worksheet {space}>{lines}</worksheet>")


LABELS = (
    ("SignID", "Sign-Arabic", "Sign-English"),
    ("71", "هيكل عظمي", "Skeleton"),
    ("72", "جمجمة", ""),
    ("73", "هيكل عظمي", "Frame"),
)


def test_karsl(tmp_path: Path) -> None:
    folder = tmp_path / "KArSL"
    videos(folder / "01" / "01" / "train" / "0071-0170" / "0071", "03_01.mp4")
    videos(folder / "signer02" / "test" / "0072", "1.avi")
    videos(folder / "03" / "train" / "0073", "1.mp4", "._1.mp4")
    (folder / "03" / "train" / "0074" / "1").mkdir(parents=True)
    (folder / "03" / "train" / "0074" / "1" / "0001.jpg").touch()
    workbook(folder / "KARSL-502_Labels.xlsx", *LABELS)
    dataset, report = imported("karsl", folder, tmp_path / "out")
    assert facts(dataset) == [
        ("01/01/train/0071-0170/0071/03_01", "هيكل عظمي (71)", "01", "train"),
        ("03/train/0073/1", "هيكل عظمي (73)", "03", "train"),
        ("signer02/test/0072/1", "جمجمة", "02", "test"),
    ]
    assert report.notes == (
        "skipped 1 hidden files and system leftovers: ._1.mp4",
        "1 folders of pictures are not read: the raw videos are",
    )


def test_two_classes_of_one_name_stay_two_glosses(tmp_path: Path) -> None:
    folder = tmp_path / "AUTSL"
    videos(folder / "train", "signer0_sample1_color.mp4", "signer0_sample2_color.mp4")
    text(folder / "train_labels.csv", "signer0_sample1,41", "signer0_sample2,7")
    text(folder / "SignList_ClassId_TR_EN.csv", "ClassId,TR,EN", "41,Abla,sister", "7,abla,sister")
    dataset, report = imported("autsl", folder, tmp_path / "out")
    assert [gloss for _, gloss, _, _ in facts(dataset)] == ["Abla (41)", "abla (7)"]
    assert not report.notes


def test_lsa64(tmp_path: Path) -> None:
    folder = tmp_path / "lsa64_cut"
    videos(folder / "all", "001_001_001.mp4", "064_010_005.mp4", "065_001_001.mp4")
    dataset, report = imported("lsa64", folder, tmp_path / "out")
    assert facts(dataset) == [
        ("001_001_001", "Opaque", "001", ""),
        ("064_010_005", "Find", "010", ""),
    ]
    assert report.notes == ("1 videos are named otherwise: left out",)
    assert (len(GLOSSES), len(set(GLOSSES))) == (64, 64)
    assert GLOSSES[25:28] == ("Country", "Last name", "Where")


def test_ms_asl(tmp_path: Path) -> None:
    folder = tmp_path / "MS-ASL"
    times = [round(1000 * number / 30) for number in range(40)]
    write_video(folder / "videos" / "a-_B1.mp4", waving(40), times_ms=times)
    entry = {
        **{"clean_text": "match", "org_text": "match [light-a-MATCH]", "signer_id": 0},
        **{"url": "www.youtube.com/watch?v=a-_B1", "start": 10, "end": 25, "fps": 30.0},
        **{"start_time": 0.333, "end_time": 0.833, "label": 830},
    }
    other = {**entry, "url": "https://youtu.be/gone", "signer_id": -1}
    for split, entries in (("train", [entry, other]), ("val", []), ("test", [])):
        text(folder / f"MSASL_{split}.json", json.dumps(entries))
    dataset, report = imported("ms-asl", folder, tmp_path / "out")
    assert facts(dataset) == [("train/00000", "match", "0", "train")]
    pose = dataset.pose("train/00000")
    assert len(pose) == 15
    np.testing.assert_allclose(pose.times[[0, -1]], [10 / 30, 24 / 30], atol=2e-3)
    assert [(problem.clip, problem.path) for problem in report.problems] == [
        ("train/00001", "gone.mp4")
    ]


@pytest.mark.parametrize("name", sorted(SETS))
def test_a_folder_of_something_else_is_refused_and_says_what_is_expected(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(NotFound, match=r"in: .*(not in it|no video|expected both)"):
        imported(name, tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_of_another_form_is_refused_by_name(tmp_path: Path) -> None:
    for split in ("train", "val", "test"):
        text(tmp_path / "in" / f"MSASL_{split}.json", '[{"url": "x"}]')
    text(tmp_path / "in" / "train.csv", "path,sign", "a.parquet,go")
    with pytest.raises(UserError, match=r"MSASL_train\.json: entry 0 is no clip"):
        imported("ms-asl", tmp_path / "in", tmp_path / "out")
    with pytest.raises(UserError, match=r"train\.csv: columns path, sign; expected participant_id"):
        imported("asl-signs", tmp_path / "in", tmp_path / "out")


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        text(folder / name)
    return folder


def test_names_that_differ_in_capitals_alone_are_two_videos(tmp_path: Path) -> None:
    names = ("abcDEFGHIJK", "ABCdefghijk")
    clips = [{"url": f"youtu.be/{name}", "start": 0, "end": 9, "clean_text": "a"} for name in names]
    for split in ("train", "val", "test"):
        text(tmp_path / f"MSASL_{split}.json", json.dumps(clips if split == "train" else []))
    found = ms_asl.videos_in(touch(tmp_path, *(f"{name}.mp4" for name in names)))
    assert [job.video.stem for job in found.jobs] == list(names)


@pytest.mark.parametrize("name", ["A title [abc-EFGHIJK]", "A-title-abc-EFGHIJK", "abc-EFGHIJK"])
@pytest.mark.parametrize("url", ["youtube.com/watch?t=3&v={}", "youtube.com/shorts/{}/"])
def test_videos_are_found_as_they_are_downloaded(name: str, url: str, tmp_path: Path) -> None:
    clip = {"url": url.format("abc-EFGHIJK"), "start": 0, "end": 9, "clean_text": "a"}
    for split in ("train", "val", "test"):
        text(tmp_path / f"MSASL_{split}.json", json.dumps([clip] if split == "val" else []))
    assert len(ms_asl.videos_in(touch(tmp_path, f"{name}.mp4")).jobs) == 1


def test_two_versions_of_one_video_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "raw/001_001_001.mp4", "cut/001_001_001.mp4")
    with pytest.raises(UserError, match="expected one video of each name"):
        lsa64.videos_in(tmp_path)


@pytest.mark.parametrize("split", ["train", "test"])
def test_lists_that_contradict_each_other_are_refused(split: str, tmp_path: Path) -> None:
    video = "Adjectives/1. loud/MVI_1.MOV"
    text(tmp_path / "include_train.csv", video, "Adjectives/1. loud/MVI_2.MOV")
    text(tmp_path / f"include_{split}.txt", video)
    if split == "train":
        found = include.videos_in(touch(tmp_path, video))
        assert [problem.clip for problem in found.missing] == ["1. loud/mvi_2.mov"]
        return
    with pytest.raises(UserError, match=r"1\. loud/mvi_1\.mov is also listed for test"):
        include.videos_in(touch(tmp_path, video))


def test_two_labels_of_one_clip_are_refused(tmp_path: Path) -> None:
    text(tmp_path / "train_labels.csv", "signer0_sample1,41")
    text(tmp_path / "z.csv", "signer0_sample1,7")
    with pytest.raises(UserError, match=r"z\.csv: signer0_sample1 has label 7, elsewhere 41"):
        autsl.videos_in(touch(tmp_path, "train/signer0_sample1_color.mp4"))
