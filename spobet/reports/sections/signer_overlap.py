"""Accuracy by whether the signer was seen in training."""

from __future__ import annotations

from spobet.evaluation.breakdown import MIN_CLIPS_FOR_PERCENT
from spobet.reports.sections.context import Context, Values


def signer_overlap(context: Context) -> Values:
    """A row for each kind of overlap that has clips."""
    unknown = "" in context.shown.signers
    return {
        "groups": context.shown.signer_overlap,
        "min_clips": MIN_CLIPS_FOR_PERCENT,
        "unknown": "Some training clips are by unknown signers." if unknown else "",
        "summed": context.summed,
    }
