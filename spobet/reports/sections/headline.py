"""The sentence to remember, with its count, its intervals and the accuracy of guessing."""

from __future__ import annotations

from spobet.evaluation.scored_runs import Report
from spobet.evaluation.text import percent, percent_range
from spobet.reports.sections.context import Context, Values


def headline(context: Context) -> Values:
    """One recipe is a sentence; of several each has a line, and no figure pools them."""
    report = context.report
    num_clips = f"{len(report.clips):,} clips"
    if len(report.recipes) == 1:
        mean = percent(report.top_k[1].instance.mean)
        sentence = f"Top-1 accuracy {mean} % on {num_clips}"
    else:
        runs = f"{len(report.runs)} runs of {len(report.recipes)} recipes"
        sentence = f"{runs} on {num_clips}"
    num_glosses = len(report.vocabulary)
    guess = f"guessing among {num_glosses:,} glosses: {percent(1 / num_glosses)} %"
    return {
        "kicker": ", ".join(run.name for run in report.runs),
        "sentence": sentence,
        "scope": f"split {report.split} · {guess}",
        "figures": [_figures(recipe, len(report.recipes) > 1) for recipe in report.recipes],
        "notes": report.notes,
    }


def _figures(report: Report, named: bool) -> str:
    top1, runs = report.top_k[1], len(report.runs)
    if runs == 1:
        counts = f"{top1.hits[0]:,} of {top1.count:,}"
    else:
        deviation = percent(top1.instance.deviation or 0)
        counts = f"mean of {runs} runs, {percent(top1.instance.mean)} ± {deviation} %"
    clips, signers = percent_range(top1.over_clips), percent_range(top1.over_signers)
    intervals = f"95 % interval {clips} % over clips, {signers} % over signers"
    if not named:
        return f"{counts} · {intervals}"
    names = ", ".join(run.name for run in report.runs)
    return f"{names}: top-1 accuracy {percent(top1.instance.mean)} % ({counts}) · {intervals}"
