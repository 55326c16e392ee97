"""The page a demo ends in: how often it is right, how it learned, what it answers for some clips.

Each section is a function of plain values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from spobet.evaluation.metrics.top_k import Accuracy
from spobet.evaluation.scoring import Metrics
from spobet.evaluation.text import percent
from spobet.reports.chart import learning_curves
from spobet.reports.page import LEGEND, Example, example, html_page, section, table, tied


@dataclass(frozen=True)
class Chart:
    """Curves that share one scale: `curves` by name, a value an epoch; `quantity` names what they measure."""

    title: str
    quantity: str
    curves: Mapping[str, Sequence[float]]
    step: str = "epoch"


@dataclass(frozen=True)
class MinimalPair:
    """Two glosses that differ in one thing: of `count` clips of both, how many were named right or taken for the other."""

    gloss: str
    other: str
    difference: str
    right: int
    confused: int
    count: int

    def __post_init__(self) -> None:
        if (
            self.count < 1
            or min(self.right, self.confused) < 0
            or self.right + self.confused > self.count
        ):
            pair = f"{self.gloss} and {self.other}"
            raise ValueError(
                f"{pair}: {self.right} right and {self.confused} confused of {self.count} clips do not add up"
            )


@dataclass(frozen=True)
class Page:
    """What a page tells. signers: who signs the scored clips, to follow "signs by"; caveats: a sentence each.

    minutes: wall time of the whole run; commands: what repeats it; versions: by package.
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


def demo_page(page: Page) -> str:
    """The whole page as HTML."""
    sections = [
        headline(page.title, page.metrics, page.signers),
        metrics_section(page.metrics, page.caveats),
        examples_section(page.examples),
        minimal_pairs_section(page.minimal_pairs),
        curves_section(page.charts),
        provenance(page),
    ]
    return html_page(page.title, sections)


def headline(title: str, metrics: Metrics, signers: str) -> str:
    """The one sentence to remember, with its count, interval and what guessing would reach."""
    top1 = metrics.top_k[1]
    low, high = map(percent, top1.interval)
    scope = f"{metrics.split} clips" if metrics.split else "clips"
    sentence = f"{percent(top1.instance)} % of signs by {signers} are named right."
    counts = f"{top1.hits:,} of {top1.count:,} {scope} · 95 % interval {low}–{high} %"
    guess = f"guessing among {metrics.num_glosses:,} glosses: {percent(1 / metrics.num_glosses)} %"
    facts = f'<p class="facts">{escape(tied(f"{counts} · {guess}"))}</p>'
    return f'<header><p class="kicker">{escape(title)}</p><h1>{escape(tied(sentence))}</h1>{facts}</header>'


def metrics_section(metrics: Metrics, caveats: Sequence[str] = ()) -> str:
    """A table of top-1, top-5 and top-10, and beneath it what the figures do not say."""
    head = ("Right among the", "Clips", "95 % interval", "Mean over glosses")
    rows = [_metrics_row(k, accuracy) for k, accuracy in metrics.top_k.items()]
    means = f"Mean over glosses: each of the {metrics.num_glosses_present:,} glosses with a clip counts the same. Interval: Wilson."
    notes = "".join(f"<li>{escape(caveat)}</li>" for caveat in caveats)
    parts = (
        table(head, rows),
        f'<p class="note">{means}</p>',
        f"<ul>{notes}</ul>" if notes else "",
    )
    return section("How often it is right", '<div class="figures">', *parts, "</div>")


def curves_section(charts: Sequence[Chart]) -> str:
    """A chart each, side by side where there is room; empty without charts."""
    drawn = [
        (chart.title, learning_curves(chart.curves, chart.step, chart.quantity)) for chart in charts
    ]
    figures = "".join(
        f"<figure><figcaption>{escape(title)}</figcaption>{picture}</figure>"
        for title, picture in drawn
    )
    return section("How it learned", f'<div class="charts">{figures}</div>') if charts else ""


def examples_section(examples: Sequence[Example]) -> str:
    """Clips drawn frame by frame above their ranked answers; empty without examples."""
    if not examples:
        return ""
    legend = LEGEND
    if any(shown.weights is not None for shown in examples):
        legend += " Bars and percentages beneath: share of the attention."
    return section("What it answers", f'<p class="note">{legend}</p>', *map(example, examples))


def minimal_pairs_section(pairs: Sequence[MinimalPair]) -> str:
    """A table of glosses that differ in one thing only; empty without pairs."""
    rows = [
        f'<tr><th scope="row">{escape(pair.gloss)} · {escape(pair.other)}</th><td>{escape(pair.difference)}</td>'
        f"<td>{pair.right:,}/{pair.count:,}<small>{percent(pair.right / pair.count)} %</small></td><td>{pair.confused:,}</td></tr>"
        for pair in pairs
    ]
    rows_table = table(("Glosses", "Differ in", "Named right", "Confused"), rows)
    note = '<p class="note">Confused: a clip of one taken for the other.</p>'
    return section("Signs that differ in one thing", rows_table, note) if pairs else ""


def provenance(page: Page) -> str:
    """Where the figures come from and how to get them again."""
    metrics = page.metrics
    facts = {
        "seed": "unknown" if metrics.seed is None else str(metrics.seed),
        "commit": metrics.commit or "unknown",
        "data": metrics.data or "unknown",
        "time": f"{page.minutes:.1f} minutes" + (f" on {page.machine}" if page.machine else ""),
        "versions": ", ".join(f"{name} {version}" for name, version in page.versions.items())
        or "unknown",
    }
    items = "".join(
        f"<div><dt>{name}</dt><dd>{escape(fact)}</dd></div>" for name, fact in facts.items()
    )
    commands = (
        f"<p>To repeat it:</p><pre>{escape(chr(10).join(page.commands))}</pre>"
        if page.commands
        else ""
    )
    return f"<footer><h2>Where this comes from</h2><dl>{items}</dl>{commands}</footer>"


def _metrics_row(k: int, accuracy: Accuracy) -> str:
    low, high = accuracy.interval
    span = f'<i style="left:{percent(low)}%;width:{percent(high - low)}%"></i><b style="left:{percent(accuracy.instance)}%"></b>'
    cells = (
        f"{percent(accuracy.instance)} %<small>{accuracy.hits:,}/{accuracy.count:,}</small>",
        f'{percent(low)}–{percent(high)}<span class="range" aria-hidden="true">{span}</span>',
        f"{percent(accuracy.per_class)} %",
    )
    return f'<tr><th scope="row">best {k}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
