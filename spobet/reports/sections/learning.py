"""Learning curves: a chart a quantity, a curve a run."""

from __future__ import annotations

import numpy as np

from spobet.reports.chart import learning_curves
from spobet.reports.sections.context import Context, Values

MAX_RUNS = 5  # dash patterns that can be told apart
_NOT_CURVES = ("epoch", "seconds")


def learning(context: Context) -> Values | None:
    """Charts of the first MAX_RUNS runs that have a history; None where none has any value."""
    runs = [run for run in context.report.runs if run.history][:MAX_RUNS]
    names = dict.fromkeys(name for run in runs for name in run.history if name not in _NOT_CURVES)
    figures = []
    for name in names:
        curves = {
            run.name: run.history[name]
            for run in runs
            if np.isfinite(run.history.get(name, ())).any()
        }
        if curves:
            figures.append(("", learning_curves(curves, "epoch", name)))
    return {"figures": figures} if figures else None
