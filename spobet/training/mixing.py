"""Mixed training clips: part of a clip exchanged for the same part of another one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.config import MixConfig
from spobet.poses.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class Mix:
    """What each clip of a batch takes from another clip.

    partners: (clips,) positions in the bank of the clips taken from. mask: (clips, frames, landmarks), True where the
    partner's landmark stands in the place of the clip's.
    """

    partners: np.ndarray
    mask: np.ndarray


class Partners:
    """Other clips of the same gloss, for clips of a bank; labels: (all clips,) their glosses."""

    def __init__(self, labels: np.ndarray) -> None:
        order = np.argsort(labels, kind="stable")
        self._order, ranks = order, np.empty_like(order)
        ranks[order] = np.arange(len(order))
        firsts = np.searchsorted(labels[order], labels)
        self._firsts, self._ranks = firsts, ranks - firsts
        self._counts = np.bincount(labels)[labels]

    def choose(self, clips: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """For each of `clips` (n,) another clip of its gloss; itself where it is the only one."""
        counts = self._counts[clips]
        steps = 1 + np.floor(rng.random(len(clips)) * np.maximum(counts - 1, 1)).astype(np.int64)
        return self._order[self._firsts[clips] + (self._ranks[clips] + steps) % counts]


def choose_mix(
    clips: np.ndarray,
    partners: Partners,
    num_frames: int,
    skeleton: Skeleton,
    config: MixConfig,
    rng: np.random.Generator,
) -> Mix:
    """Draw for each clip whether, from which clip, and which part it takes.

    clips: (n,) positions in the bank. A hand or a span of at most half of the frames comes from a clip of the same gloss;
    a pasted span comes from any other clip of the batch.
    """
    kinds = rng.random(len(clips))
    hand = kinds < config.exchange_hand
    span = ~hand & (kinds < config.exchange_hand + config.exchange_span)
    paste = ~hand & ~span & (kinds < config.exchange_hand + config.exchange_span + config.paste)
    chosen = partners.choose(clips, rng)
    chosen = np.where(paste, np.roll(clips, 1), np.where(hand | span, chosen, clips))
    mask = np.zeros((len(clips), num_frames, len(skeleton)), dtype=bool)
    spans = _random_spans(len(clips), num_frames, rng)
    mask[span | paste] = spans[span | paste, :, None]
    hands = np.zeros((2, len(skeleton)), dtype=bool)
    for number, landmarks in enumerate(skeleton.hands[:2]):
        hands[number, landmarks] = True
    mask[hand] = hands[rng.integers(max(len(skeleton.hands), 1), size=hand.sum())][:, None]
    return Mix(chosen, mask & (chosen != clips)[:, None, None])


def _random_spans(num_clips: int, num_frames: int, rng: np.random.Generator) -> np.ndarray:
    """One span of frames a clip, of 1 to half of them: (clips, frames)."""
    lengths = rng.integers(1, num_frames // 2 + 1, size=num_clips)
    starts = np.floor(rng.random(num_clips) * (num_frames - lengths + 1)).astype(np.int64)
    frames = np.arange(num_frames)[None]
    return (frames >= starts[:, None]) & (frames < (starts + lengths)[:, None])


def partner_share(mask: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """The share of a mixed clip's seen landmarks that is its partner's: (clips,).

    mask: (clips, frames, landmarks). xy: (clips, frames, landmarks, 2), mixed, NaN = missing.
    """
    seen = ~np.isnan(xy[..., 0])
    totals = seen.sum(axis=(1, 2))
    return ((mask & seen).sum(axis=(1, 2)) / np.maximum(totals, 1)).astype(np.float32)
