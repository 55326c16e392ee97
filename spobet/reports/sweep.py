"""The page of a sweep: its settings compared, and the runs that failed."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from spobet.reports.page import render
from spobet.sweeps.figures import HEAD, METHOD, SettingFigures, cells
from spobet.sweeps.sweep import Outcome


def sweep_page(
    title: str, figures: Sequence[SettingFigures], failed: Sequence[Outcome], num_runs: int
) -> Markup:
    """One table over all settings. title: what was swept, such as the experiment's file."""
    values = {
        "title": f"Sweep of {title}",
        "head": HEAD,
        "rows": [(one.name, cells(one)) for one in figures],
        "method": METHOD,
        "failed": failed,
        "num_runs": num_runs,
    }
    return render("sweep.html", values)
