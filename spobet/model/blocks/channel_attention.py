"""Efficient channel attention (Wang et al. 2020): channels weighed by what the whole clip shows."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from spobet.model.block import Block, Frames, built
from spobet.model.graph import Graph, weights
from spobet.model.layers import FrameMean, Tensor, register
from spobet.sizes import BackboneConfig


@register
class ChannelAttentionBlock(Block):
    """Multiply each channel by a share of 0 to 1, computed from the mean of the real frames.

    The share of a channel depends on the means of `kernel_size` neighbouring channels.
    x (clips, frames, width), frame_mask (clips, frames) -> (clips, frames, width).
    """

    def __init__(self, kernel_size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kernel_size = kernel_size

    @classmethod
    def of(cls, config: BackboneConfig, name: str) -> ChannelAttentionBlock:
        """A block whose kernel grows with the logarithm of the width, by the paper's rule."""
        size = int((math.log2(config.width) + 1) / 2)  # gamma = 2 and b = 1 there
        return cls(size + 1 - size % 2, name=name)

    def build(self, x_shape: tuple, frame_mask_shape: tuple) -> None:
        self.mean = FrameMean()
        convolution = keras.layers.Conv1D(1, self.kernel_size, padding="same", use_bias=False)
        self.mix = built(convolution, (None, x_shape[-1], 1))

    def call(self, x: Tensor, frame_mask: Tensor) -> Tensor:
        means = self.mean(x, frame_mask)[..., None]  # (clips, channels, 1)
        return x * ops.transpose(ops.sigmoid(self.mix(means)), (0, 2, 1))

    def get_config(self) -> dict:
        return {**super().get_config(), "kernel_size": self.kernel_size}

    def write(self, graph: Graph, frames: Frames) -> Frames:
        """Add the block's operators to an ONNX graph."""
        means = graph.frame_mean(frames.x, frames.mask)
        means = graph.add("Unsqueeze", means, graph.constant([1], np.int64))
        kernel = graph.constant(weights(self.mix.kernel).transpose(2, 1, 0))
        margin = self.kernel_size // 2
        shares = graph.add("Sigmoid", graph.add("Conv", means, kernel, pads=[margin, margin]))
        return Frames(graph.add("Mul", frames.x, shares), frames.mask, frames.num_frames)


BLOCK = ChannelAttentionBlock
