"""The sections of a report in the order of the page: each is a function in a file here.

It gives the values of the template reports/templates/sections/<name>.html, or None where the
report has nothing to show there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spobet.reports.sections.accuracy import accuracy
from spobet.reports.sections.attention import attention
from spobet.reports.sections.breakdown import breakdown
from spobet.reports.sections.calibration import calibration
from spobet.reports.sections.confusions import confusions
from spobet.reports.sections.context import Context, Values
from spobet.reports.sections.coverage import coverage
from spobet.reports.sections.examples import examples
from spobet.reports.sections.headline import headline
from spobet.reports.sections.learning import learning
from spobet.reports.sections.overview import overview
from spobet.reports.sections.provenance import provenance
from spobet.reports.sections.rank_distribution import rank_distribution
from spobet.reports.sections.runs import runs
from spobet.reports.sections.signer_overlap import signer_overlap

SECTIONS: Mapping[str, Callable[[Context], Values | None]] = {
    "headline": headline,
    "overview": overview,
    "accuracy": accuracy,
    "rank_distribution": rank_distribution,
    "runs": runs,
    "signer_overlap": signer_overlap,
    "calibration": calibration,
    "coverage": coverage,
    "confusions": confusions,
    "examples": examples,
    "attention": attention,
    "breakdown": breakdown,
    "learning": learning,
    "provenance": provenance,
}
