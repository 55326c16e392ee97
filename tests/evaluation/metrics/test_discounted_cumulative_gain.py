"""Claims about discounted cumulative gain."""

from xml.etree import ElementTree

import numpy as np
import pytest
from report_kit import report_on, scored_run

from spobet.evaluation.metrics.discounted_cumulative_gain import discounted_cumulative_gain
from spobet.evaluation.scoring import score_ranks
from spobet.reports.page import render


def test_the_gain_of_a_clip_falls_with_the_logarithm_of_its_rank() -> None:
    assert discounted_cumulative_gain(np.array([1, 3, 7])).tolist() == [1, 1 / 2, 1 / 3]


def test_it_agrees_with_scikit_learn() -> None:
    reference = pytest.importorskip("sklearn.metrics").ndcg_score
    logits, labels = np.random.default_rng(0).normal(size=(50, 12)), np.arange(50) % 12
    ranks = 1 + (logits > logits[np.arange(50), labels][:, None]).sum(axis=1)
    found = score_ranks(ranks, labels, 12).gains["discounted_cumulative_gain"]
    assert found.instance == pytest.approx(reference(np.eye(12)[labels], logits))


def test_the_report_has_its_row() -> None:
    summary = report_on(scored_run(0)).gains["discounted_cumulative_gain"]
    page = render("metrics/discounted_cumulative_gain.html", {"summary": summary})
    cells = ["".join(cell.itertext()) for cell in ElementTree.fromstring(page)]
    assert cells[:2] == ["discounted cumulative gain", f"{summary.instance.mean:.3f}"]
