"""Claims about clips that take a part of another clip."""

from __future__ import annotations

import numpy as np
import pytest

from spobet.config import MixConfig
from spobet.errors import UserError
from spobet.poses.skeleton import HANDS_42
from spobet.training.mixing import Mix, Partners, choose_mix, partner_share

LABELS = np.array([2, 0, 2, 1, 2, 0])
NUM_FRAMES = 10


def mix_of(config: MixConfig, num_clips: int = 6, seed: int = 0) -> tuple[np.ndarray, Mix]:
    clips = np.resize(np.arange(len(LABELS)), num_clips)
    rng = np.random.default_rng(seed)
    return clips, choose_mix(clips, Partners(LABELS), NUM_FRAMES, HANDS_42, config, rng)


def test_partners_are_other_clips_of_the_same_gloss_and_all_of_them_come_up() -> None:
    partners, rng = Partners(LABELS), np.random.default_rng(0)
    drawn = np.stack([partners.choose(np.arange(len(LABELS)), rng) for _ in range(60)])
    assert [set(column.tolist()) for column in drawn.T] == [
        {2, 4},
        {5},
        {0, 4},
        {3},  # the only clip of its gloss
        {0, 2},
        {1},
    ]


def test_without_shares_nothing_is_taken() -> None:
    clips, mix = mix_of(MixConfig())
    assert not mix.mask.any()
    np.testing.assert_array_equal(mix.partners, clips)


def test_a_hand_is_exchanged_whole_and_only_within_the_gloss() -> None:
    clips, mix = mix_of(MixConfig(exchange_hand=1.0), 200)
    np.testing.assert_array_equal(LABELS[mix.partners], LABELS[clips])
    sides = set()
    for mask, alone in zip(mix.mask, LABELS[clips] == 1, strict=True):
        taken = np.flatnonzero(mask[0])
        np.testing.assert_array_equal(mask, np.broadcast_to(mask[0], mask.shape))
        assert alone or any(np.array_equal(taken, np.sort(hand)) for hand in HANDS_42.hands)
        assert not (alone and len(taken))
        sides |= {tuple(taken.tolist())} - {()}
    assert len(sides) == 2


@pytest.mark.parametrize("config", [MixConfig(exchange_span=1.0), MixConfig(paste=1.0)])
def test_a_span_is_of_neighbouring_frames_and_at_most_half_of_them(config: MixConfig) -> None:
    clips, mix = mix_of(config, 200)
    frames = mix.mask[mix.partners != clips].all(axis=2)
    lengths = frames.sum(axis=1)
    assert lengths.min() == 1 and lengths.max() == NUM_FRAMES // 2
    starts = (np.diff(frames.astype(int), axis=1, prepend=0) == 1).sum(axis=1)
    np.testing.assert_array_equal(starts, 1)


def test_what_is_pasted_comes_from_another_gloss_too() -> None:
    clips, mix = mix_of(MixConfig(paste=1.0))
    assert (LABELS[mix.partners] != LABELS[clips]).any()


def test_the_share_counts_seen_landmarks_alone() -> None:
    xy = np.zeros((2, 4, 2, 2), np.float32)
    xy[0, 1:] = np.nan  # one frame of four is seen, and it is the clip's
    mask = np.zeros((2, 4, 2), dtype=bool)
    mask[:, 3] = True
    np.testing.assert_allclose(partner_share(mask, xy), [0, 0.25])
    assert partner_share(mask, np.full_like(xy, np.nan)).tolist() == [0, 0]


def test_shares_that_exceed_all_clips_are_refused() -> None:
    with pytest.raises(UserError, match=r"mix\.paste is 0\.6, expected at most 0\.4"):
        MixConfig(exchange_hand=0.6, paste=0.6)
