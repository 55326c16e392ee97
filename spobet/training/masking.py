"""What pretraining hides of a clip; all chance comes from the batch's generator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spobet.config import PretrainConfig


def choose_hidden(
    xy: np.ndarray,
    frame_mask: np.ndarray,
    parts: Sequence[np.ndarray],
    config: PretrainConfig,
    rng: np.random.Generator,
) -> np.ndarray:
    """Pick the landmarks the model must reconstruct: (clips, frames, landmarks), True = hidden.

    All landmarks of a clip's hidden frames, or, in `hand_share` of the clips, those of one part.
    xy: (clips, frames, landmarks, 2), NaN = missing. parts: indices of each part's landmarks.
    """
    likely = hand_speed(xy, config.span) ** config.follow_motion if config.follow_motion else None
    frames = choose_hidden_frames(frame_mask, config.mask_ratio, config.span, rng, likely)
    landmarks = np.ones((len(xy), xy.shape[2]), dtype=bool)
    for clip in np.flatnonzero(rng.random(len(xy)) < config.hand_share):
        landmarks[clip] = np.isin(np.arange(xy.shape[2]), parts[int(rng.integers(len(parts)))])
    return frames[..., None] & landmarks[:, None]


def choose_hidden_frames(
    frame_mask: np.ndarray,
    ratio: float,
    span: int,
    rng: np.random.Generator,
    likely: np.ndarray | None = None,
) -> np.ndarray:
    """Pick the frames the model must reconstruct.

    frame_mask: (clips, frames), True on real frames. likely: of that shape, how likely a span
    begins there, relative to other frames; None where all are alike. Returns the same shape, True
    on hidden frames: round(ratio * length) of each clip and at least one, in spans of up to
    `span` frames, never padding.
    """
    weight = np.ones(frame_mask.shape) if likely is None else likely
    waits = rng.exponential(size=frame_mask.shape) / np.maximum(weight, 1e-9)
    order = np.argsort(waits, axis=1)  # likelier starts come first
    hidden = np.zeros_like(frame_mask)
    for clip, real in enumerate(frame_mask):
        length = int(real.sum())
        remaining = max(1, round(ratio * length))
        for start in order[clip]:
            if not remaining:
                break
            if real[start]:
                chosen = np.arange(start, min(start + min(span, remaining), length))
                remaining -= int((~hidden[clip, chosen]).sum())
                hidden[clip, chosen] = True
    return hidden


def hand_speed(xy: np.ndarray, span: int) -> np.ndarray:
    """Mean motion of the landmarks over the `span` frames that begin at each: (clips, frames).

    xy: (clips, frames, landmarks, 2), NaN = missing, which does not move.
    """
    steps = np.nan_to_num(np.abs(np.diff(xy, axis=1, append=xy[:, -1:]))).mean(axis=(2, 3))
    sums = np.cumsum(np.pad(steps, ((0, 0), (1, span))), axis=1)
    return sums[:, span : span + xy.shape[1]] - sums[:, : xy.shape[1]]
