"""SignClassifier: a backbone that names glosses."""

from __future__ import annotations

from typing import Any

import keras

from spobet.model.backbone import SignBackbone
from spobet.model.layers import CosineLogits, FrameMean, Tensor, register


@register
class GlossHead(keras.layers.Layer):
    """Logits of every gloss (clips, glosses + others) from a backbone's sequence (clips, 1 + positions, width).

    Call with the sequence and position_mask (clips, positions), True on positions of real frames.
    head_width: units of a dense layer over every position, whose mean then stands for the clip; 0 takes the backbone's
    own vector of the clip. dropout: share of the units dropped before the logits. prototype_scale: logits are cosines
    with a learned prototype a gloss, times this; 0 makes them a plain dense layer. num_others: glosses after one's own that are
    told apart in training and stand for "none of these" afterwards.
    """

    def __init__(
        self,
        num_glosses: int,
        head_width: int = 0,
        dropout: float = 0.0,
        prototype_scale: float = 0.0,
        num_others: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_glosses, self.head_width = num_glosses, head_width
        self.dropout, self.prototype_scale, self.num_others = dropout, prototype_scale, num_others

    def build(self, sequence_shape: tuple, position_mask_shape: tuple) -> None:
        width = self.head_width or sequence_shape[-1]
        if self.head_width:
            self.widen = keras.layers.Dense(self.head_width, activation="silu", name="widen")
            self.widen.build(sequence_shape)
        self.mean, self.drop = FrameMean(), keras.layers.Dropout(self.dropout)
        if self.prototype_scale:
            self.glosses = CosineLogits(self.num_glosses + self.num_others, self.prototype_scale, dtype="float32")
        else:
            self.glosses = keras.layers.Dense(self.num_glosses + self.num_others)
        self.glosses.build((None, width))

    def embed(self, sequence: Tensor, position_mask: Tensor) -> Tensor:
        """What stands for each clip where it is compared with the glosses: (clips, head_width or width)."""
        if not self.head_width:
            return sequence[:, 0]
        return self.mean(self.widen(sequence[:, 1:]), position_mask)

    def call(self, sequence: Tensor, position_mask: Tensor, training: bool = False) -> Tensor:
        return self.glosses(self.drop(self.embed(sequence, position_mask), training=training))

    def get_config(self) -> dict:
        own = {"num_glosses": self.num_glosses, "head_width": self.head_width, "dropout": self.dropout}
        return {**super().get_config(), **own, "prototype_scale": self.prototype_scale, "num_others": self.num_others}


def unhidden(backbone: SignBackbone, inputs: dict[str, Tensor]) -> Tensor:
    """What a backbone makes of landmarks and frame_mask of which nothing is hidden: its sequence (clips, 1 + positions, width)."""
    nothing_hidden = keras.ops.zeros_like(inputs["landmarks"][..., 0], dtype="bool")
    return backbone({**inputs, "hidden": nothing_hidden})["sequence"]


@register
class SignClassifier(keras.Model):
    """landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames) in, logits (clips, glosses + others) out."""

    def __init__(self, backbone: SignBackbone, head: GlossHead, **kwargs: Any) -> None:
        inputs = {name: backbone.input[name] for name in ("landmarks", "frame_mask")}
        sequence = unhidden(backbone, inputs)
        super().__init__(inputs=inputs, outputs=head(sequence, backbone.position_mask(inputs["frame_mask"])), **kwargs)
        self.backbone, self.head = backbone, head

    def get_config(self) -> dict:
        parts = {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in ("backbone", "head")}
        parts["head"].pop("build_config")  # it is built when it is called, and tuples would come back from JSON as lists
        return {**parts, "name": self.name}

    def get_compile_config(self) -> dict:
        """Nothing: how it was trained is config.toml's to say, and in a .keras file would tie it to one backend's compiler."""
        return {}

    @classmethod
    def from_config(cls, values: dict, custom_objects: dict | None = None) -> SignClassifier:
        """Rebuild from what `get_config` returned."""
        parts = {name: keras.saving.deserialize_keras_object(values[name]) for name in ("backbone", "head")}
        return cls(**{**values, **parts})
