"""The page a demo ends in: how accurate it is, how it learned, what it answers for some clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from spobet.evaluation.scoring import Metrics
from spobet.reports.chart import learning_curves
from spobet.reports.page import Example, render


@dataclass(frozen=True)
class Chart:
    """Curves on one scale: `curves` by name, a value a step; `quantity` names what they measure."""

    title: str
    quantity: str
    curves: Mapping[str, Sequence[float]]
    step: str = "epoch"


@dataclass(frozen=True)
class MinimalPair:
    """Two glosses that differ in one parameter, and the answers for `count` clips of both.

    right: answers that are right. confused: clips of one with the other as their answer.
    """

    gloss: str
    other: str
    difference: str
    right: int
    confused: int
    count: int

    def __post_init__(self) -> None:
        answered = self.right + self.confused
        if self.count < 1 or min(self.right, self.confused) < 0 or answered > self.count:
            counts = f"{self.right} right and {self.confused} confused of {self.count} clips"
            raise ValueError(f"{self.gloss} and {self.other}: {counts} do not add up")


@dataclass(frozen=True)
class Page:
    """What the page shows.

    signers: who signs the scored clips, to follow "signs by". caveats: a sentence each. minutes:
    wall time of the whole run. commands: what repeats it. versions: by package.
    """

    title: str
    metrics: Metrics
    charts: tuple[Chart, ...]
    examples: tuple[Example, ...]
    minutes: float
    commands: tuple[str, ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    minimal_pairs: tuple[MinimalPair, ...] = ()
    caveats: tuple[str, ...] = ()
    signers: str = "signers never seen in training"
    machine: str = ""


def demo_page(page: Page) -> Markup:
    """The whole page as HTML."""
    metrics = page.metrics
    provenance = {
        "seed": "unknown" if metrics.seed is None else str(metrics.seed),
        "commit": metrics.commit or "unknown",
        "data": metrics.data or "unknown",
        "time": f"{page.minutes:.1f} minutes" + (f" on {page.machine}" if page.machine else ""),
        "versions": ", ".join(f"{name} {version}" for name, version in page.versions.items())
        or "unknown",
    }
    charts = [
        (chart.title, learning_curves(chart.curves, chart.step, chart.quantity))
        for chart in page.charts
    ]
    values = {**vars(page), "page": page, "charts": charts, "provenance": provenance}
    return render("demo.html", values)
