"""A row a run."""

from __future__ import annotations

from spobet.evaluation.scored_runs import Report, ScoredRun
from spobet.evaluation.text import percent
from spobet.reports.sections.context import Context, Values


def runs(context: Context) -> Values | None:
    """Seed, top-k accuracy and calibration of each run; None for a single one."""
    report = context.report
    if len(report.runs) < 2:
        return None
    rows = []
    for recipe in report.recipes:
        rows += [_row(recipe, number, run) for number, run in enumerate(recipe.runs)]
    tops = [f"top-{k}" for k in report.top_k]
    head = ["Run", "seed", *tops, "negative log-likelihood", "expected calibration error"]
    return {"head": head, "rows": rows}


def _row(report: Report, number: int, run: ScoredRun) -> tuple[str, list[str]]:
    cells = [run.facts.get("seed", "")]
    for summary in report.top_k.values():
        cells.append(f"{percent(summary.hits[number] / summary.count)} %")
    if run.confidence is None:
        return run.name, [*cells, "–", "–"]
    after = run.confidence.after
    error = f"{percent(after.expected_calibration_error)} %"
    return run.name, [*cells, f"{after.negative_log_likelihood:.3f}", error]
