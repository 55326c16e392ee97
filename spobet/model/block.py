"""Block: what every kind of block in `spobet.model.blocks` can be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import keras
from keras import ops

from spobet.model.graph import Graph
from spobet.model.layers import Tensor
from spobet.sizes import BackboneConfig


@dataclass(frozen=True)
class Frames:
    """A sequence inside an ONNX graph, by the names of its values.

    x: (clips, num_frames, width). mask: (clips, num_frames, 1), 1 on real frames, else 0.
    """

    x: str
    mask: str
    num_frames: int


class Block(keras.layers.Layer):
    """A layer over a sequence, from x (clips, frames, width) and frame_mask (clips, frames).

    What padded frames hold must not reach real ones. stride: how many frames become one.
    attends: whether it mixes positions by attention, and so takes the clip token along.
    """

    stride = 1
    attends = False

    @classmethod
    def of(cls, config: BackboneConfig, name: str) -> Block:
        """A block of the sizes that the config gives."""
        raise NotImplementedError

    @staticmethod
    def mask_after(frame_mask: Tensor) -> Tensor:
        """Which positions are real after the block: (clips, frames) -> (clips, frames / stride)."""
        return frame_mask

    @property
    def receptive_field(self) -> int:
        """Neighbouring frames that one position of its output is computed from.

        What reaches every position from the whole clip, as attention does, is left aside.
        """
        return 1

    def attention_scores(self, x: Tensor, position_mask: Tensor) -> Tensor:
        """Attention (clips, heads, positions, positions) of a block that `attends`."""
        raise NotImplementedError

    def write(self, graph: Graph, frames: Frames) -> Frames:
        """Add the block's operators, without dropout, to an ONNX graph."""
        raise NotImplementedError


def receptive_field(blocks: Iterable[Block]) -> int:
    """How many frames one position sees through these blocks, first to last."""
    field, step = 1, 1
    for block in blocks:
        field += (block.receptive_field - 1) * step
        step *= block.stride
    return field


def with_token_mask(frame_mask: Tensor) -> Tensor:
    """The mask of a sequence that begins with a clip token: (clips, 1 + frames)."""
    return ops.concatenate([ops.ones_like(frame_mask[:, :1]), frame_mask], axis=1)


def built(layer: keras.Layer, shape: Sequence[int | None]) -> keras.Layer:
    """The same layer, its weights made for an input of this shape."""
    layer.build(shape)
    return layer
