"""Claims about training hands and arms side by side, and what the run then answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from model.test_arms import given, made

from spobet.config import Experiment, Schedule
from spobet.dataset.store import Dataset
from spobet.explain.rollout import explain
from spobet.model.arms import ArmsStream
from spobet.poses.skeleton import HANDS_42, HANDS_AND_ARMS_49
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder
from spobet.sizes import ArmsConfig
from spobet.training import pretrain, train
from spobet.training.fit import optimizer_of
from spobet.training.networks import load_network
from spobet.training.streams import EachStream, apart, arms_rates

pytestmark = pytest.mark.filterwarnings("ignore::spobet.poses.preprocess.UnknownPictureSize")


@pytest.fixture(scope="module")
def experiment(tiny_experiment: Experiment) -> Experiment:
    return replace(
        tiny_experiment,
        arms=ArmsConfig(width=4, blocks=("convolution",), kernel_size=3),
        input=replace(tiny_experiment.input, reference="hands"),
        train=replace(tiny_experiment.train, choose_on_validation=True),
    )


@pytest.fixture(scope="module")
def run(
    experiment: Experiment, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
    """A run of hands and arms from a backbone of hands, its epoch chosen on validation."""
    folder = tmp_path_factory.mktemp("runs")
    pretrain(experiment, [tiny_data], folder / "pretrained")
    train(experiment, tiny_data, folder / "arms", folder / "pretrained")
    return RunFolder(folder / "arms")


def test_the_backbone_is_one_of_hands_and_the_run_reads_both(
    run: RunFolder, tiny_data: Path
) -> None:
    classifier = load_network(run.classifier)
    assert classifier.backbone.skeleton == HANDS_42
    assert isinstance(classifier.arms, ArmsStream)
    assert run.record().skeleton == Dataset.open(tiny_data).skeleton
    assert run.record().chosen.startswith("best on val")
    assert load_network(run.path.parent / "pretrained" / "backbone.keras").skeleton == HANDS_42


def test_it_answers_with_a_body_and_without(run: RunFolder, tiny_data: Path) -> None:
    recognizer, dataset = load(run.path), Dataset.open(tiny_data)
    pose = dataset.pose(dataset.manifest.of_splits("test").clips[0].id)
    hands = pose.select(HANDS_42)
    classifier = load_network(run.classifier)
    for clip in (pose, hands):
        inputs = recognizer.preprocessor.with_rests()([clip])
        logits = np.asarray(classifier.predict_on_batch(inputs))
        [theirs] = recognizer.network.run(["logits"], inputs)
        np.testing.assert_allclose(theirs, logits, atol=1e-4)
    with_body, without = recognizer.logits([pose]), recognizer.logits([hands])
    assert np.abs(with_body - without).max() > 0.1


def test_a_sign_enrolled_from_a_clip_is_named_in_it(run: RunFolder, tiny_data: Path) -> None:
    """Its score is the highest that there is: the clip's vector is its prototype."""
    recognizer, dataset = load(run.path), Dataset.open(tiny_data)
    pose = dataset.pose(dataset.manifest.of_splits("test").clips[0].id)
    assert recognizer.prototype_scale == 32
    for clip in (pose, pose.select(HANDS_42)):
        assert recognizer.with_sign("tea", [clip]).predict(clip)[0].gloss == "tea"


def test_attention_is_rolled_out_over_the_hands(run: RunFolder, tiny_data: Path) -> None:
    recognizer, dataset = load(run.path), Dataset.open(tiny_data)
    pose = dataset.pose(dataset.manifest.clips[0].id)
    [found] = explain(load_network(run.classifier), recognizer.preprocessor([pose]))
    assert found.weights.sum() == pytest.approx(1)


def test_arms_may_learn_beside_auxiliary_glosses(
    experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    from spobet.ingest.synthetic import synthesize

    synthesize(tmp_path / "others", num_glosses=6, num_signers=6, takes=1)
    train(experiment, tiny_data, tmp_path / "run", auxiliary=[tmp_path / "others"])
    recognizer, dataset = load(tmp_path / "run"), Dataset.open(tiny_data)
    output = recognizer.outputs([dataset.pose(dataset.manifest.clips[0].id)])
    assert output.logits.shape == (1, 4) and output.auxiliary.shape == (1, 1)


def test_the_hands_learn_as_they_do_alone() -> None:
    """Updates with gradients that are clipped: the arms' are clipped by themselves."""
    alone, both = (made(arms, dropout=0) for arms in (False, True))
    for part in ("backbone", "head"):
        getattr(both, part).set_weights(getattr(alone, part).get_weights())
    inputs, targets = given(), np.eye(5, dtype=np.float32)[[1, 4]]
    hands = {**inputs, "landmarks": inputs["landmarks"][:, :, HANDS_AND_ARMS_49.body.size :]}
    schedule = Schedule(epochs=4, clip_norm=1e-3, learning_rate=0.1, averaging=0, weight_decay=0)
    rates = arms_rates(both, 2.5)
    alone.compile(
        optimizer_of(schedule, 1), loss=keras.losses.CategoricalCrossentropy(from_logits=True)
    )
    judged = apart(both)
    judged.compile(optimizer_of(schedule, 1, rates, rates), loss=EachStream())
    before = alone.backbone.get_weights()
    for model, shown in ((alone, hands), (judged, inputs)):
        for _ in range(3):
            model.train_on_batch(shown, targets)
    moved = 0.0
    for one, other, first in zip(
        alone.backbone.get_weights(), both.backbone.get_weights(), before, strict=True
    ):
        np.testing.assert_allclose(other, one, atol=2e-4)
        moved = max(moved, float(np.abs(one - first).max()))
    assert moved > 1e-2
