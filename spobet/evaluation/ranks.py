"""The rank of the true gloss of each clip: what every metric of recognition is computed from."""

from __future__ import annotations

import numpy as np

from spobet.dataset.manifest import Manifest, Vocabulary

OUTSIDE_VOCABULARY = -1


def labels_of(manifest: Manifest, vocabulary: Vocabulary) -> np.ndarray:
    """Index of each clip's gloss in the vocabulary, int64 (clips,); -1 where it is outside."""
    index = {gloss: position for position, gloss in enumerate(vocabulary.glosses)}
    return np.array(
        [index.get(clip.gloss, OUTSIDE_VOCABULARY) for clip in manifest], dtype=np.int64
    )


def rank_true_glosses(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Rank of each clip's true gloss among all glosses, 1 = best: int64 (clips,).

    logits: (clips, glosses). labels: (clips,) int, -1 for a gloss outside the vocabulary.
    Ties count against the model: a gloss ranks after all that score the same. A NaN score beats
    every other, a NaN for the true gloss ranks last, and -1 ranks glosses + 1. ValueError for
    empty input.
    """
    logits, labels = np.asarray(logits), np.asarray(labels)
    _check(logits, labels)
    num_glosses = logits.shape[1]
    true_scores = logits[np.arange(len(labels)), labels]
    beaten = logits < true_scores[:, None]  # NaN compares False: never beaten, beats nothing
    ranks: np.ndarray = np.where(
        labels == OUTSIDE_VOCABULARY, num_glosses + 1, num_glosses - beaten.sum(axis=1)
    )
    return ranks


def _check(logits: np.ndarray, labels: np.ndarray) -> None:
    if logits.ndim != 2 or not logits.size:
        expected = "(clips, glosses) with at least one of each"
        raise ValueError(f"logits have shape {logits.shape}, expected {expected}")
    if labels.shape != logits.shape[:1]:
        raise ValueError(f"labels have shape {labels.shape}, expected {logits.shape[:1]}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels are {labels.dtype}, expected integers")
    if labels.min() < OUTSIDE_VOCABULARY or labels.max() >= logits.shape[1]:
        expected = f"-1..{logits.shape[1] - 1}"
        raise ValueError(f"labels {labels.min()}..{labels.max()}, expected {expected}")
