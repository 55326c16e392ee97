"""What the hidden view of a clip lacks: one part throughout, or tokens of moving hands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spobet.config import HiddenViewConfig
from spobet.poses.fingers import NUM_FINGERS
from spobet.poses.skeleton import Skeleton

MAX_FINGERS = 3  # of one hand are hidden together: two are left to tell its shape
LEAST_SEEN = 0.25  # so much of a clip the other hand must be seen for a whole one to be hidden


def hide_view(
    xy: np.ndarray, skeleton: Skeleton, config: HiddenViewConfig, rng: np.random.Generator
) -> np.ndarray:
    """Pick what the hidden view of each clip lacks: (clips, frames, landmarks), True = hidden.

    xy: (clips, frames, landmarks, 2), NaN = missing or padding.
    """
    parts = hide_part(xy, skeleton, config.temperature, rng)[:, None]
    tokens = hide_tokens(
        xy, skeleton, config.token_frames, config.token_ratio, config.temperature, rng
    )
    throughout = rng.random(len(xy)) < config.part_share
    return np.where(throughout[:, None, None], parts, tokens)


def hide_part(
    xy: np.ndarray, skeleton: Skeleton, temperature: float, rng: np.random.Generator
) -> np.ndarray:
    """Pick one part of each clip, for all of its frames: (clips, landmarks), True = hidden.

    The right hand, the left hand, or one to three fingers of one of them. A hand is hidden only
    where the other is seen in a quarter of the frames: something of the sign is always left.
    """
    hidden = np.zeros((len(xy), len(skeleton)), bool)
    hands = skeleton.hands
    if not hands:
        return hidden
    speed, seen = landmark_speed(xy), ~np.isnan(xy[..., 0])
    energy = np.stack([speed[..., hand].mean(axis=(1, 2)) for hand in hands], axis=1)
    shares = np.stack([seen[..., hand].any(axis=2).mean(axis=1) for hand in hands], axis=1)
    fingers_of = _scores(energy, shares > 0, temperature, rng).argmax(axis=1)
    others = shares[:, ::-1] if len(hands) == 2 else np.zeros_like(shares)
    allowed = (shares > 0) & (others >= LEAST_SEEN)
    fingers = energy[np.arange(len(xy)), fingers_of]
    energy = np.column_stack([energy, fingers])
    allowed = np.column_stack([allowed, np.ones(len(xy), bool)])
    part = _scores(energy, allowed, temperature, rng).argmax(axis=1)
    for clip, choice in enumerate(part):
        if choice < len(hands):
            hidden[clip, hands[choice]] = True
            continue
        count = int(rng.integers(1, MAX_FINGERS + 1))
        chosen = rng.permutation(NUM_FINGERS)[:count]
        hidden[clip, hands[fingers_of[clip]][1:].reshape(NUM_FINGERS, -1)[chosen]] = True
    return hidden


def hide_tokens(
    xy: np.ndarray,
    skeleton: Skeleton,
    token_frames: int,
    ratio: float,
    temperature: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Pick tokens, each a hand over `token_frames` frames: (clips, frames, landmarks).

    True where hidden. Of the tokens in which anything is seen, round(ratio * number) of each clip,
    without replacement. Where a skeleton has no hands, a token holds all landmarks.
    """
    hands: Sequence[np.ndarray] = skeleton.hands or [np.arange(len(skeleton))]
    num_frames = xy.shape[1]
    starts = np.arange(0, num_frames, token_frames)
    speed, seen = landmark_speed(xy), ~np.isnan(xy[..., 0])
    energy, there = (
        np.stack(
            [np.add.reduceat(x[..., hand].mean(axis=2), starts, axis=1) for hand in hands], axis=2
        ).reshape(len(xy), -1)  # (clips, tokens), hand after hand of every span
        for x in (speed, seen)
    )
    scores = _scores(energy, there > 0, temperature, rng)
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1)
    counts = np.round(ratio * (there > 0).sum(axis=1)).astype(int)
    chosen = (ranks < counts[:, None]).reshape(len(xy), len(starts), len(hands))
    hidden = np.zeros(seen.shape, bool)
    by_frame = np.repeat(chosen, token_frames, axis=1)[:, :num_frames]
    for number, hand in enumerate(hands):
        hidden[..., hand] = by_frame[..., number, None]
    return hidden


def lost_positions(hidden: np.ndarray, xy: np.ndarray, stride: int) -> np.ndarray:
    """Which positions, of `stride` frames each, lost anything that was seen: (clips, positions).

    hidden: (clips, frames, landmarks). xy: (clips, frames, landmarks, 2), NaN = missing.
    """
    lost = (hidden & ~np.isnan(xy[..., 0])).any(axis=2)  # (clips, frames)
    return np.logical_or.reduceat(lost, np.arange(0, lost.shape[1], stride), axis=1)


def landmark_speed(xy: np.ndarray) -> np.ndarray:
    """How far each landmark moves into each frame: (clips, frames, landmarks), 0 where unseen."""
    steps = np.diff(xy, axis=1, prepend=xy[:, :1])
    return np.nan_to_num(np.hypot(steps[..., 0], steps[..., 1]))


def _scores(
    energy: np.ndarray, allowed: np.ndarray, temperature: float, rng: np.random.Generator
) -> np.ndarray:
    """Energies by the largest of the clip, with Gumbel noise; highest first is a softmax draw."""
    largest = np.maximum(energy.max(axis=1, keepdims=True), 1e-9)
    scores = energy / (temperature * largest) + rng.gumbel(size=energy.shape)
    return np.where(allowed, scores, -np.inf)
