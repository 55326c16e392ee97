"""Claims about answers that do not count."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from recognition.test_recognizer import random_clip

from spobet.evaluation.calibration import softmax
from spobet.recognition.calibrate import calibrate, find_rejection
from spobet.recognition.recognizer import load
from spobet.recognition.rejection import Rejection
from spobet.shipped import find_run


def test_the_threshold_is_the_lowest_that_leaves_few_enough_wrong() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(5, size=200)
    logits = rng.normal(size=(200, 5)) + 2.5 * np.eye(5)[labels]
    rejection = find_rejection(logits, labels, 0.1, "val")
    chances = softmax(logits, rejection.temperature)
    hits, sure = chances.argmax(axis=1) == labels, chances.max(axis=1)
    answered = sure >= rejection.threshold
    assert (answered.sum(), hits[answered].sum()) == (rejection.answered, rejection.hits)
    assert 1 - hits[answered].mean() <= 0.1
    lower = sure >= np.sort(sure[~answered])[-1]
    assert 1 - hits[lower].mean() > 0.1 or not (~answered).any()


def test_no_threshold_is_an_error_not_a_guess() -> None:
    with pytest.raises(
        ValueError, match="val: no threshold leaves at most 10% wrong answers among 4 clips"
    ):
        find_rejection(np.eye(4), (np.arange(4) + 1) % 4, 0.1, "val")


def test_a_calibrated_run_scales_its_probabilities_and_knows_when_not(
    trained_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained_run, run)
    plain = load(run).predict(random_clip(0), top=4)
    assert load(run).accepts(plain)
    rejection = calibrate(run, tiny_data, ["val"], error=0.9)
    assert Rejection.read(run / "rejection.json") == rejection
    scaled = load(run)
    assert [answer.gloss for answer in scaled.predict(random_clip(0), top=4)] == [
        answer.gloss for answer in plain
    ]
    logits = scaled.logits([random_clip(0)])
    assert scaled.predict(random_clip(0))[0].probability == pytest.approx(
        softmax(logits, rejection.temperature).max()
    )
    Rejection(threshold=1.0).write(run / "rejection.json")
    assert not load(run).accepts(plain)


def test_what_is_damaged_or_not_ours_to_write_is_refused(
    trained_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "rejection.json").write_text('{"threshold": 7}')
    with pytest.raises(ValueError, match=r"rejection\.json: not what `spobet calibrate` writes"):
        Rejection.read(tmp_path / "rejection.json")
    with pytest.raises(ValueError, match="comes with the package"):
        calibrate(find_run("wlasl100-hands"), tiny_data)
