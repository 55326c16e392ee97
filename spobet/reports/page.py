"""What every page is made of: one self-contained HTML document without a network, its style, tables and drawn clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from spobet.evaluation.text import percent
from spobet.poses.sequence import PoseSequence
from spobet.reports.skeletons import skeleton_strip
from spobet.reports.style import SORTING, STYLE

LEGEND = "Numbers count frames. The signer's right hand has solid lines and filled dots, the left dashed lines and hollow dots."


@dataclass(frozen=True, eq=False)
class Example:
    """One clip and what the network answered for it.

    gloss: the true one. answers: (gloss, probability 0..1), best first; ValueError where they are not.
    weights: (frames,) attention to each frame, None where it is not shown.
    """

    clip_id: str
    pose: PoseSequence
    gloss: str
    answers: tuple[tuple[str, float], ...]
    weights: np.ndarray | None = None

    def __post_init__(self) -> None:
        chances = [probability for _, probability in self.answers]
        in_range = all(0 <= chance <= 1 for chance in chances)  # NaN compares False
        if not chances or not in_range or chances != sorted(chances, reverse=True):
            raise ValueError(
                f"clip {self.clip_id}: probabilities {chances}, expected at least one in 0..1, best first"
            )

    @property
    def rank(self) -> int | None:
        """Place of the true gloss among the answers, 1 = best; None where it is not among them."""
        glosses = [gloss for gloss, _ in self.answers]
        return glosses.index(self.gloss) + 1 if self.gloss in glosses else None


def html_page(title: str, sections: Sequence[str], sortable: bool = False) -> str:
    """Ready sections in one document with its style; empty ones are left out. sortable: tables sort by a press on their heads."""
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
    head = f'<head><meta charset="utf-8"/>{viewport}<title>{escape(title)}</title><style>{STYLE}</style></head>'
    script = f"<script>{SORTING}</script>" if sortable else ""
    body = "\n".join(section for section in sections if section)
    return f'<!DOCTYPE html>\n<html lang="en">{head}\n<body><main>\n{body}\n</main>{script}</body></html>\n'


def section(title: str, *parts: str) -> str:
    """A part of the page under its title."""
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def table(head: Sequence[str], rows: Sequence[str], label: str = "", sortable: bool = False) -> str:
    """Ready rows under the names of their columns; label: what it shows, for those who hear the page."""
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    named = (
        f' tabindex="0" role="region" aria-label="{escape(label)}"' if label else ""
    )  # it may scroll
    kind = ' class="sortable"' if sortable else ""
    body = f"<thead><tr>{columns}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="table"{named}><table{kind}>{body}</table></div>'


def film(
    clip_id: str,
    pose: PoseSequence,
    num_frames: int = 8,
    height: int = 140,
    weights: np.ndarray | None = None,
) -> str:
    """The frames of a clip side by side, in a strip that scrolls where the page is narrow."""
    strip = skeleton_strip(pose, num_frames, height, weights)
    return f'<div class="film" tabindex="0" role="region" aria-label="{escape(f"frames of clip {clip_id}")}">{strip}</div>'


def example(example: Example) -> str:
    """A clip drawn frame by frame above its ranked answers."""
    verdicts = {1: "named right", None: f"true gloss not among the {len(example.answers)} best"}
    verdict = verdicts.get(example.rank, f"true gloss in place {example.rank}")
    rows = "".join(
        _answer(gloss, chance, gloss == example.gloss) for gloss, chance in example.answers
    )
    return (
        f"<article><h3>{escape(example.gloss)}<small>clip {escape(example.clip_id)} · {verdict}</small></h3>"
        f"{film(example.clip_id, example.pose, weights=example.weights)}<ol>{rows}</ol></article>"
    )


def tied(sentence: str) -> str:
    """The sentence with its numbers kept beside their per cent signs."""
    return sentence.replace(" %", "\u00a0%")


def _answer(gloss: str, chance: float, true: bool) -> str:
    start, mark = ('<li class="true">', " <em>true gloss</em>") if true else ("<li>", "")
    bar = f'<span class="bar" aria-hidden="true"><i style="width:{percent(chance)}%"></i></span>'
    number = "&lt;0.1" if 0 < chance < 0.0005 else percent(chance)
    return f"{start}<span>{escape(gloss)}{mark}</span>{bar}<span>{number} %</span></li>"
