"""The sections of a report on confidence: whether it can be believed, and what declining to answer gains."""

from __future__ import annotations

from html import escape

from spobet.evaluation.scored_runs import Report, ScoredRun
from spobet.evaluation.confidence import Calibration, ConfidenceReport
from spobet.evaluation.intervals import wilson_interval
from spobet.evaluation.text import percent
from spobet.evaluation.selective import OperatingPoint
from spobet.reports.page import section, table, tied
from spobet.reports.plots import coverage_curve, reliability_diagram


def confidence_section(report: Report) -> str:
    """Calibration of the first run, before and after scaling; empty where no temperature could be fitted."""
    run = report.runs[0]
    if run.trust is None:
        return ""
    trust = run.trust
    rows = [
        _row("before", trust.before),
        _row(f"after, temperature {trust.temperature:.2f}", trust.after),
    ]
    head = ("Scaling", "Negative log-likelihood", "Calibration error", "95 % band")
    told = (
        f"{_of(report, run)}Temperature {trust.how}. Calibration error: mean gap between confidence and accuracy in "
        f"{len(trust.after.bins)} bins of equally many clips. "
        "Band: even perfect calibration with these confidences shows an error up to there."
    )
    verdict = "within" if trust.after.error <= trust.after.band else "outside"
    figure = f"<figure>{reliability_diagram(trust.before.bins, trust.after.bins)}</figure>"
    parts = (
        f"<p>After scaling the error is {verdict} what perfect calibration would show.</p>",
        table(head, rows, "calibration before and after scaling"),
        f'<div class="charts">{figure}</div><p class="note">{escape(told)}</p>',
    )
    return section("Is it as sure as it is right?", *parts)


def coverage_section(report: Report) -> str:
    """Accuracy by coverage of the first run, and the threshold for a wanted error; empty where there is no confidence."""
    run = report.runs[0]
    if run.trust is None:
        return ""
    rows = [_coverage_row(point) for point in run.trust.at_coverages]
    head = ("Answered", "Confidence from", "Right among them", "Wilson")
    figure = f"<figure>{coverage_curve(run.trust.points, run.trust.at_coverages)}</figure>"
    told = f"{_of(report, run)}The surest clips are answered first."
    return section(
        "What declining to answer gains",
        f"<p>{escape(tied(_gain(run.trust)))}</p><p>{escape(tied(_threshold(run.trust)))}</p>",
        table(head, rows, "accuracy by coverage"),
        f'<div class="charts">{figure}</div><p class="note">{escape(told)}</p>',
    )


def _of(report: Report, run: ScoredRun) -> str:
    return f"Shown: {run.name}. " if len(report.runs) > 1 else ""


def _row(name: str, calibration: Calibration) -> str:
    figures = (
        f"{calibration.likelihood:.3f}",
        f"{percent(calibration.error)} %",
        f"up to {percent(calibration.band)} %",
    )
    return f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{figure}</td>" for figure in figures)}</tr>'


def _coverage_row(point: OperatingPoint) -> str:
    low, high = wilson_interval(point.hits, point.accepted)
    cells = (
        f"{percent(point.threshold)} %",
        f"{percent(point.accuracy)} %<small>{point.hits:,}/{point.accepted:,}</small>",
        f"{percent(low)}–{percent(high)}",
    )
    return f'<tr><th scope="row">{percent(point.coverage)} %</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _gain(trust: ConfidenceReport) -> str:
    gain, (low, high) = trust.gain
    spans = f"95 % interval {percent(low)} to {percent(high)}, bootstrap over clips"
    return f"The surest 80 % of the clips are named right {percent(gain)} points more often than all ({spans})."


def _threshold(trust: ConfidenceReport) -> str:
    wanted = f"{percent(trust.wanted)} %"
    if trust.threshold is None:
        return f"No confidence keeps the wrong answers at or below {wanted}."
    kept, first = (
        trust.kept,
        f"For at most {wanted} wrong answers: answer from a confidence of {percent(trust.threshold)} % on.",
    )
    if not kept.accepted:
        return f"{first} On clips it was not chosen on, such a threshold answers none."
    wrong = f"{kept.accepted - kept.hits:,} of {kept.accepted:,} answers are wrong ({percent(1 - kept.hits / kept.accepted)} %)"
    return f"{first} On clips it was not chosen on, {percent(kept.accepted / kept.count)} % are answered and {wrong}."
