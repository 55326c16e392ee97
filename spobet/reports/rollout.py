"""Clips drawn above the weight of every frame, and what such weights are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from spobet.evaluation.deletion import SHARES, Curves
from spobet.evaluation.text import percent
from spobet.poses.sequence import PoseSequence
from spobet.reports.page import LEGEND, film, html_page, section, table

_CAUTION = (
    "Attention rollout is a reading aid, not a proof: it follows attention and skip connections and nothing that the layers do "
    "with the values. Bars and percentages: share of the weight nearest to the drawn frame. "
    "Frames are those the network reads, spread evenly between the first and the last frame with a hand."
)


@dataclass(frozen=True, eq=False)
class Rolled:
    """One clip as the network reads it. weights: (frames,) of the rollout, sum one. answers: (gloss, probability), best first."""

    name: str
    pose: PoseSequence
    weights: np.ndarray
    answers: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        if np.shape(self.weights) != (len(self.pose),):
            raise ValueError(
                f"{self.name}: weights {np.shape(self.weights)} for {len(self.pose)} frames, expected one a frame"
            )

    def __str__(self) -> str:
        heaviest = np.argsort(-self.weights, kind="stable")[:3]
        frames = ", ".join(f"{frame + 1} ({percent(self.weights[frame])} %)" for frame in heaviest)
        return f"{self.name}: {self.answered}; heaviest of {len(self.pose)} frames: {frames}"

    @property
    def answered(self) -> str:
        """The ranked answers in words."""
        return ", ".join(f"{gloss} {percent(chance)} %" for gloss, chance in self.answers)


def rollout_page(run: str, clips: Sequence[Rolled], frames_seen: int) -> str:
    """A page with every clip. frames_seen: how many frames one position sees through convolutions and pooling alone."""
    wide = (
        f" Through its convolutions one position also sees up to {frames_seen} frames around its own."
        if frames_seen > 1
        else ""
    )
    articles = [
        f"<article><h3>{escape(clip.name)}<small>{escape(clip.answered)}</small></h3>"
        f"{film(clip.name, clip.pose, num_frames=12, height=180, weights=clip.weights)}</article>"
        for clip in clips
    ]
    note = f'<p class="note">{_CAUTION}{wide} {LEGEND}</p>'
    header = (
        f'<header><p class="kicker">{escape(run)}</p><h1>What it attends to</h1>{note}</header>'
    )
    return html_page(f"Attention of {run}", [header, *articles])


def worth_section(curves: Mapping[str, Curves]) -> str:
    """A table of deletion and insertion areas for every kind of weights; empty without any."""
    if not curves:
        return ""
    rows = [
        f'<tr><th scope="row">{escape(kind)}</th><td>{_area(found.deletion_area)}</td><td>{_area(found.insertion_area)}</td></tr>'
        for kind, found in curves.items()
    ]
    clips = next(iter(curves.values())).clips
    note = (
        f"{clips} clips. Deletion: probability of the answer while the weightiest frames go, low is good. "
        "Insertion: while they alone come, high is good. "
        f"Means over {len(SHARES)} steps from no frame to all, 95 % bootstrap intervals over clips."
    )
    shown = table(
        ("Order of the frames", "Deletion", "Insertion"), rows, "worth of the attention's weights"
    )
    return section("What its attention tells", shown, f'<p class="note">{note}</p>')


def _area(area: tuple[float, float, float]) -> str:
    mean, low, high = area
    return f"{mean:.3f}<small>{low:.3f}–{high:.3f}</small>"
