"""One frame of a pose as SVG: bones, dots and what stands below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from spobet.poses.skeleton import Skeleton
from spobet.reports.svg import dot, line, point, tag, text

LABEL_HEIGHT = 20
BAR_HEIGHT = 5
_MARGIN = 5
_DASHES = {"body": None, "right": None, "left": "2.4 1.3"}


@dataclass(frozen=True)
class Cell:
    """Where landmarks lie in pixels: one scale and origin for every frame of a strip."""

    scale: float
    middle: tuple[float, float]
    width: float
    height: float

    @classmethod
    def around(cls, xy: np.ndarray, height: float) -> Cell:
        """Fit all detected landmarks of xy (frames, landmarks, 2) into `height` pixels."""
        seen = xy[~np.isnan(xy[..., 0])].astype(np.float64)
        if not len(seen):
            return cls(1.0, (0.0, 0.0), 0.8 * height, height)
        low, high = seen.min(axis=0), seen.max(axis=0)
        # A flat pose still has an extent to divide by.
        across, down = np.maximum(high - low, 1e-9 + 1e-3 * (high - low).max())
        # Narrower cells hide the hands, wider ones leave too few frames on a line.
        width = float(np.clip(across / down, 0.5, 1.25)) * height
        scale = min((width - 2 * _MARGIN) / across, (height - 2 * _MARGIN) / down)
        return cls(float(scale), tuple((low + high) / 2), width, height)

    def pixels(self, xy: np.ndarray) -> np.ndarray:
        """Pixels within the cell for landmarks xy (landmarks, 2)."""
        centre = np.array([self.width, self.height]) / 2
        placed: np.ndarray = (xy - np.array(self.middle)) * self.scale + centre
        return placed


def figure(cell: Cell, xy: np.ndarray, skeleton: Skeleton) -> Markup:
    """The landmarks xy (landmarks, 2) of one frame; the word "none" where all are missing."""
    seen = ~np.isnan(xy[:, 0])
    if not seen.any():
        middle = {"text_anchor": "middle", "font_size": 12, "opacity": ".7"}
        return text("none", cell.width / 2, cell.height / 2, **middle)
    pixels = cell.pixels(xy)
    bones = [_bones(pixels, bones, name) for name, bones in _groups(skeleton)]
    return Markup("").join([*bones, *_dots(pixels, skeleton, seen)])


def label(cell: Cell, words: str, height: float) -> Markup:
    """What stands below a frame in a picture `height` pixels high."""
    return text(words, cell.width / 2, height - 5, text_anchor="middle", font_size=12)


def weight_bar(cell: Cell, share: float, height: float) -> Markup:
    """A bar below a frame, `share` of the cell's width long."""
    longest, top = cell.width - 2 * _MARGIN, height - LABEL_HEIGHT - BAR_HEIGHT
    box = {"x": _MARGIN, "y": top, "width": longest * share, "height": BAR_HEIGHT}
    bar = tag("rect", class_="weight", **box, fill="currentColor")
    path = f"M{point(_MARGIN, top + BAR_HEIGHT + 0.5)}L{point(_MARGIN + longest, top + 5.5)}"
    return bar + line(path, stroke_opacity=".35")


def _groups(skeleton: Skeleton) -> Iterator[tuple[str, np.ndarray]]:
    """Bones (bones, 2) of the body, then of each hand."""
    bones = skeleton.bone_indices
    in_hand = {side: np.isin(bones, skeleton.hand(side)).all(axis=1) for side in ("right", "left")}
    yield "body", bones[~in_hand["right"] & ~in_hand["left"]]
    for side, chosen in in_hand.items():
        yield side, bones[chosen]


def _bones(pixels: np.ndarray, bones: np.ndarray, name: str) -> Markup:
    path, pen = "", -1
    for start, end in bones:
        if np.isnan(pixels[[start, end]]).any():
            continue
        path += "" if start == pen else f"M{point(*pixels[start])}"
        path += f"L{point(*pixels[end])}"
        pen = end
    if not path:
        return Markup("")
    style = {"stroke_width": 1.6 if name == "body" else 1.2, "stroke_linejoin": "round"}
    return line(path, class_=name, **style, stroke_dasharray=_DASHES[name])


def _dots(pixels: np.ndarray, skeleton: Skeleton, seen: np.ndarray) -> Iterator[Markup]:
    """Wrists and finger tips, and every detected landmark that no drawn bone reaches."""
    bones = skeleton.bone_indices
    drawn = bones[seen[bones].all(axis=1)]
    lonely = seen & ~np.isin(np.arange(len(skeleton)), drawn)
    inner = np.intersect1d(bones[:, 0], bones[:, 1])
    hollow = {"fill": "none", "stroke": "currentColor", "stroke_width": ".8"}
    filled = {"fill": "currentColor"}
    for name, members in (
        ("body", skeleton.body),
        ("right", skeleton.hand("right")),
        ("left", skeleton.hand("left")),
    ):
        ends = [] if name == "body" else [*members[:1], *np.setdiff1d(members, inner)]
        chosen = [i for i in members if lonely[i] or (seen[i] and i in ends)]
        if chosen:
            circles = [dot(pixels[i, 0], pixels[i, 1], 1.8) for i in chosen]
            yield tag("g", *circles, class_=name, **(hollow if name == "left" else filled))
