"""Whether confidence and accuracy agree, before and after temperature scaling."""

from __future__ import annotations

from spobet.reports.chart import reliability_diagram
from spobet.reports.sections.context import Context, Values


def calibration(context: Context) -> Values | None:
    """Calibration of the first run; None where no temperature could be fitted."""
    found = context.report.runs[0].confidence
    if found is None:
        return None
    within = found.after.expected_calibration_error <= found.after.band
    return {
        "found": found,
        "verdict": "within" if within else "outside",
        "figure": reliability_diagram(found.before.bins, found.after.bins),
        "first_run": context.first_run,
    }
