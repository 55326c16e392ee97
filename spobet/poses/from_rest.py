"""Ways from a rest to a sign and back, as people's clips have them and cut ones half have.

Where a sign begins cannot be told from hands alone: recognition cuts rests, but what is left may
begin or end with part of that way (`spobet.poses.rests`).
"""

from __future__ import annotations

import numpy as np

from spobet.poses.resample import between_frames
from spobet.poses.skeleton import Skeleton

# Wider than people rest, in the frame of reference of a clip: hand lengths for hands alone.
LONGEST = 0.3  # share of the clip's frames: half a second of one and a half; 0.2 gave half as much
LOWER = (-1.0, 6.0)  # how far a resting hand lies below where the sign begins or ends
ASIDE = 1.5  # how far it lies to either side of there, at most
TURN = 2.0  # radians by which it is turned, at most
SIZE = (0.7, 1.1)  # its size: hands at rest are foreshortened


def add_ways(
    xy: np.ndarray,
    frame_mask: np.ndarray,
    skeleton: Skeleton,
    share: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Let this share of the clips' ends come from a rest, or go to one.

    xy: (clips, frames, landmarks, 2) in hand lengths, NaN = missing. frame_mask: (clips, frames).
    The sign runs faster to make room. Each hand moves and turns by itself, slow at both ends, and
    may be on its way already where the clip begins; landmarks of the body stay where they are.
    Returns xy, and for each frame (clips, frames) the one it was.
    """
    filled = frame_mask.sum(axis=1)
    drawn = rng.random((2, len(xy))) < share
    room = np.where(drawn, np.floor(rng.uniform(0, LONGEST, (2, len(xy))) * filled), 0)
    times = _with_room(filled, room, xy.shape[1])
    before, after = np.floor(times).astype(np.int64), np.ceil(times).astype(np.int64)
    clips = np.arange(len(xy))[:, None]
    parting = (times - before).astype(xy.dtype)[..., None, None]
    moved = between_frames(xy[clips, before], xy[clips, after], parting)
    frames = np.arange(xy.shape[1])
    for end, lasting in enumerate(room):
        # 1 where the rest is, 0 where the sign is; ways begin part of the way on.
        steps = lasting[:, None] - frames if end == 0 else frames - (filled - 1 - lasting)[:, None]
        known = rng.uniform(0.5, 1, (len(xy), 1))
        left = np.clip(steps / np.maximum(lasting, 1)[:, None], 0, 1) * known
        away = ((0.5 - 0.5 * np.cos(np.pi * left)) * frame_mask).astype(xy.dtype)
        for hand in skeleton.hands:
            moved[:, :, hand] = _moved(moved[:, :, hand], away, rng)
    return moved, np.round(times).astype(np.int64)


def _with_room(filled: np.ndarray, room: np.ndarray, num_frames: int) -> np.ndarray:
    """Which frame (clips, frames), in fractions, each becomes where so many at its ends are free.

    filled: (clips,). room: (2, clips).
    """
    last = (filled - 1)[:, None]
    lasting = np.maximum(last - room.sum(axis=0)[:, None], 1)
    share = (np.arange(num_frames)[None] - room[0][:, None]) / lasting
    return np.where(
        np.arange(num_frames) <= last, np.clip(share, 0, 1) * last, np.arange(num_frames)
    )


def _moved(hand: np.ndarray, away: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A hand (clips, frames, landmarks, 2), turned about its wrist and moved as far as `away`.

    away: (clips, frames), 0 where it signs and 1 where it rests.
    """
    num_clips = len(hand)
    angles = rng.uniform(-TURN, TURN, (num_clips, 1)) * away
    sizes = 1 + (rng.uniform(*SIZE, (num_clips, 1)) - 1) * away
    cos, sin = sizes * np.cos(angles), sizes * np.sin(angles)
    turn = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], -2)
    aside, lower = rng.uniform(-ASIDE, ASIDE, num_clips), rng.uniform(*LOWER, num_clips)
    shift = np.stack([aside, lower], -1)[:, None] * away[..., None]
    wrist = hand[:, :, :1]
    turned = np.where(np.isnan(wrist), hand, (hand - wrist) @ turn + wrist)
    moved: np.ndarray = (turned + shift[:, :, None]).astype(hand.dtype)
    return moved
