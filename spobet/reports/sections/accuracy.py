"""Top-k accuracy and the other metrics, over clips and over glosses, with intervals."""

from __future__ import annotations

from spobet.evaluation.intervals import NUM_RESAMPLES, SEED
from spobet.reports.sections.context import Context, Values


def accuracy(context: Context) -> Values:
    """A table for each recipe."""
    report = context.report
    return {
        "recipes": report.recipes,
        "num_resamples": NUM_RESAMPLES,
        "seed": SEED,
        "num_glosses": len(context.shown.by_gloss),
    }
