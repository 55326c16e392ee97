"""How far down the list of answers the true gloss stands."""

from __future__ import annotations

import numpy as np

from spobet.reports.sections.context import Context, Values

LAST_RANKS = (1, 2, 5, 10, 20, 50, 100)  # of each row; one more row holds the others


def rank_distribution(context: Context) -> Values:
    """Clips by rank, and the share of clips up to it; those outside the vocabulary have none."""
    report = context.shown
    num_glosses = len(report.vocabulary)
    ends = [*(rank for rank in LAST_RANKS if rank < num_glosses), num_glosses]
    starts = [1, *(end + 1 for end in ends[:-1])]
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
