"""Charts as inline SVG; each curve has its dash pattern and its name at its end."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from spobet.evaluation.calibration import Bin
from spobet.evaluation.selective import OperatingPoint
from spobet.evaluation.text import percent
from spobet.reports.svg import dot, drawing, line, point, tag, text

WIDTH, LEFT, TOP = 300.0, 46.0, 30.0
_DASHES = ("", "7 4", "2 3", "10 3 2 3", "4 2 1 2 1 2")
_LABEL_GAP, _LETTER = 16.0, 7.2  # pixels between names and a letter of 13 pixels
_SCALED = {"class_": "curves", "style": "width:100%;height:auto"}
_Mark = Callable[[float, float], Markup]


@dataclass(frozen=True)
class Axes:
    """The ranges and ticks of a chart, and where its values lie in pixels."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]
    height: float = 190.0

    right = LEFT + WIDTH

    @property
    def bottom(self) -> float:
        """Where the x axis lies."""
        return TOP + self.height

    def x(self, value: float) -> float:
        """Pixels from the left."""
        low, high = self.x_range
        return LEFT + WIDTH * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """Pixels from the top."""
        low, high = self.y_range
        return self.bottom - self.height * (value - low) / (high - low)

    def path(self, values: Sequence[tuple[float, float]]) -> str:
        """A line through points in values; "" without any."""
        return "M" + "L".join(point(self.x(x), self.y(y)) for x, y in values) if values else ""

    def grid(self, x_label: str, y_label: str) -> Markup:
        """Lines, ticks and the names of both axes."""
        parts = []
        for tick in self.y_ticks:
            y = self.y(tick)
            path = f"M{point(LEFT, y)}L{point(self.right, y)}"
            parts.append(line(path, stroke_opacity=".18"))
            parts.append(text(f"{tick:g}", LEFT - 7, y + 4, text_anchor="end"))
        for tick in self.x_ticks:
            x = self.x(tick)
            parts.append(line(f"M{point(x, self.bottom)}L{point(x, self.bottom + 5)}"))
            parts.append(text(f"{tick:g}", x, self.bottom + 18, text_anchor="middle"))
        parts.append(line(f"M{point(LEFT, self.bottom)}L{point(self.right, self.bottom)}"))
        parts.append(text(x_label, self.right, self.bottom + 34, text_anchor="end"))
        parts.append(text(y_label, 0, 14))
        return Markup("").join(parts)


def learning_curves(curves: Mapping[str, Sequence[float]], x_label: str, y_label: str) -> Markup:
    """Named curves over 1, 2, 3, ... that take the width of their surroundings.

    A NaN leaves a gap. ValueError where there is no curve, or one without a finite value.
    """
    values = {name: np.asarray(curve, dtype=np.float64) for name, curve in curves.items()}
    empty = [name for name, curve in values.items() if not np.isfinite(curve).any()]
    if empty or not values:
        came = f"{len(values)} curves, without a finite value: {', '.join(empty) or 'none'}"
        raise ValueError(f"{came}; expected one value each")
    axes = _axes_around(list(values.values()))
    lines = [_curve(axes, curve, number) for number, curve in enumerate(values.values())]
    stories = []
    for name, curve in values.items():
        finite = curve[np.isfinite(curve)]
        stories.append(f"{name} from {finite[0]:.3g} to {finite[-1]:.3g} in {len(curve)}")
    title = f"{y_label} by {x_label}: {'; '.join(stories)}"
    width = axes.right + 40 + _LETTER * max(12, *map(len, values))
    parts = (axes.grid(x_label, y_label), *lines, *_names(axes, values))
    return drawing((width, axes.bottom + 40), title, tag("g", *parts, font_size=13), **_SCALED)


def reliability_diagram(before: Sequence[Bin], after: Sequence[Bin]) -> Markup:
    """Accuracy by confidence before scaling (hollow squares) and after (dots).

    The diagonal is perfect calibration.
    """
    axes = _percent_axes(0)
    parts = [line(axes.path([(0, 0), (100, 100)]), stroke_dasharray="1 4")]
    for bins, number, dashes, mark in ((before, 2, "5 3", _square), (after, 1, None, _disc)):
        values = [(100 * part.confidence, 100 * part.accuracy) for part in bins]
        marks = [mark(axes.x(x), axes.y(y)) for x, y in values]
        curve = line(axes.path(values), stroke_width="1.5", stroke_dasharray=dashes)
        parts.append(tag("g", curve, *marks, class_=f"curve-{number}"))
    legend = (("before: hollow squares", 2, _square), ("after: dots", 1, _disc))
    for index, (words, number, mark) in enumerate(legend):
        y = axes.y(93 - 8 * index)
        parts.append(tag("g", mark(axes.x(6), y), class_=f"curve-{number}"))
        parts.append(text(words, axes.x(10), y + 4))
    stories = []
    for name, bins in (("before scaling", before), ("after", after)):
        pairs = [f"{percent(part.accuracy)} % at {percent(part.confidence)} %" for part in bins]
        stories.append(f"{name}: {', '.join(pairs)}")
    title = f"Accuracy at mean confidence. {'; '.join(stories)}"
    return _percent_chart(axes, title, "confidence, %", "top-1 accuracy, %", parts)


def coverage_curve(points: Sequence[OperatingPoint], marked: Sequence[OperatingPoint]) -> Markup:
    """Selective accuracy by coverage, most confident clips first; a dot for each of `marked`."""
    # The first 5 % of the clips are too few to choose the range by.
    lowest = min(point.accuracy for point in points if point.coverage >= 0.05)
    axes = _percent_axes(10 * min(9, math.floor(10 * lowest)))
    values = [(100 * point.coverage, 100 * point.accuracy) for point in points]
    inside = [(x, y) for x, y in values if y >= axes.y_range[0]]
    dots = [
        _disc(axes.x(100 * point.coverage), axes.y(100 * point.accuracy))
        for point in marked
        if 100 * point.accuracy >= axes.y_range[0]
    ]
    curve = tag("g", line(axes.path(inside), stroke_width="1.5"), *dots, class_="curve-1")
    stories = [f"{percent(p.accuracy)} % at a coverage of {percent(p.coverage)} %" for p in marked]
    title = f"Selective accuracy by coverage: {', '.join(stories)}"
    return _percent_chart(axes, title, "coverage, %", "selective accuracy, %", [curve])


def histogram(counts: Sequence[int], ends: tuple[str, str], title: str) -> Markup:
    """Counts as bars of equal width; `ends` name the first and the last value."""
    width, height = 420.0, 90.0
    step, tallest = width / len(counts), max(*counts, 1)
    bars = [
        tag(
            "rect",
            x=index * step + 0.5,
            y=height * (1 - count / tallest),
            width=step - 1,
            height=height * count / tallest,
            fill="currentColor",
            fill_opacity=".75",
        )
        for index, count in enumerate(counts)
    ]
    axis = line(f"M{point(0, height)}L{point(width, height)}", stroke_opacity=".4")
    first = text(ends[0], 0, height + 15, text_anchor="start", font_size=11)
    last = text(ends[1], width, height + 15, text_anchor="end", font_size=11)
    return drawing((width, height + 22), title, *bars, axis, first, last)


def _axes_around(curves: Sequence[np.ndarray]) -> Axes:
    values = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    low, high = float(values.min()), float(values.max())
    if high - low <= 1e-6 * max(abs(low), abs(high), 1e-6):  # a flat curve lies in the middle
        low, high = low - 0.5 * max(abs(low), 1.0), high + 0.5 * max(abs(high), 1.0)
    last, y_ticks = max(map(len, curves)), _ticks(low, high)
    inside = [tick for tick in _ticks(1, max(last, 2), whole=True) if 1 < tick <= last]
    return Axes((1, max(last, 2)), (y_ticks[0], y_ticks[-1]), (1, *inside), y_ticks)


def _ticks(low: float, high: float, whole: bool = False) -> tuple[float, ...]:
    """Round numbers from at most `low` to at least `high`, about five."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    step = max(round(step), 1) if whole else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(f"{number * step:.10g}") for number in range(first, last + 1))


def _percent_axes(low: int) -> Axes:
    step = 20 if low < 50 else 10 if low < 90 else 5
    return Axes((0, 100), (low, 100), range(0, 101, 20), range(100, low - 1, -step), 230.0)


def _percent_chart(
    axes: Axes, title: str, x_label: str, y_label: str, parts: Sequence[Markup]
) -> Markup:
    body = tag("g", axes.grid(x_label, y_label), *parts, font_size=13)
    return drawing((axes.right + 14, axes.bottom + 40), title, body, **_SCALED)


def _curve(axes: Axes, curve: np.ndarray, number: int) -> Markup:
    finite = np.isfinite(curve)
    path = ""
    for index in np.flatnonzero(finite).tolist():
        joined = index and finite[index - 1]
        path += ("L" if joined else "M") + point(axes.x(index + 1), axes.y(curve[index]))
    lonely = finite & ~np.append(finite[1:], False) & ~np.insert(finite[:-1], 0, False)
    lonely[np.flatnonzero(finite)[-1]] = True  # the end has a dot as well
    dots = [dot(axes.x(i + 1), axes.y(curve[i]), 2.5) for i in np.flatnonzero(lonely).tolist()]
    dashes = _DASHES[number % len(_DASHES)] or None
    stroke = line(path, stroke_width=2, stroke_dasharray=dashes)
    return tag("g", stroke, *dots, class_=f"curve-{number + 1}")


def _names(axes: Axes, curves: Mapping[str, np.ndarray]) -> list[Markup]:
    """The name of each curve at the height of its end, moved apart where ends lie close."""
    ends = [axes.y(curve[np.isfinite(curve)][-1]) for curve in curves.values()]
    parts, lowest = [Markup("")] * len(ends), -math.inf
    first = axes.bottom - _LABEL_GAP * (len(ends) - 1)
    for index, number in enumerate(np.argsort(ends, kind="stable")):
        lowest = max(lowest + _LABEL_GAP, min(ends[number], first + index * _LABEL_GAP))
        path = f"M{point(axes.right + 8, lowest)}L{point(axes.right + 30, lowest)}"
        dashes = _DASHES[number % len(_DASHES)] or None
        sample = line(path, stroke_width=2, stroke_dasharray=dashes)
        name = text(list(curves)[number], axes.right + 35, lowest + 4)
        parts[number] = tag("g", sample, name, class_=f"curve-{number + 1}")
    return parts


def _disc(x: float, y: float) -> Markup:
    return dot(x, y, 4)


def _square(x: float, y: float) -> Markup:
    box = {"x": x - 4, "y": y - 4, "width": 8, "height": 8}
    return tag("rect", **box, fill="none", stroke="currentColor", stroke_width="1.5")
