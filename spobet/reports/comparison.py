"""Two systems on the same clips: how much better one is, how sure that is, and where they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset
from spobet.evaluation.intervals import NUM_RESAMPLES, Difference, compare_hits, signer_groups
from spobet.evaluation.metrics.top_k import TOPS
from spobet.evaluation.text import percent
from spobet.evaluation.predictions import Prediction
from spobet.reports.page import LEGEND, film, html_page, section, table

SEED = 0
MAX_DRAWN = 40
_SHOWN_ANSWERS = 3
_EXPLAINED = (
    f"Intervals: 95 %, paired bootstrap ({NUM_RESAMPLES:,} resamples, seed {SEED}) over clips and over whole signers. "
    "McNemar: exact two-sided test on the clips that only one names right."
)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two systems, A and B, on the same clips in the same order.

    over_clips, over_signers: A minus B for each k of TOPS; they differ in their intervals alone.
    """

    names: tuple[str, str]
    clips: Manifest
    answers: tuple[tuple[Prediction, ...], tuple[Prediction, ...]]
    over_clips: dict[int, Difference]
    over_signers: dict[int, Difference]

    def hits(self, system: int, k: int = 1) -> np.ndarray:
        """(clips,) bool: whether system 0 (A) or 1 (B) has the true gloss among its k best."""
        return _hits(self.answers[system], k)

    def only(self, system: int) -> list[int]:
        """Positions of the clips that this system names right and the other does not."""
        return np.flatnonzero(self.hits(system) & ~self.hits(1 - system)).tolist()


def compare(
    names: tuple[str, str],
    clips: Manifest,
    first: Sequence[Prediction],
    second: Sequence[Prediction],
    seed: int = SEED,
) -> Comparison:
    """Compare two systems; ValueError where their predictions are not of these clips in this order."""
    for name, rows in zip(names, (first, second), strict=True):
        if [row.clip_id for row in rows] != [clip.id for clip in clips]:
            raise ValueError(
                f"{name}: predictions of {len(rows)} clips, expected those of the {len(clips)} clips in their order"
            )
    every = np.arange(len(clips))
    over_clips, over_signers = (
        {
            k: compare_hits(_hits(first, k), _hits(second, k), groups, np.random.default_rng(seed))
            for k in TOPS
        }
        for groups in (every, signer_groups(clips))
    )
    return Comparison(names, clips, (tuple(first), tuple(second)), over_clips, over_signers)


def comparison_text(comparison: Comparison) -> str:
    """The figures for each k, then the clips that only one of the two names right."""
    first, second = comparison.names
    lines = [f"{len(comparison.clips):,} clips; A is {first}, B is {second}. {_EXPLAINED}"]
    lines += [line for k in TOPS for line in _figures(comparison, k)]
    for system, letter in enumerate("AB"):
        only = comparison.only(system)
        lines += [
            f"only {letter} is right: {len(only):,}",
            *(f"  {_told(comparison, clip)}" for clip in only),
        ]
    return "\n".join(lines)


def comparison_page(comparison: Comparison, dataset: Dataset) -> str:
    """The same as a page, with at most MAX_DRAWN clips of each list drawn."""
    first, second = comparison.names
    difference = comparison.over_clips[1]
    better, worse = "AB" if difference.share > 0 else "BA"
    gap = f"{better} names {percent(abs(difference.share))} points more of the clips right than {worse}"
    told = gap if difference.share else "A and B name equally many clips right"
    header = (
        f'<header><p class="kicker">A: {escape(first)}<br/>B: {escape(second)}</p><h1>{told}</h1>'
        f'<p class="facts">{len(comparison.clips):,} clips. {escape(_EXPLAINED)}</p></header>'
    )
    head = (
        "Right among the",
        "A",
        "B",
        "A − B, points",
        "over clips",
        "over signers",
        "only A",
        "only B",
        "McNemar p",
    )
    figures = section(
        "How far they differ", table(head, [_row(comparison, k) for k in TOPS], "A and B compared")
    )
    lists = [_drawn(comparison, dataset, system) for system in (0, 1)]
    return html_page(f"{first} and {second}", [header, figures, *lists])


def _hits(rows: Sequence[Prediction], k: int) -> np.ndarray:
    return np.array([row.rank <= k for row in rows])


def _figures(comparison: Comparison, k: int) -> list[str]:
    clips, signers = comparison.over_clips[k], comparison.over_signers[k]
    shares = [int(comparison.hits(system, k).sum()) for system in (0, 1)]
    a, b = (f"{percent(hits / clips.count)} % ({hits}/{clips.count})" for hits in shares)
    spans = f"{_span(clips.interval)} over clips, {_span(signers.interval)} over signers"
    return [
        f"top-{k}: A {a}, B {b}; A - B {_points(clips.share)} points",
        f"  95 % interval {spans}",
        f"  only A right {clips.only_first}, only B {clips.only_second}; McNemar p {_chance(clips.p_value)}",
    ]


def _row(comparison: Comparison, k: int) -> str:
    clips, signers = comparison.over_clips[k], comparison.over_signers[k]
    shares = [f"{percent(comparison.hits(system, k).mean())} %" for system in (0, 1)]
    spans = (_span(clips.interval), _span(signers.interval))
    cells = (
        *shares,
        _points(clips.share),
        *spans,
        clips.only_first,
        clips.only_second,
        _chance(clips.p_value),
    )
    return f'<tr><th scope="row">best {k}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _told(comparison: Comparison, clip: int) -> str:
    a, b = (answers[clip].answers[0][0] for answers in comparison.answers)
    return f"{_called(comparison.clips.clips[clip])}: A {a}, B {b}"


def _called(clip: Clip) -> str:
    return f"{clip.id} ({', '.join(filter(None, [clip.gloss, clip.split, clip.signer and f'signer {clip.signer}']))})"


def _drawn(comparison: Comparison, dataset: Dataset, system: int) -> str:
    only = comparison.only(system)
    if not only:
        return ""
    counts = f"{len(only):,} clips" + (
        f", the first {MAX_DRAWN} drawn" if len(only) > MAX_DRAWN else ""
    )
    articles = [_article(comparison, dataset, clip) for clip in only[:MAX_DRAWN]]
    return section(
        f"Only {'AB'[system]} is right", f'<p class="note">{counts}. {LEGEND}</p>', *articles
    )


def _article(comparison: Comparison, dataset: Dataset, place: int) -> str:
    clip = comparison.clips.clips[place]
    answers = "".join(
        f"<div><dt>{letter}</dt><dd>{escape(_ranked(rows[place]))}</dd></div>"
        for letter, rows in zip("AB", comparison.answers, strict=True)
    )
    small = ", ".join(
        filter(None, [f"clip {clip.id}", clip.split, clip.signer and f"signer {clip.signer}"])
    )
    strip = film(clip.id, dataset.pose(clip.id), height=110)
    return f"<article><h3>{escape(clip.gloss)}<small>{escape(small)}</small></h3>{strip}<dl>{answers}</dl></article>"


def _ranked(prediction: Prediction) -> str:
    shown = prediction.answers[:_SHOWN_ANSWERS]
    chances = [
        gloss if math.isnan(chance) else f"{gloss} {percent(chance)} %" for gloss, chance in shown
    ]
    return ", ".join(chances) + f"; true gloss in place {prediction.rank}"


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"


def _span(interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{_points(low)} to {_points(high)}"


def _chance(p_value: float) -> str:
    return f"{p_value:.4f}" if p_value >= 0.0001 else "under 0.0001"
