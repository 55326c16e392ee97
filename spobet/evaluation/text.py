"""How figures are written in text and on pages."""

from __future__ import annotations


def percent(share: float) -> str:
    """A fraction of one in per cent with one decimal, without the sign."""
    return f"{100 * share:.1f}"


def percent_range(interval: tuple[float, float]) -> str:
    """Both ends of an interval of fractions in per cent: 57.9–69.6."""
    low, high = interval
    return f"{percent(low)}–{percent(high)}"
