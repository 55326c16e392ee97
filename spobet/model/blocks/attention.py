"""Attention over the frames of a clip, then two dense layers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from spobet.model.block import Block, Frames, built
from spobet.model.graph import Graph, weights
from spobet.model.layers import Tensor, register
from spobet.sizes import BackboneConfig

_MASKED = 1e9  # subtracted from a score before the softmax, which float32 then turns into exactly 0


@register
class AttentionBlock(Block):
    """Attention over the positions whose position_mask is True, then two dense layers, each added.

    x (clips, positions, width), position_mask (clips, positions). Dropout follows the layers
    and is never inside the attention, so that the fused kernel stays in use; it takes whole
    channels of a clip, since neighbouring frames reveal each other's values.
    """

    attends = True

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

    @classmethod
    def of(cls, config: BackboneConfig, name: str) -> AttentionBlock:
        """A block of the sizes that the config gives."""
        return cls(
            config.num_heads,
            config.feed_forward,
            config.activation,
            config.dropout,
            config.norm_first,
            name=name,
        )

    def build(self, x_shape: tuple, position_mask_shape: tuple) -> None:
        width = x_shape[-1]
        self.attention = keras.layers.MultiHeadAttention(self.num_heads, width // self.num_heads)
        self.attention.build(x_shape, x_shape)
        self.widen = built(
            keras.layers.Dense(self.feed_forward, activation=self.activation), x_shape
        )
        self.narrow = built(keras.layers.Dense(width), (*x_shape[:-1], self.feed_forward))
        self.norms = [
            built(keras.layers.LayerNormalization(epsilon=1e-6), x_shape) for _ in range(2)
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
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "feed_forward": self.feed_forward,
            "activation": self.activation,
            "dropout": self.dropout,
            "norm_first": self.norm_first,
        }

    def attention_scores(self, x: Tensor, position_mask: Tensor) -> Tensor:
        """Attention (clips, heads, positions, positions), computed without the fused kernel."""
        y = self.norms[0](x) if self.norm_first else x
        mask = position_mask[:, None]
        return self.attention(y, y, attention_mask=mask, return_attention_scores=True)[1]

    def write(self, graph: Graph, frames: Frames) -> Frames:
        """Add the block's operators to an ONNX graph."""
        missing = graph.add("Sub", frames.mask, graph.constant(1))
        bias = graph.add("Mul", missing, graph.constant(_MASKED))  # 0, or far below it
        bias = graph.add("Transpose", bias, perm=[0, 2, 1])
        bias = graph.add("Unsqueeze", bias, graph.constant([1], np.int64))
        x = frames.x
        for norm in self.norms:
            y = graph.normed(norm, x) if self.norm_first else x
            if norm is self.norms[0]:
                y = _write_attention(graph, self.attention, y, bias, frames.num_frames)
            else:
                y = graph.dense(self.widen, y, frames.num_frames)
                y = graph.dense(self.narrow, y, frames.num_frames)
            x = graph.add("Add", x, y)
            x = x if self.norm_first else graph.normed(norm, x)
        return Frames(x, frames.mask, frames.num_frames)


def _write_attention(
    graph: Graph, layer: keras.layers.MultiHeadAttention, x: str, bias: str, num_frames: int
) -> str:
    """Queries, keys and values by one product, the queries scaled before it."""
    heads, size = layer.num_heads, layer.key_dim
    parts = (layer.query_dense, layer.key_dense, layer.value_dense)
    scaled = list(zip((size**-0.5, 1.0, 1.0), parts, strict=True))
    kernels = [scale * weights(part.kernel).reshape(-1, heads * size) for scale, part in scaled]
    biases = [scale * weights(part.bias).ravel() for scale, part in scaled]
    kernel, shift = np.concatenate(kernels, axis=1), np.concatenate(biases)
    y = graph.shaped(graph.affine(x, kernel, shift, num_frames), 0, 0, 3, heads, size)

    def part(number: int, *perm: int) -> str:
        chosen = graph.add("Gather", y, graph.constant(number, np.int64), axis=2)
        return graph.add("Transpose", chosen, perm=perm)

    query, key, value = part(0, 0, 2, 1, 3), part(1, 0, 2, 3, 1), part(2, 0, 2, 1, 3)
    scores = graph.add("Add", graph.add("MatMul", query, key), bias)
    z = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
    z = graph.shaped(graph.add("Transpose", z, perm=[0, 2, 1, 3]), 0, 0, heads * size)
    out = layer.output_dense
    kernel = weights(out.kernel).reshape(heads * size, -1)
    return graph.affine(z, kernel, weights(out.bias), num_frames)


BLOCK = AttentionBlock
