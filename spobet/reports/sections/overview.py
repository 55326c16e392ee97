"""Accuracy, risk against coverage and the worst confusions, drawn: the report at a glance."""

from __future__ import annotations

from markupsafe import Markup

from spobet.evaluation.breakdown import worst_confusions
from spobet.evaluation.scored_runs import Report
from spobet.reports.chart import coverage_curve
from spobet.reports.matrix import Measured, heat_map, interval_chart
from spobet.reports.sections.context import Context, Values

NUM_MAPPED = 20


def overview(context: Context) -> Values:
    """Charts as (caption, picture), and a heat map where any answer is wrong."""
    confidence = context.report.runs[0].confidence
    charts = [("Accuracy in per cent, with 95 % intervals over clips.", _accuracy(context.report))]
    if confidence is not None:
        caption = "Risk against coverage: accuracy where the least confident answers are rejected."
        picture = coverage_curve(confidence.points, confidence.at_coverages)
        charts.append((f"{caption} {context.first_run}".strip(), picture))
    return {"charts": charts, "heat_map": _confusions(context), "summed": context.summed}


def _accuracy(report: Report) -> Markup:
    """Top-k accuracy of every recipe with its interval over clips."""
    measured = []
    for recipe in report.recipes:
        named = f"{recipe.runs[0].name}, " if len(report.recipes) > 1 else ""
        for k, summary in recipe.top_k.items():
            mean = summary.instance.mean
            measured.append(Measured(f"{named}top-{k}", mean, summary.over_clips))
    return interval_chart(measured, "Accuracy in per cent, with 95 % intervals over clips")


def _confusions(context: Context) -> tuple[int, Markup] | None:
    """How many glosses are mapped, and their map; None without mistakes."""
    report = context.shown
    if not report.confused:
        return None
    glosses, matrix = worst_confusions(report.clips, report.answers, NUM_MAPPED)
    title = f"Answers for the {len(glosses)} glosses with most wrong answers: a row a true gloss"
    return len(glosses), heat_map(matrix, glosses, (*glosses, "any other"), title)
