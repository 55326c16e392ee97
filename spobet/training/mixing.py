"""Mixed training clips: part of a clip exchanged for the same part of another one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.config import MixConfig
from spobet.poses.augment import AugmentConfig, random_frame_times
from spobet.poses.skeleton import Skeleton
from spobet.training.stored_clips import Clips


@dataclass(frozen=True, eq=False)
class Mix:
    """What each clip of a batch takes from another clip.

    partners: (clips,) positions in the bank of the clips taken from. mask: (clips, frames,
    landmarks), True where the partner's landmark replaces the clip's.
    """

    partners: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True, eq=False)
class Shares:
    """Whose a batch of mixed clips is: positions of clips and partners in the bank, and shares.

    Each is (clips,); shares are the partners', 0 where nothing was taken.
    """

    clips: np.ndarray
    partners: np.ndarray
    shares: np.ndarray

    def of(self, targets: np.ndarray) -> np.ndarray:
        """Targets of the batch, each clip's and its partner's by share.

        targets: (all clips, values).
        """
        values = targets[self.clips]
        mixed = np.flatnonzero(self.shares)
        partners = targets[self.partners[mixed]]
        values[mixed] += self.shares[mixed, None] * (partners - values[mixed])
        return values


class Partners:
    """Other clips of the same gloss, for clips of a bank; labels: (all clips,) their glosses."""

    def __init__(self, labels: np.ndarray) -> None:
        self._order = np.argsort(labels, kind="stable")
        self._firsts = np.searchsorted(labels[self._order], labels)
        ranks = np.empty_like(self._order)
        ranks[self._order] = np.arange(len(labels))
        self._ranks = ranks - self._firsts
        self._counts = np.bincount(labels)[labels]

    def choose(self, clips: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """For each of `clips` (n,) another clip of its gloss; itself where it is the only one."""
        counts = self._counts[clips]
        steps = 1 + np.floor(rng.random(len(clips)) * np.maximum(counts - 1, 1)).astype(np.int64)
        return self._order[self._firsts[clips] + (self._ranks[clips] + steps) % counts]


class Mixer:
    """Mixes the clips of a bank as [mix] says; labels: (all clips,) their glosses."""

    def __init__(self, bank: Clips, labels: np.ndarray, config: MixConfig) -> None:
        self._bank, self._partners, self._config = bank, Partners(labels), config

    def mix(
        self,
        clips: np.ndarray,
        xy: np.ndarray,
        confidence: np.ndarray,
        augment: AugmentConfig,
        rng: np.random.Generator,
    ) -> tuple[np.ndarray, np.ndarray, Shares]:
        """xy (clips, frames, landmarks, 2) and confidence, mixed, and whose they are then.

        clips: (n,) positions in the bank of what was read. The partner's time is drawn as a clip's.
        """
        bank, num_frames = self._bank, xy.shape[1]
        mix = choose_mix(clips, self._partners, num_frames, bank.skeleton, self._config, rng)
        times, _ = random_frame_times(bank.lengths[mix.partners], num_frames, True, augment, rng)
        xy, confidence = xy.copy(), confidence.copy()
        mixed = np.flatnonzero(mix.partners != clips)
        partners, times, mask = mix.partners[mixed], times[mixed], mix.mask[mixed]
        xy[mixed] = np.where(mask[..., None], bank.read(partners, times), xy[mixed])
        theirs = bank.confidence_at(partners, times)
        confidence[mixed] = np.where(mask, theirs, confidence[mixed])
        return xy, confidence, Shares(clips, mix.partners, partner_share(mix.mask, xy))


def choose_mix(
    clips: np.ndarray,
    partners: Partners,
    num_frames: int,
    skeleton: Skeleton,
    config: MixConfig,
    rng: np.random.Generator,
) -> Mix:
    """Draw for each clip whether, from which clip, and which part it takes.

    clips: (n,) positions in the bank. A hand or a span of at most half of the frames comes from a
    clip of the same gloss; a pasted span comes from the clip before it in the batch.
    """
    kinds = rng.random(len(clips))
    ends = np.cumsum([config.exchange_hand, config.exchange_span, config.paste])
    drawn = np.searchsorted(ends, kinds, side="right")
    hand, span, paste = drawn == 0, drawn == 1, drawn == 2
    same_gloss = partners.choose(clips, rng)
    chosen = np.where(paste, np.roll(clips, 1), np.where(hand | span, same_gloss, clips))
    mask = np.zeros((len(clips), num_frames, len(skeleton)), dtype=bool)
    mask[span | paste] = random_spans(len(clips), num_frames, rng)[span | paste, :, None]
    if skeleton.hands:
        hands = np.stack([np.isin(np.arange(len(skeleton)), side) for side in skeleton.hands])
        mask[hand] = hands[rng.integers(len(hands), size=np.count_nonzero(hand))][:, None]
    return Mix(chosen, mask & (chosen != clips)[:, None, None])


def random_spans(num_clips: int, num_frames: int, rng: np.random.Generator) -> np.ndarray:
    """One span of frames a clip, of 1 to half of them: (clips, frames), True within."""
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
