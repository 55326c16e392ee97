"""Claims about one run or several on the same clips, and about the JSON of a report."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from report_kit import CLIPS, LABELS, report_on, scored_run

from spobet.evaluation.intervals import wilson_interval
from spobet.evaluation.scoring import score


def test_one_run_has_the_metrics_that_evaluate_gives() -> None:
    report = report_on(scored_run(0))
    metrics = score(report.runs[0].logits, LABELS, 4)
    for k, summary in report.top_k.items():
        accuracy = metrics.top_k[k]
        assert (summary.k, summary.hits, summary.wilson) == (k, (accuracy.hits,), accuracy.interval)
        assert summary.instance.mean == accuracy.instance
        assert summary.per_class.mean == pytest.approx(accuracy.per_class)
        for low, high in (
            summary.over_clips,
            summary.over_signers,
            summary.class_over_clips,
            summary.class_over_signers,
        ):
            assert 0 <= low <= high <= 1
    assert report.top_k[1].over_clips != report.top_k[1].over_signers
    for name, gain in report.gains.items():
        assert (gain.instance.mean, gain.over_clips) == (
            metrics.gains[name].instance,
            metrics.gains[name].interval,
        )


def test_several_runs_have_mean_and_deviation() -> None:
    report = report_on(scored_run(0), scored_run(1), scored_run(2))
    top1 = report.top_k[1]
    singles = [report_on(run).top_k[1].hits[0] for run in report.runs]
    assert top1.hits == tuple(singles)
    assert top1.instance.mean == pytest.approx(np.mean(singles) / 24)
    assert top1.instance.deviation == pytest.approx(np.std(singles, ddof=1) / 24)
    assert top1.wilson == wilson_interval(round(np.mean(singles)), 24)
    assert sum(group.hits for group in report.by_gloss) == sum(singles)


def test_a_tie_counts_as_the_answer_that_is_wrong() -> None:
    report = report_on(replace(scored_run(0, with_confidence=False), logits=np.zeros((24, 4))))
    assert report.top_k[1].hits == (0,)
    assert all(gloss != clip.gloss for gloss, clip in zip(report.answers[0], CLIPS, strict=True))


def test_runs_of_different_recipes_are_not_pooled() -> None:
    runs = [replace(scored_run(seed), recipe="ab"[seed % 2]) for seed in range(3)]
    first, second = report_on(*runs).recipes
    assert [run.name for run in first.runs] == ["run-0", "run-2"]
    assert [run.name for run in second.runs] == ["run-1"]
    alone = report_on(runs[1])
    assert second.top_k == alone.top_k and alone.recipes == (alone,)
    stored = report_on(*runs).to_json()
    assert [recipe["runs"] for recipe in stored["recipes"]] == [["run-0", "run-2"], ["run-1"]]  # type: ignore[attr-defined]


def test_the_json_holds_the_same_figures() -> None:
    report = report_on(scored_run(0), scored_run(1))
    stored = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert (stored["num_clips"], stored["split"], len(stored["runs"])) == (24, "test", 2)
    (recipe,) = stored["recipes"]
    assert recipe["top_k"]["1"]["instance"]["mean"] == report.top_k[1].instance.mean
    assert recipe["top_k"]["1"]["hits"] == list(report.top_k[1].hits)
    confidence = report.runs[0].confidence
    assert confidence is not None
    error = confidence.after.expected_calibration_error
    assert stored["runs"][0]["calibration"]["after"]["expected_calibration_error"] == error
    assert sum(group["clips"] for group in recipe["signer_overlap"]) == 24


def test_scores_of_other_clips_are_refused() -> None:
    with pytest.raises(ValueError, match=r"run-0: scores \(23, 4\), expected \(24, 4\)"):
        report_on(replace(scored_run(0), logits=np.zeros((23, 4))))
    with pytest.raises(ValueError, match="no run to report on"):
        report_on()
