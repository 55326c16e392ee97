"""Claims about showing and measuring the attention of a run folder."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.store import Dataset
from spobet.evaluation.deletion import SHARES, Curves
from spobet.explain.attention import measure, named_clips, roll_out
from spobet.formats import openpose
from spobet.recognition.recognizer import load
from spobet.reports.evaluation import gather
from spobet.runs import RunFolder


@pytest.fixture
def run(trained_run: Path, tmp_path: Path) -> RunFolder:
    """A trained run that may be changed."""
    return RunFolder(shutil.copytree(trained_run, tmp_path / "run"))


def test_clips_of_a_data_set_are_listed_and_drawn_with_the_answers_of_recognition(
    run: RunFolder, tiny_data: Path, tmp_path: Path
) -> None:
    dataset = Dataset.open(tiny_data)
    ids = [clip.id for clip in dataset.manifest.of_splits("test")][:2]
    lines = roll_out(run, *named_clips(ids, tiny_data), tmp_path / "page.html").splitlines()
    assert [line.partition(" (")[0] for line in lines] == ids
    best = load(run.path).predict(dataset.pose(ids[0]))[0]
    assert f"): {best.gloss} {100 * best.probability:.1f} %, " in lines[0]
    assert (tmp_path / "page.html").read_text(encoding="utf-8").count("<svg") == 2


def test_one_clip_and_many_give_the_same(run: RunFolder, tiny_data: Path) -> None:
    ids = [clip.id for clip in Dataset.open(tiny_data).manifest.of_splits("val", "test")]
    together = roll_out(run, *named_clips(ids, tiny_data)).splitlines()
    assert roll_out(run, *named_clips(ids[3:4], tiny_data)) == together[3]


def test_the_input_explained_is_the_input_answered(run: RunFolder, tiny_data: Path) -> None:
    """Once the unit was forgotten here, and a wide picture explained as a square one."""
    dataset = Dataset.open(tiny_data)
    pose = replace(dataset.pose(dataset.manifest.clips[0].id), size=(1280, 720))
    wide = pose.in_unit("image")
    square = replace(wide, size=(720, 720))
    lines = roll_out(run, ["clip"] * 3, [pose, wide, square]).splitlines()
    assert lines[0] == lines[1] != lines[2]
    assert str(load(run.path).predict(wide)[0].gloss) in lines[1]


def test_clips_on_disk_are_read_by_path(tiny_data: Path, tmp_path: Path) -> None:
    pose = next(pose for _, pose in Dataset.open(tiny_data).poses())
    openpose.write(pose, tmp_path / "clip")
    names, (read,) = named_clips([str(tmp_path / "clip")], None)
    assert names == [str(tmp_path / "clip")]
    np.testing.assert_allclose(read.xy, pose.xy, atol=1e-3)


def test_what_is_measured_stands_in_the_report_until_the_network_changes(
    run: RunFolder, tiny_data: Path
) -> None:
    text = measure(run.path, tiny_data, ["val", "test"], max_clips=3)
    assert [line.split("  ")[1].strip() for line in text.splitlines()[1:]] == [
        "rollout",
        "gradient x input",
        "landmarks seen",
        "random",
    ]
    assert text.startswith("val+test: 3 clips; ")
    values = json.loads(run.rollout("val+test").read_text())
    worth = gather([run], Dataset.open(tiny_data), ["val", "test"], 0.1).runs[0].attention
    assert worth == {kind: Curves.from_json(curves) for kind, curves in values["curves"].items()}
    assert len(worth["rollout"].deletion) == len(SHARES)
    ends = {
        (round(curves.deletion[0], 4), round(curves.deletion[-1], 4)) for curves in worth.values()
    }
    assert len(ends) == 1  # all frames there, or none: the order does not matter
    run.rollout("val+test").write_text(json.dumps({**values, "weights": "of another network"}))
    assert gather([run], Dataset.open(tiny_data), ["val", "test"], 0.1).runs[0].attention == {}


def test_a_run_without_its_keras_network_is_refused(run: RunFolder, tiny_data: Path) -> None:
    run.classifier.unlink()
    clip = Dataset.open(tiny_data).manifest.clips[0].id
    with pytest.raises(
        FileNotFoundError, match=r"classifier\.keras: not there; attention is read from"
    ):
        roll_out(run, *named_clips([clip], tiny_data))
