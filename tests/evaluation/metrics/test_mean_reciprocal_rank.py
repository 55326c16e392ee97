"""Claims about mean reciprocal rank, in figures, in text and on the page of a report."""

from xml.etree import ElementTree

import numpy as np
import pytest
from report_kit import report_on, scored_run

from spobet.evaluation.metrics.mean_reciprocal_rank import mean_reciprocal_rank
from spobet.evaluation.scoring import score_ranks
from spobet.reports.page import render


def test_each_clip_gains_one_over_the_rank_of_its_gloss() -> None:
    assert mean_reciprocal_rank(np.array([1, 2, 4])).tolist() == [1, 0.5, 0.25]


def test_a_gloss_outside_the_vocabulary_gains_nothing() -> None:
    metrics = score_ranks(np.array([1, 2, 4]), labels=np.array([0, 0, -1]), num_glosses=3)
    gain = metrics.gains["mean_reciprocal_rank"]
    assert (gain.instance, gain.per_class) == pytest.approx((1.5 / 3, 0.75 / 2))
    assert gain.interval[0] < gain.instance < gain.interval[1]
    assert "mean reciprocal rank 0.500 (" in metrics.table()


def test_the_report_has_a_row_with_its_mean_and_deviation() -> None:
    report = report_on(scored_run(0), scored_run(1))
    summary = report.gains["mean_reciprocal_rank"]
    row = ElementTree.fromstring(render("metrics/mean_reciprocal_rank.html", {"summary": summary}))
    cells = ["".join(cell.itertext()) for cell in row]
    mean = summary.instance
    assert cells[:2] == ["mean reciprocal rank", f"{mean.mean:.3f} ± {mean.deviation:.3f}"]
    assert len(cells) == 8
