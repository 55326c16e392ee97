"""Claims about training with auxiliary glosses: told apart, and never answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from recognition.test_recognizer import random_clip

from spobet.config import Experiment
from spobet.dataset.reserve import auxiliary_clips
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.evaluation.probabilities import softmax
from spobet.ingest.synthetic import synthesize
from spobet.poses.arrays import PoseBank
from spobet.recognition.network import run_network
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder
from spobet.training import train
from spobet.training.batches import AuxiliaryBatches
from spobet.training.networks import build_classifier


@pytest.fixture(scope="module")
def other_data(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of other glosses, and two test clips of `tiny_data` under other names."""
    made, path = tmp_path_factory.mktemp("data") / "made", tmp_path_factory.mktemp("data") / "other"
    synthesize(made, num_glosses=7, num_signers=6, takes=1)
    source, own = Dataset.open(made), Dataset.open(tiny_data)
    test = list(own.manifest.of_splits("test"))[:2]
    with DatasetWriter(path, source.skeleton, source.info.unit, "other", "none") as writer:
        for clip in source.manifest.of_splits("train"):
            writer.add(replace(clip, id=f"other-{clip.id}"), source.pose(clip.id))
        for clip in test:
            writer.add(
                replace(clip, id=f"copy-{clip.id}", gloss="x copied", split="train"),
                own.pose(clip.id),
            )
    return path


@pytest.fixture(scope="module")
def run(
    tiny_experiment: Experiment,
    tiny_data: Path,
    other_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> RunFolder:
    """A run beside auxiliary glosses."""
    path = tmp_path_factory.mktemp("runs") / "beside"
    train(tiny_experiment, tiny_data, path, auxiliary=[other_data])
    return RunFolder(path)


@pytest.mark.slow
def test_its_epoch_may_be_chosen_on_validation_among_the_vocabulary(
    tiny_experiment: Experiment, tiny_data: Path, other_data: Path, tmp_path: Path
) -> None:
    choices = replace(tiny_experiment.train, choose_on_validation=True)
    experiment, run = replace(tiny_experiment, train=choices), RunFolder(tmp_path / "run")
    train(experiment, tiny_data, run.path, auxiliary=[other_data])
    assert run.record().chosen.startswith("best on val (epoch ")
    history = run.read_history()
    assert len(history["val_top1"]) == run.experiment().train.schedule.epochs
    assert {"vocabulary_loss", "vocabulary_accuracy", "all_glosses_loss"} <= set(history)


def test_only_its_own_glosses_are_answered_and_what_was_met_is_recorded(
    run: RunFolder, tiny_data: Path, other_data: Path
) -> None:
    own, others = (
        Dataset.open(tiny_data).manifest.vocabulary,
        Dataset.open(other_data).manifest.vocabulary,
    )
    told = run.all_glosses().glosses
    assert run.glosses() == own
    assert set(told) == set(own.glosses) | set(others.glosses) - {"x copied"}
    assert "2 identical landmarks" in run.record().left_out
    assert "gloss" in run.left_out.read_text()
    assert {clip for clip in run.record().clips if clip.startswith("other-")}
    assert {answer.gloss for answer in load(run.path).predict(random_clip(0), top=99)} == set(
        own.glosses
    )


def test_the_file_answers_as_keras_does(run: RunFolder) -> None:
    import keras

    recognizer, choices = load(run.path), run.experiment().input
    bank = PoseBank.of(
        [random_clip(seed) for seed in range(3)],
        recognizer.skeleton,
        choices.min_confidence,
        choices.right_leads,
    )
    inputs = bank.even_input(np.arange(3), choices.num_frames, choices.stretch)
    everything = keras.saving.load_model(run.classifier).predict_on_batch(inputs)
    output = run_network(recognizer.network, inputs)
    assert everything.shape == (3, len(run.all_glosses()))
    np.testing.assert_allclose(output.logits, everything[:, :4], atol=1e-4)
    np.testing.assert_allclose(
        output.auxiliary[:, 0], np.log(np.exp(everything[:, 4:]).sum(axis=1)), atol=1e-4
    )
    ours = softmax(everything)[:, :4]
    np.testing.assert_allclose(recognizer.probabilities(output).probabilities, ours, atol=1e-4)


def test_an_enrolled_sign_is_not_held_against_itself(run: RunFolder) -> None:
    recognizer, clips = load(run.path), [random_clip(seed) for seed in range(2)]
    before = recognizer.predict(clips[1], top=99)
    recognizer = recognizer.with_sign("tea", [clips[0]])
    first, *rest = recognizer.predict(clips[0], top=99)
    assert first.gloss == "tea"
    assert first.probability + sum(answer.probability for answer in rest) == pytest.approx(1)
    after = recognizer.predict(clips[1], top=99)
    if after[0].gloss != "tea":
        assert sum(answer.probability for answer in after) < 1
    assert sum(answer.probability for answer in before) < 1


def test_a_run_beside_others_hands_its_prototypes_on_by_name(
    run: RunFolder, tiny_experiment: Experiment, tiny_data: Path
) -> None:
    dataset = Dataset.open(tiny_data)
    classifier, head_from = build_classifier(
        tiny_experiment, dataset, dataset.manifest.vocabulary, run.path
    )
    assert head_from == f"4 of 4 glosses from {run.path.name}"
    assert classifier.head.num_auxiliary == 0


def test_a_data_set_that_keeps_nothing_for_a_test_reserves_its_glosses_alone(
    tiny_data: Path, other_data: Path, tmp_path: Path
) -> None:
    own, other = Dataset.open(tiny_data), Dataset.open(other_data)
    with DatasetWriter(tmp_path / "train", own.skeleton, own.info.unit, "own", "none") as writer:
        for clip in own.manifest.of_splits("train"):
            writer.add(clip, own.pose(clip.id))
    [source] = auxiliary_clips([other], Dataset.open(tmp_path / "train"))
    assert {clip.gloss for clip in source.clips} == set(other.manifest.vocabulary.glosses) - set(
        own.manifest.vocabulary.glosses
    )


def test_every_epoch_has_all_clips_of_its_own_and_others_drawn_anew(
    tiny_experiment: Experiment, tiny_data: Path
) -> None:
    dataset = Dataset.open(tiny_data)
    bank = PoseBank.of((dataset.pose(clip.id) for clip in dataset.manifest), dataset.skeleton, 0.1)
    assert len(bank) == 24
    choices = replace(tiny_experiment, train=replace(tiny_experiment.train, auxiliary_share=0.5))
    labels = np.concatenate([np.arange(10) % 2, 2 + np.arange(14) % 3])
    batches = AuxiliaryBatches(bank, labels, choices, num_clips=10, num_glosses=2, num_auxiliary=3)
    assert len(batches) == 2
    _, targets, weights = batches[0]
    own = targets["all_glosses"].argmax(axis=1) < 2
    np.testing.assert_array_equal(weights["vocabulary"], own)
    np.testing.assert_array_equal(
        targets["vocabulary"].argmax(axis=1)[own], targets["all_glosses"].argmax(axis=1)[own]
    )
    assert 0 < own.sum() < len(own)
    drawn = []
    for epoch in range(6):
        batches.start_at(epoch)
        order = batches.order
        assert sorted(order[order < 10]) == list(range(10))
        assert len(order) == 15
        drawn.append(frozenset(order[order >= 10].tolist()))
    assert len(set(drawn)) > 1
