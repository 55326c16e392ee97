"""What every section of a report may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spobet.evaluation.scored_runs import Report
from spobet.poses.sequence import PoseSequence


@dataclass(frozen=True, eq=False)
class Context:
    """A report and the clips it may draw.

    pose: landmarks by clip id. find_clip: the id of a training clip of a gloss, None where there is
    none.
    """

    report: Report
    pose: Callable[[str], PoseSequence]
    find_clip: Callable[[str], str | None]

    @property
    def shown(self) -> Report:
        """The runs of the first recipe: sections that pool runs pool these."""
        return self.report.recipes[0]

    @property
    def scope(self) -> str:
        """A sentence on what such a section shows where there are other recipes, else ""."""
        if len(self.report.recipes) == 1:
            return ""
        return f"Shown: {', '.join(run.name for run in self.shown.runs)}."

    @property
    def summed(self) -> str:
        """A sentence on whose answers are counted where there is more than one run, else ""."""
        runs = len(self.shown.runs)
        counts = f"Counts are summed over {runs} runs." if runs > 1 else ""
        return " ".join(filter(None, [self.scope, counts]))

    @property
    def first_run(self) -> str:
        """A sentence that names the first run where there are several, else ""."""
        return f"Shown: {self.report.runs[0].name}." if len(self.report.runs) > 1 else ""


Values = Mapping[str, object]
