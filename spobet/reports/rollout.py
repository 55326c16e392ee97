"""Clips drawn above the attention weight of every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from spobet.evaluation.text import percent
from spobet.poses.sequence import PoseSequence
from spobet.reports.page import render


@dataclass(frozen=True, eq=False)
class Rolled:
    """One clip as the network reads it.

    weights: (frames,) of the rollout, sum one. answers: (gloss, probability), best first.
    """

    name: str
    pose: PoseSequence
    weights: np.ndarray
    answers: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        if np.shape(self.weights) != (len(self.pose),):
            came = f"weights {np.shape(self.weights)} for {len(self.pose)} frames"
            raise ValueError(f"{self.name}: {came}, expected one a frame")

    def __str__(self) -> str:
        heaviest = np.argsort(-self.weights, kind="stable")[:3]
        frames = ", ".join(f"{frame + 1} ({percent(self.weights[frame])} %)" for frame in heaviest)
        return f"{self.name}: {self.answered}; heaviest of {len(self.pose)} frames: {frames}"

    @property
    def answered(self) -> str:
        """The ranked answers in words."""
        return ", ".join(f"{gloss} {percent(probability)} %" for gloss, probability in self.answers)


def rollout_page(run: str, clips: Sequence[Rolled], frames_seen: int) -> Markup:
    """A page with every clip.

    frames_seen: how many frames one position sees through convolutions and pooling alone.
    """
    values = {"title": f"Attention of {run}", "run": run, "clips": clips}
    return render("rollout.html", {**values, "frames_seen": frames_seen})
