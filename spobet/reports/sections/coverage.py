"""Selective accuracy: what rejecting uncertain answers gains."""

from __future__ import annotations

from spobet.evaluation.confidence import ConfidenceReport
from spobet.evaluation.intervals import wilson_interval
from spobet.evaluation.text import percent
from spobet.reports.sections.context import Context, Values


def coverage(context: Context) -> Values | None:
    """Accuracy by coverage of the first run; None where there is no confidence."""
    found = context.report.runs[0].confidence
    if found is None:
        return None
    return {
        "gain": _gain(found),
        "threshold": _threshold(found),
        "rows": [
            (point, wilson_interval(point.hits, point.accepted)) for point in found.at_coverages
        ],
        "first_run": context.first_run,
    }


def _gain(found: ConfidenceReport) -> str:
    gain, (low, high) = found.gain
    span = f"95 % interval {percent(low)} to {percent(high)}, bootstrap over clips"
    accepted = "On the most confident 80 % of the clips"
    return f"{accepted} accuracy is {percent(gain)} points higher than on all ({span})."


def _threshold(found: ConfidenceReport) -> str:
    wanted, accepted = f"{percent(found.wanted_error)} %", found.on_other_clips
    if found.threshold is None:
        return f"No threshold keeps the wrong answers at or below {wanted}."
    start = (
        f"For at most {wanted} wrong answers: accept from {percent(found.threshold)} % confidence."
    )
    other = "On clips it was not chosen on, such a threshold accepts"
    if not accepted.accepted:
        return f"{start} {other} none."
    wrong = accepted.accepted - accepted.hits
    error = percent(wrong / accepted.accepted)
    share = percent(accepted.accepted / accepted.count)
    counts = f"{wrong:,} of these {accepted.accepted:,} answers are wrong ({error} %)"
    return f"{start} {other} {share} %, and {counts}."
