"""Claims about what follows from a run's scores."""

import numpy as np
import pytest

from spobet.evaluation.calibration import fit_temperature
from spobet.evaluation.confidence import as_answered, cross_fitted, fitted_elsewhere
from spobet.evaluation.probabilities import softmax
from spobet.evaluation.selective import for_error, operating_points


def overconfident(seed: int, num_clips: int = 240) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from the probabilities of scores that are then made three times too sharp."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(num_clips, 6))
    labels = np.array([rng.choice(6, p=row) for row in softmax(logits)])
    return 3 * logits, labels


def test_scaling_brings_an_overconfident_network_within_the_band() -> None:
    logits, labels = overconfident(0)
    found = cross_fitted(logits, labels, np.arange(240) % 5, wanted_error=0.3)
    assert found.fitted_on == "fitted on the other folds of 5"
    assert found.temperature == pytest.approx(3, rel=0.2)
    assert found.before.expected_calibration_error > found.before.band
    assert found.after.expected_calibration_error < found.after.band
    assert found.after.negative_log_likelihood < found.before.negative_log_likelihood
    assert found.points[-1].hits == (logits.argmax(axis=1) == labels).sum()
    gain, (low, high) = found.gain
    assert low < gain < high and gain > 0


def test_with_validation_both_temperature_and_threshold_come_from_there() -> None:
    (logits, labels), fit_on = overconfident(1), overconfident(2)
    found = fitted_elsewhere(logits, labels, fit_on, "val", wanted_error=0.3)
    temperature = fit_temperature(*fit_on)
    assert found.fitted_on == "fitted on the 240 clips of val"
    assert found.temperature == pytest.approx(temperature)
    confidence = softmax(fit_on[0], temperature).max(axis=1)
    point = for_error(operating_points(confidence, fit_on[0].argmax(axis=1) == fit_on[1]), 0.3)
    assert point is not None and found.threshold == point.threshold
    accepted = found.confidence >= point.threshold
    assert (found.on_other_clips.accepted, found.on_other_clips.hits) == (
        accepted.sum(),
        found.hits[accepted].sum(),
    )


def test_what_a_run_answers_with_is_judged_as_it_is() -> None:
    logits, labels = overconfident(4)
    probabilities, fitted_here = softmax(logits, 3.0), np.arange(240) < 100
    confidence = probabilities.max(axis=1) ** 2  # accepted by something else than what is shown
    shown = (probabilities, confidence)
    found = as_answered(logits, labels, shown, "on val", 3.0, 0.25, 0.1, fitted_here)
    assert (found.temperature, found.threshold, found.wanted_error) == (3.0, 0.25, 0.1)
    assert [part.confidence for part in found.after.bins] == [
        pytest.approx(np.mean(part))
        for part in np.array_split(np.sort(probabilities.max(axis=1)), 5)
    ]
    accepted = (confidence >= 0.25) & ~fitted_here
    hits = logits.argmax(axis=1) == labels
    assert found.on_other_clips.count == 140
    assert (found.on_other_clips.accepted, found.on_other_clips.hits) == (
        accepted.sum(),
        (accepted & hits).sum(),
    )


def test_a_cross_fitted_threshold_is_tried_on_every_clip_once() -> None:
    logits, labels = overconfident(3)
    found = cross_fitted(logits, labels, np.arange(240) % 5, wanted_error=0.2)
    assert found.on_other_clips.count == 240
    assert 0 < found.on_other_clips.hits <= found.on_other_clips.accepted < 240


def test_an_error_that_no_threshold_meets_accepts_nothing() -> None:
    logits = np.tile(np.array([[5.0, 0, 0]]), (20, 1))
    found = cross_fitted(logits, np.arange(20) % 2 + 1, np.arange(20) % 5, wanted_error=0.0)
    assert (found.threshold, found.on_other_clips.accepted, found.points[-1].accuracy) == (
        None,
        0,
        0,
    )


def test_clips_outside_the_vocabulary_are_wrong_and_have_no_likelihood() -> None:
    logits, labels = overconfident(4)
    outside = np.where(np.arange(240) < 40, -1, labels)
    found = cross_fitted(logits, outside, np.arange(240) % 5, wanted_error=0.3)
    assert found.points[-1].hits == (logits.argmax(axis=1) == labels)[40:].sum()
    assert np.isfinite(found.after.negative_log_likelihood)


def test_the_figures_are_the_same_again() -> None:
    logits, labels = overconfident(5)
    first, second = (
        cross_fitted(logits, labels, np.arange(240) % 5, wanted_error=0.3) for _ in range(2)
    )
    assert (first.before, first.after, first.gain, first.on_other_clips) == (
        second.before,
        second.after,
        second.gain,
        second.on_other_clips,
    )
