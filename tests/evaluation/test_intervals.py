"""Claims about intervals and comparisons, each against another implementation."""

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.dataset.manifest import Clip, Manifest
from spobet.evaluation.intervals import (
    compare_hits,
    draw_clips,
    mcnemar,
    percentile_interval,
    resampled_class_means,
    resampled_means,
    signer_groups,
    spread,
)

stats = pytest.importorskip("scipy.stats")
tables = pytest.importorskip("statsmodels.stats.contingency_tables")
COUNTS = st.integers(0, 40)


@given(COUNTS, COUNTS)
def test_mcnemar_agrees_with_statsmodels_and_scipy(first: int, second: int) -> None:
    ours = mcnemar(first, second)
    if first + second:
        assert ours == pytest.approx(
            tables.mcnemar([[5, first], [second, 5]], exact=True).pvalue, abs=1e-12
        )
        assert ours == pytest.approx(stats.binomtest(first, first + second).pvalue, abs=1e-12)
    assert mcnemar(second, first) == ours


def test_mcnemar_of_systems_that_never_differ_is_one() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(0, 6) == pytest.approx(2 / 64)
    assert mcnemar(3000, 3300) < 0.001  # no overflow
    assert mcnemar(*np.array([42, 33])) == mcnemar(42, 33) < 0.4
    with pytest.raises(ValueError, match="-1 and 3 clips"):
        mcnemar(-1, 3)


@given(st.lists(st.integers(0, 100).map(float), min_size=1, max_size=9))
def test_the_spread_over_seeds_agrees_with_the_standard_library(figures: list[float]) -> None:
    found = spread(figures)
    assert found.mean == pytest.approx(statistics.fmean(figures))
    if len(figures) == 1:
        assert found.deviation is None
    else:
        assert found.deviation == pytest.approx(statistics.stdev(figures), abs=1e-9)


def test_no_run_has_no_mean() -> None:
    with pytest.raises(ValueError, match="no run"):
        spread([])


@pytest.mark.parametrize(("hits", "count"), [(0, 30), (30, 30), (186, 265), (1, 2), (1, 1)])
def test_the_bootstrap_over_clips_is_the_binomial_of_their_share(hits: int, count: int) -> None:
    right = np.arange(count) < hits
    times = draw_clips(np.arange(count), np.random.default_rng(0), 20_000)
    low, high = percentile_interval(resampled_means(right, times))
    assert (low, high) == pytest.approx(
        stats.binom.ppf([0.025, 0.975], count, hits / count) / count, abs=1.01 / count
    )


def test_the_bootstrap_over_signers_agrees_with_scipy() -> None:
    rng = np.random.default_rng(1)
    sizes = rng.integers(1, 12, 25)
    signers = np.repeat(np.arange(25), sizes)
    hits = rng.random(len(signers)) < np.repeat(rng.random(25), sizes)
    sums = np.bincount(signers, hits)

    def share(right: np.ndarray, clips: np.ndarray, axis: int) -> np.ndarray:
        return right.sum(axis=axis) / clips.sum(axis=axis)

    expected = stats.bootstrap(
        (sums, sizes),
        share,
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=20_000,
        rng=2,
    )
    times = draw_clips(signers, rng, 20_000)
    found = percentile_interval(resampled_means(hits, times))
    assert found == pytest.approx(tuple(expected.confidence_interval), abs=0.01)


def test_clips_of_unknown_signers_are_signers_of_their_own() -> None:
    clips = Manifest(
        (
            Clip("1", "go", "ann"),
            Clip("2", "go"),
            Clip("3", "go", "ann"),
            Clip("4", "go"),
            Clip("ann", "go", "bob"),
        )
    )
    assert signer_groups(clips).tolist() == [0, 1, 0, 2, 3]


def test_a_signer_is_drawn_whole_and_as_many_signers_as_there_are() -> None:
    signers = np.array([3, 8, 3, 8, 8, 1])
    times = draw_clips(signers, np.random.default_rng(0), 50)
    for signer in (1, 3, 8):
        own = times[:, signers == signer]
        assert (own == own[:, :1]).all()
    firsts = [int(np.flatnonzero(signers == signer)[0]) for signer in (1, 3, 8)]
    assert (times[:, firsts].sum(axis=1) == 3).all()


@given(st.integers(0, 999), st.integers(1, 12), st.integers(1, 4))
def test_the_mean_over_glosses_is_that_of_the_glosses_drawn(
    seed: int, num_clips: int, num_glosses: int
) -> None:
    rng = np.random.default_rng(seed)
    labels, hits = rng.integers(-1, num_glosses, num_clips), rng.random(num_clips) < 0.5
    times = draw_clips(np.arange(num_clips), rng, 5)
    for found, row in zip(resampled_class_means(hits, labels, times), times, strict=True):
        drawn = np.repeat(np.arange(num_clips), row)
        shares = [hits[drawn][labels[drawn] == label].mean() for label in np.unique(labels[drawn])]
        assert found == pytest.approx(np.mean(shares))


def test_one_clip_and_one_outcome_leave_nothing_to_chance() -> None:
    rng = np.random.default_rng(0)
    for hits in (np.array([True]), np.ones(9, bool), np.zeros(9, bool)):
        low, high = percentile_interval(
            resampled_means(hits, draw_clips(np.arange(len(hits)), rng))
        )
        assert low == high == hits[0]


def test_a_system_does_not_differ_from_itself() -> None:
    hits = np.random.default_rng(0).random(40) < 0.5
    found = compare_hits(hits, hits, np.arange(40), np.random.default_rng(1))
    assert (found.share, found.interval, found.only_first, found.only_second, found.p_value) == (
        0,
        (0, 0),
        0,
        0,
        1,
    )


def test_the_paired_bootstrap_agrees_with_scipy() -> None:
    rng = np.random.default_rng(3)
    first = rng.random(200) < 0.8
    second = np.where(rng.random(200) < 0.7, first, rng.random(200) < 0.6)
    found = compare_hits(first, second, np.arange(200), rng)

    def gap(one: np.ndarray, other: np.ndarray, axis: int) -> np.ndarray:
        return one.mean(axis=axis) - other.mean(axis=axis)

    expected = stats.bootstrap(
        (first, second),
        gap,
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=9999,
        rng=4,
    )
    assert found.interval == pytest.approx(tuple(expected.confidence_interval), abs=0.011)
    assert found.share == pytest.approx(first.mean() - second.mean())
    mirrored = compare_hits(second, first, np.arange(200), np.random.default_rng(3))
    assert (mirrored.share, mirrored.only_first, mirrored.p_value) == (
        -found.share,
        found.only_second,
        found.p_value,
    )


def test_what_cannot_be_compared_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="expected the same clips"):
        compare_hits(np.ones(3, bool), np.ones(4, bool), np.arange(3), rng)
    with pytest.raises(ValueError, match="one clip or more"):
        draw_clips(np.zeros(0, int), rng)
    with pytest.raises(ValueError, match="confidence 95"):
        percentile_interval(np.ones(3), 95)
