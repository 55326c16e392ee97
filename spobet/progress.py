"""Progress where there is no terminal: a line now and then, instead of a bar."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

EVERY = 10.0  # seconds: a log of an hour stays readable, and nobody thinks that all stands still


class ProgressLines:
    """Lines on stderr of how much is done, at most one every EVERY seconds.

    whole: how much there is, None where unknown. clock: seconds.
    """

    def __init__(
        self, label: str, whole: int | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._label, self._whole, self._clock = label, whole, clock
        self._last = clock()

    def update(self, done: int, note: str = "") -> None:
        """Say how much is done, if it is time to."""
        if self._clock() - self._last < EVERY:
            return
        self._last = self._clock()
        share = f" of {self._whole:,} ({done / self._whole:.0%})" if self._whole else ""
        click.echo(f"{self._label}: {done:,}{share}{', ' if note else ''}{note}", err=True)
