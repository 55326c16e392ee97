"""Convolution over time, channel by channel, between two dense layers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from spobet.model.block import Block, Frames, built
from spobet.model.graph import Graph, weights
from spobet.model.layers import Tensor, register
from spobet.sizes import BackboneConfig


@register
class TimeConvolution(keras.layers.Layer):
    """Depthwise convolution over frames, (clips, frames, channels) to the same shape.

    Written as one banded matrix a channel instead of a stock depthwise layer: its gradient is
    then a matrix product too. Padding must come in as zeros.
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
        chosen = taps[..., None] == np.arange(self.kernel_size)  # a gather's gradient is slow
        band = ops.matmul(ops.cast(chosen, x.dtype), self.kernel)
        return ops.einsum("tsc,bsc->btc", band, x)

    def get_config(self) -> dict:
        return {**super().get_config(), "kernel_size": self.kernel_size}


@register
class ConvolutionBlock(Block):
    """Widen, mix neighbouring frames channel by channel, narrow, add: (clips, frames, width).

    Dropout takes whole channels of a clip: neighbouring frames reveal each other's values.
    """

    def __init__(
        self, expansion: int, kernel_size: int, activation: str, dropout: float, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.expansion, self.kernel_size = expansion, kernel_size
        self.activation, self.dropout = activation, dropout

    @classmethod
    def of(cls, config: BackboneConfig, name: str) -> ConvolutionBlock:
        """A block of the sizes that the config gives."""
        return cls(
            config.expansion, config.kernel_size, config.activation, config.dropout, name=name
        )

    def build(self, x_shape: tuple, frame_mask_shape: tuple) -> None:
        width = x_shape[-1]
        wide = (*x_shape[:-1], width * self.expansion)
        self.norm = built(keras.layers.LayerNormalization(epsilon=1e-6), x_shape)
        self.widen = built(
            keras.layers.Dense(width * self.expansion, activation=self.activation), x_shape
        )
        self.mix = built(TimeConvolution(self.kernel_size), wide)
        self.mixed_norm = built(keras.layers.LayerNormalization(epsilon=1e-6), wide)
        self.narrow = built(keras.layers.Dense(width), wide)
        self.drop = keras.layers.Dropout(self.dropout, noise_shape=(None, 1, None))

    def call(self, x: Tensor, frame_mask: Tensor, training: bool = False) -> Tensor:
        y = self.widen(self.norm(x)) * ops.cast(frame_mask, x.dtype)[..., None]
        y = self.narrow(self.mixed_norm(self.mix(y)))
        return x + self.drop(y, training=training)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "expansion": self.expansion,
            "kernel_size": self.kernel_size,
            "activation": self.activation,
            "dropout": self.dropout,
        }

    @property
    def receptive_field(self) -> int:
        """As many frames as the kernel has taps."""
        return self.kernel_size

    def write(self, graph: Graph, frames: Frames) -> Frames:
        """Add the block's operators to an ONNX graph, as a picture of one row: those are fast."""
        y = graph.dense(self.widen, graph.normed(self.norm, frames.x), frames.num_frames)
        y = graph.add("Mul", y, frames.mask)
        taps = weights(self.mix.kernel).T[:, None, None]  # (channels, 1, 1, taps)
        row = graph.add("Transpose", y, perm=[0, 2, 1])
        row = graph.add("Unsqueeze", row, graph.constant([2], np.int64))
        margin = self.kernel_size // 2
        kernel, pads = graph.constant(taps), [0, margin, 0, margin]
        y = graph.add("Conv", row, kernel, group=len(taps), pads=pads)
        y = graph.add("Squeeze", y, graph.constant([2], np.int64))
        y = graph.normed(self.mixed_norm, graph.add("Transpose", y, perm=[0, 2, 1]))
        x = graph.add("Add", frames.x, graph.dense(self.narrow, y, frames.num_frames))
        return Frames(x, frames.mask, frames.num_frames)


def _taps(shape: tuple, dtype: str | None = None) -> Tensor:
    """Uniform with variance 1 / taps, so that a convolution keeps the scale of its input."""
    return keras.random.uniform(shape, -1, 1, dtype=dtype) * (3.0 / shape[0]) ** 0.5


BLOCK = ConvolutionBlock
