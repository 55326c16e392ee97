"""Tables by gloss and by signer."""

from __future__ import annotations

from spobet.evaluation.breakdown import UNKNOWN_SIGNER
from spobet.reports.sections.context import Context, Values


def breakdown(context: Context) -> Values:
    """Every gloss with what it is mistaken for, every signer with whether training saw them."""
    report, signers = context.shown, []
    for group in report.by_signer:
        seen = "yes" if group.name in report.signers else "no"
        signers.append((group, "not known" if group.name == UNKNOWN_SIGNER else seen))
    glosses = [(group, report.mistaken_for.get(group.name, "")) for group in report.by_gloss]
    return {"glosses": glosses, "signers": signers, "summed": context.summed}
