"""Claims about reports on run folders."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spobet.config import write_experiment
from spobet.dataset.store import Dataset
from spobet.evaluation.scores import ModelOutput, Scores
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
    assert values["recipes"][0]["top_k"]["1"]["instance"]["mean"] == metrics.top_k[1].instance
    assert [run["name"] for run in values["runs"]] == ["first", "second"]
    assert values["recipes"][0]["runs"] == ["first", "second"]
    assert values["runs"][0]["temperature"]["fitted"] == "fitted on the 4 clips of val"


def test_temperature_is_cross_fitted_where_validation_is_scored_itself(
    runs: list[RunFolder], tiny_data: Path
) -> None:
    found = gather(runs[:1], Dataset.open(tiny_data), ["val", "test"], 0.1)
    assert found.runs[0].confidence is not None
    assert found.runs[0].confidence.fitted_on.startswith("fitted on the other folds of ")
    assert not runs[0].scores("val").exists()


def test_written_scores_are_used_and_those_of_other_weights_are_not(
    runs: list[RunFolder], tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, run = Dataset.open(tiny_data), runs[0]
    evaluate(run.path, tiny_data, ["val", "test"])
    written = Scores.read(run.scores("val+test"))
    monkeypatch.setattr(evaluating, "score_clips", None)  # would be called
    assert (gather([run], dataset, ["val", "test"], 0.1).runs[0].logits == written.logits).all()
    monkeypatch.undo()
    turned = ModelOutput.of_logits(written.logits[::-1])
    replace(written, output=turned, weights="of another network").write(run.scores("val+test"))
    assert (gather([run], dataset, ["val", "test"], 0.1).runs[0].logits == written.logits).all()


def test_glosses_in_another_order_are_put_in_the_first_runs_order(
    runs: list[RunFolder], tiny_data: Path
) -> None:
    dataset = Dataset.open(tiny_data)
    straight = gather(runs, dataset, ["val", "test"], 0.1)
    evaluate(runs[1].path, tiny_data, ["val", "test"])
    scores = Scores.read(runs[1].scores("val+test"))
    turned = type(scores.vocabulary)(scores.vocabulary.glosses[::-1])
    output = ModelOutput.of_logits(scores.logits[:, ::-1])
    replace(scores, vocabulary=turned, output=output).write(runs[1].scores("val+test"))
    assert np.array_equal(
        gather(runs, dataset, ["val", "test"], 0.1).runs[1].logits, straight.runs[1].logits
    )


def test_runs_that_name_different_glosses_are_refused(
    runs: list[RunFolder], tiny_data: Path
) -> None:
    evaluate(runs[1].path, tiny_data, ["test"])
    scores = Scores.read(runs[1].scores("test"))
    fewer = type(scores.vocabulary)(scores.vocabulary.glosses[:3])
    output = ModelOutput.of_logits(scores.logits[:, :3])
    replace(scores, vocabulary=fewer, output=output).write(runs[1].scores("test"))
    with pytest.raises(ValueError, match="second: 3 glosses, the first run 4"):
        gather(runs, Dataset.open(tiny_data), ["test"], 0.1)


def test_clips_of_training_are_not_reported_on(runs: list[RunFolder], tiny_data: Path) -> None:
    with pytest.raises(ValueError, match="were trained or pretrained on and cannot be scored"):
        gather(runs[:1], Dataset.open(tiny_data), ["train"], 0.1)


def test_runs_are_of_one_recipe_where_only_their_seed_differs(
    runs: list[RunFolder], tiny_data: Path
) -> None:
    settings = runs[1].config.read_text()
    runs[1].config.write_text(settings.replace("seed = 0", "seed = 1"))
    assert runs[1].experiment().seed == 1
    assert len(gather(runs, Dataset.open(tiny_data), ["test"], 0.1).recipes) == 1
    other = replace(runs[1].experiment().train, label_smoothing=0.25)
    write_experiment(replace(runs[1].experiment(), train=other), runs[1].config)
    assert len(gather(runs, Dataset.open(tiny_data), ["test"], 0.1).recipes) == 2
