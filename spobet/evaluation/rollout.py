"""Attention rollout (Abnar & Zuidema 2020) on matrices: how much of each frame reaches the output.

A reading aid, not a proof: it follows attention and skip connections and ignores what the layers do
with the values. A mask is True on real positions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def attention_matrix(attention: np.ndarray, position_mask: np.ndarray | None = None) -> np.ndarray:
    """One attention layer with its skip connection: mean over heads plus identity, rows sum to one.

    attention: (..., heads, positions, positions), at least 0, a row for the position that attends.
    position_mask: (..., positions); padding attends to itself alone and nothing attends to it.
    Returns (..., positions, positions). ValueError where shapes disagree.
    """
    attention = np.asarray(attention, dtype=np.float64)
    if (
        attention.ndim < 3
        or attention.shape[-1] != attention.shape[-2]
        or not (attention >= 0).all()
    ):  # NaN compares False
        expected = "(..., heads, positions, positions) of numbers from 0"
        raise ValueError(f"attention has shape {attention.shape}, expected {expected}")
    mixed = attention.mean(axis=-3)
    if position_mask is not None:
        mask = np.asarray(position_mask, dtype=bool)
        if mask.shape != mixed.shape[:-1]:
            raise ValueError(f"position_mask has shape {mask.shape}, expected {mixed.shape[:-1]}")
        mixed = np.where(mask[..., None, :] & mask[..., :, None], mixed, 0)
    mixed = mixed + np.eye(mixed.shape[-1])
    rows: np.ndarray = mixed / mixed.sum(axis=-1, keepdims=True)
    return rows


def pooling_matrix(frame_mask: np.ndarray, with_token: bool = False) -> np.ndarray:
    """Mean over the real ones of every two neighbouring frames: (positions, frames).

    frame_mask: (frames,); positions are half as many, rounded up. A position of two padded frames
    is a row of zeros. with_token: the matrix has one row and column more at its start, the clip
    token, which passes unchanged.
    """
    mask = np.asarray(frame_mask, dtype=bool)
    frames = np.arange(len(mask))
    pairs = (frames[None, :] // 2 == np.arange((len(mask) + 1) // 2)[:, None]) & mask[None, :]
    means = pairs / np.maximum(pairs.sum(axis=1, keepdims=True), 1)
    if not with_token:
        return means
    whole = np.zeros((means.shape[0] + 1, means.shape[1] + 1))
    whole[0, 0], whole[1:, 1:] = 1, means
    return whole


def rollout(matrices: Sequence[np.ndarray]) -> np.ndarray:
    """Product of the layers' matrices, given in order of the layers: (..., positions, frames)."""
    if not matrices:
        raise ValueError("no layer to roll out, expected at least one")
    rolled = np.asarray(matrices[0], dtype=np.float64)
    for matrix in matrices[1:]:
        rolled = matrix @ rolled
    return rolled


def frame_weights(
    rolled: np.ndarray, readout: np.ndarray, frame_mask: np.ndarray, with_token: bool = False
) -> np.ndarray:
    """Weight of every frame in the output, (..., frames): at least 0, sums to one, 0 on padding.

    rolled: (..., positions, frames). readout: (..., positions), how much of each position is read:
    one on the clip token, or the weights with which positions are pooled. with_token: the first
    column is that of the clip token and is left out. frame_mask: (..., frames). ValueError where no
    real frame has a weight.
    """
    weights = (np.asarray(readout, dtype=np.float64)[..., None, :] @ rolled)[..., 0, :]
    weights = np.where(frame_mask, weights[..., 1:] if with_token else weights, 0)
    total = weights.sum(axis=-1, keepdims=True)
    if not (total > 0).all():
        raise ValueError("no real frame has a weight: nothing can be shown")
    shares: np.ndarray = weights / total
    return shares
