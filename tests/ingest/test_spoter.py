"""Claims about SPOTER's tables made into a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from formats.clips import made_clip

from spobet.dataset.store import Dataset
from spobet.formats import spoter_csv
from spobet.formats.spoter_csv import SpoterClip
from spobet.ingest.spoter import import_spoter
from spobet.poses.skeleton import OPENPOSE_54


def test_spoters_tables_become_a_data_set_of_their_splits(tmp_path: Path) -> None:
    for name in ("train", "test"):
        clips = [SpoterClip(made_clip(OPENPOSE_54, seed=seed), str(seed)) for seed in range(2)]
        spoter_csv.write_clips(clips, tmp_path / f"{name}.csv")
    import_spoter(
        [(name, tmp_path / f"{name}.csv") for name in ("train", "test")], tmp_path / "data"
    )
    data = Dataset.open(tmp_path / "data")
    assert [(clip.id, clip.gloss, clip.split) for clip in data.manifest] == [
        ("train/0", "0", "train"), ("train/1", "1", "train"),
        ("test/0", "0", "test"), ("test/1", "1", "test"),
    ]  # fmt: skip
    np.testing.assert_allclose(data.pose("test/1").xy, made_clip(OPENPOSE_54, seed=1).xy)
    spoter_csv.write(made_clip(OPENPOSE_54), tmp_path / "bare.csv")
    with pytest.raises(ValueError, match=r"bare\.csv: row 1 has no label"):
        import_spoter([("", tmp_path / "bare.csv")], tmp_path / "other")


def test_a_row_that_is_no_clip_is_listed_and_the_others_go_in(tmp_path: Path) -> None:
    clips = [
        SpoterClip(made_clip(OPENPOSE_54, seed=seed), label) for seed, label in enumerate("abc")
    ]
    spoter_csv.write_clips(clips, tmp_path / "train.csv")
    lines = (tmp_path / "train.csv").read_text().splitlines()
    lines[2] = lines[2].replace("[", "[x", 1)
    lines[3] = lines[3].removeprefix("c")
    (tmp_path / "train.csv").write_text("\n".join(lines))
    report = import_spoter([("train", tmp_path / "train.csv")], tmp_path / "data")
    assert [clip.gloss for clip in Dataset.open(tmp_path / "data").manifest] == ["a"]
    first, second = report.problems
    assert (first.clip, first.what) == ("train/1", "corrupt")
    assert "train.csv: line 3: nose_X: expected a list of numbers" in first.detail
    assert second.detail.endswith("train.csv: row 3 has no label")


def test_tables_of_one_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        spoter_csv.write_clips(
            [SpoterClip(made_clip(OPENPOSE_54), "Tea" if folder == "one" else "tea ")],
            tmp_path / folder / "train.csv",
        )
    tables = [("train", tmp_path / folder / "train.csv") for folder in ("one", "two")]
    report = import_spoter(tables, tmp_path / "data")
    clips = Dataset.open(tmp_path / "data").manifest
    assert [(clip.id, clip.gloss) for clip in clips] == [
        ("one/train/0", "Tea"),
        ("two/train/0", "Tea"),
    ]
    assert report.notes == ("gloss 'Tea' is also spelt 'tea' (1 clips): taken for one gloss",)
