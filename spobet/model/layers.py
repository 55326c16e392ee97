"""The parts a backbone is built of; every one leaves padded frames out of what real frames become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import ops

Tensor: TypeAlias = Any  # a tensor of whichever backend runs, or Keras's symbolic one
register = keras.saving.register_keras_serializable(package="spobet")


@register
class FrameEmbedding(keras.layers.Layer):
    """Features of each frame as a vector, with learned vectors in the place of what is hidden.

    Call with features (clips, frames, features) in which hidden landmarks are zero, and hidden (clips,
    frames, landmarks). Gives (clips, frames, width). With `landmark_tokens` every hidden landmark adds
    its own learned vector; without, one vector is added in proportion to the share of landmarks hidden.
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
        own = {
            "width": self.width,
            "activation": self.activation,
            "landmark_tokens": self.landmark_tokens,
        }
        return {**super().get_config(), **own}


@register
class ClipToken(keras.layers.Layer):
    """A learned first position before the frames: (clips, frames, width) -> (clips, 1 + frames, width)."""

    def build(self, shape: tuple) -> None:
        self.token = self.add_weight(name="token", shape=(1, 1, shape[-1]), initializer=_small)

    def call(self, x: Tensor) -> Tensor:
        return ops.concatenate([ops.zeros_like(x[:, :1]) + self.token, x], axis=1)


@register
class SinusoidalPositions(keras.layers.Layer):
    """Adds the fixed sine and cosine of each frame's number (Vaswani et al. 2017): any number of frames, no weights."""

    def call(self, x: Tensor) -> Tensor:
        return x + ops.cast(self.table(*x.shape[1:]), x.dtype)

    @staticmethod
    def table(frames: int, width: int) -> np.ndarray:
        """What is added: (frames, width)."""
        rates = 10_000.0 ** (-np.arange(0, width, 2) / width)
        angles = np.arange(frames)[:, None] * rates
        return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(frames, -1)[:, :width]


@register
class TimeConvolution(keras.layers.Layer):
    """Depthwise convolution over frames, (clips, frames, channels) to the same shape.

    Written as one banded matrix a channel instead of a stock depthwise layer: its gradient is then a
    matrix product too. Padding must come in as zeros.
    """

    def __init__(self, kernel_size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kernel_size = kernel_size

    def build(self, shape: tuple) -> None:
        self.kernel = self.add_weight(
            name="kernel", shape=(self.kernel_size, shape[-1]), initializer=_taps
        )

    def call(self, x: Tensor) -> Tensor:
        frames = np.arange(x.shape[1])
        taps = frames[None, :] - frames[:, None] + self.kernel_size // 2  # (to frame, from frame)
        places = taps[..., None] == np.arange(
            self.kernel_size
        )  # a product with these, since a gather's gradient is slow
        band = ops.matmul(ops.cast(places, x.dtype), self.kernel)
        return ops.einsum("tsc,bsc->btc", band, x)

    def get_config(self) -> dict:
        return {**super().get_config(), "kernel_size": self.kernel_size}


@register
class ConvolutionBlock(keras.layers.Layer):
    """Widen, mix neighbouring frames channel by channel, narrow, add: (clips, frames, width) to the same.

    Dropout takes whole channels of a clip: neighbouring frames tell each other's values.
    """

    def __init__(
        self, expansion: int, kernel_size: int, activation: str, dropout: float, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.expansion, self.kernel_size, self.activation, self.dropout = (
            expansion,
            kernel_size,
            activation,
            dropout,
        )

    def build(self, x_shape: tuple, frame_mask_shape: tuple) -> None:
        width = x_shape[-1]
        wide = (*x_shape[:-1], width * self.expansion)
        self.norm = _built(keras.layers.LayerNormalization(epsilon=1e-6), x_shape)
        self.widen = _built(
            keras.layers.Dense(width * self.expansion, activation=self.activation), x_shape
        )
        self.mix = _built(TimeConvolution(self.kernel_size), wide)
        self.mixed_norm = _built(keras.layers.LayerNormalization(epsilon=1e-6), wide)
        self.narrow = _built(keras.layers.Dense(width), wide)
        self.drop = keras.layers.Dropout(self.dropout, noise_shape=(None, 1, None))

    def call(self, x: Tensor, frame_mask: Tensor, training: bool = False) -> Tensor:
        y = self.widen(self.norm(x)) * ops.cast(frame_mask, x.dtype)[..., None]
        y = self.narrow(self.mixed_norm(self.mix(y)))
        return x + self.drop(y, training=training)

    def get_config(self) -> dict:
        own = {
            "expansion": self.expansion,
            "kernel_size": self.kernel_size,
            "activation": self.activation,
        }
        return {**super().get_config(), **own, "dropout": self.dropout}


@register
class AttentionBlock(keras.layers.Layer):
    """Attention over the positions whose position_mask is True, then two dense layers, each added to what came in.

    x (clips, positions, width), position_mask (clips, positions). Dropout follows the layers and is never inside the
    attention, so that the fused kernel stays in use; like a ConvolutionBlock's it takes whole channels.
    """

    def __init__(
        self,
        num_heads: int,
        feed_forward: int,
        activation: str,
        dropout: float,
        norm_first: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_heads, self.feed_forward, self.activation = num_heads, feed_forward, activation
        self.dropout, self.norm_first = dropout, norm_first

    def build(self, x_shape: tuple, position_mask_shape: tuple) -> None:
        width = x_shape[-1]
        self.attention = keras.layers.MultiHeadAttention(self.num_heads, width // self.num_heads)
        self.attention.build(x_shape, x_shape)
        self.widen = _built(
            keras.layers.Dense(self.feed_forward, activation=self.activation), x_shape
        )
        self.narrow = _built(keras.layers.Dense(width), (*x_shape[:-1], self.feed_forward))
        self.norms = [
            _built(keras.layers.LayerNormalization(epsilon=1e-6), x_shape) for _ in range(2)
        ]
        self.drops = [
            keras.layers.Dropout(self.dropout, noise_shape=(None, 1, None)) for _ in range(2)
        ]

    def call(self, x: Tensor, position_mask: Tensor, training: bool = False) -> Tensor:
        def attend(y: Tensor) -> Tensor:
            return self.attention(y, y, attention_mask=position_mask[:, None])

        def feed(y: Tensor) -> Tensor:
            return self.narrow(self.widen(y))

        for part, norm, drop in zip((attend, feed), self.norms, self.drops, strict=True):
            y = part(norm(x)) if self.norm_first else part(x)
            x = x + drop(y, training=training)
            x = x if self.norm_first else norm(x)
        return x

    def get_config(self) -> dict:
        own = {
            "num_heads": self.num_heads,
            "feed_forward": self.feed_forward,
            "activation": self.activation,
        }
        return {
            **super().get_config(),
            **own,
            "dropout": self.dropout,
            "norm_first": self.norm_first,
        }


@register
class FramePool(keras.layers.Layer):
    """Mean of every two neighbouring frames, the real ones of them: half the frames for the blocks that follow.

    x (clips, frames, width), frame_mask (clips, frames) -> (clips, half of the frames rounded up, width).
    """

    def call(self, x: Tensor, frame_mask: Tensor) -> Tensor:
        weights = _in_pairs(ops.cast(frame_mask, x.dtype)[..., None])
        return ops.sum(_in_pairs(x) * weights, axis=2) / ops.maximum(ops.sum(weights, axis=2), 1.0)


def pooled_mask(frame_mask: Tensor) -> Tensor:
    """Which positions a FramePool fills from at least one real frame: (clips, frames) -> (clips, half of them rounded up)."""
    return ops.any(_in_pairs(frame_mask), axis=2)


def _in_pairs(x: Tensor) -> Tensor:
    odd = x.shape[1] % 2
    x = ops.pad(x, [[0, 0], [0, 1], *[[0, 0]] * (len(x.shape) - 2)]) if odd else x
    return ops.reshape(x, (-1, (x.shape[1] + 1) // 2, 2, *x.shape[2:]))  # (clips, pairs, 2, ...)


@register
class FrameMean(keras.layers.Layer):
    """Mean over the real frames: x (clips, frames, width), frame_mask (clips, frames) -> (clips, width)."""

    def call(self, x: Tensor, frame_mask: Tensor) -> Tensor:
        weights = ops.cast(frame_mask, x.dtype)[..., None]
        return ops.sum(x * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0)


@register
class CosineLogits(keras.layers.Layer):
    """Cosines between the clip's vector and one learned prototype a gloss, times `scale`: (clips, width) -> (clips, glosses).

    With few clips a gloss, no gloss can win by a long weight vector (Gidaris & Komodakis 2018).
    """

    def __init__(self, num_glosses: int, scale: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_glosses, self.scale = num_glosses, scale

    def build(self, shape: tuple) -> None:
        self.prototypes = self.add_weight(
            name="prototypes", shape=(shape[-1], self.num_glosses), initializer="glorot_uniform"
        )

    def call(self, x: Tensor) -> Tensor:
        return self.scale * ops.matmul(
            ops.normalize(x, axis=-1), ops.normalize(self.prototypes, axis=0)
        )

    def get_config(self) -> dict:
        return {**super().get_config(), "num_glosses": self.num_glosses, "scale": self.scale}


def _built(layer: keras.Layer, shape: Sequence[int | None]) -> keras.Layer:
    layer.build(shape)
    return layer


def _small(shape: tuple, dtype: str | None = None) -> Tensor:
    return keras.random.normal(shape, stddev=0.02, dtype=dtype)


def _taps(shape: tuple, dtype: str | None = None) -> Tensor:
    return keras.random.uniform(shape, -1, 1, dtype=dtype) * (3.0 / shape[0]) ** 0.5
