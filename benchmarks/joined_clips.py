"""Long clips made of short ones, with rests and transitions between them: what spotting is measured on."""

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

    Before, between and after them the hands rest at the lower edge of the picture, swaying a little and seen in
    HANDS_SEEN_AT_REST of the frames, and move from rest to the clip's first place and from its last place to rest. A sign's
    frames are those of its clip from the first to the last in which a hand is seen; a clip without any is left out. ValueError
    where none shows a hand.
    """
    rng, parts, signs, length = np.random.default_rng(seed), [], [], 0
    skeleton = None
    for gloss, clip in clips:
        clip = trim_to_hands(clip)
        size = hand_length(clip)
        if not np.isfinite(size):
            continue
        skeleton = clip.skeleton
        first, last = _places(clip.xy), _places(clip.xy[::-1])
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


def _places(xy: np.ndarray) -> np.ndarray:
    """Where each landmark is when it is first seen: (landmarks, 2), NaN where it never is."""
    seen = ~np.isnan(xy[..., 0])
    frames = seen.argmax(axis=0)
    return xy[frames, np.arange(xy.shape[1])]


def _at_rest(places: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same hands, let down to the lower edge of the picture."""
    drop = _BOTTOM - np.nanmax(places[:, 1]) + rng.uniform(-0.05, 0.05)
    return places + np.array([0.0, max(drop, 0.0)])


def _rest(places: np.ndarray, size: float, rng: np.random.Generator) -> np.ndarray:
    frames = round(FRAME_RATE * rng.uniform(*REST_SECONDS))
    phases, rates = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0.15, 0.4, 2)
    sway = (
        _DRIFT * size * np.sin(phases + 2 * np.pi * rates * np.arange(frames)[:, None] / FRAME_RATE)
    )
    xy = places + sway[:, None] + rng.normal(0, _JITTER * size, (frames, *places.shape))
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
    """Which sign each found span (start, stop) is, -1 for none: those that share most frames first, each sign once.

    overlap: least share of the frames of both together that lie in both.
    """
    shared = np.array(
        [[_overlap(span, (sign.start, sign.stop)) for sign in signs] for span in found]
    ).reshape(len(found), len(signs))
    places = [-1] * len(found)
    for row, column in zip(
        *np.unravel_index(np.argsort(-shared, axis=None, kind="stable"), shared.shape), strict=True
    ):
        if shared[row, column] >= overlap and places[row] < 0 and column not in places:
            places[row] = int(column)
    return places


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> float:
    both = min(one[1], other[1]) - max(one[0], other[0])
    return max(both, 0) / (max(one[1], other[1]) - min(one[0], other[0]))
