"""Claims about calibration, each against another implementation."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.evaluation.calibration import (
    TEMPERATURES,
    calibration_band,
    cross_fitted_temperatures,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    reliability,
)
from spobet.evaluation.probabilities import softmax

optimize = pytest.importorskip("scipy.optimize")
special = pytest.importorskip("scipy.special")
sklearn_calibration = pytest.importorskip("sklearn.calibration")
metrics = pytest.importorskip("sklearn.metrics")


def answers(
    seed: int, num_clips: int = 60, num_glosses: int = 7, sharpness: float = 3.0
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, num_glosses - 1, num_clips)  # the last gloss is absent
    logits = rng.normal(size=(num_clips, num_glosses)) + np.eye(num_glosses)[labels]
    return sharpness * logits, labels


@given(st.integers(0, 99), st.floats(0.1, 9))
def test_probabilities_and_likelihood_agree_with_scipy_and_scikit_learn(
    seed: int, temperature: float
) -> None:
    logits, labels = answers(seed)
    chances = softmax(logits, temperature)
    assert chances == pytest.approx(special.softmax(logits / temperature, axis=1))
    assert (softmax(logits + 1e4) == pytest.approx(softmax(logits), abs=1e-9)) and not np.isnan(
        softmax(logits * 1e6)
    ).any()
    if chances.min() > 1e-12:  # scikit-learn cuts smaller ones
        expected = metrics.log_loss(labels, chances, labels=np.arange(7))
        assert negative_log_likelihood(logits, labels, temperature) == pytest.approx(expected)


@given(st.integers(0, 99), st.sampled_from([0.4, 1.0, 3.0, 8.0]))
def test_the_temperature_agrees_with_scipys_minimum(seed: int, sharpness: float) -> None:
    logits, labels = answers(seed, sharpness=sharpness)
    lowest = optimize.minimize_scalar(
        lambda inverse: negative_log_likelihood(logits, labels, 1 / inverse),
        bounds=(0.05, 20),
        method="bounded",
        options={"xatol": 1e-10},
    )
    found = fit_temperature(logits, labels)
    assert found == pytest.approx(1 / lowest.x, rel=1e-3)
    assert negative_log_likelihood(logits, labels, found) <= min(
        negative_log_likelihood(logits, labels), lowest.fun + 1e-12
    )


@given(st.integers(0, 50), st.floats(0.2, 5))
def test_scaling_the_scores_scales_the_temperature(seed: int, factor: float) -> None:
    logits, labels = answers(seed)
    assert fit_temperature(logits * factor, labels) == pytest.approx(
        np.clip(fit_temperature(logits, labels) * factor, 0.05, 20)
    )


def test_all_right_and_all_wrong_stop_at_the_bounds() -> None:
    logits = np.eye(4) * 5
    assert fit_temperature(logits, np.arange(4)) == TEMPERATURES[0]
    assert fit_temperature(logits, np.array([1, 2, 3, 0])) == TEMPERATURES[1]
    assert (
        fit_temperature(np.zeros((3, 4)), np.array([1, 2, 3])) == TEMPERATURES[1]
    )  # all tied: no temperature matters
    assert fit_temperature(logits[:1], np.array([0])) == TEMPERATURES[0]


def test_a_cross_fitted_temperature_never_saw_its_clip() -> None:
    logits, labels = answers(0)
    folds = np.arange(60) % 5
    found = cross_fitted_temperatures(logits, labels, folds)
    for fold in range(5):
        assert (
            found[folds == fold] == fit_temperature(logits[folds != fold], labels[folds != fold])
        ).all()
    changed = np.where(folds[:, None] == 2, logits[::-1], logits)
    assert (
        cross_fitted_temperatures(changed, labels, folds)[folds == 2] == found[folds == 2]
    ).all()
    with pytest.raises(ValueError, match="1 folds"):
        cross_fitted_temperatures(logits, labels, np.zeros(60, int))


@given(st.integers(0, 99))
def test_bins_agree_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    confidence = rng.permutation(np.linspace(0.02, 0.98, 50))
    hits = rng.random(50) < confidence
    shares, means = sklearn_calibration.calibration_curve(
        hits, confidence, n_bins=5, strategy="quantile"
    )
    bins = reliability(confidence, hits)
    assert [part.count for part in bins] == [10] * 5
    assert [part.accuracy for part in bins] == pytest.approx(shares)
    assert [part.confidence for part in bins] == pytest.approx(means)
    assert expected_calibration_error(confidence, hits) == pytest.approx(abs(shares - means).mean())


@given(
    st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.9]), st.booleans()), min_size=1, max_size=20),
    st.randoms(),
)
def test_the_order_of_tied_clips_changes_nothing(clips: list[tuple[float, bool]], random) -> None:  # type: ignore[no-untyped-def]
    first = expected_calibration_error(*map(np.array, zip(*clips, strict=True)))
    random.shuffle(clips)
    assert expected_calibration_error(*map(np.array, zip(*clips, strict=True))) == pytest.approx(
        first
    )


def test_calibration_of_edge_cases() -> None:
    one = np.array([0.75])
    assert expected_calibration_error(one, np.array([True])) == pytest.approx(0.25)
    assert expected_calibration_error(np.ones(8), np.ones(8, bool)) == 0
    assert expected_calibration_error(np.ones(8), np.zeros(8, bool)) == 1
    assert expected_calibration_error(np.full(8, 0.5), np.arange(8) % 2 == 0) == 0
    assert calibration_band(np.ones(8), np.random.default_rng(0)) == 0


def test_the_band_agrees_with_counting_every_outcome() -> None:
    confidence = np.array([0.1, 0.35, 0.6, 0.6, 0.8, 0.95])
    outcomes = [np.array(hits, bool) for hits in product([0, 1], repeat=6)]
    chances = np.array([np.where(hits, confidence, 1 - confidence).prod() for hits in outcomes])
    errors = np.array([expected_calibration_error(confidence, hits, 3) for hits in outcomes])
    order = np.argsort(errors)
    expected = errors[order][np.searchsorted(np.cumsum(chances[order]), 0.95)]
    found = calibration_band(confidence, np.random.default_rng(0), num_bins=3, num_draws=50_000)
    assert found == pytest.approx(expected, abs=0.012)


@pytest.mark.parametrize("seed", [0, 1])
def test_calibrated_networks_stay_within_the_band_and_sure_ones_do_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    confidence = rng.random(250)
    inside = [
        expected_calibration_error(confidence, rng.random(250) < confidence)
        < calibration_band(confidence, rng, num_draws=400)
    ]
    inside += [
        expected_calibration_error(confidence, rng.random(250) < confidence**3)
        > calibration_band(confidence, rng, num_draws=400)
    ]
    assert all(inside)


def test_what_has_no_calibration_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected one in 0..3"):
        negative_log_likelihood(np.zeros((2, 4)), np.array([0, -1]))
    with pytest.raises(ValueError, match="all finite"):
        fit_temperature(np.array([[np.nan, 0.0]]), np.array([0]))
    with pytest.raises(ValueError, match="temperature 0"):
        softmax(np.zeros((1, 2)), 0.0)
    with pytest.raises(ValueError, match="for each of the same clips"):
        reliability(np.array([1.5]), np.array([True]))
    with pytest.raises(ValueError, match="0 bins"):
        reliability(np.array([0.5]), np.array([True]), 0)
