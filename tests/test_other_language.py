"""Claims about the experiment that takes the network to another sign language."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset
from spobet.poses.skeleton import HANDS_42

FOLDER = Path(__file__).parents[1] / "experiments"
SCRIPT = runpy.run_path(str(FOLDER / "other_language.py"))
TINY = """
[input]
num_frames = 8
[backbone]
width = 8
blocks = ["convolution"]
[train]
head_width = 4
"""
GLOSSES, CLIPS_A_GLOSS, NUM_FRAMES = ("bier", "haus"), 6, 5


def run(*arguments: object) -> str:
    result = CliRunner().invoke(SCRIPT["main"], [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def made_data(folder: Path, name: str) -> Path:
    """The data set of twelve clips and of a copy of the last."""
    rng = np.random.default_rng(0)
    label = [*np.repeat(range(len(GLOSSES)), CLIPS_A_GLOSS), len(GLOSSES) - 1]
    hands = rng.integers(0, 4000, (len(label) * NUM_FRAMES, 2, len(HANDS_42) // 2, 3), np.int16)
    hands[-NUM_FRAMES:] = hands[-2 * NUM_FRAMES : -NUM_FRAMES]
    np.savez(
        folder / "dgs30-hands-pose.npz",
        hands=hands,
        hand_mask=np.ones(hands.shape[:2], bool),
        scale=np.float32(4000),
        offsets=np.arange(len(label) + 1) * NUM_FRAMES,
        label=np.array(label, np.int16),
        gloss=GLOSSES,
        clip=[f"{name} {number}" for number in range(len(label))],
    )
    said = run("data", "--landmarks", folder, "--data", folder / name)
    assert said.endswith(f"{name}: 12 clips, 1 copies\n")
    return folder / name


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return made_data(tmp_path, "clip")


def test_no_recording_is_in_the_data_twice_and_every_clip_can_be_trained_on(data: Path) -> None:
    clips = Dataset.open(data).manifest
    assert [clip.id for clip in clips] == [f"clip {number}" for number in range(12)]
    assert {clip.split for clip in clips} == {"train"}


def test_both_starts_are_one_network_on_one_input_and_random_weights_get_more_epochs() -> None:
    tuned, scratch = SCRIPT["TUNED"], SCRIPT["SCRATCH"]
    for shots in (1, 4, 16):
        one, other = (SCRIPT["experiment_of"](start, shots, 3) for start in (tuned, scratch))
        assert (one.input, one.backbone) == (other.input, other.backbone)
        assert one.train.schedule.batch_size == other.train.schedule.batch_size
        assert 2 * one.train.schedule.epochs <= other.train.schedule.epochs
        assert one.train.clips_a_gloss == other.train.clips_a_gloss == shots
        assert one.seed == other.seed == 3


def test_a_clip_is_named_by_the_nearest_mean_of_the_clips_that_were_taught() -> None:
    ends = {"a": (1, 0), "b": (0.6, 0.8), "c": (-1, 0), "d": (0.8, -0.6), "e": (0, -1)}
    vectors = {name: np.array(end, np.float32) for name, end in ends.items()}
    taught = Manifest((Clip("a", "bier"), Clip("b", "bier"), Clip("c", "haus")))
    asked = Manifest((Clip("d", "bier"), Clip("e", "bier"), Clip("e2", "haus")))
    vectors["e2"] = vectors["e"]
    assert SCRIPT["nearest"](vectors, taught, asked).tolist() == [True, False, True]


def test_the_difference_counts_the_clips_that_one_start_alone_gets_right() -> None:
    new, control = np.array([1, 1, 1, 0], bool), np.array([1, 0, 0, 1], bool)
    said = SCRIPT["difference"](new, control)
    assert "difference +25.0 points" in said
    assert "only the first right 2, only the second 1, McNemar p 1" in said


@pytest.mark.slow
def test_runs_are_trained_scored_and_not_done_twice(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("keras", reason="training is not installed")
    recipes, module = tmp_path / "recipes", SCRIPT["main"].callback.__globals__
    recipes.mkdir()
    for name in ("TUNED", "SCRATCH"):
        (recipes / SCRIPT[name].experiment).write_text(TINY)
        monkeypatch.setitem(SCRIPT[name].epochs, 1, 1)
    monkeypatch.setitem(module, "HERE", recipes)
    monkeypatch.setitem(module, "NUM_FOLDS", 1)
    monkeypatch.setitem(module, "find_run", lambda name: start)
    elsewhere = made_data(tmp_path, "other")
    start = SCRIPT["trained"](SCRIPT["SCRATCH"], 1, 0, 0, elsewhere, tmp_path / "start")
    where = ("--data", data, "--runs", tmp_path / "runs")
    run("train", 1, *where)
    made = {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").rglob("run.json")}
    heads = [json.loads(file.read_text(encoding="utf-8"))["head_from"] for file in sorted(made)]
    assert heads == ["", f"2 of 2 glosses from {start.name}"]
    run("train", 1, *where)
    said = run("score", 1, *where[2:]).splitlines()
    assert said[0].startswith("1 clips a gloss, transferred, seed 0: top-1 ")
    assert said[1].startswith("1 clips a gloss, from scratch, seed 0: top-1 ")
    assert said[2].startswith("  difference ")
    assert {file: file.stat().st_mtime_ns for file in made} == made
