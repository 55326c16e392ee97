"""A table of counts as a heat map, and figures with their intervals, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from spobet.evaluation.text import percent, percent_range
from spobet.reports.svg import dot, drawing, line, point, tag, text

_CELL, _LETTERS, _LETTER = 22.0, 20, 0.6  # pixels; most letters of a name; their width, of 1
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
    font_size = 11
    if counts.shape != (len(rows), len(columns)):
        raise ValueError(f"counts {counts.shape}, expected {(len(rows), len(columns))}")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    start, parts = _names_width([*rows, *columns], font_size), []
    for row, name in enumerate(rows):
        middle = start + (row + 0.5) * _CELL
        parts.append(text(_short(name), start - 6, middle + 4, text_anchor="end"))
        for column in np.flatnonzero(counts[row]).tolist():
            corner = start + column * _CELL, start + row * _CELL
            colour = "curve-1" if row == column else "curve-2"
            parts.append(_square(corner, int(counts[row, column]), shares[row, column], colour))
    for column, name in enumerate(columns):
        x, y = start + (column + 0.5) * _CELL + 4, start - 6
        parts.append(text(_short(name), x, y, transform=f"rotate(-90 {point(x, y)})"))
    width, height = len(columns) * _CELL, len(rows) * _CELL
    edge = f"M{point(start, start)}h{width:g}v{height:g}h{-width:g}Z"
    frame = line(edge, stroke_opacity=".4")
    size = (start + width + 2, start + height + 2)
    return drawing(size, title, tag("g", *parts, frame, font_size=font_size), **_SCALED)


def interval_chart(figures: Sequence[Measured], title: str) -> Markup:
    """A line a figure: its interval as a bar, its value as a dot and in words, from 0 to 100 %."""
    font_size, width, step = 13, 300.0, 26.0
    left, parts = _names_width([figure.name for figure in figures], font_size), []
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
        parts.append(tag("g", bar, value, class_="curve-1", fill="currentColor"))
        parts.append(text(_short(figure.name), left - 8, y + 4, text_anchor="end"))
        words = f"{percent(figure.share)} % ({percent_range(figure.interval)})"
        parts.append(text(words, left + width + 10, y + 4))
    size = (left + width + 160, 30 + step * len(figures))
    return drawing(size, title, tag("g", *parts, font_size=font_size), **_SCALED)


def _square(corner: tuple[float, float], count: int, share: float, colour: str) -> Markup:
    x, y = corner
    box = {"x": x + 1, "y": y + 1, "width": _CELL - 2, "height": _CELL - 2}
    shade = f"{0.12 + 0.5 * share:.2f}"  # never so dark that the number cannot be read
    words = text(str(count), x + _CELL / 2, y + _CELL / 2 + 4, text_anchor="middle")
    fill = {"fill": "currentColor", "fill_opacity": shade}
    return tag("g", tag("rect", **box, **fill, class_=colour), words)


def _names_width(names: Sequence[str], font_size: int) -> float:
    """Pixels that the longest name takes, with what lies between names and squares."""
    return max(len(_short(name)) for name in names) * _LETTER * font_size + 12


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"
