"""Prototypes of glosses that a pretrained head does not know, from a look at their clips."""

from __future__ import annotations

from collections.abc import Collection

import keras
import numpy as np

from spobet.config import InputConfig
from spobet.model.classifier import SignClassifier
from spobet.training.stored_clips import CLIPS_AT_ONCE, Clips


def imprint(
    classifier: SignClassifier,
    clips: Clips,
    labels: np.ndarray,
    new: Collection[int],
    settings: InputConfig,
) -> None:
    """Start the prototype of each new gloss from the mean direction of its clips' vectors.

    Qi, Brown & Lowe 2018, "Low-shot learning with imprinted weights". labels: (clips,) columns of
    the prototypes. new: the columns to begin so; the others stay as they are, and those without a
    clip. As long as prototypes are on average, so that an update turns all alike.
    """
    wanted = np.flatnonzero(np.isin(labels, list(new)))
    if not len(wanted):
        return
    directions = _directions(classifier, clips, wanted, settings)
    prototypes = classifier.head.glosses.prototypes
    values = np.array(keras.ops.convert_to_numpy(prototypes))
    length = np.linalg.norm(values, axis=0).mean()
    for column in np.unique(labels[wanted]):
        mean = directions[labels[wanted] == column].mean(axis=0)
        values[:, column] = length * mean / max(np.linalg.norm(mean), np.finfo(np.float32).tiny)
    prototypes.assign(values)


def _directions(
    classifier: SignClassifier, clips: Clips, wanted: np.ndarray, settings: InputConfig
) -> np.ndarray:
    """Vectors of norm 1 (wanted clips, width) that the head compares with its prototypes."""
    embedding = keras.ops.cast(classifier.streams["embedding"], "float32")
    model = keras.Model(classifier.input, embedding, name="embedding")
    found = []
    for lot in np.array_split(wanted, -(-len(wanted) // CLIPS_AT_ONCE)):
        batch = clips.even_input(lot, settings.num_frames, settings.stretch)
        found.append(keras.ops.convert_to_numpy(model(batch, training=False)))
    vectors = np.concatenate(found)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
