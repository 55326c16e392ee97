"""One self-contained HTML page for a run: how often it is right, how it learned, what it answers for some clips.

No script and no network: style and pictures are in the file. Each section is a function of plain values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

from spobet.evaluation.draw import learning_curves, skeleton_strip
from spobet.evaluation.metrics import Accuracy, Metrics, percent
from spobet.poses.sequence import PoseSequence


@dataclass(frozen=True)
class Chart:
    """Curves that share one scale: `curves` by name, a value an epoch; `quantity` names what they measure."""

    title: str
    quantity: str
    curves: Mapping[str, Sequence[float]]
    step: str = "epoch"


@dataclass(frozen=True, eq=False)
class Example:
    """One clip and what the network answered for it.

    gloss: the true one. answers: (gloss, probability 0..1), best first; ValueError where they are not.
    weights: (frames,) attention to each frame, None where it is not shown.
    """

    clip_id: str
    pose: PoseSequence
    gloss: str
    answers: tuple[tuple[str, float], ...]
    weights: np.ndarray | None = None

    def __post_init__(self) -> None:
        chances = [probability for _, probability in self.answers]
        in_range = all(0 <= chance <= 1 for chance in chances)  # NaN compares False
        if not chances or not in_range or chances != sorted(chances, reverse=True):
            raise ValueError(f"clip {self.clip_id}: probabilities {chances}, expected at least one in 0..1, best first")

    @property
    def rank(self) -> int | None:
        """Place of the true gloss among the answers, 1 = best; None where it is not among them."""
        glosses = [gloss for gloss, _ in self.answers]
        return glosses.index(self.gloss) + 1 if self.gloss in glosses else None


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
        if self.count < 1 or min(self.right, self.confused) < 0 or self.right + self.confused > self.count:
            pair = f"{self.gloss} and {self.other}"
            raise ValueError(f"{pair}: {self.right} right and {self.confused} confused of {self.count} clips do not add up")


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


def html_page(title: str, sections: Sequence[str]) -> str:
    """Ready sections in one document with its style; empty ones are left out."""
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
    head = f'<head><meta charset="utf-8"/>{viewport}<title>{escape(title)}</title><style>{_STYLE}</style></head>'
    body = "\n".join(section for section in sections if section)
    return f'<!DOCTYPE html>\n<html lang="en">{head}\n<body><main>\n{body}\n</main></body></html>\n'


def headline(title: str, metrics: Metrics, signers: str) -> str:
    """The one sentence to remember, with its count, interval and what guessing would reach."""
    top1 = metrics.top1
    low, high = map(percent, top1.interval)
    scope = f"{metrics.split} clips" if metrics.split else "clips"
    sentence = f"{percent(top1.instance)} % of signs by {signers} are named right."
    counts = f"{top1.hits:,} of {top1.count:,} {scope} · 95 % interval {low}–{high} %"
    guess = f"guessing among {metrics.num_glosses:,} glosses: {percent(1 / metrics.num_glosses)} %"
    facts = f'<p class="facts">{escape(_tied(f"{counts} · {guess}"))}</p>'
    return f'<header><p class="kicker">{escape(title)}</p><h1>{escape(_tied(sentence))}</h1>{facts}</header>'


def metrics_section(metrics: Metrics, caveats: Sequence[str] = ()) -> str:
    """A table of top-1, top-5 and top-10, and beneath it what the figures do not say."""
    head = ("Right among the", "Clips", "95 % interval", "Mean over glosses")
    rows = [_metrics_row(k, accuracy) for k, accuracy in metrics.tops.items()]
    means = f"Mean over glosses: each of the {metrics.num_glosses_present:,} glosses with a clip counts the same. Interval: Wilson."
    notes = "".join(f"<li>{escape(caveat)}</li>" for caveat in caveats)
    parts = (_table(head, rows), f'<p class="note">{means}</p>', f"<ul>{notes}</ul>" if notes else "")
    return _section("How often it is right", '<div class="figures">', *parts, "</div>")


def curves_section(charts: Sequence[Chart]) -> str:
    """A chart each, side by side where there is room; empty without charts."""
    drawn = [(chart.title, learning_curves(chart.curves, chart.step, chart.quantity)) for chart in charts]
    figures = "".join(f"<figure><figcaption>{escape(title)}</figcaption>{picture}</figure>" for title, picture in drawn)
    return _section("How it learned", f'<div class="charts">{figures}</div>') if charts else ""


def examples_section(examples: Sequence[Example]) -> str:
    """Clips drawn frame by frame above their ranked answers; empty without examples."""
    if not examples:
        return ""
    legend = "Numbers count frames. The signer's right hand has solid lines and filled dots, the left dashed lines and hollow dots."
    if any(example.weights is not None for example in examples):
        legend += " Bars and percentages beneath: share of the attention."
    return _section("What it answers", f'<p class="note">{legend}</p>', *map(_example, examples))


def minimal_pairs_section(pairs: Sequence[MinimalPair]) -> str:
    """A table of glosses that differ in one thing only; empty without pairs."""
    rows = [
        f'<tr><th scope="row">{escape(pair.gloss)} · {escape(pair.other)}</th><td>{escape(pair.difference)}</td>'
        f"<td>{pair.right:,}/{pair.count:,}<small>{percent(pair.right / pair.count)} %</small></td><td>{pair.confused:,}</td></tr>"
        for pair in pairs
    ]
    table = _table(("Glosses", "Differ in", "Named right", "Confused"), rows)
    note = '<p class="note">Confused: a clip of one taken for the other.</p>'
    return _section("Signs that differ in one thing", table, note) if pairs else ""


def provenance(page: Page) -> str:
    """Where the figures come from and how to get them again."""
    metrics = page.metrics
    facts = {
        "seed": "unknown" if metrics.seed is None else str(metrics.seed),
        "commit": metrics.commit or "unknown",
        "data": metrics.data or "unknown",
        "time": f"{page.minutes:.1f} minutes" + (f" on {page.machine}" if page.machine else ""),
        "versions": ", ".join(f"{name} {version}" for name, version in page.versions.items()) or "unknown",
    }
    items = "".join(f"<div><dt>{name}</dt><dd>{escape(fact)}</dd></div>" for name, fact in facts.items())
    commands = f"<p>To repeat it:</p><pre>{escape(chr(10).join(page.commands))}</pre>" if page.commands else ""
    return f"<footer><h2>Where this comes from</h2><dl>{items}</dl>{commands}</footer>"


def _example(example: Example) -> str:
    verdicts = {1: "named right", None: f"true gloss not among the {len(example.answers)} best"}
    verdict = verdicts.get(example.rank, f"true gloss in place {example.rank}")
    rows = "".join(_answer(gloss, chance, gloss == example.gloss) for gloss, chance in example.answers)
    strip = skeleton_strip(example.pose, weights=example.weights)
    label = escape(f"frames of clip {example.clip_id}")
    return (
        f"<article><h3>{escape(example.gloss)}<small>clip {escape(example.clip_id)} · {verdict}</small></h3>"
        f'<div class="film" tabindex="0" role="region" aria-label="{label}">{strip}</div><ol>{rows}</ol></article>'
    )


def _answer(gloss: str, chance: float, true: bool) -> str:
    start, mark = ('<li class="true">', " <em>true gloss</em>") if true else ("<li>", "")
    bar = f'<span class="bar" aria-hidden="true"><i style="width:{percent(chance)}%"></i></span>'
    number = "&lt;0.1" if 0 < chance < 0.0005 else percent(chance)
    return f"{start}<span>{escape(gloss)}{mark}</span>{bar}<span>{number} %</span></li>"


def _metrics_row(k: int, accuracy: Accuracy) -> str:
    low, high = accuracy.interval
    span = f'<i style="left:{percent(low)}%;width:{percent(high - low)}%"></i><b style="left:{percent(accuracy.instance)}%"></b>'
    cells = (
        f"{percent(accuracy.instance)} %<small>{accuracy.hits:,}/{accuracy.count:,}</small>",
        f'{percent(low)}–{percent(high)}<span class="range" aria-hidden="true">{span}</span>',
        f"{percent(accuracy.per_class)} %",
    )
    return f'<tr><th scope="row">best {k}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f'<div class="table"><table><thead><tr>{columns}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _section(title: str, *parts: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def _tied(sentence: str) -> str:
    """The sentence with its numbers kept beside their per cent signs."""
    return sentence.replace(" %", "\u00a0%")


_STYLE = """
:root { color-scheme: light dark; --paper: #fcfbf8; --ink: #1d1f22; --soft: #5d6268; --rule: #d9d6ce;
  --right: #0b6477; --left: #a5481a; --sans: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  --serif: Charter, "Iowan Old Style", "Palatino Linotype", Georgia, serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, monospace }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15171a; --ink: #e7e5e0; --soft: #a2a6ab; --rule: #35393e; --right: #6cc5d6; --left: #f0a274 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 var(--sans) }
main { max-width: 62rem; margin: 0 auto; padding: clamp(1.5rem, 6vw, 5rem) clamp(1rem, 4vw, 2.5rem) 3rem }
section, footer { margin-top: 3.2rem; border-top: 1px solid var(--rule); padding-top: 1.5rem }
footer { font-size: .92rem }
h1, h2, h3 { font-family: var(--serif); font-weight: 600; text-wrap: balance }
h1 { font-size: clamp(1.8rem, 5.2vw, 3.2rem); line-height: 1.13; letter-spacing: -.015em; max-width: 20em; margin: .35em 0 .5em }
h2 { font-size: 1.4rem; line-height: 1.2; margin: 0 0 1rem }
h3 { font-size: 1.15rem; margin: 0; display: flex; flex-wrap: wrap; gap: 0 .8rem; align-items: baseline; overflow-wrap: anywhere }
small, .kicker, .facts, .note, main ul, figcaption, dt, thead th, li em { color: var(--soft) }
small { font: .88rem/1.5 var(--sans) }
.kicker, .facts { margin: 0 }
.note, main ul { font-size: .92rem; max-width: 44em }
main ul { padding-left: 1.1rem }
.table, .film, pre { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
table, ol { font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .5rem 1.2rem .5rem 0; border-bottom: 1px solid var(--rule); vertical-align: baseline }
tr > :last-child { padding-right: 0 }
thead th { font-weight: 400; font-size: .88rem; vertical-align: bottom }
td small { margin-left: .6em }
.figures tbody * { white-space: nowrap }
.range { display: inline-block; position: relative; width: min(12rem, 20vw); height: .8em; margin-left: 1em;
  border-bottom: 1px solid var(--rule) }
.range i, .range b { position: absolute; background: currentColor }
.range i { top: .3em; height: 3px }
.range b { top: 0; width: 3px; height: .75em; margin-left: -1.5px }
article { padding: 1.5rem 0 }
article + article { border-top: 1px solid var(--rule) }
.film { margin: .6rem 0 }
.film svg { display: block }
.film .weight { color: var(--soft) }
.film .right, .curve-1 { color: var(--right) }
.film .left, .curve-2 { color: var(--left) }
ol { list-style: none; margin: 0; padding: 0; max-width: 40rem }
ol li { display: grid; grid-template-columns: minmax(0, 12rem) 1fr 4rem; gap: .8rem; align-items: center; padding: .1rem 0;
  overflow-wrap: anywhere }
ol li > :last-child { text-align: right; white-space: nowrap }
li.true { font-weight: 600 }
li em { font-weight: 400; font-size: .82rem; white-space: nowrap }
.bar { background: var(--rule) }
.bar i { display: block; height: .5rem; min-width: 1px; background: var(--soft) }
.true .bar i { background: var(--ink) }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 2rem }
.charts svg { max-width: 34rem }
figure, dl, dd, pre { margin: 0 }
figcaption { margin-bottom: .4rem }
dl { display: grid; gap: .3rem }
dl div { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr) }
dd { overflow-wrap: anywhere }
pre, dd { font: .86rem/1.6 var(--mono) }
pre { padding: .8rem 1rem; border: 1px solid var(--rule) }
@media (max-width: 40rem) {
  .range { display: none }
  table { font-size: .92rem }
  th, td { padding-right: .5rem }
  td small { display: block; margin: 0 }
  ol li { grid-template-columns: minmax(0, 9rem) 1fr 4rem; gap: .5rem }
}
@media print { main { max-width: none; padding: 0 } article { break-inside: avoid } }
"""
