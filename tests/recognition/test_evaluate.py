"""Claims about scoring a run on clips it has never met."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from spobet.dataset.store import Dataset, DatasetWriter
from spobet.evaluation.metrics import METRICS
from spobet.evaluation.predictions import read_predictions_csv
from spobet.evaluation.scores import ModelOutput, Scores
from spobet.recognition.evaluate import (
    evaluate,
    evaluate_predictions,
    scores_of,
)
from spobet.recognition.network import network_hash
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder

KEYS = {
    "split",
    "num_clips",
    "num_glosses",
    "num_glosses_present",
    "top_k",
    *METRICS,
    "seed",
    "commit",
    "data",
    "note",
}


@pytest.fixture
def run(trained_run: Path, tmp_path: Path) -> RunFolder:
    """A trained run that may be changed."""
    return RunFolder(shutil.copytree(trained_run, tmp_path / "run"))


def test_metrics_have_exactly_these_keys(run: RunFolder, tiny_data: Path) -> None:
    evaluate(run.path, tiny_data, ["test"])
    metrics = json.loads(run.metrics("test").read_text())
    assert set(metrics) == KEYS
    keys = {"instance", "per_class", "interval", "hits", "count"}
    assert [(k, set(top)) for k, top in metrics["top_k"].items()] == [
        ("1", keys),
        ("5", keys),
        ("10", keys),
    ]


def test_figures_come_with_what_they_are_figures_of(run: RunFolder, tiny_data: Path) -> None:
    metrics, record = evaluate(run.path, tiny_data, ["test"]), run.record()
    assert (metrics.split, metrics.num_clips, metrics.num_glosses, metrics.num_glosses_present) == (
        "test",
        4,
        4,
        4,
    )
    assert (metrics.seed, metrics.commit, metrics.data) == (
        0,
        record.commit,
        Dataset.open(tiny_data).info.content_hash,
    )
    assert metrics.top_k[5].instance == metrics.top_k[10].instance == 1
    assert json.loads(run.metrics("test").read_text()) == json.loads(json.dumps(metrics.to_json()))


def test_predictions_stand_in_manifest_order_and_agree_with_the_metrics(
    run: RunFolder, tiny_data: Path
) -> None:
    metrics = evaluate(run.path, tiny_data, ["val", "test"])
    rows = read_predictions_csv(run.predictions("val+test"))
    clips = Dataset.open(tiny_data).manifest.of_splits("val", "test")
    assert [(row.clip_id, row.gloss) for row in rows] == [(clip.id, clip.gloss) for clip in clips]
    assert sum(row.rank == 1 for row in rows) == metrics.top_k[1].hits
    assert all((row.answers[0][0] == row.gloss) == (row.rank == 1) for row in rows)


def test_pooled_splits_are_named_together(run: RunFolder, tiny_data: Path) -> None:
    assert evaluate(run.path, tiny_data, ["val", "test"]).num_clips == 8
    assert run.metrics("val+test").name == "metrics-val+test.json"
    assert run.metrics("val+test").is_file()
    assert not run.metrics("test").exists()


def test_scoring_twice_gives_the_same_files(run: RunFolder, tiny_data: Path) -> None:
    evaluate(run.path, tiny_data, ["test"])
    files = (run.metrics("test"), run.predictions("test"), run.scores("test"))
    first = [file.read_bytes() for file in files]
    evaluate(run.path, tiny_data, ["test"])
    assert [file.read_bytes() for file in files] == first


def test_all_scores_are_kept_with_the_network_and_data_they_are_of(
    run: RunFolder, tiny_data: Path
) -> None:
    evaluate(run.path, tiny_data, ["test"])
    dataset, scores = Dataset.open(tiny_data), Scores.read(run.scores("test"))
    clips = dataset.manifest.of_splits("test")
    assert scores.clip_ids == tuple(clip.id for clip in clips)
    assert (scores.vocabulary, scores.data, scores.weights) == (
        run.glosses(),
        dataset.info.content_hash,
        network_hash(run),
    )
    assert (scores.logits == load(run.path).logits(dataset.pose(clip.id) for clip in clips)).all()


def test_a_runs_own_predictions_score_the_same_as_anyones(run: RunFolder, tiny_data: Path) -> None:
    ours = evaluate(run.path, tiny_data, ["val", "test"])
    theirs = evaluate_predictions(run.predictions("val+test"), tiny_data, ["val", "test"])
    assert theirs.top_k == ours.top_k
    assert (theirs.split, theirs.seed, theirs.data) == ("val+test", None, ours.data)
    assert theirs.note == "If it was trained on the training split: " + ours.note


def test_clips_of_training_are_refused_by_name(run: RunFolder, tiny_data: Path) -> None:
    training = Dataset.open(tiny_data).manifest.of_splits("train")
    message = (
        "train: 16 of 16 clips were trained or pretrained on and cannot be scored: "
        f"{training.clips[0].id}, "
    )
    with pytest.raises(ValueError, match=message):
        evaluate(run.path, tiny_data, ["train"])
    assert not list(run.path.glob("metrics-*"))


def test_a_split_without_clips_is_refused(run: RunFolder, tiny_data: Path) -> None:
    with pytest.raises(ValueError, match="no clip in split dev; there are 16 train, 4 val, 4 test"):
        evaluate(run.path, tiny_data, ["dev"])


def test_an_unfinished_run_is_refused_with_a_hint(run: RunFolder, tiny_data: Path) -> None:
    run.record_file.unlink()
    run.state.touch()
    with pytest.raises(FileNotFoundError, match="unfinished: give the same command again to go on"):
        evaluate(run.path, tiny_data, ["test"])


def test_a_gloss_outside_the_vocabulary_counts_as_wrong(
    run: RunFolder, tiny_data: Path, tmp_path: Path
) -> None:
    dataset = Dataset.open(tiny_data)
    with DatasetWriter(
        tmp_path / "other", dataset.skeleton, dataset.info.unit, "made", ""
    ) as writer:
        for clip in dataset.manifest.of_splits("test"):
            writer.add(replace(clip, id=f"new-{clip.id}", gloss="unknown"), dataset.pose(clip.id))
    metrics = evaluate(run.path, tmp_path / "other", ["test"])
    assert (metrics.top_k[10].hits, metrics.num_glosses_present) == (0, 1)


def test_scores_that_were_written_are_read_again(run: RunFolder, tiny_data: Path) -> None:
    evaluate(run.path, tiny_data, ["test"])
    dataset, written = Dataset.open(tiny_data), Scores.read(run.scores("test"))
    clips = dataset.manifest.of_splits("test")
    marked = replace(written, output=ModelOutput.of_logits(written.logits + 1))
    marked.write(run.scores("test"))
    assert (scores_of(run, dataset, clips, "test").logits == marked.logits).all()
    replace(marked, weights="of another network").write(run.scores("test"))
    assert (scores_of(run, dataset, clips, "test").logits == written.logits).all()


def test_written_scores_of_clips_that_were_trained_on_are_refused_too(
    run: RunFolder, tiny_data: Path
) -> None:
    evaluate(run.path, tiny_data, ["test"])
    dataset, clips = Dataset.open(tiny_data), Dataset.open(tiny_data).manifest.of_splits("test")
    scores_of(run, dataset, clips, "test")
    record = run.record()
    replace(record, clips=(*record.clips, clips.clips[0].id)).write(run.record_file)
    with pytest.raises(ValueError, match="1 of 4 clips were trained or pretrained on"):
        scores_of(run, dataset, clips, "test")


def test_scores_of_version_0_1_are_made_anew_where_they_lack_the_auxiliary_logit(
    run: RunFolder, tiny_data: Path
) -> None:
    evaluate(run.path, tiny_data, ["test"])
    dataset, written = Dataset.open(tiny_data), Scores.read(run.scores("test"))
    clips = dataset.manifest.of_splits("test")
    replace(written, output=ModelOutput.of_logits(written.logits + 1)).write(run.scores("test"))
    run.auxiliary_glosses.write_text("another\n")
    assert (scores_of(run, dataset, clips, "test").logits == written.logits).all()
