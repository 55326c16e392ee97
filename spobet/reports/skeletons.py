"""Pictures as inline SVG: the frames of a clip side by side.

Every picture inherits the text colour around it, so it reads on light and on dark pages; the classes `body`, `right` and
`left` let a page add colours, and nothing is told by colour alone.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np

from spobet.errors import UserError
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

FONT = 'font-family="system-ui,sans-serif" fill="currentColor"'
_LABEL_HEIGHT = 20
_BAR_HEIGHT = 5
_MARGIN = 5
_LINES = {"body": "", "right": "", "left": ' stroke-dasharray="2.4 1.3"'}
_HANDS = "right hand in solid lines with filled dots, left hand in dashed lines with hollow dots"


def skeleton_strip(
    pose: PoseSequence, num_frames: int = 8, height: int = 140, weights: np.ndarray | None = None
) -> str:
    """Evenly spaced frames of a clip side by side, as one SVG element `height` pixels high.

    num_frames: at most this many, from the first frame with a landmark to the last; the numbers below count from 1.
    weights: (frames,) at least 0, such as attention: the share of the whole that lies nearer to a drawn frame than to
    any other stands beside its number, as a bar too. Missing landmarks are left out, a frame without any says
    "none", and all frames share one scale.
    ValueError for a clip without frames, num_frames < 1, height < 60, or weights that do not fit.
    """
    if not len(pose) or num_frames < 1 or height < 60:
        raise UserError(
            f"{num_frames} of {len(pose)} frames, {height} pixels high; expected at least 1 of 1, 60 pixels high"
        )
    shown = shown_frames(pose, num_frames)
    shares = None if weights is None else _shares(weights, len(pose), shown)
    frames = _Frames.around(
        pose.xy[shown], height - _LABEL_HEIGHT - (0 if shares is None else _BAR_HEIGHT + 3)
    )
    cells = []
    for place, frame in enumerate(shown):
        parts = _figure(frames, pose.xy[frame], pose.skeleton) + _number(
            frames, int(frame), height, shares, place
        )
        cells.append(f'<g transform="translate({short(place * frames.width)} 0)">{parts}</g>')
    width = frames.width * len(shown)
    title = f"{len(shown)} of {len(pose)} frames of a clip; {_HANDS}"
    return svg(
        width,
        height,
        title,
        "".join(cells),
        f'class="strip" width="{short(width)}" height="{height}"',
    )


def moving_skeleton(pose: PoseSequence, height: int = 240) -> str:
    """All frames of a clip one after the other, over and over, as one SVG element `height` pixels high that plays by itself.

    At the pace of `times`, or 25 frames a second where they are unknown. ValueError for a clip without frames.
    """
    if not len(pose):
        raise UserError("0 frames, expected at least 1")
    starts = np.arange(len(pose)) / 25 if pose.times is None else pose.times - pose.times[0]
    seconds = float(starts[-1] + (starts[-1] / (len(pose) - 1) if len(pose) > 1 else 0.04))
    frames = _Frames.around(pose.xy, height - _LABEL_HEIGHT)
    parts = []
    for frame, (start, stop) in enumerate(
        zip(starts / seconds, [*(starts[1:] / seconds), 1.0], strict=True)
    ):
        values, moments = (
            ("hidden;visible;hidden", f"0;{start:.5f};{stop:.5f}")
            if frame
            else ("visible;hidden", f"0;{stop:.5f}")
        )
        timing = f'values="{values}" keyTimes="{moments}" dur="{seconds:.3f}s" calcMode="discrete" repeatCount="indefinite"'
        drawn = _figure(frames, pose.xy[frame], pose.skeleton) + _number(
            frames, frame, height, None, 0
        )
        first = "visible" if frame == 0 else "hidden"
        parts.append(
            f'<g visibility="{first}">{drawn}<animate attributeName="visibility" {timing}/></g>'
        )
    title = f"{len(pose)} frames of a clip, moving; {_HANDS}"
    return svg(
        frames.width,
        height,
        title,
        "".join(parts),
        f'class="moving" width="{short(frames.width)}" height="{height}"',
    )


def shown_frames(pose: PoseSequence, num_frames: int) -> np.ndarray:
    """Which frames a strip draws: at most so many, evenly from the first with a landmark to the last; of all where none has."""
    seen = np.flatnonzero(pose.seen.any(axis=1))
    first, last = (int(seen[0]), int(seen[-1])) if len(seen) else (0, len(pose) - 1)
    return np.linspace(first, last, min(num_frames, last - first + 1)).round().astype(np.int64)


def strip_over_pictures(
    pose: PoseSequence, pictures: Sequence[tuple[bytes, tuple[int, int]]], height: int = 240
) -> str:
    """The frames that `shown_frames` names for so many pictures, each drawn over its picture, as one SVG element.

    pictures: JPEG, with the width and height that the pose's pixels count in. ValueError where it is told in neither pixels nor
    shares of the picture.
    """
    shown, high, cells, left = shown_frames(pose, len(pictures)), height - _LABEL_HEIGHT, [], 0.0
    for frame, (content, size) in zip(shown, pictures, strict=True):
        placed = replace(pose.frames(frame, frame + 1), size=size).in_unit("pixels")
        scale = high / size[1]
        width = size[0] * scale
        frames = _Frames(scale, (size[0] / 2, size[1] / 2), width, high)
        href = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
        picture = f'<image href="{href}" width="{short(width)}" height="{high}" preserveAspectRatio="none"/>'
        drawn = _figure(frames, placed.xy[0], pose.skeleton) if placed.seen.any() else ""
        halo = (
            f'<g color="#000" stroke-width="4" opacity=".55">{drawn}</g><g color="#fff">{drawn}</g>'
        )
        seen = f'<svg width="{short(width)}" height="{high}">{picture}{halo}</svg>'  # cut off at the picture's edges
        cells.append(
            f'<g transform="translate({short(left)} 0)">{seen}{_number(frames, int(frame), height, None, 0)}</g>'
        )
        left += width
    title = f"{len(shown)} of {len(pose)} frames of a clip over its video; {_HANDS}"
    return svg(
        left,
        height,
        title,
        "".join(cells),
        f'class="strip" width="{short(left)}" height="{height}"',
    )


def overlay_strip(
    truth: PoseSequence,
    told: PoseSequence,
    hidden: np.ndarray,
    num_frames: int = 12,
    height: int = 170,
) -> str:
    """Frames of a clip as `skeleton_strip` draws them, and over the hidden ones what was told of them.

    told: of as many frames, NaN where nothing was told. hidden: (frames,) bool; there the truth is faint, and the number says
    hidden. ValueError where the sizes disagree or there is no frame.
    """
    if not len(truth) or truth.xy.shape != told.xy.shape or np.shape(hidden) != (len(truth),):
        sizes = f"{len(truth)} frames of truth, {len(told)} told, {np.size(hidden)} hidden or not"
        raise UserError(f"{sizes}; expected as many of each and at least 1")
    shown = shown_frames(truth, num_frames)
    frames = _Frames.around(
        np.concatenate([truth.xy[shown], told.xy[shown]]), height - _LABEL_HEIGHT
    )
    cells = []
    for place, frame in enumerate(shown):
        parts = _figure(frames, truth.xy[frame], truth.skeleton)
        if hidden[frame]:
            strong = (
                _figure(frames, told.xy[frame], truth.skeleton) if told.seen[frame].any() else ""
            )
            parts = f'<g opacity=".3">{parts}</g>{strong}'
        label = f"{frame + 1} hidden" if hidden[frame] else f"{frame + 1}"
        parts += f'<text x="{short(frames.width / 2)}" y="{height - 5}" text-anchor="middle" {FONT} font-size="12">{label}</text>'
        cells.append(f'<g transform="translate({short(place * frames.width)} 0)">{parts}</g>')
    width = frames.width * len(shown)
    title = f"{len(shown)} of {len(truth)} frames of a clip, {int(hidden[shown].sum())} of them hidden and restored; {_HANDS}"
    return svg(
        width,
        height,
        title,
        "".join(cells),
        f'class="strip" width="{short(width)}" height="{height}"',
    )


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
        placed: np.ndarray = (xy - np.array(self.middle)) * self.scale + np.array(
            [self.width, self.height]
        ) / 2
        return placed


def _shares(weights: np.ndarray, num_frames: int, shown: np.ndarray) -> np.ndarray:
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (num_frames,) or not (np.isfinite(weights) & (weights >= 0)).all():
        raise ValueError(
            f"weights have shape {weights.shape}, expected ({num_frames},), finite and at least 0"
        )
    nearest = np.abs(np.arange(num_frames)[:, None] - shown).argmin(axis=1)
    shares: np.ndarray = np.bincount(nearest, weights, len(shown)) / (weights.sum() or 1.0)
    return shares


def _number(frames: _Frames, frame: int, height: int, shares: np.ndarray | None, place: int) -> str:
    """What stands below a frame: its number and, if asked for, its share of the weights."""
    label = f"{frame + 1}" if shares is None else f"{frame + 1} · {100 * shares[place]:.0f} %"
    text = f'<text x="{short(frames.width / 2)}" y="{height - 5}" text-anchor="middle" {FONT} font-size="12">{label}</text>'
    if shares is None:
        return text
    longest = frames.width - 2 * _MARGIN
    bar = longest * shares[place] / (shares.max() or 1.0)
    top = height - _LABEL_HEIGHT - _BAR_HEIGHT
    return (
        f'<rect class="weight" x="{_MARGIN}" y="{top}" width="{short(bar)}" height="{_BAR_HEIGHT}" fill="currentColor"/>'
        f'<path d="M{_MARGIN} {top + _BAR_HEIGHT + 0.5}h{short(longest)}" stroke="currentColor" stroke-opacity=".35"/>{text}'
    )


def _figure(frames: _Frames, xy: np.ndarray, skeleton: Skeleton) -> str:
    seen = ~np.isnan(xy[:, 0])
    if not seen.any():
        middle = (
            f'x="{short(frames.width / 2)}" y="{short(frames.height / 2)}" text-anchor="middle"'
        )
        return f'<text {middle} {FONT} font-size="12" opacity=".7">none</text>'
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
    for name, points in (
        ("body", skeleton.body),
        ("right", skeleton.hand("right")),
        ("left", skeleton.hand("left")),
    ):
        ends = [] if name == "body" else [*points[:1], *np.setdiff1d(points, inner)]
        chosen = [i for i in points if lonely[i] or (seen[i] and i in ends)]
        circles = "".join(dot(xy[i, 0], xy[i, 1], 1.8) for i in chosen)
        style = (
            'fill="none" stroke="currentColor" stroke-width=".8"'
            if name == "left"
            else 'fill="currentColor"'
        )
        if circles:
            yield f'<g class="{name}" {style}>{circles}</g>'


def svg(width: float, height: float, title: str, body: str, attributes: str) -> str:
    """One SVG element of this size; the title says in words what it shows."""
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {short(width)} {short(height)}" role="img"'
    return f"<svg {box} {attributes}><title>{escape(title)}</title>{body}</svg>"


def _point(xy: np.ndarray) -> str:
    return f"{short(xy[0])} {short(xy[1])}"


def dot(x: float, y: float, radius: float) -> str:
    """A filled circle."""
    return f'<circle cx="{short(x)}" cy="{short(y)}" r="{radius}"/>'


def short(value: float) -> str:
    """A coordinate rounded to a tenth, without a trailing zero."""
    return f"{round(float(value), 1) + 0.0:g}"
