"""Claims about probabilities that are fitted, and the confidence that is enough."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.manifest import Vocabulary
from spobet.dataset.store import Dataset
from spobet.evaluation.calibration import (
    calibration_band,
    expected_calibration_error,
    fit_temperature,
)
from spobet.evaluation.predictions import read_predictions_csv
from spobet.evaluation.probabilities import log_softmax, softmax
from spobet.evaluation.scores import ModelOutput
from spobet.recognition.answers import gloss_probabilities
from spobet.recognition.calibrate import calibrate, find_rejection, fit_temperature_and_weight
from spobet.recognition.evaluate import evaluate
from spobet.recognition.recognizer import load
from spobet.recognition.rejection import Rejection
from spobet.shipped import find_run

FIVE = Vocabulary(("a", "b", "c", "d", "e"))


def drawn(num_unknown: int = 0, seed: int = 0) -> tuple[ModelOutput, np.ndarray]:
    """200 clips of known glosses and some of unknown signs, whose auxiliary logit is higher."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate([rng.integers(5, size=200), np.full(num_unknown, -1)])
    known = labels >= 0
    logits = rng.normal(size=(len(labels), 5)) + 2.5 * known[:, None] * np.eye(5)[labels]
    auxiliary = rng.normal(size=(len(labels), 1)) + np.where(known, 2.0, 4.0)[:, None]
    return ModelOutput(logits, np.zeros((len(labels), 0)), auxiliary), labels


@pytest.mark.parametrize("with_auxiliary", [False, True])
def test_the_threshold_is_the_lowest_that_leaves_few_enough_wrong(with_auxiliary: bool) -> None:
    output, labels = drawn()
    if not with_auxiliary:
        output = ModelOutput.of_logits(output.logits)
    rejection = find_rejection(output, FIVE, labels, 0.1, "val")
    answered = gloss_probabilities(output, FIVE, rejection)
    hits = answered.probabilities.argmax(axis=1) == labels
    accepted = answered.accepted
    assert (accepted.sum(), hits[accepted].sum()) == (rejection.answered, rejection.hits)
    assert 1 - hits[accepted].mean() <= 0.1
    assert 0 < accepted.sum() < len(labels)
    lower = answered.confidence >= np.sort(answered.confidence[~accepted])[-1]
    assert 1 - hits[lower].mean() > 0.1


@pytest.mark.parametrize("misnamed", [0, 300], ids=["as it says", "a third misnamed"])
def test_first_answers_are_right_as_often_as_their_probabilities_say(misnamed: int) -> None:
    rng = np.random.default_rng(5)
    logits = 3 * rng.normal(size=(900, 5))
    labels = (rng.random((900, 1)) > softmax(logits).cumsum(axis=1)).sum(axis=1)
    labels[:misnamed] = (labels[:misnamed] + rng.integers(1, 5, misnamed)) % 5
    output = ModelOutput.of_logits(logits)
    rejection = find_rejection(output, FIVE, labels, 0.5, "val")
    assert ((rejection.known_share, rejection.first_share) != (1, 0)) == bool(misnamed)
    if not misnamed:
        assert rejection.temperature == pytest.approx(fit_temperature(logits, labels))
    first = gloss_probabilities(output, FIVE, rejection).probabilities.max(axis=1)
    error = expected_calibration_error(first, logits.argmax(axis=1) == labels)
    assert error < calibration_band(first, np.random.default_rng(0))


def test_without_unknown_signs_probabilities_leave_auxiliary_glosses_out() -> None:
    output, labels = drawn()
    rejection = find_rejection(output, FIVE, labels, 0.1, "val")
    assert rejection.auxiliary_weight == 0
    assert rejection.temperature == fit_temperature(output.logits, labels)
    answered = gloss_probabilities(output, FIVE, rejection)
    assert answered.probabilities.sum(axis=1) == pytest.approx(1)
    top = answered.probabilities.max(axis=1)
    assert top.mean() == pytest.approx((output.logits.argmax(axis=1) == labels).mean(), abs=0.04)
    assert answered.confidence.mean() < top.mean() - 0.1  # judged with the auxiliary glosses in


def test_with_unknown_signs_what_is_left_to_them_is_as_often_as_they_come() -> None:
    output, labels = drawn(num_unknown=100)
    rejection = find_rejection(output, FIVE, labels, 0.1, "val")
    left = 1 - gloss_probabilities(output, FIVE, rejection).probabilities.sum(axis=1)
    assert left.mean() == pytest.approx(1 / 3, abs=1e-3)
    assert left[labels < 0].mean() > left[labels >= 0].mean() + 0.2


def test_temperature_and_weight_are_where_the_likelihood_is_highest() -> None:
    output, labels = drawn(num_unknown=60, seed=3)
    logits = np.concatenate([output.logits, output.auxiliary], axis=1).astype(np.float64)
    targets = np.where(labels < 0, 5, labels)

    def likelihood(temperature: float, weight: float) -> float:
        shifted = logits / temperature + np.log(weight) * (np.arange(6) == 5)
        return float(log_softmax(shifted)[np.arange(len(targets)), targets].mean())

    temperature, weight = fit_temperature_and_weight(logits, targets)
    best = likelihood(temperature, weight)
    for factor in (0.97, 1.03):
        assert likelihood(temperature * factor, weight) < best
        assert likelihood(temperature, weight * factor) < best


@pytest.mark.parametrize("with_auxiliary", [False, True])
def test_no_larger_share_of_unknown_signs_is_accepted(with_auxiliary: bool) -> None:
    output, labels = drawn(num_unknown=100)
    if not with_auxiliary:
        output = ModelOutput.of_logits(output.logits)
    known, unknown = output.rows(labels >= 0), output.rows(labels < 0)
    unknown = replace(unknown, auxiliary=unknown.auxiliary - 2)  # harder to tell
    lax = find_rejection(known, FIVE, labels[labels >= 0], 0.1, "val")
    strict = find_rejection(known, FIVE, labels[labels >= 0], 0.1, "val", unknown)
    assert gloss_probabilities(unknown, FIVE, lax).accepted.sum() > 10
    accepted = gloss_probabilities(unknown, FIVE, strict).accepted
    assert accepted.sum() == strict.unknown_answered == 10
    assert (strict.unknown_count, strict.count) == (100, 200)
    assert strict.temperature == lax.temperature  # what is shown stays as it was
    answered = gloss_probabilities(known, FIVE, strict).accepted
    assert answered.sum() == strict.answered < lax.answered


def test_no_threshold_is_an_error_not_a_guess() -> None:
    wrong = (np.arange(5) + 1) % 5
    with pytest.raises(
        ValueError, match="val: no threshold leaves at most 10% wrong answers among 5 clips"
    ):
        find_rejection(ModelOutput.of_logits(np.eye(5)), FIVE, wrong, 0.1, "val")
    with pytest.raises(ValueError, match="val: none of its 5 clips shows a gloss of the voc"):
        find_rejection(ModelOutput.of_logits(np.eye(5)), FIVE, np.full(5, -1), 0.1, "val")


def test_a_calibrated_run_answers_alike_with_scaled_probabilities(
    trained_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    run, pose = tmp_path / "run", next(pose for _, pose in Dataset.open(tiny_data).poses())
    shutil.copytree(trained_run, run)
    plain = load(run).predict(pose, top=4)
    assert plain.accepted
    rejection = calibrate(run, tiny_data, ["val"], error=1.0)
    assert Rejection.read(run / "rejection.json") == rejection
    scaled = load(run).predict(pose, top=4)
    assert [answer.gloss for answer in scaled] == [answer.gloss for answer in plain]
    logits = load(run).logits([pose])
    assert scaled[0].probability == pytest.approx(
        float(np.exp(log_softmax(logits, rejection.temperature)).max())
    )
    Rejection(threshold=1.0).write(run / "rejection.json")
    assert not load(run).predict(pose).accepted


def test_predictions_that_were_written_before_get_the_new_probabilities(
    trained_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained_run, run)
    evaluate(run, tiny_data, ["val"])
    before = read_predictions_csv(run / "predictions-val.csv")
    calibrate(run, tiny_data, ["val"], error=1.0)
    after = read_predictions_csv(run / "predictions-val.csv")
    assert [row.rank for row in after] == [row.rank for row in before]
    dataset = Dataset.open(tiny_data)
    for old, new in zip(before, after, strict=True):
        [answer] = load(run).predict(dataset.pose(new.clip_id), top=1)
        assert new.answers[0] == (answer.gloss, pytest.approx(answer.probability, abs=1e-6))
        assert new.answers[0][1] != old.answers[0][1]


def test_a_network_of_the_package_keeps_its_threshold(tiny_data: Path) -> None:
    with pytest.raises(ValueError, match="comes with the package"):
        calibrate(find_run("wlasl100-hands"), tiny_data)


def test_a_network_is_not_calibrated_on_what_it_was_trained_on(
    trained_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained_run, tmp_path / "run")
    with pytest.raises(ValueError, match="were trained or pretrained on"):
        calibrate(tmp_path / "run", tiny_data, ["train"])
    assert not (tmp_path / "run" / "rejection.json").exists()
