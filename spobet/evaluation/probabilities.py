"""Softmax: the one way from scores to probabilities."""

from __future__ import annotations

import numpy as np


def softmax(logits: np.ndarray, temperature: float | np.ndarray = 1.0) -> np.ndarray:
    """Probabilities (clips, glosses) of logits / temperature; NaN in rows that are not finite.

    temperature: a number or one a clip (clips,). ValueError where one is not above 0.
    """
    probabilities: np.ndarray = np.exp(log_softmax(logits, temperature))
    return probabilities


def log_softmax(logits: np.ndarray, temperature: float | np.ndarray = 1.0) -> np.ndarray:
    """The natural logarithm of `softmax`, exact where a probability is too small for a float."""
    logits = np.asarray(logits, dtype=np.float64)
    temperature = np.asarray(temperature, dtype=np.float64)
    if logits.ndim != 2:
        raise ValueError(f"logits have shape {logits.shape}, expected (clips, glosses)")
    if not (temperature > 0).all() or temperature.shape not in ((), logits.shape[:1]):
        raise ValueError(f"temperature {temperature}, expected above 0, one number or one a clip")
    scaled = logits / (temperature[:, None] if temperature.ndim else temperature)
    with np.errstate(invalid="ignore"):  # inf - inf is NaN: no probability
        scaled = scaled - scaled.max(axis=1, keepdims=True, initial=-np.inf)
        shifted: np.ndarray = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
    return shifted
