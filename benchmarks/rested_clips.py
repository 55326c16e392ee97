"""Clips made harder as people make them: rests before and after the sign, hands lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spobet.poses.normalize import hand_length, trim_to_hands
from spobet.poses.rests import FRAME_RATE
from spobet.poses.sequence import PoseSequence

RESTS = ("frozen", "clasped", "lap", "one hand", "flickering", "fidgeting")
LOSSES = ("frame by frame", "in bursts", "but for one piece")
REST_SECONDS, WAY_SECONDS = (0.5, 2.0), (0.25, 0.5)
_APART = {"clasped": 0.6, "lap": 2.5, "one hand": 1.5, "flickering": 2.5, "fidgeting": 0.8}
_SWAY = {"fidgeting": 0.25}  # hand lengths; others sway by 0.08
_BURST = (3, 9)  # frames


def with_rests(clip: PoseSequence, kind: str, seed: int) -> PoseSequence:
    """The clip, in shares of the picture, with visible rests before and after the sign.

    frozen: the first and last picture stand still. Otherwise hands rest low in the picture, turned
    and a little smaller, sway slowly, and move from there to where the sign begins and back:
    clasped, apart on the lap, one hand alone, seen in 70 % of the frames, or fidgeting. A clip
    without a hand is left as it is.
    """
    rng = np.random.default_rng([seed, RESTS.index(kind)])
    clip = trim_to_hands(clip)
    size, rate = hand_length(clip), clip.frame_rate or FRAME_RATE
    if not np.isfinite(size):
        return clip
    frames = [round(rate * rng.uniform(*REST_SECONDS)) for _ in range(2)]
    if kind == "frozen":
        before, after = (
            np.repeat(clip.xy[[end]], number, axis=0)
            for end, number in zip((0, -1), frames, strict=True)
        )
    else:
        begin, end = (_at_rest(xy, kind, size, rng) for xy in (clip.xy[0], clip.xy[-1]))
        before = np.concatenate(
            [_sway(begin, kind, size, frames[0], rate, rng), _way(begin, clip.xy[0], rate, rng)]
        )
        after = np.concatenate(
            [_way(clip.xy[-1], end, rate, rng), _sway(end, kind, size, frames[1], rate, rng)]
        )
    xy = np.concatenate([before, clip.xy, after]).astype(np.float32)
    seen, times = np.isfinite(xy[..., 0]), np.arange(len(xy)) / rate
    return PoseSequence(xy, seen, clip.skeleton, times, clip.unit, clip.size)


def rest_alone(clip: PoseSequence, kind: str, seed: int) -> PoseSequence:
    """Two seconds of rest as `with_rests` puts before the clip's sign, and no sign."""
    rng = np.random.default_rng([seed, RESTS.index(kind)])
    clip = trim_to_hands(clip)
    size, rate = hand_length(clip), clip.frame_rate or FRAME_RATE
    frames = round(2 * rate)
    if kind == "frozen":
        xy = np.repeat(clip.xy[:1], frames, axis=0)
    else:
        xy = _sway(_at_rest(clip.xy[0], kind, size, rng), kind, size, frames, rate, rng)
    xy, times = xy.astype(np.float32), np.arange(frames) / rate
    return PoseSequence(xy, np.isfinite(xy[..., 0]), clip.skeleton, times, clip.unit, clip.size)


def with_lost_hands(clip: PoseSequence, kind: str, share: float, seed: int) -> PoseSequence:
    """The clip without hands in this share of its frames, at least one of which keeps them."""
    rng = np.random.default_rng([seed, LOSSES.index(kind)])
    clip = trim_to_hands(clip)
    num_frames = len(clip)
    lost = np.zeros(num_frames, bool)
    if kind == "frame by frame":
        lost = rng.random(num_frames) < share
    elif kind == "in bursts":
        while lost.mean() < share:
            start = int(rng.integers(num_frames))
            lost[start : start + int(rng.integers(*_BURST))] = True
    else:
        kept = max(1, round((1 - share) * num_frames))
        start = int(rng.integers(num_frames - kept + 1))
        lost[:] = True
        lost[start : start + kept] = False
    if lost.all():
        lost[rng.integers(num_frames)] = False
    xy = np.where(lost[:, None, None], np.float32(np.nan), clip.xy)
    return replace(clip, xy=xy, confidence=np.where(lost[:, None], 0, clip.confidence))


def _at_rest(hands: np.ndarray, kind: str, size: float, rng: np.random.Generator) -> np.ndarray:
    """Where the hands (42, 2) rest, NaN where none is seen; a hand that was not takes the other's
    shape."""
    rest = np.full_like(hands, np.nan)
    sides = (slice(0, 21), slice(21, 42))
    shapes = [hands[side] - hands[side][:1] for side in sides]
    shown = [bool(np.isfinite(shape).all()) for shape in shapes]
    if not any(shown):
        return rest
    middle, height = 0.5 * np.nanmedian(hands[:, 0]) + 0.25, rng.uniform(0.82, 0.97)
    turn = rng.uniform(0.6, 1.6)
    for number, side in enumerate(sides):
        if kind == "one hand" and number != shown.index(True):
            continue
        shape = shapes[number] if shown[number] else shapes[1 - number] * np.array([-1, 1])
        sign = 2 * number - 1
        angle = sign * turn + (np.pi if rng.random() < 0.3 else 0)
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        place = np.array([middle + sign * _APART[kind] * size, height + rng.normal(0, 0.01)])
        rest[side] = 0.85 * shape @ turned.T + place
    return rest


def _sway(
    hands: np.ndarray, kind: str, size: float, frames: int, rate: float, rng: np.random.Generator
) -> np.ndarray:
    phases, rates = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0.15, 0.5, 2)
    seconds = np.arange(frames)[:, None] / rate
    sway = _SWAY.get(kind, 0.08) * size * np.sin(phases + 2 * np.pi * rates * seconds)
    xy = hands + sway[:, None] + rng.normal(0, 0.015 * size, (frames, *hands.shape))
    if kind == "flickering":
        xy[rng.random(frames) > 0.7] = np.nan
    return xy


def _way(start: np.ndarray, stop: np.ndarray, rate: float, rng: np.random.Generator) -> np.ndarray:
    """From one place to another, slow at both ends; a hand that one lacks stays in the other's."""
    frames = max(2, round(rate * rng.uniform(*WAY_SECONDS)))
    share = (0.5 - 0.5 * np.cos(np.pi * np.arange(1, frames + 1) / (frames + 1)))[:, None, None]
    xy = start + share * (stop - start)
    nearer = np.where(share > 0.5, stop, start)
    return np.where(np.isnan(xy), nearer, xy)
