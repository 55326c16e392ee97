"""Curves as inline SVG, each with a dash pattern of its own and its name at its end; nothing is told by colour alone.

They inherit the text colour around them; the classes `curve-1`, `curve-2`, ... let a page add colours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from spobet.reports.skeletons import FONT, dot, short, svg

_DASHES = ("", "7 4", "2 3", "10 3 2 3", "4 2 1 2 1 2")
_PLOT_WIDTH, _PLOT_HEIGHT, _PLOT_LEFT, _PLOT_TOP = 300.0, 190.0, 46.0, 30.0
_LABEL_GAP, _LETTER = 16.0, 7.2


def learning_curves(curves: Mapping[str, Sequence[float]], x_label: str, y_label: str) -> str:
    """Named curves over 1, 2, 3, ... as one SVG element that takes the width of its surroundings.

    Each curve has a dash pattern of its own and carries its name at its right end; a NaN leaves a gap.
    ValueError where there is no curve, or one without a finite value.
    """
    values = {name: np.asarray(curve, dtype=np.float64) for name, curve in curves.items()}
    empty = [name for name, curve in values.items() if not np.isfinite(curve).any()]
    if empty or not values:
        raise ValueError(
            f"{len(values)} curves, without a finite value: {', '.join(empty) or 'none'}; expected one value each"
        )
    axes = _Axes.around(list(values.values()))
    lines = "".join(_curve(axes, curve, number) for number, curve in enumerate(values.values()))
    width = axes.right + 40 + _LETTER * max(12, *map(len, values))
    height = _PLOT_TOP + _PLOT_HEIGHT + 40
    title = f"{y_label} by {x_label}: " + "; ".join(
        _story(name, curve) for name, curve in values.items()
    )
    parts = (
        f'<g {FONT} font-size="13">{_grid(axes, x_label, y_label)}{lines}{_names(axes, values)}</g>'
    )
    return svg(width, height, title, parts, 'class="curves" style="width:100%;height:auto"')


@dataclass(frozen=True)
class _Axes:
    """The ranges of a plot and where they lie."""

    last: int
    x_ticks: tuple[float, ...]
    y_ticks: tuple[float, ...]

    right = _PLOT_LEFT + _PLOT_WIDTH
    bottom = _PLOT_TOP + _PLOT_HEIGHT

    @classmethod
    def around(cls, curves: Sequence[np.ndarray]) -> _Axes:
        values = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
        low, high = float(values.min()), float(values.max())
        if high - low <= 1e-6 * max(abs(low), abs(high), 1e-6):
            low, high = low - 0.5 * max(abs(low), 1.0), high + 0.5 * max(abs(high), 1.0)
        last = max(map(len, curves))
        x_ticks = tuple(tick for tick in _ticks(1, max(last, 2), whole=True) if 1 <= tick <= last)
        return cls(last, (x_ticks if x_ticks[:1] == (1,) else (1.0, *x_ticks)), _ticks(low, high))

    def x(self, number: float) -> float:
        return _PLOT_LEFT + _PLOT_WIDTH * (number - 1) / max(self.last - 1, 1)

    def y(self, value: float) -> float:
        low, high = self.y_ticks[0], self.y_ticks[-1]
        return self.bottom - _PLOT_HEIGHT * (value - low) / (high - low)


def _ticks(low: float, high: float, whole: bool = False) -> tuple[float, ...]:
    """Round numbers from at most `low` to at least `high`, about five."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    step = max(round(step), 1) if whole else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(f"{number * step:.10g}") for number in range(first, last + 1))


def _grid(axes: _Axes, x_label: str, y_label: str) -> str:
    faint = 'stroke="currentColor" stroke-opacity=".18"'
    rows = "".join(
        f'<path d="M{_PLOT_LEFT} {short(axes.y(tick))}H{axes.right}" {faint}/>'
        f'<text x="{_PLOT_LEFT - 7}" y="{short(axes.y(tick) + 4)}" text-anchor="end">{tick:g}</text>'
        for tick in axes.y_ticks
    )
    columns = "".join(
        f'<path d="M{short(axes.x(tick))} {axes.bottom}v5" stroke="currentColor"/>'
        f'<text x="{short(axes.x(tick))}" y="{axes.bottom + 18}" text-anchor="middle">{tick:g}</text>'
        for tick in axes.x_ticks
    )
    base = f'<path d="M{_PLOT_LEFT} {axes.bottom}H{axes.right}" stroke="currentColor"/>'
    x_name = (
        f'<text x="{axes.right}" y="{axes.bottom + 34}" text-anchor="end">{escape(x_label)}</text>'
    )
    return f'{rows}{columns}{base}{x_name}<text x="0" y="14">{escape(y_label)}</text>'


def _curve(axes: _Axes, curve: np.ndarray, number: int) -> str:
    finite = np.isfinite(curve)
    places = np.flatnonzero(finite).tolist()
    points = [f"{short(axes.x(place + 1))} {short(axes.y(curve[place]))}" for place in places]
    path = "".join(
        ("L" if place and finite[place - 1] else "M") + point
        for place, point in zip(places, points, strict=True)
    )
    alone = (
        finite & ~np.append(finite[1:], False) & ~np.insert(finite[:-1], 0, False)
    )  # no line reaches these
    alone[places[-1]] = True
    dots = "".join(
        dot(axes.x(place + 1), axes.y(curve[place]), 2.5)
        for place in np.flatnonzero(alone).tolist()
    )
    return f'<g class="curve-{number + 1}"><path d="{path}" fill="none" stroke="currentColor" {_stroke(number)}/>{dots}</g>'


def _stroke(number: int) -> str:
    dashes = _DASHES[number % len(_DASHES)]
    return 'stroke-width="2"' + (f' stroke-dasharray="{dashes}"' if dashes else "")


def _names(axes: _Axes, curves: Mapping[str, np.ndarray]) -> str:
    """The name of each curve at the height of its end, moved apart where ends lie close."""
    ends = [axes.y(curve[np.isfinite(curve)][-1]) for curve in curves.values()]
    parts, lowest = [""] * len(ends), -math.inf
    first = axes.bottom - _LABEL_GAP * (len(ends) - 1)
    for place, number in enumerate(np.argsort(ends, kind="stable")):
        lowest = max(lowest + _LABEL_GAP, min(ends[number], first + place * _LABEL_GAP))
        sample = f'<path d="M{axes.right + 8} {short(lowest)}h22" stroke="currentColor" {_stroke(number)}/>'
        name = f'<text x="{axes.right + 35}" y="{short(lowest + 4)}">{escape(list(curves)[number])}</text>'
        parts[number] = f'<g class="curve-{number + 1}">{sample}{name}</g>'
    return "".join(parts)


def _story(name: str, curve: np.ndarray) -> str:
    known = curve[np.isfinite(curve)]
    return f"{name} from {known[0]:.3g} to {known[-1]:.3g} in {len(curve)}"
