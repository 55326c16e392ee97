"""What every page is made of: one HTML document without a network, from templates that escape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spobet.evaluation.text import percent, percent_range
from spobet.poses.sequence import PoseSequence
from spobet.reports.skeletons import skeleton_strip

LEGEND = (
    "Numbers count frames. The signer's right hand has solid lines and filled dots, "
    "the left dashed lines and hollow dots."
)


@dataclass(frozen=True, eq=False)
class Example:
    """One clip and the answers for it.

    gloss: the true one. answers: (gloss, probability 0..1), best first; ValueError where they are
    not. weights: (frames,) attention to each frame, None where it is not shown.
    """

    clip_id: str
    pose: PoseSequence
    gloss: str
    answers: tuple[tuple[str, float], ...]
    weights: np.ndarray | None = None

    def __post_init__(self) -> None:
        probabilities = [probability for _, probability in self.answers]
        in_range = all(0 <= probability <= 1 for probability in probabilities)  # not NaN
        falling = probabilities == sorted(probabilities, reverse=True)
        if not probabilities or not in_range or not falling:
            expected = "expected at least one in 0..1, best first"
            raise ValueError(f"clip {self.clip_id}: probabilities {probabilities}, {expected}")

    @property
    def verdict(self) -> str:
        """Where the true gloss stands, in words."""
        glosses = [gloss for gloss, _ in self.answers]
        if self.gloss not in glosses:
            return f"true gloss not among the {len(glosses)} best"
        rank = glosses.index(self.gloss) + 1
        return "right" if rank == 1 else f"true gloss at rank {rank}"


def render(template: str, values: Mapping[str, object]) -> Markup:
    """A template of this package with its values; every value that is not markup is escaped.

    UndefinedError where the template asks for a value that is not there.
    """
    return Markup(ENVIRONMENT.get_template(template).render(values))


def tied(sentence: str) -> str:
    """The sentence with its numbers kept beside their per cent signs."""
    return sentence.replace(" %", "\u00a0%")


ENVIRONMENT = Environment(
    loader=PackageLoader("spobet.reports"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters |= {"percent": percent, "percent_range": percent_range, "tied": tied}
ENVIRONMENT.globals |= {"LEGEND": LEGEND, "skeleton_strip": skeleton_strip}
