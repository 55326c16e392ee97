"""Layers around a backbone's blocks: what comes before the first and after the last."""

from __future__ import annotations

from typing import Any, TypeAlias

import keras
import numpy as np
from keras import ops

Tensor: TypeAlias = Any  # a tensor of whichever backend runs, or Keras's symbolic one
register = keras.saving.register_keras_serializable(package="spobet")


@register
class FrameEmbedding(keras.layers.Layer):
    """Each frame's features as one vector, with learned mask tokens for what is hidden.

    Called with features (clips, frames, features), in which hidden landmarks are zero, and
    hidden (clips, frames, landmarks). Gives (clips, frames, width). landmark_tokens: every
    hidden landmark adds its token; otherwise one token is added by the share of them hidden.
    """

    def __init__(
        self, width: int, activation: str | None = None, landmark_tokens: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.width, self.activation, self.landmark_tokens = width, activation, landmark_tokens
        self.dense = keras.layers.Dense(width, activation=activation)

    def build(self, features_shape: tuple, hidden_shape: tuple) -> None:
        self.dense.build(features_shape)
        num_tokens = hidden_shape[-1] if self.landmark_tokens else 1
        self.mask_tokens = self.add_weight(
            name="mask_tokens", shape=(num_tokens, self.width), initializer=_small
        )

    def call(self, features: Tensor, hidden: Tensor) -> Tensor:
        hidden = ops.cast(hidden, features.dtype)
        shares = hidden if self.landmark_tokens else ops.mean(hidden, axis=-1, keepdims=True)
        return self.dense(features) + ops.matmul(shares, self.mask_tokens)

    def compute_output_shape(self, features_shape: tuple, hidden_shape: tuple) -> tuple:
        return (*features_shape[:-1], self.width)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "width": self.width,
            "activation": self.activation,
            "landmark_tokens": self.landmark_tokens,
        }


@register
class ClipToken(keras.layers.Layer):
    """A learned position before the frames: (clips, 1 + frames, width)."""

    def build(self, shape: tuple) -> None:
        self.token = self.add_weight(name="token", shape=(1, 1, shape[-1]), initializer=_small)

    def call(self, x: Tensor) -> Tensor:
        return ops.concatenate([ops.zeros_like(x[:, :1]) + self.token, x], axis=1)


@register
class SinusoidalPositions(keras.layers.Layer):
    """Adds the sine and cosine of each frame's number (Vaswani et al. 2017); no weights."""

    def call(self, x: Tensor) -> Tensor:
        return x + ops.cast(self.table(*x.shape[1:]), x.dtype)

    @staticmethod
    def table(frames: int, width: int) -> np.ndarray:
        """What is added: (frames, width)."""
        rates = 10_000.0 ** (-np.arange(0, width, 2) / width)
        angles = np.arange(frames)[:, None] * rates
        return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(frames, -1)[:, :width]


@register
class FrameMean(keras.layers.Layer):
    """Mean over real frames: (clips, frames, width), (clips, frames) -> (clips, width)."""

    def call(self, x: Tensor, frame_mask: Tensor) -> Tensor:
        weights = ops.cast(frame_mask, x.dtype)[..., None]
        return ops.sum(x * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0)


@register
class CosineLogits(keras.layers.Layer):
    """Cosines of a clip's vector with one learned prototype a gloss, times `scale`.

    (clips, width) to (clips, glosses). With few clips a gloss, no gloss can win by a long
    weight vector (Gidaris & Komodakis 2018).
    """

    def __init__(self, num_glosses: int, scale: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_glosses, self.scale = num_glosses, scale

    def build(self, shape: tuple) -> None:
        self.prototypes = self.add_weight(
            name="prototypes", shape=(shape[-1], self.num_glosses), initializer="glorot_uniform"
        )

    def call(self, x: Tensor) -> Tensor:
        return self.scale * ops.matmul(unit(x, axis=-1), unit(self.prototypes, axis=0))

    def get_config(self) -> dict:
        return {**super().get_config(), "num_glosses": self.num_glosses, "scale": self.scale}


def unit(x: Tensor, axis: int) -> Tensor:
    """x with norm 1 along an axis, as `ops.normalize` gives it, whose gradient is nan at zero."""
    squares = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(squares, keras.config.epsilon() ** 2))


def _small(shape: tuple, dtype: str | None = None) -> Tensor:
    """Tokens begin as in BERT: normal with deviation 0.02, small beside a frame's features."""
    return keras.random.normal(shape, stddev=0.02, dtype=dtype)
