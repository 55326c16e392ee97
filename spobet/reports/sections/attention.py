"""What the weights of the attention are worth, measured by deletion and insertion of frames."""

from __future__ import annotations

from spobet.evaluation.deletion import SHARES
from spobet.reports.sections.context import Context, Values


def attention(context: Context) -> Values | None:
    """Areas under the curves of the first run; None where they were not measured."""
    curves = context.report.runs[0].attention
    if not curves:
        return None
    num_clips = next(iter(curves.values())).clips
    return {
        "curves": curves,
        "num_clips": num_clips,
        "num_steps": len(SHARES),
        "first_run": context.first_run,
    }
