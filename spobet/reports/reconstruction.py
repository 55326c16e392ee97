"""Hidden frames reconstructed, beside the truth and beside a straight line across the gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from spobet.poses.sequence import PoseSequence
from spobet.reports.page import render
from spobet.reports.skeletons import overlay_strip


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """One clip: the truth, its reconstruction, and which frames were hidden.

    reconstructed: (frames, landmarks, 2) in the truth's unit. hidden: (frames,) bool. ValueError
    where they do not fit the truth.
    """

    name: str
    truth: PoseSequence
    reconstructed: np.ndarray
    hidden: np.ndarray

    def __post_init__(self) -> None:
        shape = self.truth.xy.shape
        if np.shape(self.reconstructed) != shape or np.shape(self.hidden) != shape[:1]:
            came = f"reconstructed {np.shape(self.reconstructed)}, hidden {np.shape(self.hidden)}"
            raise ValueError(f"{self.name}: {came}, expected those of {shape} landmarks")

    @property
    def error(self) -> float:
        """Root mean square distance from the truth; NaN where no hidden landmark was detected."""
        return self._error_of(self.reconstructed)

    @property
    def line_error(self) -> float:
        """The same of the straight line between the frames around each gap."""
        return self._error_of(straight_line(self.truth.xy, self.hidden))

    def _error_of(self, xy: np.ndarray) -> float:
        judged = self.truth.seen & self.hidden[:, None]
        squares = ((xy - self.truth.xy)[judged].astype(np.float64) ** 2).sum(axis=-1)
        return float(np.sqrt(np.nanmean(squares))) if np.isfinite(squares).any() else float("nan")

    @property
    def count(self) -> str:
        """How many frames were hidden, in words."""
        return f"{int(self.hidden.sum())} of {len(self.hidden)} frames hidden"

    @property
    def errors(self) -> str:
        """Both errors, in words."""
        error = f"reconstructed with an error of {self.error:.2f}"
        return f"{error}, a straight line has {self.line_error:.2f}"

    def __str__(self) -> str:
        return f"{self.name}: {self.count}; {self.errors}"

    @property
    def strip(self) -> Markup:
        """The frames drawn, the hidden ones with their reconstruction."""
        judged = self.truth.seen & self.hidden[:, None]
        xy = np.where(judged[..., None], self.reconstructed, np.nan)
        drawn = PoseSequence(xy, judged, self.truth.skeleton, unit=self.truth.unit)
        return overlay_strip(self.truth, drawn, self.hidden)


def straight_line(xy: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Every landmark on the line between the nearest frames that show it: (frames, landmarks, 2).

    hidden: (frames,) frames that may not be looked at. Before the first frame that shows a landmark
    and after the last it stays where it is there; NaN where no frame shows it.
    """
    frames, line = np.arange(len(xy)), np.full_like(xy, np.nan, dtype=np.float64)
    for landmark in range(xy.shape[1]):
        shown = np.flatnonzero(~hidden & ~np.isnan(xy[:, landmark, 0]))
        if len(shown):
            for axis in (0, 1):
                line[:, landmark, axis] = np.interp(frames, shown, xy[shown, landmark, axis])
    return line


def reconstruction_page(run: str, clips: Sequence[Reconstruction]) -> Markup:
    """A page with every clip."""
    values = {"title": f"Frames reconstructed by {run}", "run": run, "clips": clips}
    return render("reconstruction.html", values)
