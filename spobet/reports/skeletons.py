"""The frames of a clip as one SVG picture: side by side, moving, over a video, or reconstructed."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from markupsafe import Markup

from spobet.errors import UserError
from spobet.poses.sequence import PoseSequence
from spobet.reports.figure import BAR_HEIGHT, LABEL_HEIGHT, Cell, figure, label, weight_bar
from spobet.reports.svg import drawing, tag

MIN_HEIGHT = 60  # below, the labels hide the figure
FRAME_RATE = 25  # frames a second where the times are unknown: that of most sign corpora
_HANDS = "right hand in solid lines with filled dots, left hand in dashed lines with hollow dots"


def skeleton_strip(
    pose: PoseSequence, num_frames: int = 8, height: int = 140, weights: np.ndarray | None = None
) -> Markup:
    """Evenly spaced frames of a clip side by side, as one SVG element `height` pixels high.

    num_frames: at most this many, from the first frame with a landmark to the last; the numbers
    below count from 1. weights: (frames,) at least 0, such as attention: the share of the whole
    that lies nearer to a drawn frame than to any other stands beside its number, as a bar too.
    Missing landmarks are left out, a frame without any says "none", and all frames share one scale.
    UserError for a clip without frames, num_frames < 1 or too small a height.
    """
    if not len(pose) or num_frames < 1 or height < MIN_HEIGHT:
        came = f"{num_frames} of {len(pose)} frames, {height} pixels high"
        raise UserError(f"{came}; expected at least 1 of 1, {MIN_HEIGHT} pixels high")
    shown = shown_frames(pose, num_frames)
    shares = None if weights is None else _shares(weights, len(pose), shown)
    below = LABEL_HEIGHT if shares is None else LABEL_HEIGHT + BAR_HEIGHT + 3
    cell = Cell.around(pose.xy[shown], height - below)
    drawn = []
    for index, frame in enumerate(shown):
        parts = [figure(cell, pose.xy[frame], pose.skeleton)]
        if shares is None:
            parts.append(label(cell, f"{frame + 1}", height))
        else:
            parts.append(weight_bar(cell, shares[index] / (shares.max() or 1.0), height))
            parts.append(label(cell, f"{frame + 1} · {100 * shares[index]:.0f} %", height))
        drawn.append(Markup("").join(parts))
    title = f"{len(shown)} of {len(pose)} frames of a clip; {_HANDS}"
    return _strip([cell.width] * len(drawn), height, title, drawn)


def moving_skeleton(pose: PoseSequence, height: int = 240) -> Markup:
    """All frames of a clip one after the other, as one SVG element that plays by itself for ever.

    At the pace of `times`, or FRAME_RATE where they are unknown. UserError without frames.
    """
    if not len(pose):
        raise UserError("0 frames, expected at least 1")
    starts = np.arange(len(pose)) / FRAME_RATE if pose.times is None else pose.times - pose.times[0]
    last = starts[-1] / (len(pose) - 1) if len(pose) > 1 else 1 / FRAME_RATE
    seconds = float(starts[-1] + last)
    cell = Cell.around(pose.xy, height - LABEL_HEIGHT)
    ends, drawn = [*(starts[1:] / seconds), 1.0], []
    for frame, (start, stop) in enumerate(zip(starts / seconds, ends, strict=True)):
        timing = {"values": "visible;hidden", "keyTimes": f"0;{stop:.5f}"}
        if frame:
            keys = f"0;{start:.5f};{stop:.5f}"
            timing = {"values": "hidden;visible;hidden", "keyTimes": keys}
        move = tag(
            "animate",
            attributeName="visibility",
            **timing,
            dur=f"{seconds:.3f}s",
            calcMode="discrete",
            repeatCount="indefinite",
        )
        below = label(cell, f"{frame + 1}", height)
        parts = (figure(cell, pose.xy[frame], pose.skeleton), below, move)
        drawn.append(tag("g", *parts, visibility="hidden" if frame else "visible"))
    title = f"{len(pose)} frames of a clip, moving; {_HANDS}"
    return drawing((cell.width, height), title, *drawn, class_="moving")


def shown_frames(pose: PoseSequence, num_frames: int) -> np.ndarray:
    """Which frames a strip draws: at most so many, evenly spaced.

    From the first frame with a landmark to the last; of all frames where none has any.
    """
    seen = np.flatnonzero(pose.seen.any(axis=1))
    first, last = (int(seen[0]), int(seen[-1])) if len(seen) else (0, len(pose) - 1)
    return np.linspace(first, last, min(num_frames, last - first + 1)).round().astype(np.int64)


def strip_over_pictures(
    pose: PoseSequence, pictures: Sequence[tuple[bytes, tuple[int, int]]], height: int = 240
) -> Markup:
    """The frames that `shown_frames` picks for so many pictures, each drawn over its picture.

    pictures: JPEG, with the width and height that the pose's pixels count in. ValueError where the
    pose is neither in pixels nor in shares of the picture.
    """
    shown, high, cells = shown_frames(pose, len(pictures)), height - LABEL_HEIGHT, []
    for frame, (content, size) in zip(shown, pictures, strict=True):
        placed = replace(pose.frames(frame, frame + 1), size=size).in_unit("pixels")
        scale = high / size[1]
        box = {"width": size[0] * scale, "height": high}
        cell = Cell(scale, (size[0] / 2, size[1] / 2), *box.values())
        encoded = base64.b64encode(content).decode()
        href = f"data:image/jpeg;base64,{encoded}"
        picture = tag("image", href=href, **box, preserveAspectRatio="none")
        drawn = figure(cell, placed.xy[0], pose.skeleton) if placed.seen.any() else Markup("")
        halo = tag("g", drawn, color="#000", stroke_width=4, opacity=".55")
        front = tag("g", drawn, color="#fff")
        cropped = tag("svg", picture, halo, front, **box)  # cut off at the edges of the picture
        cells.append((cell.width, cropped + label(cell, f"{frame + 1}", height)))
    title = f"{len(shown)} of {len(pose)} frames of a clip over its video; {_HANDS}"
    return _strip([width for width, _ in cells], height, title, [drawn for _, drawn in cells])


def overlay_strip(
    truth: PoseSequence,
    reconstructed: PoseSequence,
    hidden: np.ndarray,
    num_frames: int = 12,
    height: int = 170,
) -> Markup:
    """Frames of a clip as `skeleton_strip` draws them, the hidden ones with their reconstruction.

    reconstructed: of as many frames, NaN where there is none. hidden: (frames,) bool; there the
    truth is faint, and the number says hidden. UserError where the sizes disagree or there is no
    frame.
    """
    same = truth.xy.shape == reconstructed.xy.shape and np.shape(hidden) == (len(truth),)
    if not len(truth) or not same:
        sizes = f"{len(truth)} frames of truth, {len(reconstructed)} reconstructed"
        raise UserError(f"{sizes}, {np.size(hidden)} hidden or not; expected as many of each, 1 up")
    shown = shown_frames(truth, num_frames)
    both = np.concatenate([truth.xy[shown], reconstructed.xy[shown]])
    cell, drawn = Cell.around(both, height - LABEL_HEIGHT), []
    for frame in shown:
        parts, words = figure(cell, truth.xy[frame], truth.skeleton), f"{frame + 1}"
        if hidden[frame]:
            parts, words = tag("g", parts, opacity=".3"), f"{frame + 1} hidden"
            if reconstructed.seen[frame].any():
                parts += figure(cell, reconstructed.xy[frame], truth.skeleton)
        drawn.append(parts + label(cell, words, height))
    count = f"{int(hidden[shown].sum())} of them hidden and reconstructed"
    title = f"{len(shown)} of {len(truth)} frames of a clip, {count}; {_HANDS}"
    return _strip([cell.width] * len(drawn), height, title, drawn)


def double_strip(
    pose: PoseSequence, below: PoseSequence, num_frames: int = 10, height: int = 180
) -> Markup:
    """Frames of a clip, each drawn over the same frame of another, which is broad and faint.

    Both of as many frames, on one scale; UserError where they are not, or there is no frame.
    """
    if not len(pose) or pose.xy.shape != below.xy.shape:
        raise UserError(f"{len(pose)} and {len(below)} frames, expected as many of each, 1 up")
    shown = np.linspace(0, len(pose) - 1, min(num_frames, len(pose))).round().astype(np.int64)
    cell, drawn = Cell.around(np.concatenate([pose.xy, below.xy]), height - LABEL_HEIGHT), []
    for number, frame in enumerate(shown, 1):
        faint = figure(cell, below.xy[frame], below.skeleton)
        ghost = tag("g", faint, class_="below", stroke_width=5, opacity=".3")
        front = figure(cell, pose.xy[frame], pose.skeleton)
        drawn.append(ghost + front + label(cell, f"{number}", height))
    title = f"{len(shown)} moments of a clip over those of another; {_HANDS}"
    return _strip([cell.width] * len(drawn), height, title, drawn)


def _strip(widths: Sequence[float], height: int, title: str, cells: Sequence[Markup]) -> Markup:
    lefts = np.cumsum([0.0, *widths])
    moved = [
        tag("g", cell, transform=f"translate({round(left, 1) + 0.0:g} 0)")
        for left, cell in zip(lefts[:-1], cells, strict=True)
    ]
    return drawing((lefts[-1], height), title, *moved, class_="strip")


def _shares(weights: np.ndarray, num_frames: int, shown: np.ndarray) -> np.ndarray:
    """The share of all weight that lies nearest to each shown frame; ValueError if they misfit."""
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (num_frames,) or not (np.isfinite(weights) & (weights >= 0)).all():
        expected = f"({num_frames},), finite and at least 0"
        raise ValueError(f"weights have shape {weights.shape}, expected {expected}")
    nearest = np.abs(np.arange(num_frames)[:, None] - shown).argmin(axis=1)
    shares: np.ndarray = np.bincount(nearest, weights, len(shown)) / (weights.sum() or 1.0)
    return shares
