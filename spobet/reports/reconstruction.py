"""What was restored of hidden frames, beside the truth and beside the straight line between the frames around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.reports.page import html_page
from spobet.reports.skeletons import overlay_strip

_LEGEND = (
    "Frames whose number says hidden were withheld: the truth is drawn faintly, what the network put there strongly. "
    "Right hand in solid lines with filled dots, left hand in dashed lines with hollow dots. "
    "Errors: root mean square over the hidden landmarks that were seen, in the unit the network works in: head lengths, or "
    "hand lengths where no body is seen. The straight line joins each landmark's last place before the gap to its first after it."
)


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """One clip: truth, what was told, and which frames were hidden.

    told: (frames, landmarks, 2) in the truth's unit; hidden: (frames,) bool. ValueError where they do not fit the truth.
    """

    name: str
    truth: PoseSequence
    told: np.ndarray
    hidden: np.ndarray

    def __post_init__(self) -> None:
        if np.shape(self.told) != self.truth.xy.shape or np.shape(self.hidden) != (
            len(self.truth),
        ):
            shapes = f"told {np.shape(self.told)}, hidden {np.shape(self.hidden)}"
            raise ValueError(
                f"{self.name}: {shapes}, expected those of {self.truth.xy.shape} landmarks"
            )

    @property
    def error(self) -> float:
        """Root mean square distance of what was told from the truth; NaN where no hidden landmark was seen."""
        return self._error_of(self.told)

    @property
    def line_error(self) -> float:
        """The same of the straight line between the frames around each gap."""
        return self._error_of(straight_line(self.truth.xy, self.hidden))

    def _error_of(self, told: np.ndarray) -> float:
        judged = self.truth.seen & self.hidden[:, None]
        squares = ((told - self.truth.xy)[judged].astype(np.float64) ** 2).sum(axis=-1)
        return float(np.sqrt(np.nanmean(squares))) if np.isfinite(squares).any() else float("nan")

    def __str__(self) -> str:
        gone = f"{int(self.hidden.sum())} of {len(self.hidden)} frames hidden"
        return f"{self.name}: {gone}; restored with an error of {self.error:.2f}, a straight line has {self.line_error:.2f}"


def straight_line(xy: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Every landmark on the line between the nearest frames around that show it: (frames, landmarks, 2).

    hidden: (frames,) frames that may not be looked at. Before the first such frame and after the last a landmark stays where it
    is there; NaN where no frame shows it.
    """
    frames, line = np.arange(len(xy)), np.full_like(xy, np.nan, dtype=np.float64)
    for landmark in range(xy.shape[1]):
        shown = np.flatnonzero(~hidden & ~np.isnan(xy[:, landmark, 0]))
        if len(shown):
            for axis in (0, 1):
                line[:, landmark, axis] = np.interp(frames, shown, xy[shown, landmark, axis])
    return line


def reconstruction_page(run: str, clips: Sequence[Reconstruction]) -> str:
    """A page with every clip."""
    articles = [_article(clip) for clip in clips]
    note = f'<p class="note">{escape(_LEGEND)}</p>'
    header = f'<header><p class="kicker">{escape(run)}</p><h1>What it puts where frames are hidden</h1>{note}</header>'
    return html_page(f"Frames restored by {run}", [header, *articles])


def _article(clip: Reconstruction) -> str:
    judged = clip.truth.seen & clip.hidden[:, None]
    told = PoseSequence(
        np.where(judged[..., None], clip.told, np.nan),
        judged,
        clip.truth.skeleton,
        unit=clip.truth.unit,
    )
    strip = overlay_strip(clip.truth, told, clip.hidden)
    head, _, errors = str(clip).rpartition(": ")
    region = f'<div class="film" tabindex="0" role="region" aria-label="{escape(f"frames of clip {clip.name}")}">{strip}</div>'
    return f"<article><h3>{escape(head)}<small>{escape(errors)}</small></h3>{region}</article>"
