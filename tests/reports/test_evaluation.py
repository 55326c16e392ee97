"""Claims about reports on run folders."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.store import Dataset
from spobet.evaluation.scores import Scores
from spobet.recognition import evaluate as evaluating
from spobet.recognition.evaluate import evaluate
from spobet.reports.evaluation import gather, report
from spobet.runs import RunFolder


@pytest.fixture
def runs(trained_run: Path, tmp_path: Path) -> Iterator[list[RunFolder]]:
    yield [RunFolder(shutil.copytree(trained_run, tmp_path / name)) for name in ("first", "second")]


def test_a_report_is_one_page_and_one_file_of_values(
    runs: list[RunFolder], tiny_data: Path, tmp_path: Path
) -> None:
    page = report([run.path for run in runs], tiny_data, ["test"], tmp_path / "out" / "report")
    assert page == tmp_path / "out" / "report" / "report.html"
    values = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))
    assert not list(runs[0].path.glob("scores-*"))  # a report leaves run folders as they are
    metrics = evaluate(runs[0].path, tiny_data, ["test"])
    assert values["accuracy"]["top1"]["instance"]["mean"] == metrics.top1.instance
    assert [run["name"] for run in values["runs"]] == ["first", "second"]
    assert values["runs"][0]["temperature"]["fitted"] == "fitted on the 4 clips of val"


def test_temperature_is_cross_fitted_where_validation_is_scored_itself(
    runs: list[RunFolder], tiny_data: Path
) -> None:
    told = gather(runs[:1], Dataset.open(tiny_data), ["val", "test"], 0.1)
    assert told.runs[0].trust is not None
    assert told.runs[0].trust.how.startswith("fitted on the other folds of ")
    assert not runs[0].scores("val").exists()


def test_kept_scores_are_used_and_those_of_other_weights_are_not(
    runs: list[RunFolder], tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, run = Dataset.open(tiny_data), runs[0]
    evaluate(run.path, tiny_data, ["val", "test"])
    kept = Scores.read(run.scores("val+test"))
    monkeypatch.setattr(evaluating, "score_clips", None)  # would be called
    assert (gather([run], dataset, ["val", "test"], 0.1).runs[0].logits == kept.logits).all()
    monkeypatch.undo()
    Scores(
        kept.clip_ids, kept.vocabulary, kept.logits[::-1], kept.data, "of another network"
    ).write(run.scores("val+test"))
    assert (gather([run], dataset, ["val", "test"], 0.1).runs[0].logits == kept.logits).all()


def test_glosses_in_another_order_are_put_in_the_first_runs_order(
    runs: list[RunFolder], tiny_data: Path
) -> None:
    dataset = Dataset.open(tiny_data)
    straight = gather(runs, dataset, ["val", "test"], 0.1)
    evaluate(runs[1].path, tiny_data, ["val", "test"])
    scores = Scores.read(runs[1].scores("val+test"))
    turned = type(scores.vocabulary)(scores.vocabulary.glosses[::-1])
    Scores(scores.clip_ids, turned, scores.logits[:, ::-1], scores.data, scores.weights).write(
        runs[1].scores("val+test")
    )
    assert np.array_equal(
        gather(runs, dataset, ["val", "test"], 0.1).runs[1].logits, straight.runs[1].logits
    )


def test_runs_that_name_different_glosses_are_refused(
    runs: list[RunFolder], tiny_data: Path
) -> None:
    evaluate(runs[1].path, tiny_data, ["test"])
    scores = Scores.read(runs[1].scores("test"))
    fewer = type(scores.vocabulary)(scores.vocabulary.glosses[:3])
    Scores(scores.clip_ids, fewer, scores.logits[:, :3], scores.data, scores.weights).write(
        runs[1].scores("test")
    )
    with pytest.raises(ValueError, match="second: names 3 glosses, the first run 4"):
        gather(runs, Dataset.open(tiny_data), ["test"], 0.1)


def test_clips_of_training_are_not_reported_on(runs: list[RunFolder], tiny_data: Path) -> None:
    with pytest.raises(ValueError, match="were trained or pretrained on and cannot be scored"):
        gather(runs[:1], Dataset.open(tiny_data), ["train"], 0.1)
