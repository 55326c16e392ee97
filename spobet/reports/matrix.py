"""A table of counts as a heat map, and figures with their intervals, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from spobet.evaluation.text import percent, percent_range
from spobet.reports.svg import dot, drawing, line, point, tag, text

_CELL, _NAMES_WIDTH, _LETTERS = 22.0, 150.0, 20  # pixels, pixels, and letters that fit into them
_SCALED = {"style": "width:100%;height:auto"}


@dataclass(frozen=True)
class Measured:
    """A figure and its interval, fractions of one."""

    name: str
    share: float
    interval: tuple[float, float]


def heat_map(counts: np.ndarray, rows: Sequence[str], columns: Sequence[str], title: str) -> Markup:
    """Counts (rows, columns) as squares, the darker the larger their share of the row.

    A square has its number where it is not 0. ValueError where the names do not fit the counts.
    """
    if counts.shape != (len(rows), len(columns)):
        raise ValueError(f"counts {counts.shape}, expected {(len(rows), len(columns))}")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    parts = []
    for row, name in enumerate(rows):
        middle = _NAMES_WIDTH + (row + 0.5) * _CELL
        parts.append(text(_short(name), _NAMES_WIDTH - 6, middle + 4, text_anchor="end"))
        for column in range(len(columns)):
            if counts[row, column]:
                parts.append(_square(row, column, int(counts[row, column]), shares[row, column]))
    for column, name in enumerate(columns):
        x, y = _NAMES_WIDTH + (column + 0.5) * _CELL + 4, _NAMES_WIDTH - 6
        parts.append(text(_short(name), x, y, transform=f"rotate(-90 {point(x, y)})"))
    size = (_NAMES_WIDTH + len(columns) * _CELL + 2, _NAMES_WIDTH + len(rows) * _CELL + 2)
    edges = (_NAMES_WIDTH, _NAMES_WIDTH)
    frame = line(
        f"M{point(*edges)}H{point(size[0] - 2, 0).split()[0]}V{point(size[1] - 2, 0).split()[0]}"
        f"H{point(edges[0], 0).split()[0]}Z",
        stroke_opacity=".4",
    )
    return drawing(size, title, tag("g", *parts, frame, font_size=11), **_SCALED)


def interval_chart(figures: Sequence[Measured], title: str) -> Markup:
    """A line a figure: its interval as a bar, its value as a dot and in words, from 0 to 100 %."""
    left, width, step = 130.0, 300.0, 26.0
    parts = []
    for tick in range(0, 101, 25):
        x = left + width * tick / 100
        path = f"M{point(x, 6)}L{point(x, 6 + step * len(figures))}"
        parts.append(line(path, stroke_opacity=".18"))
        parts.append(text(f"{tick}", x, 22 + step * len(figures), text_anchor="middle"))
    for number, figure in enumerate(figures):
        y = 6 + step * (number + 0.5)
        low, high = (left + width * end for end in figure.interval)
        bar = line(f"M{point(low, y)}L{point(high, y)}", stroke_width=7, stroke_opacity=".35")
        value = dot(left + width * figure.share, y, 5)
        parts.append(tag("g", bar, value, class_="curve-1"))
        parts.append(text(_short(figure.name), left - 8, y + 4, text_anchor="end"))
        words = f"{percent(figure.share)} % ({percent_range(figure.interval)})"
        parts.append(text(words, left + width + 10, y + 4))
    size = (left + width + 160, 30 + step * len(figures))
    return drawing(size, title, tag("g", *parts, font_size=13), **_SCALED)


def _square(row: int, column: int, count: int, share: float) -> Markup:
    x, y = _NAMES_WIDTH + column * _CELL, _NAMES_WIDTH + row * _CELL
    box = {"x": x + 1, "y": y + 1, "width": _CELL - 2, "height": _CELL - 2}
    shade = f"{0.12 + 0.5 * share:.2f}"  # never so dark that the number cannot be read
    words = text(str(count), x + _CELL / 2, y + _CELL / 2 + 4, text_anchor="middle")
    colour = "curve-1" if row == column else "curve-2"
    return tag(
        "g", tag("rect", **box, fill="currentColor", fill_opacity=shade, class_=colour), words
    )


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"
