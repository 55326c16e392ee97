"""Claims about SPOTER's tables: names, the direction of y, round trips, and rows that are wrong."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from formats.clips import assert_same, made_clip

from spobet.formats import read, recognise, spoter_csv
from spobet.formats.spoter_csv import SpoterClip
from spobet.poses.skeleton import HOLISTIC_75, OPENPOSE_54

CLIP = made_clip(OPENPOSE_54, times=np.arange(4) / 25, size=(640, 480))


def test_there_are_two_columns_for_each_of_54_landmarks() -> None:
    assert len(spoter_csv.COLUMNS) == 54
    assert set(spoter_csv.COLUMNS.values()) == set(OPENPOSE_54.landmarks)


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    spoter_csv.write(CLIP, tmp_path / "clip.csv")
    assert_same(read(tmp_path / "clip.csv"), CLIP)
    assert recognise(tmp_path / "clip.csv").why == "columns leftEar_X, leftEar_Y"
    spoter_csv.write(read(tmp_path / "clip.csv"), tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "clip.csv").read_bytes()


def test_several_clips_keep_their_labels_and_read_only_as_a_data_set(tmp_path: Path) -> None:
    spoter_csv.write_clips([SpoterClip(CLIP, "7"), SpoterClip(CLIP, "go")], tmp_path / "clips.csv")
    assert [clip.label for clip in spoter_csv.read_clips(tmp_path / "clips.csv")] == ["7", "go"]
    with pytest.raises(ValueError, match="holds several clips, expected one"):
        read(tmp_path / "clips.csv")


def rewrite(
    path: Path,
    header: Callable[[str], str] = str,
    cell: Callable[[str, str], str] = lambda _, text: text,
) -> Path:
    names, *rows = csv.reader(path.read_text().splitlines())
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([map(header, names), *(map(cell, names, row) for row in rows)])
    return path


def test_a_table_of_any_length_is_read_row_by_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoter_csv.write_clips([SpoterClip(CLIP, str(n)) for n in range(9)], tmp_path / "clips.csv")
    size = (tmp_path / "clips.csv").stat().st_size
    monkeypatch.setattr(spoter_csv, "MAX_BYTES", size // 4)
    assert len(list(spoter_csv.read_clips(tmp_path / "clips.csv"))) == 9
    monkeypatch.setattr(spoter_csv, "MAX_BYTES", size // 20)
    with pytest.raises(ValueError, match=r"clips\.csv: a line of over .* characters"):
        list(spoter_csv.read_clips(tmp_path / "clips.csv"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_spreadsheets_table_reads_alike(encoding: str, separator: str, tmp_path: Path) -> None:
    spoter_csv.write_clips([SpoterClip(CLIP, "café")], tmp_path / "clip.csv")
    rows = csv.reader((tmp_path / "clip.csv").read_text(encoding="utf-8").splitlines())
    with (tmp_path / "clip.csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    (clip,) = spoter_csv.read_clips(tmp_path / "clip.csv")
    assert clip.label == "café"
    assert_same(clip.pose, CLIP)


@pytest.mark.parametrize(
    "spelling",
    ["[{}]", "({})", "array([{}], dtype=float32)", "tensor([{}])", "[ {} ]"],
)
@pytest.mark.parametrize("number", ["{}", "np.float64({})", "'{}'"])
def test_lists_read_as_python_writes_them(spelling: str, number: str, tmp_path: Path) -> None:
    def spelt(name: str, cell: str) -> str:
        values = json.loads(cell) if cell.startswith("[") else []
        missing = [number.format(value) if value else "None" for value in values]
        return spelling.format(", ".join(missing)) if values else cell

    spoter_csv.write(CLIP, tmp_path / "clip.csv")
    rewrite(tmp_path / "clip.csv", cell=spelt)
    assert_same(spoter_csv.read(tmp_path / "clip.csv"), CLIP)


@pytest.mark.parametrize(("left", "right"), [("_Left_", "_Right_"), ("_0_", "_1_")])
def test_its_other_spellings_of_the_sides_read_alike(left: str, right: str, tmp_path: Path) -> None:
    spoter_csv.write(CLIP, tmp_path / "clip.csv")
    rewrite(
        tmp_path / "clip.csv",
        header=lambda name: name.replace("_left_", left).replace("_right_", right),
    )
    assert_same(read(tmp_path / "clip.csv"), CLIP)


def test_a_file_that_counts_y_downwards_is_told_by_the_nose_over_the_neck(tmp_path: Path) -> None:
    upside_down = replace(CLIP, xy=np.stack([CLIP.xy[..., 0], 1 - CLIP.xy[..., 1]], axis=-1))
    spoter_csv.write(
        upside_down, tmp_path / "clip.csv"
    )  # its columns hold y as it is in the picture
    np.testing.assert_allclose(read(tmp_path / "clip.csv").xy, CLIP.xy, atol=1e-6)


def test_a_clip_of_another_extractor_is_written_with_a_neck_made_of_the_shoulders(
    tmp_path: Path,
) -> None:
    pose = made_clip(HOLISTIC_75, unit="pixels", size=(640, 480))
    spoter_csv.write(pose, tmp_path / "clip.csv")
    both = pose.in_unit("image")
    middle = (both["left_shoulder"] + both["right_shoulder"]) / 2
    np.testing.assert_allclose(read(tmp_path / "clip.csv")["neck"], middle, atol=1e-6)


def test_a_missing_column_is_named_but_for_the_neck(tmp_path: Path) -> None:
    spoter_csv.write(CLIP, tmp_path / "clip.csv")
    rewrite(tmp_path / "clip.csv", header=lambda name: name.replace("neck", "nick"))
    assert not read(tmp_path / "clip.csv").seen[:, OPENPOSE_54.index("neck")].any()
    rewrite(tmp_path / "clip.csv", header=lambda name: name.replace("thumbTip_left_X", "thumbTop"))
    with pytest.raises(ValueError, match="1 of 108 columns are not there: thumbTip_left_X"):
        read(tmp_path / "clip.csv")


@pytest.mark.parametrize(
    ("column", "text", "error"),
    [
        ("nose_X", "[0.1, 0.2]", "line 2: columns of 2 to 4 frames"),
        ("nose_X", "no list", "line 2: nose_X: expected a list of numbers"),
        ("nose_X", "[[1], [2], [3], [4]]", "line 2: nose_X: expected a list of numbers"),
        ("nose_X", "[1, 2, 3, 1e300]", "line 2: nose_X: holds 1e\\+300, expected finite numbers"),
        ("video_fps", "fast", "line 2: video_fps is 'fast', expected a number"),
    ],
)
def test_a_cell_that_is_wrong_is_named(column: str, text: str, error: str, tmp_path: Path) -> None:
    spoter_csv.write(CLIP, tmp_path / "clip.csv")
    rewrite(tmp_path / "clip.csv", cell=lambda name, old: text if name == column else old)
    with pytest.raises(ValueError, match=f"clip.csv: {error}"):
        read(tmp_path / "clip.csv")


def test_hands_alone_cannot_be_written(tmp_path: Path) -> None:
    from spobet.poses.skeleton import HANDS_42

    with pytest.raises(KeyError, match="lacks 12 of 54"):
        spoter_csv.write(made_clip(HANDS_42), tmp_path / "clip.csv")


def test_tables_made_like_spoters_name_labels_and_signers_otherwise(tmp_path: Path) -> None:
    clip = made_clip(OPENPOSE_54)
    spoter_csv.write_clips([SpoterClip(clip, "tea")], tmp_path / "clip.csv")
    header, row = (tmp_path / "clip.csv").read_text().splitlines()
    header = header.replace("labels", "signerID,sign", 1)
    row = re.sub(r"\[([^\]]*)\]", lambda match: f"[ {match[1].replace(',', ' ')}]", f"07,{row}")
    (tmp_path / "clip.csv").write_text(f"{header}\n{row}")
    (found,) = spoter_csv.read_clips(tmp_path / "clip.csv")
    assert (found.label, found.signer) == ("tea", "07")
    np.testing.assert_allclose(found.pose.xy, clip.xy, rtol=1e-6)
