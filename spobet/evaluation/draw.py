"""Pictures as inline SVG: the frames of a clip side by side, and learning curves.

Every picture inherits the text colour around it, so it reads on light and on dark pages; the classes `body`, `right`,
`left` and `curve-1`, `curve-2`, ... let a page add colours, and nothing is told by colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

_FONT = 'font-family="system-ui,sans-serif" fill="currentColor"'
_LABEL_HEIGHT = 20
_BAR_HEIGHT = 5
_MARGIN = 5
_LINES = {"body": "", "right": "", "left": ' stroke-dasharray="2.4 1.3"'}
_DASHES = ("", "7 4", "2 3", "10 3 2 3", "4 2 1 2 1 2")
_HANDS = "right hand in solid lines with filled dots, left hand in dashed lines with hollow dots"
_PLOT_WIDTH, _PLOT_HEIGHT, _PLOT_LEFT, _PLOT_TOP = 300.0, 190.0, 46.0, 30.0
_LABEL_GAP, _LETTER = 16.0, 7.2


def skeleton_strip(pose: PoseSequence, num_frames: int = 8, height: int = 140, weights: np.ndarray | None = None) -> str:
    """Evenly spaced frames of a clip side by side, as one SVG element `height` pixels high.

    num_frames: at most this many, from the first frame with a landmark to the last; the numbers below count from 1.
    weights: (frames,) at least 0, such as attention: the share of the whole that lies nearer to a drawn frame than to
    any other stands beside its number, as a bar too. Missing landmarks are left out, a frame without any says
    "none", and all frames share one scale.
    ValueError for a clip without frames, num_frames < 1, height < 60, or weights that do not fit.
    """
    if not len(pose) or num_frames < 1 or height < 60:
        raise ValueError(f"{num_frames} of {len(pose)} frames, {height} pixels high; expected at least 1 of 1, 60 pixels high")
    shown = _evenly_spaced(np.flatnonzero(pose.seen.any(axis=1)), len(pose), num_frames)
    shares = None if weights is None else _shares(weights, len(pose), shown)
    frames = _Frames.around(pose.xy[shown], height - _LABEL_HEIGHT - (0 if shares is None else _BAR_HEIGHT + 3))
    cells = []
    for place, frame in enumerate(shown):
        parts = _figure(frames, pose.xy[frame], pose.skeleton) + _number(frames, int(frame), height, shares, place)
        cells.append(f'<g transform="translate({_short(place * frames.width)} 0)">{parts}</g>')
    width = frames.width * len(shown)
    title = f"{len(shown)} of {len(pose)} frames of a clip; {_HANDS}"
    return _svg(width, height, title, "".join(cells), f'class="strip" width="{_short(width)}" height="{height}"')


def learning_curves(curves: Mapping[str, Sequence[float]], x_label: str, y_label: str) -> str:
    """Named curves over 1, 2, 3, ... as one SVG element that takes the width of its surroundings.

    Each curve has a dash pattern of its own and carries its name at its right end; a NaN leaves a gap.
    ValueError where there is no curve, or one without a finite value.
    """
    values = {name: np.asarray(curve, dtype=np.float64) for name, curve in curves.items()}
    empty = [name for name, curve in values.items() if not np.isfinite(curve).any()]
    if empty or not values:
        raise ValueError(f"{len(values)} curves, without a finite value: {', '.join(empty) or 'none'}; expected one value each")
    axes = _Axes.around(list(values.values()))
    lines = "".join(_curve(axes, curve, number) for number, curve in enumerate(values.values()))
    width = axes.right + 40 + _LETTER * max(12, *map(len, values))
    height = _PLOT_TOP + _PLOT_HEIGHT + 40
    title = f"{y_label} by {x_label}: " + "; ".join(_story(name, curve) for name, curve in values.items())
    parts = f'<g {_FONT} font-size="13">{_grid(axes, x_label, y_label)}{lines}{_names(axes, values)}</g>'
    return _svg(width, height, title, parts, 'class="curves" style="width:100%;height:auto"')


@dataclass(frozen=True)
class _Frames:
    """How landmarks become pixels: one scale and origin for every frame of a strip."""

    scale: float
    middle: tuple[float, float]
    width: float
    height: float

    @classmethod
    def around(cls, xy: np.ndarray, height: float) -> _Frames:
        """Fit all seen landmarks of xy (frames, landmarks, 2) into cells `height` pixels high."""
        seen = xy[~np.isnan(xy[..., 0])].astype(np.float64)
        if not len(seen):
            return cls(1.0, (0.0, 0.0), 0.8 * height, height)
        low, high = seen.min(axis=0), seen.max(axis=0)
        across, down = np.maximum(high - low, 1e-9 + 1e-3 * (high - low).max())
        width = float(np.clip(across / down, 0.5, 1.25)) * height
        scale = min((width - 2 * _MARGIN) / across, (height - 2 * _MARGIN) / down)
        return cls(float(scale), tuple((low + high) / 2), width, height)

    def place(self, xy: np.ndarray) -> np.ndarray:
        """Pixels within the cell for landmarks xy (landmarks, 2)."""
        placed: np.ndarray = (xy - np.array(self.middle)) * self.scale + np.array([self.width, self.height]) / 2
        return placed


@dataclass(frozen=True)
class _Axes:
    """The ranges of a plot and where they lie."""

    last: int
    x_ticks: tuple[float, ...]
    y_ticks: tuple[float, ...]

    right = _PLOT_LEFT + _PLOT_WIDTH
    bottom = _PLOT_TOP + _PLOT_HEIGHT

    @classmethod
    def around(cls, curves: Sequence[np.ndarray]) -> _Axes:
        values = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
        low, high = float(values.min()), float(values.max())
        if high - low <= 1e-6 * max(abs(low), abs(high), 1e-6):
            low, high = low - 0.5 * max(abs(low), 1.0), high + 0.5 * max(abs(high), 1.0)
        last = max(map(len, curves))
        x_ticks = tuple(tick for tick in _ticks(1, max(last, 2), whole=True) if 1 <= tick <= last)
        return cls(last, (x_ticks if x_ticks[:1] == (1,) else (1.0, *x_ticks)), _ticks(low, high))

    def x(self, number: float) -> float:
        return _PLOT_LEFT + _PLOT_WIDTH * (number - 1) / max(self.last - 1, 1)

    def y(self, value: float) -> float:
        low, high = self.y_ticks[0], self.y_ticks[-1]
        return self.bottom - _PLOT_HEIGHT * (value - low) / (high - low)


def _evenly_spaced(seen: np.ndarray, clip_length: int, num_frames: int) -> np.ndarray:
    """Frames to draw between the first and the last that show something; over the whole clip where none does."""
    first, last = (int(seen[0]), int(seen[-1])) if len(seen) else (0, clip_length - 1)
    return np.linspace(first, last, min(num_frames, last - first + 1)).round().astype(np.int64)


def _shares(weights: np.ndarray, num_frames: int, shown: np.ndarray) -> np.ndarray:
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (num_frames,) or not (np.isfinite(weights) & (weights >= 0)).all():
        raise ValueError(f"weights have shape {weights.shape}, expected ({num_frames},), finite and at least 0")
    nearest = np.abs(np.arange(num_frames)[:, None] - shown).argmin(axis=1)
    shares: np.ndarray = np.bincount(nearest, weights, len(shown)) / (weights.sum() or 1.0)
    return shares


def _number(frames: _Frames, frame: int, height: int, shares: np.ndarray | None, place: int) -> str:
    """What stands below a frame: its number and, if asked for, its share of the weights."""
    label = f"{frame + 1}" if shares is None else f"{frame + 1} · {100 * shares[place]:.0f} %"
    text = f'<text x="{_short(frames.width / 2)}" y="{height - 5}" text-anchor="middle" {_FONT} font-size="12">{label}</text>'
    if shares is None:
        return text
    longest = frames.width - 2 * _MARGIN
    bar = longest * shares[place] / (shares.max() or 1.0)
    top = height - _LABEL_HEIGHT - _BAR_HEIGHT
    return (
        f'<rect class="weight" x="{_MARGIN}" y="{top}" width="{_short(bar)}" height="{_BAR_HEIGHT}" fill="currentColor"/>'
        f'<path d="M{_MARGIN} {top + _BAR_HEIGHT + 0.5}h{_short(longest)}" stroke="currentColor" stroke-opacity=".35"/>{text}'
    )


def _figure(frames: _Frames, xy: np.ndarray, skeleton: Skeleton) -> str:
    seen = ~np.isnan(xy[:, 0])
    if not seen.any():
        middle = f'x="{_short(frames.width / 2)}" y="{_short(frames.height / 2)}" text-anchor="middle"'
        return f'<text {middle} {_FONT} font-size="12" opacity=".7">none</text>'
    placed = frames.place(xy)
    bones = [_bones(placed, bones, name) for name, bones in _groups(skeleton)]
    return "".join([*bones, *_dots(placed, skeleton, seen)])


def _groups(skeleton: Skeleton) -> Iterator[tuple[str, np.ndarray]]:
    """Bones (bones, 2) of each hand and of the rest."""
    bones = skeleton.bone_indices
    in_hand = {side: np.isin(bones, skeleton.hand(side)).all(axis=1) for side in ("right", "left")}
    yield "body", bones[~in_hand["right"] & ~in_hand["left"]]
    for side, chosen in in_hand.items():
        yield side, bones[chosen]


def _bones(xy: np.ndarray, bones: np.ndarray, name: str) -> str:
    path, pen = "", -1
    for start, end in bones:
        if np.isnan(xy[[start, end]]).any():
            continue
        path += ("" if start == pen else f"M{_point(xy[start])}") + f"L{_point(xy[end])}"
        pen = end
    style = f'fill="none" stroke="currentColor" stroke-width="{1.6 if name == "body" else 1.2}" stroke-linejoin="round"'
    return f'<path class="{name}" d="{path}" {style}{_LINES[name]}/>' if path else ""


def _dots(xy: np.ndarray, skeleton: Skeleton, seen: np.ndarray) -> Iterator[str]:
    """Wrists and finger tips, and every seen landmark that no drawn bone reaches."""
    bones = skeleton.bone_indices
    drawn = bones[seen[bones].all(axis=1)]
    lonely = seen & ~np.isin(np.arange(len(skeleton)), drawn)
    inner = np.intersect1d(bones[:, 0], bones[:, 1])
    for name, points in (("body", skeleton.body), ("right", skeleton.hand("right")), ("left", skeleton.hand("left"))):
        ends = [] if name == "body" else [*points[:1], *np.setdiff1d(points, inner)]
        chosen = [i for i in points if lonely[i] or (seen[i] and i in ends)]
        circles = "".join(_dot(xy[i, 0], xy[i, 1], 1.8) for i in chosen)
        style = 'fill="none" stroke="currentColor" stroke-width=".8"' if name == "left" else 'fill="currentColor"'
        if circles:
            yield f'<g class="{name}" {style}>{circles}</g>'


def _ticks(low: float, high: float, whole: bool = False) -> tuple[float, ...]:
    """Round numbers from at most `low` to at least `high`, about five."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    step = max(round(step), 1) if whole else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(f"{number * step:.10g}") for number in range(first, last + 1))


def _grid(axes: _Axes, x_label: str, y_label: str) -> str:
    faint = 'stroke="currentColor" stroke-opacity=".18"'
    rows = "".join(
        f'<path d="M{_PLOT_LEFT} {_short(axes.y(tick))}H{axes.right}" {faint}/>'
        f'<text x="{_PLOT_LEFT - 7}" y="{_short(axes.y(tick) + 4)}" text-anchor="end">{tick:g}</text>'
        for tick in axes.y_ticks
    )
    columns = "".join(
        f'<path d="M{_short(axes.x(tick))} {axes.bottom}v5" stroke="currentColor"/>'
        f'<text x="{_short(axes.x(tick))}" y="{axes.bottom + 18}" text-anchor="middle">{tick:g}</text>'
        for tick in axes.x_ticks
    )
    base = f'<path d="M{_PLOT_LEFT} {axes.bottom}H{axes.right}" stroke="currentColor"/>'
    x_name = f'<text x="{axes.right}" y="{axes.bottom + 34}" text-anchor="end">{escape(x_label)}</text>'
    return f'{rows}{columns}{base}{x_name}<text x="0" y="14">{escape(y_label)}</text>'


def _curve(axes: _Axes, curve: np.ndarray, number: int) -> str:
    finite = np.isfinite(curve)
    places = np.flatnonzero(finite).tolist()
    points = [f"{_short(axes.x(place + 1))} {_short(axes.y(curve[place]))}" for place in places]
    path = "".join(("L" if place and finite[place - 1] else "M") + point for place, point in zip(places, points, strict=True))
    alone = finite & ~np.append(finite[1:], False) & ~np.insert(finite[:-1], 0, False)  # no line reaches these
    alone[places[-1]] = True
    dots = "".join(_dot(axes.x(place + 1), axes.y(curve[place]), 2.5) for place in np.flatnonzero(alone).tolist())
    return f'<g class="curve-{number + 1}"><path d="{path}" fill="none" stroke="currentColor" {_stroke(number)}/>{dots}</g>'


def _stroke(number: int) -> str:
    dashes = _DASHES[number % len(_DASHES)]
    return 'stroke-width="2"' + (f' stroke-dasharray="{dashes}"' if dashes else "")


def _names(axes: _Axes, curves: Mapping[str, np.ndarray]) -> str:
    """The name of each curve at the height of its end, moved apart where ends lie close."""
    ends = [axes.y(curve[np.isfinite(curve)][-1]) for curve in curves.values()]
    parts, lowest = [""] * len(ends), -math.inf
    first = axes.bottom - _LABEL_GAP * (len(ends) - 1)
    for place, number in enumerate(np.argsort(ends, kind="stable")):
        lowest = max(lowest + _LABEL_GAP, min(ends[number], first + place * _LABEL_GAP))
        sample = f'<path d="M{axes.right + 8} {_short(lowest)}h22" stroke="currentColor" {_stroke(number)}/>'
        name = f'<text x="{axes.right + 35}" y="{_short(lowest + 4)}">{escape(list(curves)[number])}</text>'
        parts[number] = f'<g class="curve-{number + 1}">{sample}{name}</g>'
    return "".join(parts)


def _story(name: str, curve: np.ndarray) -> str:
    known = curve[np.isfinite(curve)]
    return f"{name} from {known[0]:.3g} to {known[-1]:.3g} in {len(curve)}"


def _svg(width: float, height: float, title: str, body: str, attributes: str) -> str:
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_short(width)} {_short(height)}" role="img"'
    return f"<svg {box} {attributes}><title>{escape(title)}</title>{body}</svg>"


def _point(xy: np.ndarray) -> str:
    return f"{_short(xy[0])} {_short(xy[1])}"


def _dot(x: float, y: float, radius: float) -> str:
    return f'<circle cx="{_short(x)}" cy="{_short(y)}" r="{radius}"/>'


def _short(value: float) -> str:
    """A coordinate rounded to a tenth, without a trailing zero."""
    return f"{round(float(value), 1) + 0.0:g}"
