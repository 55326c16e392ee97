"""Claims about comparing run folders and files of predictions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spobet.dataset.store import Dataset
from spobet.evaluation.scores import Scores
from spobet.recognition.evaluate import evaluate
from spobet.reports.compare import compare_paths
from spobet.runs import RunFolder


@pytest.fixture
def run(trained_run: Path, tiny_data: Path, tmp_path: Path) -> RunFolder:
    """A run scored on val and test pooled."""
    run = RunFolder(shutil.copytree(trained_run, tmp_path / "run"))
    evaluate(run.path, tiny_data, ["val", "test"])
    return run


def test_a_run_does_not_differ_from_its_own_predictions(run: RunFolder, tiny_data: Path) -> None:
    text = compare_paths(run.path, run.predictions("val+test"), tiny_data, ["val", "test"])
    assert text.startswith(f"8 clips; A is {run.path}, B is {run.predictions('val+test')}.")
    assert "A - B +0.0 points\n  95 % interval +0.0 to +0.0 over clips" in text
    assert text.endswith("only A is right: 0\nonly B is right: 0")


def test_a_file_that_is_always_right_is_never_worse(
    run: RunFolder, tiny_data: Path, tmp_path: Path
) -> None:
    clips = Dataset.open(tiny_data).manifest.of_splits("val", "test")
    (tmp_path / "oracle.csv").write_text(
        "clip,gloss_1\n" + "".join(f"{clip.id},{clip.gloss}\n" for clip in clips)
    )
    text = compare_paths(
        tmp_path / "oracle.csv", run.path, tiny_data, ["val", "test"], tmp_path / "page.html"
    )
    assert "only B is right: 0" in text
    assert (tmp_path / "page.html").is_file()


def test_a_run_that_was_not_scored_there_is_scored_and_left_as_it_is(
    run: RunFolder, tiny_data: Path, tmp_path: Path
) -> None:
    before = sorted(run.path.iterdir())
    assert "4 clips; A is" in compare_paths(run.path, run.path, tiny_data, ["test"])
    assert sorted(run.path.iterdir()) == before
    with pytest.raises(FileNotFoundError, match="not a run folder"):
        compare_paths(tmp_path, run.path, tiny_data, ["val", "test"])


def test_scores_kept_of_another_network_are_not_compared(run: RunFolder, tiny_data: Path) -> None:
    kept = Scores.read(run.scores("val+test"))
    Scores(kept.clip_ids, kept.vocabulary, -kept.logits, kept.data, "of another network").write(
        run.scores("val+test")
    )
    text = compare_paths(run.path, run.predictions("val+test"), tiny_data, ["val", "test"])
    assert text.endswith("only A is right: 0\nonly B is right: 0")


def test_clips_of_training_are_not_compared(run: RunFolder, tiny_data: Path) -> None:
    with pytest.raises(ValueError, match="were trained or pretrained on and cannot be scored"):
        compare_paths(run.path, run.path, tiny_data, ["train"])
