"""Shares against shares as inline SVG: the reliability diagram, and accuracy by coverage. Nothing is told by colour alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from spobet.evaluation.calibration import Bin
from spobet.evaluation.text import percent
from spobet.evaluation.selective import OperatingPoint
from spobet.reports.skeletons import FONT, short, svg

_WIDTH, _HEIGHT, _LEFT, _TOP, _BELOW, _RIGHT = 300.0, 230.0, 46.0, 26.0, 42.0, 14.0
_FAINT = 'stroke="currentColor" stroke-opacity=".18"'


def reliability_diagram(before: Sequence[Bin], after: Sequence[Bin]) -> str:
    """Accuracy by confidence before scaling (hollow squares) and after (dots); the diagonal is perfect calibration."""
    plane = _Plane(0.0)
    diagonal = f'<path d="M{plane.point(0, 0)}L{plane.point(1, 1)}" stroke="currentColor" stroke-dasharray="1 4"/>'
    curves = (
        _curve(
            plane,
            [(part.confidence, part.accuracy) for part in before],
            2,
            ' stroke-dasharray="5 3"',
            _square,
        ),
        _curve(plane, [(part.confidence, part.accuracy) for part in after], 1, "", _disc),
    )
    legend = _legend(plane, (("before: hollow squares", 2, _square), ("after: dots", 1, _disc)))
    title = "Accuracy by confidence. " + "; ".join(
        f"{name}: "
        + ", ".join(
            f"{percent(part.accuracy)} % right at {percent(part.confidence)} % sure"
            for part in bins
        )
        for name, bins in (("before scaling", before), ("after", after))
    )
    return _chart(
        plane, title, "confidence, %", "named right, %", diagonal + "".join(curves) + legend
    )


def coverage_curve(points: Sequence[OperatingPoint], marked: Sequence[OperatingPoint]) -> str:
    """Accuracy of the answers by the share of clips answered, the surest first; a dot for each of `marked`."""
    lowest = min(point.accuracy for point in points if point.accepted >= 0.05 * point.count)
    plane = _Plane(min(0.9, np.floor(10 * lowest) / 10))
    steps = [(point.coverage, point.accuracy) for point in points if point.accuracy >= plane.low]
    line = "M" + "L".join(plane.point(x, y) for x, y in steps) if steps else ""
    dots = "".join(
        _disc(plane, point.coverage, point.accuracy)
        for point in marked
        if point.accuracy >= plane.low
    )
    curve = f'<g class="curve-1"><path d="{line}" fill="none" stroke="currentColor" stroke-width="1.5"/>{dots}</g>'
    told = ", ".join(
        f"{percent(point.accuracy)} % right where {percent(point.coverage)} % are answered"
        for point in marked
    )
    return _chart(
        plane, f"Accuracy by coverage: {told}", "answered, %", "right among the answered, %", curve
    )


@dataclass(frozen=True)
class _Plane:
    """Shares as pixels: x from 0 to 1, y from `low` to 1."""

    low: float

    right = _LEFT + _WIDTH
    bottom = _TOP + _HEIGHT

    def x(self, share: float) -> float:
        return _LEFT + _WIDTH * share

    def y(self, share: float) -> float:
        return self.bottom - _HEIGHT * (share - self.low) / (1 - self.low)

    def point(self, x: float, y: float) -> str:
        return f"{short(self.x(x))} {short(self.y(y))}"


_Mark = Callable[[_Plane, float, float], str]


def _chart(plane: _Plane, title: str, x_label: str, y_label: str, body: str) -> str:
    step = 0.2 if plane.low < 0.5 else 0.1 if plane.low < 0.9 else 0.05
    rows = "".join(
        f'<path d="M{_LEFT} {short(plane.y(tick))}H{plane.right}" {_FAINT}/>'
        f'<text x="{_LEFT - 7}" y="{short(plane.y(tick) + 4)}" text-anchor="end">{100 * tick:.0f}</text>'
        for tick in np.arange(1, plane.low - 1e-9, -step)
    )
    columns = "".join(
        f'<path d="M{short(plane.x(tick))} {plane.bottom}v5" stroke="currentColor"/>'
        f'<text x="{short(plane.x(tick))}" y="{plane.bottom + 18}" text-anchor="middle">{100 * tick:.0f}</text>'
        for tick in np.linspace(0, 1, 6)
    )
    base = f'<path d="M{_LEFT} {plane.bottom}H{plane.right}" stroke="currentColor"/>'
    names = f'<text x="{plane.right}" y="{plane.bottom + 36}" text-anchor="end">{escape(x_label)}</text>'
    names += f'<text x="0" y="12">{escape(y_label)}</text>'
    parts = f'<g {FONT} font-size="13">{rows}{columns}{base}{names}{body}</g>'
    return svg(
        plane.right + _RIGHT,
        plane.bottom + _BELOW,
        title,
        parts,
        'class="curves" style="width:100%;height:auto"',
    )


def _curve(
    plane: _Plane, places: Sequence[tuple[float, float]], number: int, dash: str, mark: _Mark
) -> str:
    line = "M" + "L".join(plane.point(x, y) for x, y in places)
    marks = "".join(mark(plane, x, y) for x, y in places)
    return f'<g class="curve-{number}"><path d="{line}" fill="none" stroke="currentColor" stroke-width="1.5"{dash}/>{marks}</g>'


def _disc(plane: _Plane, x: float, y: float) -> str:
    return f'<circle cx="{short(plane.x(x))}" cy="{short(plane.y(y))}" r="4"/>'


def _square(plane: _Plane, x: float, y: float) -> str:
    corner = f'x="{short(plane.x(x) - 4)}" y="{short(plane.y(y) - 4)}"'
    return f'<rect {corner} width="8" height="8" fill="none" stroke="currentColor" stroke-width="1.5"/>'


def _legend(plane: _Plane, entries: Sequence[tuple[str, int, _Mark]]) -> str:
    rows = ""
    for place, (name, number, mark) in enumerate(entries):
        y = 0.93 - 0.08 * place
        rows += f'<g class="curve-{number}">{mark(plane, 0.06, y)}</g>'
        rows += f'<text x="{short(plane.x(0.1))}" y="{short(plane.y(y) + 4)}">{escape(name)}</text>'
    return rows
