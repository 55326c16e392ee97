"""Hands and arms judged apart: each stream of a classifier learns as if it were alone."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import ops

from spobet.model.classifier import SignClassifier
from spobet.model.layers import Tensor


def judging(
    classifier: SignClassifier,
) -> tuple[keras.Model, keras.losses.Loss, str | Callable[[Tensor, Tensor], Tensor]]:
    """What of a classifier is fitted, by which loss, and what tells its accuracy."""
    if classifier.arms:
        return apart(classifier), EachStream(), together
    return classifier, keras.losses.CategoricalCrossentropy(from_logits=True), "accuracy"


def apart(classifier: SignClassifier) -> keras.Model:
    """The classifier with the logits of each stream: (clips, 2 streams, glosses)."""
    both = [classifier.streams[name] for name in ("logits", "arms_logits")]
    return keras.Model(classifier.input, ops.stack(both, axis=1), name="apart")


def arms_rates(classifier: SignClassifier, rate: float) -> dict[str, float]:
    """The factor of the learning rate of every weight of the arms, by the weight's path."""
    parts = [part for part in (classifier.arms, classifier.arms_head) if part]
    return {variable.path: rate for part in parts for variable in part.trainable_variables}


class EachStream(keras.losses.CategoricalCrossentropy):
    """The cross-entropies of all streams, added: targets (clips, glosses)."""

    def __init__(self) -> None:
        super().__init__(from_logits=True)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        hands, arms = (super(EachStream, self).call(y_true, y_pred[:, at]) for at in (0, 1))
        return hands + arms


def together(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Whether the streams together are right: (clips,)."""
    return keras.metrics.categorical_accuracy(y_true, ops.sum(y_pred, axis=1))


together.__name__ = "accuracy"  # what the learning curves call it
