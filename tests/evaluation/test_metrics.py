import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spobet.errors import UserError
from spobet.evaluation.intervals import wilson_interval
from spobet.evaluation.metrics.top_k import Accuracy, top_k_accuracy
from spobet.evaluation.ranks import rank_true_glosses
from spobet.evaluation.scoring import Metrics, score

NUM_GLOSSES = 6
SCORES = st.one_of(st.integers(-3, 3).map(float), st.just(math.nan), st.just(-math.inf))


@st.composite
def answers(
    draw: st.DrawFn, scores: st.SearchStrategy[float] = SCORES, lowest: int = -1
) -> tuple[np.ndarray, np.ndarray]:
    num_clips = draw(st.integers(1, 8))
    logits = draw(arrays(np.float64, (num_clips, NUM_GLOSSES), elements=scores))
    return logits, draw(arrays(np.int64, num_clips, elements=st.integers(lowest, NUM_GLOSSES - 1)))


@given(answers())
def test_top_k_accuracy_never_falls_with_k(case: tuple[np.ndarray, np.ndarray]) -> None:
    shares = [top_k_accuracy(*case, k=k) for k in range(1, NUM_GLOSSES + 3)]
    assert shares == sorted(shares)


@given(answers(), st.permutations(range(NUM_GLOSSES)))
def test_the_order_of_the_glosses_changes_nothing(
    case: tuple[np.ndarray, np.ndarray], order: list[int]
) -> None:
    logits, labels = case
    moved = np.where(labels < 0, labels, np.argsort(order)[labels])
    assert (
        rank_true_glosses(logits[:, order], moved).tolist()
        == rank_true_glosses(logits, labels).tolist()
    )
    assert (
        score(logits[:, order], moved, NUM_GLOSSES).top_k[1]
        == score(logits, labels, NUM_GLOSSES).top_k[1]
    )


@given(answers(), st.integers(0, 7), st.integers(0, NUM_GLOSSES - 1))
def test_a_tie_or_nan_never_helps(
    case: tuple[np.ndarray, np.ndarray], clip: int, gloss: int
) -> None:
    logits, labels = case
    clip %= len(labels)
    for worse in (logits[clip, labels[clip]], math.nan):
        spoiled = logits.copy()
        spoiled[clip, gloss] = worse
        if gloss != labels[clip] and not logits[clip, gloss] > worse:
            assert (rank_true_glosses(spoiled, labels) >= rank_true_glosses(logits, labels)).all()


@given(answers())
def test_per_class_is_the_mean_over_the_glosses_present(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, labels = case
    metrics = score(logits, labels, NUM_GLOSSES)
    present = sorted(set(labels.tolist()))
    assert metrics.num_glosses_present == len(present)
    for k, accuracy in metrics.top_k.items():
        shares = [
            0.0
            if gloss < 0
            else top_k_accuracy(logits[labels == gloss], labels[labels == gloss], k)
            for gloss in present
        ]
        assert accuracy.per_class == pytest.approx(sum(shares) / len(present))
        assert accuracy.instance == top_k_accuracy(logits, labels, k)


@given(answers(st.integers(-3, 3).map(float), lowest=0))
def test_ranks_lie_between_one_and_the_number_of_glosses(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, labels = case
    found = rank_true_glosses(logits, labels)
    assert ((found >= 1) & (found <= NUM_GLOSSES)).all()
    expected = [sum(row >= row[label]) for row, label in zip(logits, labels, strict=True)]
    assert found.tolist() == expected


def test_ranks_of_a_worked_example() -> None:
    nan = math.nan
    logits = np.array(
        [
            [3, 1, 2],
            [3, 1, 2],
            [2, 2, 1],
            [0, 0, 0],
            [nan, 1, 2],
            [nan, 1, 2],
            [5, nan, 9],
            [9, 1, 1],
        ]
    )
    assert rank_true_glosses(logits, np.array([0, 1, 0, 2, 0, 2, 0, -1])).tolist() == [
        1,
        3,
        2,
        3,
        3,
        2,
        3,
        4,
    ]


def test_all_wrong_scores_zero_for_every_gloss() -> None:
    logits = np.zeros((4, 10))
    logits[:, 9] = 1
    assert top_k_accuracy(logits, labels=np.array([0, 0, 5, 7])) == 0


def test_a_constant_network_is_right_for_no_k() -> None:
    assert top_k_accuracy(np.zeros((3, 10)), np.array([0, 4, 9]), k=9) == 0


def test_a_gloss_outside_the_vocabulary_is_wrong_for_every_k() -> None:
    assert top_k_accuracy(np.zeros((2, 3)), np.array([-1, 0]), k=10) == 0.5
    metrics = score(np.eye(3), np.array([-1, 1, 2]), 3)
    assert (
        metrics.top_k[10].instance,
        metrics.top_k[10].per_class,
        metrics.num_glosses_present,
    ) == pytest.approx((2 / 3, 2 / 3, 3))


def test_top_k_agrees_with_scikit_learn_without_ties() -> None:
    reference = pytest.importorskip("sklearn.metrics").top_k_accuracy_score
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(200, 12)), rng.integers(0, 12, 200)
    for k in (1, 5, 10):
        assert top_k_accuracy(logits, labels, k) == pytest.approx(
            reference(labels, logits, k=k, labels=np.arange(12))
        )


def test_wilson_agrees_with_statsmodels() -> None:
    reference = pytest.importorskip("statsmodels.stats.proportion").proportion_confint
    for hits, count in ((0, 1), (1, 1), (0, 40), (40, 40), (3, 7), (165, 258)):
        for confidence in (0.5, 0.95, 0.99):
            expected = reference(hits, count, alpha=1 - confidence, method="wilson")
            assert wilson_interval(hits, count, confidence) == pytest.approx(expected, abs=1e-12)


@given(st.integers(1, 500), st.data())
def test_wilson_holds_the_share_and_mirrors(count: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, count))
    low, high = wilson_interval(hits, count)
    assert 0 <= low <= hits / count + 1e-12 and hits / count - 1e-12 <= high <= 1
    assert wilson_interval(count - hits, count) == pytest.approx((1 - high, 1 - low))


def test_wilson_of_the_published_result() -> None:
    low, high = wilson_interval(165, 258)
    assert (round(100 * low, 1), round(100 * high, 1)) == (57.9, 69.6)


LOGITS, LABELS = np.array([[2, 1, 0], [2, 1, 0], [0, 1, 2], [0, 1, 2]]), np.array([0, 0, 2, 0])


def test_json_holds_top_k_accuracy_with_counts_and_the_note_and_reads_back() -> None:
    metrics = score(LOGITS, LABELS, 3, split="val", seed=4, commit="c368eb5", data="9f3a")
    metrics = replace(metrics, note="All signers are new.")
    stored = json.loads(json.dumps(metrics.to_json()))
    assert stored["top_k"]["1"] == {
        "instance": 0.75,
        "per_class": pytest.approx((2 / 3 + 1) / 2),
        "interval": list(wilson_interval(3, 4)),
        "hits": 3,
        "count": 4,
    }
    assert stored["note"] == "All signers are new."
    assert Metrics.from_json(stored) == metrics


def test_metrics_files_of_version_0_1_stay_readable() -> None:
    metrics = score(LOGITS, LABELS, 3, split="val", seed=4, commit="c368eb5", data="9f3a")
    stored = {name: getattr(metrics, name) for name in ("split", "seed", "commit", "data")}
    stored |= {"num_clips": 4, "num_glosses": 3, "num_glosses_present": 2}
    for k, top in metrics.top_k.items():
        interval = list(top.interval)
        stored[f"top{k}"] = {"instance": top.instance, "class": top.per_class, "interval": interval}
    assert Metrics.from_json(stored) == replace(metrics, gains={})
    with pytest.raises(UserError, match="not the metrics of a split"):
        Metrics.from_json({"num_clips": 4})


def test_table_gives_each_number_with_count_interval_and_origin() -> None:
    labels = np.repeat(np.arange(20), 2)
    logits = np.eye(20)[np.where(np.arange(40) < 30, labels, 0)]
    table = score(logits, labels, 20, split="test", seed=0, commit="c368eb5", data="9f3a").table()
    lines = table.splitlines()
    assert [*lines[:4], lines[-1]] == [
        "test: 40 clips, 20 glosses (vocabulary: 20)",
        "top-1 75.0 % (30/40, 59.8-85.8), per class 75.0 %",
        "top-5 75.0 % (30/40, 59.8-85.8), per class 75.0 %",
        "top-10 75.0 % (30/40, 59.8-85.8), per class 75.0 %",
        "seed 0, commit c368eb5, data 9f3a",
    ]


def test_accuracy_reads_as_in_the_reports() -> None:
    accuracy = Accuracy(165 / 258, 0.621, wilson_interval(165, 258), 165, 258)
    assert str(accuracy) == "64.0 % (165/258, 57.9-69.6), per class 62.1 %"


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros((0, 3)), np.zeros(0, int), r"logits have shape \(0, 3\)"),
        (np.zeros((2, 0)), np.zeros(2, int), "at least one of each"),
        (np.zeros((2, 3)), np.zeros(3, int), r"labels have shape \(3,\), expected \(2,\)"),
        (np.zeros((2, 3)), np.zeros(2), "labels are float64"),
        (np.zeros((2, 3)), np.array([0, 3]), r"labels 0..3, expected -1..2"),
        (np.zeros((2, 3)), np.array([0, -2]), r"labels -2..0"),
    ],
)
def test_scores_that_do_not_fit_are_refused(
    logits: np.ndarray, labels: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        score(logits, labels, 3)


def test_sizes_and_shares_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="k is 0"):
        top_k_accuracy(np.zeros((1, 2)), np.array([0]), k=0)
    with pytest.raises(ValueError, match="logits for 3 glosses, expected 4"):
        score(np.zeros((1, 3)), np.array([0]), 4)
    with pytest.raises(ValueError, match="3 hits of 2 clips"):
        wilson_interval(3, 2)
    with pytest.raises(ValueError, match="confidence 95"):
        wilson_interval(1, 2, 95)
    with pytest.raises(ValueError, match="expected fractions of one"):
        Accuracy(64.0, 0.6, (0.5, 0.7), 64, 100)
