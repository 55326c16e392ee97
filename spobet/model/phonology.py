"""PhonologyHead: how a sign is made, from the vector that stands for its clip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from spobet.model.layers import Tensor, register


@register
class PhonologyHead(keras.layers.Layer):
    """Logits of the values of every phonological feature, feature after feature.

    (clips, width) -> (clips, all values).
    """

    def __init__(self, num_values: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_values = tuple(num_values)

    def build(self, shape: tuple) -> None:
        self.dense = keras.layers.Dense(sum(self.num_values), name="values")
        self.dense.build(shape)

    def call(self, embedding: Tensor) -> Tensor:
        return self.dense(embedding)

    def get_config(self) -> dict:
        return {**super().get_config(), "num_values": self.num_values}


@register
class FeatureCrossEntropy(keras.losses.Loss):
    """Mean over the features of the cross entropy of targets and logits, (clips, all values) each.

    Targets that are zero over all values of a feature, which is not known then, add nothing.
    """

    def __init__(
        self,
        num_values: Sequence[int],
        smoothing: float = 0.0,
        name: str = "feature_cross_entropy",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.num_values, self.smoothing = tuple(num_values), smoothing

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        loss, first = 0.0, 0
        for count in self.num_values:
            target, logits = y_true[:, first : first + count], y_pred[:, first : first + count]
            known = ops.sum(target, axis=1, keepdims=True)
            target = (1 - self.smoothing) * target + self.smoothing / count * known
            loss = loss - ops.sum(target * ops.log_softmax(logits, axis=-1), axis=1)
            first += count
        return loss / len(self.num_values)

    def get_config(self) -> dict:
        return {**super().get_config(), "num_values": self.num_values, "smoothing": self.smoothing}
