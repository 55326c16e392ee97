"""Half as many frames: the mean of every two neighbouring ones."""

from __future__ import annotations

from keras import ops

from spobet.model.block import Block, Frames
from spobet.model.graph import Graph
from spobet.model.layers import Tensor, register
from spobet.sizes import BackboneConfig


@register
class FramePool(Block):
    """Mean of the real ones of every two neighbouring frames.

    x (clips, frames, width), frame_mask (clips, frames) -> (clips, frames / 2 rounded up, width).
    """

    stride = 2

    @classmethod
    def of(cls, config: BackboneConfig, name: str) -> FramePool:
        """A pool has no sizes."""
        return cls(name=name)

    @staticmethod
    def mask_after(frame_mask: Tensor) -> Tensor:
        """True where at least one of two frames is real."""
        return ops.any(_in_pairs(frame_mask), axis=2)

    def call(self, x: Tensor, frame_mask: Tensor) -> Tensor:
        weights = _in_pairs(ops.cast(frame_mask, x.dtype)[..., None])
        return ops.sum(_in_pairs(x) * weights, axis=2) / ops.maximum(ops.sum(weights, axis=2), 1.0)

    @property
    def receptive_field(self) -> int:
        """Two frames."""
        return 2

    def write(self, graph: Graph, frames: Frames) -> Frames:
        """Add the block's operators to an ONNX graph."""
        x, mask = frames.x, frames.mask
        if frames.num_frames % 2:
            x, mask = (graph.padded(value, 1, 3, after=1) for value in (x, mask))
        pairs = -(-frames.num_frames // 2)
        total = graph.summed(graph.shaped(graph.add("Mul", x, mask), 0, pairs, 2, -1), 2)
        count = graph.summed(graph.shaped(mask, 0, pairs, 2, -1), 2)
        mean = graph.add("Div", total, graph.add("Max", count, graph.constant(1)))
        return Frames(mean, graph.add("Min", count, graph.constant(1)), pairs)


def _in_pairs(x: Tensor) -> Tensor:
    odd = x.shape[1] % 2
    x = ops.pad(x, [[0, 0], [0, 1], *[[0, 0]] * (len(x.shape) - 2)]) if odd else x
    return ops.reshape(x, (-1, (x.shape[1] + 1) // 2, 2, *x.shape[2:]))  # (clips, pairs, 2, ...)


BLOCK = FramePool
