"""A data set described: as text, and as a page with how long its clips are and how often hands are missing."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np

from spobet.audit.summary import Sight, look, summary_of
from spobet.dataset.manifest import SPLITS
from spobet.dataset.store import Dataset
from spobet.files import write_whole
from spobet.reports.page import html_page, section, table
from spobet.reports.skeletons import FONT, short, svg

_BINS = 24
_WIDTH, _BAR, _ROW = 420.0, 90.0, 22.0


def describe(path: Path, page: Path | None = None) -> str:
    """What `summarize` tells of a data set; `page` names an HTML file to write with the same and plots."""
    dataset = Dataset.open(path)
    sight = look(dataset)
    text = summary_of(dataset, sight)
    if page is not None:
        write_whole(page, data_page(dataset, sight, text))
    return text


def data_page(dataset: Dataset, sight: Sight, text: str) -> str:
    """Lengths of the clips and hands missing, split by split, and the text of `summarize`."""
    frames, missing = sight.frames, sight.frames - sight.hands[:, -1]  # the last column: any hand
    splits = np.array([clip.split or "none" for clip in dataset.manifest])
    names = [name for name in (*SPLITS, "none") if (splits == name).any()]
    facts = f"{len(dataset):,} clips, {len(dataset.manifest.vocabulary):,} glosses, {int(frames.sum()):,} frames"
    header = f'<header><p class="kicker">{escape(str(dataset.path))}</p><h1>{facts}</h1></header>'
    lengths = [
        f"<h3>{escape(name)}</h3>{_histogram(frames[splits == name], int(frames.max()), name)}"
        for name in names
    ]
    rows = [_missing_row(name, missing[splits == name], frames[splits == name]) for name in names]
    head = ("split", "clips", "frames without any hand", "of a clip: median, 90th percentile")
    return html_page(
        f"{dataset.path.name}: what it holds",
        [
            header,
            section("Frames a clip", *lengths),
            section("Hands missing", table(head, rows, "hands missing by split")),
            section("In words", f"<pre>{escape(text)}</pre>"),
        ],
    )


def _missing_row(name: str, missing: np.ndarray, frames: np.ndarray) -> str:
    share = missing.sum() / frames.sum()
    middle, high = np.percentile(100 * missing / frames, [50, 90])
    bar = f'<div class="bar" role="presentation" style="width:{100 * share:.1f}%;height:.5em;background:currentColor"></div>'
    return f"<tr><td>{escape(name)}</td><td>{len(missing):,}</td><td>{share:.1%}{bar}</td><td>{middle:.0f} %, {high:.0f} %</td></tr>"


def _histogram(frames: np.ndarray, longest: int, name: str) -> str:
    """How many clips have how many frames."""
    counts, edges = np.histogram(frames, bins=min(_BINS, longest), range=(0, longest + 1))
    step = _WIDTH / len(counts)
    bars = "".join(
        f'<rect x="{short(place * step + 0.5)}" y="{short(_BAR - height)}" width="{short(step - 1)}" height="{short(height)}"'
        ' fill="currentColor" fill-opacity=".75"/>'
        for place, height in enumerate(_BAR * counts / max(counts.max(), 1))
    )
    labels = "".join(
        f'<text x="{short(x)}" y="{_BAR + 15}" text-anchor="{anchor}" {FONT} font-size="11">{told}</text>'
        for x, anchor, told in ((0, "start", "0"), (_WIDTH, "end", f"{int(edges[-1])} frames"))
    )
    axis = f'<path d="M0 {_BAR}h{_WIDTH}" stroke="currentColor" stroke-opacity=".4"/>'
    lengths = f"{frames.min()} to {frames.max()} frames, median {np.median(frames):g}"
    told = f"{len(frames):,} clips of {name}: {lengths}, tallest bar {counts.max():,}"
    return (
        svg(
            _WIDTH,
            _BAR + _ROW,
            told,
            bars + axis + labels,
            f'width="{_WIDTH:g}" height="{_BAR + _ROW:g}"',
        )
        + f"<p>{told}</p>"
    )
