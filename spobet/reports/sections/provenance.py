"""Where each run comes from."""

from __future__ import annotations

from spobet.reports.sections.context import Context, Values


def provenance(context: Context) -> Values:
    """The facts of every run and the content hash of the data set."""
    facts = {run.name: run.facts for run in context.report.runs}
    return {"runs": facts, "data": {"content": context.report.data}}
