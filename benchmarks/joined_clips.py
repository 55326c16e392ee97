"""Long clips made of short ones, with rests and transitions between them, to measure spotting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from spobet.poses.normalize import hand_length, trim_to_hands
from spobet.poses.sequence import PoseSequence

FRAME_RATE = 25.0
REST_SECONDS, TRANSITION_SECONDS = (1.0, 2.5), (0.3, 0.6)
HANDS_SEEN_AT_REST = 0.75  # share of the rest frames in which the hands are seen
_DRIFT, _JITTER = 0.06, 0.015  # hand lengths: slow sway of resting hands, and a detector's noise
_BOTTOM = 1.02  # where hands rest, in heights of the picture


@dataclass(frozen=True)
class Signed:
    """One sign within a long clip: its gloss, and its frames start..stop-1."""

    gloss: str
    start: int
    stop: int


@dataclass(frozen=True, eq=False)
class Joined:
    """A long clip and the signs in it, in order."""

    pose: PoseSequence
    signs: tuple[Signed, ...]


def join_clips(clips: Iterable[tuple[str, PoseSequence]], seed: int) -> Joined:
    """Clips (gloss, landmarks in shares of the picture) one after the other, at 25 frames a second.

    Before, between and after them the hands rest at the lower edge of the picture. They sway a
    little, are seen in HANDS_SEEN_AT_REST of the frames, and move from rest to where the clip
    begins and back from where it ends. A sign's frames are those of its clip from the first to
    the last in which a hand is seen; a clip without any is left out. ValueError where none shows
    a hand.
    """
    rng, parts, signs, length = np.random.default_rng(seed), [], [], 0
    skeleton = None
    for gloss, clip in clips:
        clip = trim_to_hands(clip)
        size = hand_length(clip)
        if not np.isfinite(size):
            continue
        skeleton = clip.skeleton
        first, last = _first_seen(clip.xy), _first_seen(clip.xy[::-1])
        begin, end = _at_rest(first, rng), _at_rest(last, rng)
        before = [_rest(begin, size, rng), _transition(begin, first, rng)]
        length += sum(map(len, before))
        signs.append(Signed(gloss, length, length + len(clip)))
        parts += [*before, clip.xy, _transition(last, end, rng)]
        length += len(clip) + len(parts[-1])
    if skeleton is None:
        raise ValueError("no clip shows a hand, nothing can be joined")
    xy = np.concatenate([*parts, _rest(end, size, rng)]).astype(np.float32)
    times, confidence = np.arange(len(xy)) / FRAME_RATE, np.where(np.isnan(xy[..., 0]), 0, 1)
    return Joined(PoseSequence(xy, confidence, skeleton, times, "image"), tuple(signs))


def _first_seen(xy: np.ndarray) -> np.ndarray:
    """Where each landmark is when it is first seen: (landmarks, 2), NaN where it never is."""
    seen = ~np.isnan(xy[..., 0])
    frames = seen.argmax(axis=0)
    return xy[frames, np.arange(xy.shape[1])]


def _at_rest(xy: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same hands, let down to the lower edge of the picture."""
    drop = _BOTTOM - np.nanmax(xy[:, 1]) + rng.uniform(-0.05, 0.05)
    return xy + np.array([0.0, max(drop, 0.0)])


def _rest(hands: np.ndarray, size: float, rng: np.random.Generator) -> np.ndarray:
    frames = round(FRAME_RATE * rng.uniform(*REST_SECONDS))
    phases, rates = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0.15, 0.4, 2)
    seconds = np.arange(frames)[:, None] / FRAME_RATE
    sway = _DRIFT * size * np.sin(phases + 2 * np.pi * rates * seconds)
    xy = hands + sway[:, None] + rng.normal(0, _JITTER * size, (frames, *hands.shape))
    xy[rng.random(frames) > HANDS_SEEN_AT_REST] = np.nan
    return xy


def _transition(start: np.ndarray, stop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """From one place to another, slow at both ends."""
    frames = max(2, round(FRAME_RATE * rng.uniform(*TRANSITION_SECONDS)))
    share = (0.5 - 0.5 * np.cos(np.pi * np.arange(1, frames + 1) / (frames + 1)))[:, None, None]
    return start + share * (stop - start)


def matched(
    found: Sequence[tuple[int, int]], signs: Sequence[Signed], overlap: float = 0.5
) -> list[int]:
    """The position of the sign that each found span (start, stop) covers, -1 for none.

    Pairs that share most frames come first, and each sign is covered once. overlap: least share
    of the frames of both together that lie in both.
    """
    pairs = [
        (_overlap(span, (sign.start, sign.stop)), row, column)
        for row, span in enumerate(found)
        for column, sign in enumerate(signs)
    ]
    covered = [-1] * len(found)
    for shared, row, column in sorted(pairs, key=lambda pair: -pair[0]):
        if shared >= overlap and covered[row] < 0 and column not in covered:
            covered[row] = column
    return covered


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> float:
    both = min(one[1], other[1]) - max(one[0], other[0])
    return max(both, 0) / (max(one[1], other[1]) - min(one[0], other[0]))
