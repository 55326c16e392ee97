"""Variations of clips that keep their gloss, on many clips at once.

Every function takes xy (clips, frames, landmarks, 2) in the signer's frame of reference, NaN =
missing, draws fresh values for each clip from an rng, and returns a new array.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from spobet.errors import UserError
from spobet.poses.fingers import vary_fingers
from spobet.poses.mirror import mirror
from spobet.poses.resample import even_frame_times
from spobet.poses.skeleton import Skeleton

NUM_PIECES = 6  # of a warped clip: about as many as a sign has phases, holds among them
_LARGEST = {
    "mirror": 1,
    "drop_hand": 1,
    "drop_body": 1,
    "drop_span": 1,
    "from_rest": 1,
    "max_dropped_span": 1,
    "cut": 0.5,
}


@dataclass(frozen=True)
class AugmentConfig:
    """How far a training clip may stray from its recording; zeros leave it as it is.

    mirror, drop_hand, drop_body, drop_span: share of the clips. rotate: degrees. scale, shear,
    stretch: largest relative change. shift, jitter: in the pose's unit. hand_rotate, hand_scale:
    the same for each hand about its wrist. finger_scale: for each finger from its base.
    max_dropped_span: share of the clip's frames. speed: the clip lasts 1 / (1 + speed) to
    1 + speed times as long (where it does not fill all frames anyway).
    warp: how unevenly time may run; pieces of a clip run up to exp(2 warp) times as fast or slow.
    cut: share of the clip that may be missing at each end; half as much may be added instead, as
    a still frame. from_rest: share of the clips' ends with a way from a rest, or back to one.
    """

    mirror: float = 0.5
    rotate: float = 12.0
    scale: float = 0.2
    stretch: float = 0.15
    shear: float = 0.15
    shift: float = 0.4
    jitter: float = 0.01
    hand_rotate: float = 8.0
    hand_scale: float = 0.1
    finger_scale: float = 0.0
    drop_body: float = 0.0
    drop_hand: float = 0.1
    drop_span: float = 0.3
    max_dropped_span: float = 0.3
    speed: float = 0.3
    warp: float = 0.3
    cut: float = 0.1
    from_rest: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            largest = _LARGEST.get(name, sys.float_info.max)
            if not 0 <= value <= largest:  # NaN compares False
                raise UserError(
                    f"augment.{name} is {value}, expected a number from 0 to {largest:g}"
                )


def augment(
    xy: np.ndarray, skeleton: Skeleton, config: AugmentConfig, rng: np.random.Generator
) -> np.ndarray:
    """Every spatial variation of `config` but mirroring, which concerns more than coordinates."""
    xy = vary_camera(xy, config, rng)
    xy = vary_hands(xy, skeleton, config, rng)
    xy = vary_fingers(xy, skeleton, config.finger_scale, rng) if config.finger_scale else xy
    xy = xy + rng.normal(0, config.jitter, xy.shape).astype(np.float32)
    xy = drop_hands(xy, skeleton, config.drop_hand, rng)
    xy = drop_body(xy, skeleton, config.drop_body, rng) if config.drop_body else xy
    return drop_spans(xy, config.drop_span, config.max_dropped_span, rng)


def random_frame_times(
    lengths: np.ndarray,
    num_frames: int,
    stretch: bool,
    config: AugmentConfig,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """When to read clips, with time cut, warped and sped up or slowed down.

    lengths: (clips,) in frames. Returns frame_times and frame_mask as `even_frame_times` does.
    """
    pace = np.exp(rng.uniform(-1, 1, len(lengths)) * np.log1p(config.speed))
    paced = np.maximum(np.round(lengths * pace).astype(np.int64), 1)  # lengths at another speed
    even, frame_mask = even_frame_times(paced, num_frames, stretch)
    share = _warped(even / np.maximum(paced - 1, 1)[:, None], config.warp, rng)
    # Below zero the clip begins with a still frame, above one it ends with one.
    first = rng.uniform(-config.cut / 2, config.cut, (len(lengths), 1))
    last = 1 - rng.uniform(-config.cut / 2, config.cut, (len(lengths), 1))
    return np.clip(first + share * (last - first), 0, 1) * (lengths - 1)[:, None], frame_mask


def _warped(share: np.ndarray, warp: float, rng: np.random.Generator) -> np.ndarray:
    """Bend shares of a clip (clips, frames) in 0..1: some pieces run faster and others slower."""
    paces = np.exp(rng.uniform(-2, 2, (len(share), NUM_PIECES)) * warp)
    passed = np.cumsum(paces, axis=1) / paces.sum(axis=1, keepdims=True)
    knots = np.concatenate([np.zeros((len(share), 1)), passed], axis=1)
    piece = np.minimum((share * NUM_PIECES).astype(np.int64), NUM_PIECES - 1)
    start = np.take_along_axis(knots, piece, axis=1)
    stop = np.take_along_axis(knots, piece + 1, axis=1)
    return start + (share * NUM_PIECES - piece) * (stop - start)


def mirror_some(xy: np.ndarray, skeleton: Skeleton, chosen: np.ndarray) -> np.ndarray:
    """Mirror the clips that are chosen: (clips,) bool."""
    return np.where(chosen[:, None, None, None], mirror(xy, skeleton), xy)


def vary_camera(xy: np.ndarray, config: AugmentConfig, rng: np.random.Generator) -> np.ndarray:
    """Rotate, scale, stretch, shear and shift each clip as a whole."""
    matrices = _random_matrices(
        len(xy), config.rotate, config.scale, config.stretch, config.shear, rng
    )
    shifts = rng.uniform(-config.shift, config.shift, (len(xy), 1, 1, 2)).astype(np.float32)
    return _transformed(xy, matrices) + shifts


def vary_hands(
    xy: np.ndarray, skeleton: Skeleton, config: AugmentConfig, rng: np.random.Generator
) -> np.ndarray:
    """Rotate and scale each hand about its wrist, alike through the clip; not without a wrist."""
    xy = xy.copy()
    for side in ("right", "left"):
        hand = skeleton.hand(side)
        if not len(hand):
            continue
        matrices = _random_matrices(len(xy), config.hand_rotate, config.hand_scale, 0, 0, rng)
        wrist = xy[:, :, hand[:1]]
        varied = _transformed(xy[:, :, hand] - wrist, matrices) + wrist
        xy[:, :, hand] = np.where(np.isnan(wrist), xy[:, :, hand], varied)
    return xy


def drop_hands(
    xy: np.ndarray, skeleton: Skeleton, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Lose one hand for a random part of each chosen clip, as detectors do."""
    xy = xy.copy()
    hands = skeleton.hands
    for clip in np.flatnonzero(rng.random(len(xy)) < share):
        start, stop = _random_span(xy.shape[1], 1.0, rng)
        if hands:
            xy[clip, start:stop, hands[rng.integers(len(hands))]] = np.nan
    return xy


def drop_body(
    xy: np.ndarray, skeleton: Skeleton, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Lose all but the hands throughout each chosen clip, as extractors of hands alone do."""
    xy = xy.copy()
    chosen = np.flatnonzero(rng.random(len(xy)) < share)
    xy[np.ix_(chosen, np.arange(xy.shape[1]), skeleton.body)] = np.nan
    return xy


def drop_spans(
    xy: np.ndarray, share: float, max_span: float, rng: np.random.Generator
) -> np.ndarray:
    """Lose every landmark for a span of frames of each chosen clip."""
    xy = xy.copy()
    for clip in np.flatnonzero(rng.random(len(xy)) < share):
        start, stop = _random_span(xy.shape[1], max_span, rng)
        xy[clip, start:stop] = np.nan
    return xy


def _random_span(num_frames: int, max_share: float, rng: np.random.Generator) -> tuple[int, int]:
    length = int(rng.integers(0, round(max_share * num_frames) + 1))
    start = int(rng.integers(0, num_frames - length + 1))
    return start, start + length


def _transformed(xy: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Every landmark times the clip's matrix; several times as fast as einsum."""
    return (xy.reshape(len(xy), -1, 2) @ matrices).reshape(xy.shape)


def _random_matrices(
    num_clips: int,
    rotate: float,
    scale: float,
    stretch: float,
    shear: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """One 2 x 2 matrix a clip (clips, 2, 2), to be multiplied from the right."""
    angle = np.deg2rad(rng.uniform(-rotate, rotate, num_clips))
    size = np.exp(rng.uniform(-1, 1, num_clips) * np.log1p(scale))
    aspect = np.exp(rng.uniform(-0.5, 0.5, num_clips) * np.log1p(stretch))
    slant = rng.uniform(-shear, shear, num_clips)
    one, zero = np.ones(num_clips), np.zeros(num_clips)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    sheared = np.array([[one, zero], [slant, one]])
    sized = np.array([[size * aspect, zero], [zero, size / aspect]])
    return np.einsum("ijb,jkb,klb->bil", turn, sheared, sized).astype(np.float32)
