"""How far down the list of answers the true gloss stands."""

from __future__ import annotations

import numpy as np

from spobet.reports.sections.context import Context, Values

EDGES = (1, 2, 3, 6, 11, 21, 51, 101)  # the first rank of each row; the last row is open


def rank_distribution(context: Context) -> Values:
    """Clips by rank, and the share of clips up to it; those outside the vocabulary have none."""
    report = context.shown
    num_glosses = len(report.vocabulary)
    starts = [edge for edge in EDGES if edge <= num_glosses]
    ends = [*(start - 1 for start in starts[1:]), num_glosses]
    rows = []
    for start, end in zip(starts, ends, strict=True):
        within = (report.ranks >= start) & (report.ranks <= end)
        up_to = (report.ranks <= end).mean()
        name = f"{start}" if start == end else f"{start}–{end}"
        rows.append((name, int(within.sum()), float(within.mean()), float(up_to)))
    return {
        "rows": rows,
        "num_outside": int((report.ranks > num_glosses).sum()),
        "median": float(np.median(report.ranks)),
        "summed": context.summed,
    }
