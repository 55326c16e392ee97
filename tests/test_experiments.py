"""Claims about the experiment files and the script that rebuilds the tables' rows."""

from __future__ import annotations

import dataclasses
import runpy
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from spobet.config import read_experiment
from spobet.poses.skeleton import HANDS_42
from spobet.runs import RunFolder
from spobet.shipped import shipped_names

FOLDER = Path(__file__).parents[1] / "experiments"
SCRIPT = runpy.run_path(str(FOLDER / "reproduce.py"))
TINY = """
[input]
num_frames = 8
[backbone]
width = 8
blocks = ["convolution", "pool", "attention"]
num_heads = 2
feed_forward = 8
[pretrain]
gloss_weight = 1.0
[pretrain.schedule]
epochs = 1
[train]
head_width = 4
[train.schedule]
epochs = 1
"""


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_every_experiment_file_is_read_and_names_its_command(file: Path) -> None:
    read_experiment(file)
    head = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    assert any(line.startswith(("# spobet train", "# spobet pretrain")) for line in head)


def test_every_row_and_backbone_names_files_that_are_there_and_a_network_to_start_from() -> None:
    for row in SCRIPT["ROWS"].values():
        assert (FOLDER / row.experiment).is_file()
        assert row.backbone is None or row.backbone in SCRIPT["BACKBONES"]
    assert SCRIPT["ROWS"]["headline"].backbone in shipped_names()
    for backbone in SCRIPT["BACKBONES"].values():
        assert (FOLDER / backbone.experiment).is_file()


def test_with_and_without_pretraining_are_one_network_on_one_input() -> None:
    tuned, scratch, pretraining = (
        read_experiment(FOLDER / SCRIPT[name])
        for name in ("PLAIN_TUNED", "SCRATCH", "PLAIN_GLOSSES")
    )
    for section in ("input", "augment", "backbone"):
        assert getattr(tuned, section) == getattr(scratch, section) == getattr(pretraining, section)
    assert dataclasses.replace(tuned.train, schedule=scratch.train.schedule) == scratch.train


@pytest.fixture
def landmarks(tmp_path: Path) -> Path:
    """A folder with the packed files, of few clips each."""
    rng = np.random.default_rng(0)
    for name, splits in (
        ("wlasl100-hands", ["train", "train", "val", "test"]),
        ("wlasl2000-hands-train", ["train", "train"]),
    ):
        clips = [f"{name[:9]} {number}" for number in range(len(splits))]
        glosses = ["go", "eat", "go", "eat"][: len(splits)]
        np.savez(
            tmp_path / f"{name}.npz",
            coords=rng.random((4 * len(clips), len(HANDS_42), 2)),
            offsets=np.arange(0, 4 * len(clips) + 1, 4),
            skeleton="HANDS_42",
            unit="image",
            video_id=clips,
            label=glosses,
            split=splits,
        )
    rng = np.random.default_rng(1)
    np.savez(
        tmp_path / "wlasl50-body-hands.npz",
        hands=rng.integers(0, 1000, (8, 2, 21, 3)),
        hand_mask=np.ones((8, 2), bool),
        scale=1000.0,
        frame=np.arange(8) % 4,
        offsets=[0, 4, 8],
        label=[0, 1],
        gloss=["go", "eat"],
        split=[0, 0],
        split_names=["train", "val", "test"],
        video_id=["wlasl100- 0", "wlasl100- 1"],
        signer_id=[3, -1],
    )
    return tmp_path


@pytest.mark.slow
def test_rows_are_rebuilt_from_landmarks_and_not_done_twice(
    landmarks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("keras", reason="training is not installed")
    main, rows = SCRIPT["main"], SCRIPT["ROWS"]
    recipes = tmp_path / "recipes"
    recipes.mkdir()
    for name in (SCRIPT["TUNED"], SCRIPT["GLOSSES"]):
        (recipes / name).write_text(TINY)
    monkeypatch.setitem(main.callback.__globals__, "HERE", recipes)
    monkeypatch.syspath_prepend(str(FOLDER))  # the script's own folder, when it is run
    monkeypatch.setitem(rows, "headline", dataclasses.replace(rows["headline"], seeds=(0, 1)))
    command = ["wlasl2000-hands", "headline", "--landmarks", str(landmarks)]
    command += ["--runs", str(tmp_path / "runs"), "--data", str(tmp_path / "data")]
    first = CliRunner().invoke(main, command, catch_exceptions=False)
    assert "wlasl2000-hands: 2 clips, 1 epochs" in first.output
    assert "| headline |" in first.output.splitlines()[-1]
    assert "2 seeds" in first.output.splitlines()[-1]
    record = RunFolder(tmp_path / "runs" / "headline-0").record()
    assert "wlasl50-body-hands.npz, hands on their time line" in record.data
    made = {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").rglob("classifier.onnx")}
    again = CliRunner().invoke(main, command, catch_exceptions=False)
    assert again.output.splitlines()[-1] == first.output.splitlines()[-1]
    assert {
        file: file.stat().st_mtime_ns for file in (tmp_path / "runs").rglob("classifier.onnx")
    } == made


def test_what_is_tuned_fits_the_network_that_it_starts_from() -> None:
    tuned, pretraining = (read_experiment(FOLDER / SCRIPT[name]) for name in ("TUNED", "GLOSSES"))
    # with clips cut in fine-tuning too, more was lost to rests, not less (EXPERIMENTS.md)
    assert tuned.input == dataclasses.replace(pretraining.input, cut_rests=False)
    assert dataclasses.replace(tuned.augment, from_rest=0.0) == pretraining.augment
    for section in ("backbone", "mix"):
        assert getattr(tuned, section) == getattr(pretraining, section)
    for choice in ("head_width", "prototype_scale"):
        assert getattr(tuned.train, choice) == getattr(pretraining.train, choice)


def test_a_dictionary_is_judged_by_where_the_right_gloss_stands() -> None:
    table = runpy.run_path(str(FOLDER / "dictionary.py"))["table"]
    lines = table(np.array([1, 2, 7, 100]), np.array([0, 0, 1, 2])).splitlines()
    assert lines[0].startswith("recall at 1   25.0 % (1/4, ") and "per class 16.7 %" in lines[0]
    assert lines[1].startswith("recall at 5   50.0 % (2/4, ") and "per class 33.3 %" in lines[1]
    assert lines[-2] == f"mean reciprocal rank  {(1 + 1 / 2 + 1 / 7 + 1 / 100) / 4:.3f}"
