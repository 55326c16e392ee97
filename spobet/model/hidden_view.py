"""Two views of a clip: all of it, and what is left when much is hidden."""

from __future__ import annotations

import keras
from keras import ops

from spobet.model.backbone import SignBackbone
from spobet.model.blocks.attention import AttentionBlock
from spobet.model.layers import Tensor, register


def both_views(backbone: SignBackbone) -> tuple[Tensor, Tensor]:
    """The backbone's sequence (clips, 1 + positions, width) of each input, clean and hidden.

    One pass over twice the clips, which costs less than two passes.
    """
    inputs = backbone.input
    twice = {name: ops.concatenate([value, value]) for name, value in inputs.items()}
    hidden = inputs["hidden"]
    twice["hidden"] = ops.concatenate([ops.zeros_like(hidden), hidden])
    clean, hidden_view = ops.split(backbone(twice)["sequence"], 2)
    return clean, hidden_view


def frame_agreement(backbone: SignBackbone, clean: Tensor, hidden: Tensor, mask: Tensor) -> Tensor:
    """Cosine (clips, positions, 1) of the clean view's positions and their prediction.

    clean, hidden: sequences (clips, 1 + positions, width). mask: (clips, positions), True on real
    ones. The prediction reads the hidden view by a block of attention and a dense layer that serve
    nothing else; no gradient passes to the clean view.
    """
    block = AttentionBlock.of(backbone.config, "frame_predictor")
    predicted = keras.layers.Dense(backbone.config.width, name="frame_prediction")(
        block(hidden[:, 1:], mask)
    )
    return Agreement(name="agreement", dtype="float32")(predicted, clean[:, 1:])


@register
class Agreement(keras.layers.Layer):
    """Cosine (..., 1) of two tensors (..., width), the second of which is held fixed."""

    def call(self, predicted: Tensor, target: Tensor) -> Tensor:
        target = ops.stop_gradient(target)
        squares = ops.sum(predicted**2, axis=-1) * ops.sum(target**2, axis=-1)
        products = ops.sum(predicted * target, axis=-1)
        return (products * ops.rsqrt(ops.maximum(squares, keras.config.epsilon() ** 2)))[..., None]

    def compute_output_shape(self, predicted_shape: tuple, target_shape: tuple) -> tuple:
        return (*predicted_shape[:-1], 1)
