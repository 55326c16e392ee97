"""Claims about scoring a run on clips it has never met."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.evaluation.predictions import read_predictions_csv
from spobet.evaluation.scores import Scores
from spobet.recognition.evaluate import (
    evaluate,
    evaluate_predictions,
    refuse_met,
    refuse_met_signers,
    signer_overlap,
)
from spobet.recognition.recognizer import load, network_of
from spobet.runs import RunFolder

KEYS = {
    "split",
    "num_clips",
    "num_glosses",
    "num_glosses_present",
    "top1",
    "top5",
    "top10",
    "seed",
    "commit",
    "data",
}


@pytest.fixture
def run(trained_run: Path, tmp_path: Path) -> RunFolder:
    """A trained run that may be changed."""
    return RunFolder(shutil.copytree(trained_run, tmp_path / "run"))


def test_metrics_have_exactly_these_keys(run: RunFolder, tiny_data: Path) -> None:
    evaluate(run.path, tiny_data, ["test"])
    metrics = json.loads(run.metrics("test").read_text())
    assert set(metrics) == KEYS
    assert all(
        set(metrics[top]) == {"instance", "class", "interval"} for top in ("top1", "top5", "top10")
    )


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
    assert metrics.top5.instance == metrics.top10.instance == 1
    assert json.loads(run.metrics("test").read_text()) == json.loads(json.dumps(metrics.to_json()))


def test_predictions_stand_in_manifest_order_and_agree_with_the_metrics(
    run: RunFolder, tiny_data: Path
) -> None:
    metrics = evaluate(run.path, tiny_data, ["val", "test"])
    rows = read_predictions_csv(run.predictions("val+test"))
    clips = Dataset.open(tiny_data).manifest.of_splits("val", "test")
    assert [(row.clip_id, row.gloss) for row in rows] == [(clip.id, clip.gloss) for clip in clips]
    assert sum(row.rank == 1 for row in rows) == metrics.top1.hits
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
        network_of(run),
    )
    assert (scores.logits == load(run.path).logits(dataset.pose(clip.id) for clip in clips)).all()


def test_a_runs_own_predictions_score_the_same_as_anyones(run: RunFolder, tiny_data: Path) -> None:
    ours = evaluate(run.path, tiny_data, ["val", "test"])
    theirs = evaluate_predictions(run.predictions("val+test"), tiny_data, ["val", "test"])
    assert theirs.tops == ours.tops
    assert (theirs.split, theirs.seed, theirs.data) == ("val+test", None, ours.data)
    assert theirs.note == "If it was trained on the training split: " + ours.note


def test_clips_of_training_are_refused_by_name(run: RunFolder, tiny_data: Path) -> None:
    training = Dataset.open(tiny_data).manifest.of_splits("train")
    message = f"train: 16 of 16 clips were trained or pretrained on and cannot be scored: {training.clips[0].id}, "
    with pytest.raises(ValueError, match=message):
        evaluate(run.path, tiny_data, ["train"])
    assert not list(run.path.glob("metrics-*"))


def test_one_clip_of_pretraining_among_many_is_refused(tiny_data: Path) -> None:
    clips = Dataset.open(tiny_data).manifest.of_splits("test")
    met = clips.clips[2].id
    with pytest.raises(
        ValueError,
        match=f"test: 1 of 4 clips were trained or pretrained on and cannot be scored: {met}$",
    ):
        refuse_met(clips, frozenset({met, "another"}), "test")
    refuse_met(Manifest(clips.clips[:2]), frozenset({met}), "test")


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
    assert (metrics.top10.hits, metrics.num_glosses_present) == (0, 1)


def test_signers_also_trained_on_are_counted_beside_the_figures() -> None:
    trained = (Clip("1", "book", "anna"), Clip("2", "drink", "ben"), Clip("3", "book"))
    scored = (
        Clip("4", "book", "anna"),
        Clip("5", "book", "ben"),
        Clip("6", "book", "cleo"),
        Clip("7", "book"),
    )
    note = signer_overlap(
        Manifest(scored),
        Manifest(trained + scored),
        frozenset("123"),
        frozenset(("anna", "ben", "")),
    )
    assert note.startswith("2 of 4 clips are by signers also trained on, 1 of these")
    assert note.endswith("1 are by unknown signers; training met clips of unknown signers too.")


def test_signers_of_a_pretraining_on_other_clips_are_counted_too() -> None:
    scored = Manifest((Clip("4", "book", "dora"),))
    assert signer_overlap(
        scored, scored, frozenset(("elsewhere",)), frozenset(("dora",))
    ).startswith("1 of 1 clips are by signers also trained on, 0 of these")


APART = Manifest((Clip("a", "go", "ann", "train"), Clip("b", "go", "bob", "test")))


@pytest.mark.parametrize(
    ("met", "who"), [({"ann", "bob"}, "signers bob"), ({"ann", ""}, "clips of unknown signers")]
)
def test_a_split_by_new_signers_refuses_a_run_that_has_met_them_or_may_have(
    met: set[str], who: str
) -> None:
    with pytest.raises(
        ValueError,
        match=f"test: no signer of it is in training here, but the run .* on {who}; pretrain anew",
    ):
        refuse_met_signers(APART.of_splits("test"), APART, frozenset(met), "test")
    refuse_met_signers(APART.of_splits("test"), APART, frozenset({"ann", "eve"}), "test")


def test_a_split_that_shares_signers_with_training_refuses_nobody() -> None:
    shared = Manifest((*APART.clips, Clip("c", "go", "bob", "train")))
    refuse_met_signers(shared.of_splits("test"), shared, frozenset({"bob", ""}), "test")
    unknown = Manifest((Clip("a", "go", "", "train"), Clip("b", "go", "", "test")))
    refuse_met_signers(unknown.of_splits("test"), unknown, frozenset({""}), "test")
