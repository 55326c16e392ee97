"""Claims about WLASL's split files and about making a data set of its OpenPose folders."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.dataset.store import Dataset
from spobet.formats import openpose
from spobet.ingest.report import ImportReport, Problem
from spobet.ingest.wlasl import import_wlasl
from spobet.ingest.wlasl_splits import merge_splits, read_class_list, read_split
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54

BOOK = {
    "video_id": "69241",
    "signer_id": 118,
    "split": "train",
    "frame_start": 1,
    "frame_end": -1,
    "url": "http://book",
    "variation_id": 0,
}


def write_start_kit(folder: Path, *instances: dict[str, Any], gloss: str = "book") -> Path:
    path = folder / "asl100.json"
    path.write_text(json.dumps([{"gloss": gloss, "instances": list(instances)}]))
    return path


def write_nslt(folder: Path, content: Any, classes: str | None = "0\tbook\n1\tdrink\n") -> Path:
    if classes is not None:
        (folder / "wlasl_class_list.txt").write_text(classes)
    path = folder / "nslt_100.json"
    path.write_text(json.dumps(content))
    return path


def write_clip(folder: Path, num_frames: int, seen: bool = True) -> None:
    """A clip whose every landmark is at the frame's number and 100 more, in pixels."""
    xy = np.full((num_frames, len(OPENPOSE_54), 2), np.nan)
    if seen:
        xy[:] = np.arange(101, num_frames + 101)[:, None, None]
    openpose.write(PoseSequence(xy, np.isfinite(xy[..., 0]), OPENPOSE_54), folder)


clips = st.builds(
    Clip,
    id=st.text("0123456789", min_size=5, max_size=5),
    gloss=st.just("book"),
    split=st.sampled_from(("", *SPLITS)),
)
manifests = st.lists(clips, unique_by=lambda clip: clip.id, max_size=6).map(
    lambda clips: Manifest(tuple(clips))
)


@given(manifest=manifests)
def test_merging_with_itself_or_with_nothing_changes_nothing(manifest: Manifest) -> None:
    assert (
        merge_splits(manifest)
        == merge_splits(manifest, manifest)
        == merge_splits(manifest, Manifest(()))
        == manifest
    )


@given(manifest=manifests)
def test_merging_knows_what_either_knows_in_either_order(manifest: Manifest) -> None:
    start_kit = Manifest(
        tuple(replace(clip, url="http://u", signer="3", frame_start=7) for clip in manifest)
    )
    bare = Manifest(tuple(replace(clip, split="", frame_end=40) for clip in manifest))
    assert merge_splits(start_kit, bare) == merge_splits(bare, start_kit) == start_kit


def test_the_start_kit_form_reads_as_clips(tmp_path: Path) -> None:
    other = BOOK | {
        "video_id": "5",
        "split": "val",
        "frame_start": 3,
        "frame_end": 9,
        "signer_id": -1,
        "variation_id": 2,
    }
    assert read_split(write_start_kit(tmp_path, BOOK, other)).clips == (
        Clip("69241", "book", signer="118", split="train", url="http://book", variation="0"),
        Clip(
            "5", "book", split="val", frame_start=3, frame_end=9, url="http://book", variation="2"
        ),
    )


def test_the_nslt_form_reads_as_clips_with_the_glosses_of_the_class_list(tmp_path: Path) -> None:
    path = write_nslt(tmp_path, {"05237": {"subset": "test", "action": [1, 1, 55]}})
    assert read_split(path).clips == (
        Clip("05237", "drink", split="test", frame_start=1, frame_end=55),
    )
    other = tmp_path / "other.txt"
    other.write_text("1\ttrinken\n")
    assert read_split(path, other).clips[0].gloss == "trinken"


def test_the_official_files_agree_on_gloss_and_split_of_every_clip(shared: Path) -> None:
    start_kit, nslt, large = (
        read_split(shared / "splits" / name)
        for name in ("asl100.json", "nslt_100.json", "nslt_2000.json")
    )
    assert (len(start_kit), len(nslt), len(large)) == (2038, 2038, 21095)
    assert [len(start_kit.of_splits(split)) for split in SPLITS] == [1442, 338, 258]
    assert merge_splits(nslt, start_kit) == Manifest(tuple(start_kit[clip.id] for clip in nslt))
    assert len(merge_splits(start_kit, nslt, large)) == 21095


def test_the_vocabulary_of_the_start_kit_is_the_class_list(shared: Path) -> None:
    glosses = read_class_list(shared / "splits/wlasl_class_list.txt")
    assert read_split(shared / "splits/asl100.json").vocabulary.glosses == tuple(
        glosses[label] for label in range(100)
    )


def test_frame_ranges_of_the_start_kit_win_over_those_at_25_frames_a_second() -> None:
    start_kit = Clip("05724", "before", url="http://tube", frame_start=1733, frame_end=1779)
    nslt = Clip("05724", "before", frame_start=1, frame_end=41)
    assert merge_splits(Manifest((nslt,)), Manifest((start_kit,))).clips == (start_kit,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gloss": "drink"}, "clip 69241: gloss 'book' in one split file, 'drink' in another"),
        ({"split": "test"}, "clip 69241: split 'train' in one split file, 'test' in another"),
        ({"frame_end": 9}, r"clip 69241: frames '1\.\.-1' in one split file, '1\.\.9' in another"),
    ],
)
def test_contradictions_between_split_files_are_errors(
    change: dict[str, Any], message: str
) -> None:
    clip = Clip("69241", "book", split="train")
    with pytest.raises(ValueError, match=message):
        merge_splits(Manifest((clip,)), Manifest((replace(clip, **change),)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"frame_start": 9, "frame_end": 5},
            r"clip 69241: frames 9\.\.5, expected 1 <= start <= end",
        ),
        ({"frame_start": "1.5"}, "clip 69241: frame '1.5', expected a whole number"),
        ({"split": "held"}, "clip 69241: split 'held', expected one of: train, val, test"),
    ],
)
def test_a_start_kit_instance_that_is_no_clip_is_named(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=rf"asl100\.json: {message}"):
        read_split(write_start_kit(tmp_path, BOOK | change))


def test_an_instance_without_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"asl100\.json: clip \? of gloss 'book': no video_id"):
        read_split(write_start_kit(tmp_path, {"url": "http://book"}))


def test_facts_may_be_absent_or_numbers_as_tables_write_them(tmp_path: Path) -> None:
    instance = {"video_id": 5237.0, "signer_id": 3.0, "frame_start": 2.0, "frame_end": "-1"}
    (clip,) = read_split(write_start_kit(tmp_path, instance)).clips
    assert (clip.id, clip.signer, clip.split) == ("5237", "3", "")
    assert (clip.frame_start, clip.frame_end) == (2, -1)


def test_a_video_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"asl100\.json: 1 clip ids stand twice: 69241"):
        read_split(write_start_kit(tmp_path, BOOK, BOOK))


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ([0, 5, 3], r"clip 05237: frames 5\.\.3, expected 1 <= start <= end"),
        ([7, 1, 3], "clip 05237: class 7 is not among the 2 of the class list"),
        ([0, 1], r"clip 05237: action \[0, 1\], expected \[class, start, end\]"),
    ],
)
def test_an_nslt_entry_that_is_no_clip_is_named(
    tmp_path: Path, action: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=rf"nslt_100\.json: {message}"):
        read_split(write_nslt(tmp_path, {"05237": {"subset": "train", "action": action}}))


def test_the_nslt_form_asks_for_a_class_list(tmp_path: Path) -> None:
    path = write_nslt(tmp_path, {"05237": {"subset": "train", "action": [0, 1, 3]}}, classes=None)
    with pytest.raises(
        FileNotFoundError, match=r"wlasl_class_list\.txt: no such file; nslt split files take"
    ):
        read_split(path)


def test_a_class_list_of_another_form_is_refused(tmp_path: Path) -> None:
    path = write_nslt(
        tmp_path, {"05237": {"subset": "train", "action": [0, 1, 3]}}, classes="0\tbook\ndrink\n"
    )
    with pytest.raises(
        ValueError, match=r"wlasl_class_list\.txt:2: 'drink', expected class number, tab, gloss"
    ):
        read_split(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ('{"a": 1}', "no WLASL split file, expected a list of"),
        ('{"a": {"gloss": "book"}}', "no WLASL split file"),
        ('[{"gloss": "book"}]', "no WLASL split file"),
        ('[{"gloss": "book", "instances": [3]}]', "no WLASL split file"),
        ("3", "no WLASL split file"),
        ("[]", "names no clip"),
    ],
)
def test_other_files_are_no_split_files(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=rf"other\.json: {message}"):
        read_split(path)


# --- data sets


def test_import_reads_every_clip_with_its_frame_range(tmp_path: Path) -> None:
    write_clip(tmp_path / "poses/69241", 4)
    write_clip(tmp_path / "poses/5", 9)
    split = write_start_kit(
        tmp_path, BOOK, BOOK | {"video_id": "5", "frame_start": 3, "frame_end": 7}
    )
    report = import_wlasl(tmp_path / "poses", [split], tmp_path / "out")
    dataset = Dataset.open(tmp_path / "out")
    assert report == ImportReport(2, 2, ())
    assert report.summary() == "read 2 of 2 clips"
    assert dataset.pose("69241")["neck"][:, 0].tolist() == [101, 102, 103, 104]
    assert dataset.pose("5")["neck"][:, 0].tolist() == [103, 104, 105, 106, 107]
    assert dataset.manifest == read_split(split)
    assert dataset.info.licence == "C-UDA 1.0; academic and computational use only"
    assert (tmp_path / "out/problems.csv").read_text() == "clip,what,path,detail\n"


def test_every_clip_that_is_not_as_its_split_file_says_is_listed(tmp_path: Path) -> None:
    """Once, a clip without frames stayed as a labelled sample, and a corrupt file vanished."""
    poses = tmp_path / "poses"
    write_clip(poses / "good", 3)
    write_clip(poses / "nobody", 3, seen=False)
    write_clip(poses / "late", 3)
    write_clip(poses / "broken", 3)
    (poses / "broken/image_00002_keypoints.json").write_text("{")
    (poses / "hollow").mkdir()
    ranges = {
        "good": (1, -1),
        "nobody": (1, -1),
        "late": (50, 60),
        "broken": (1, -1),
        "hollow": (1, -1),
        "gone": (1, -1),
    }
    instances = [
        BOOK | {"video_id": name, "frame_start": start, "frame_end": end}
        for name, (start, end) in ranges.items()
    ]
    report = import_wlasl(poses, [write_start_kit(tmp_path, *instances)], tmp_path / "out")

    assert report.summary() == "read 2 of 6 clips; 5 listed in problems.csv"
    assert {problem.clip: problem.what for problem in report.problems} == {
        "nobody": "empty",
        "late": "range outside clip",
        "broken": "corrupt",
        "hollow": "empty",
        "gone": "missing",
    }
    assert report.problems[-1] == Problem("gone", "missing", str(poses / "gone"))
    dataset = Dataset.open(tmp_path / "out")
    assert [clip.id for clip in dataset.manifest] == ["good", "late"]
    assert dataset.num_frames("late") == 3
    rows = (tmp_path / "out/problems.csv").read_text().splitlines()
    assert len(rows) == 6
    assert "image_00002_keypoints.json: not JSON" in rows[3]


def test_import_of_a_folder_without_any_of_the_clips_leaves_nothing_and_says_why(
    tmp_path: Path,
) -> None:
    split = write_start_kit(tmp_path, BOOK)
    with pytest.raises(ValueError, match="poses: none of 1 clips could be read: 1 missing"):
        import_wlasl(tmp_path / "poses", [split], tmp_path / "out")
    assert list(tmp_path.iterdir()) == [split]


def test_import_shows_its_progress(tmp_path: Path) -> None:
    write_clip(tmp_path / "poses/69241", 1)
    passed: list[str] = []

    def watch(clips: Iterable[Clip]) -> Iterable[Clip]:
        for clip in clips:
            passed.append(clip.id)
            yield clip

    import_wlasl(
        tmp_path / "poses", [write_start_kit(tmp_path, BOOK)], tmp_path / "out", progress=watch
    )
    assert passed == ["69241"]


def test_an_archive_of_the_folders_imports_as_they_do(tmp_path: Path) -> None:
    for name, num_frames in (("69241", 3), ("65225", 2)):
        write_clip(tmp_path / "poses" / name, num_frames)
    with zipfile.ZipFile(tmp_path / "poses.zip", "w") as archive:
        for file in sorted((tmp_path / "poses").rglob("*.json")):
            archive.write(file, f"pose_per_individual_videos/{file.parent.name}/{file.name}")
    instances = [{**BOOK, "video_id": name} for name in ("69241", "65225", "1")]
    split = write_start_kit(tmp_path, *instances)
    reports = [
        import_wlasl(tmp_path / poses, [split], tmp_path / out)
        for poses, out in (("poses", "a"), ("poses.zip", "b"))
    ]
    assert [(problem.clip, problem.what) for problem in reports[1].problems] == [("1", "missing")]
    assert reports[0].summary() == reports[1].summary()
    hashes = {Dataset.open(tmp_path / out).info.content_hash for out in "ab"}
    assert len(hashes) == 1


def test_clips_that_no_split_file_names_are_counted_and_listed(tmp_path: Path) -> None:
    for clip in ("69241", "2", "3", "4", "5"):
        write_clip(tmp_path / "poses" / clip, 3)
    (tmp_path / "poses" / "._69241").mkdir()
    split = write_start_kit(tmp_path, BOOK)
    report = import_wlasl(tmp_path / "poses", [split], tmp_path / "out")
    assert report.summary().splitlines() == [
        "read 1 of 1 clips",
        "left over: 4 clips that no split file names: 2, 3, 4, ...; listed in left_over.csv",
    ]
    listed = (tmp_path / "out" / "left_over.csv").read_text()
    assert listed.split() == ["clip", "2", "3", "4", "5"]


@pytest.mark.parametrize(("scale", "shift"), [(1, 0), (2, -1)])
def test_clips_that_openpose_was_asked_to_scale_are_in_shares_of_the_picture(
    scale: int, shift: int, tmp_path: Path
) -> None:
    write_clip(tmp_path / "poses" / "69241", 3)
    pixels = openpose.read(tmp_path / "poses" / "69241")
    for file in (tmp_path / "poses" / "69241").iterdir():
        content = json.loads(file.read_text())
        for person in content["people"]:
            for key, values in person.items():
                points = np.array(values).reshape(-1, 3)
                seen = points.any(axis=1)
                points[seen, :2] = points[seen, :2] / 1000 * scale + shift
                person[key] = points.ravel().tolist()
        file.write_text(json.dumps(content))
    import_wlasl(tmp_path / "poses", [write_start_kit(tmp_path, BOOK)], tmp_path / "out")
    dataset = Dataset.open(tmp_path / "out")
    assert dataset.info.unit == "image"
    np.testing.assert_allclose(dataset.pose("69241").xy, pixels.xy / 1000, atol=1e-5)
