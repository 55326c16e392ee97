"""SignClassifier: a backbone that names glosses."""

from __future__ import annotations

from typing import Any

import keras

from spobet.model.backbone import SignBackbone
from spobet.model.layers import CosineLogits, FrameMean, Tensor, register


@register
class GlossHead(keras.layers.Layer):
    """Logits (clips, glosses + auxiliary glosses) from a sequence (clips, 1 + positions, width).

    Called with the sequence and position_mask (clips, positions), True on real positions.
    head_width: units of a dense layer over every position, whose mean then stands for the clip;
    0 takes the backbone's vector of the clip. dropout: share of the units dropped before the
    logits. prototype_scale: logits are cosines with a learned prototype a gloss, times this;
    0 makes them a plain dense layer. num_auxiliary: auxiliary glosses, after the vocabulary:
    trained beside it and never answered.
    """

    def __init__(
        self,
        num_glosses: int,
        head_width: int = 0,
        dropout: float = 0.0,
        prototype_scale: float = 0.0,
        num_auxiliary: int = 0,
        **kwargs: Any,
    ) -> None:
        num_auxiliary = kwargs.pop("num_others", num_auxiliary)  # its name in version 0.1
        super().__init__(**kwargs)
        self.num_glosses, self.head_width = num_glosses, head_width
        self.dropout, self.prototype_scale = dropout, prototype_scale
        self.num_auxiliary = num_auxiliary

    def build(self, sequence_shape: tuple, position_mask_shape: tuple) -> None:
        width = self.head_width or sequence_shape[-1]
        if self.head_width:
            self.widen = keras.layers.Dense(self.head_width, activation="silu", name="widen")
            self.widen.build(sequence_shape)
        self.mean, self.drop = FrameMean(), keras.layers.Dropout(self.dropout)
        if self.prototype_scale:
            self.glosses = CosineLogits(
                self.num_glosses + self.num_auxiliary, self.prototype_scale, dtype="float32"
            )
        else:
            self.glosses = keras.layers.Dense(
                self.num_glosses + self.num_auxiliary, dtype="float32"
            )
        self.glosses.build((None, width))

    def embed(self, sequence: Tensor, position_mask: Tensor) -> Tensor:
        """What of each clip is compared with the glosses: (clips, head_width or width)."""
        if not self.head_width:
            return sequence[:, 0]
        return self.mean(self.widen(sequence[:, 1:]), position_mask)

    def call(self, sequence: Tensor, position_mask: Tensor, training: bool = False) -> Tensor:
        return self.glosses(self.drop(self.embed(sequence, position_mask), training=training))

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "num_glosses": self.num_glosses,
            "head_width": self.head_width,
            "dropout": self.dropout,
            "prototype_scale": self.prototype_scale,
            "num_auxiliary": self.num_auxiliary,
        }


def unhidden(backbone: SignBackbone, inputs: dict[str, Tensor]) -> Tensor:
    """The sequence (clips, 1 + positions, width) of landmarks and frame_mask, nothing hidden."""
    nothing_hidden = keras.ops.zeros_like(inputs["landmarks"][..., 0], dtype="bool")
    return backbone({**inputs, "hidden": nothing_hidden})["sequence"]


@register
class SignClassifier(keras.Model):
    """A backbone that names glosses.

    landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames) in, logits (clips,
    glosses + auxiliary glosses) out.
    """

    def __init__(self, backbone: SignBackbone, head: GlossHead, **kwargs: Any) -> None:
        inputs = {name: backbone.input[name] for name in ("landmarks", "frame_mask")}
        sequence = unhidden(backbone, inputs)
        logits = head(sequence, backbone.position_mask(inputs["frame_mask"]))
        super().__init__(inputs=inputs, outputs=logits, **kwargs)
        self.backbone, self.head = backbone, head

    def get_config(self) -> dict:
        parts = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in ("backbone", "head")
        }
        parts["head"].pop("build_config")  # built by the call; JSON would make lists of its tuples
        return {**parts, "name": self.name}

    def get_compile_config(self) -> dict:
        """Nothing: config.toml says how it was trained, and a compiler is one backend's alone."""
        return {}

    @classmethod
    def from_config(cls, values: dict, custom_objects: dict | None = None) -> SignClassifier:
        """Rebuild from what `get_config` returned."""
        parts = {
            name: keras.saving.deserialize_keras_object(values[name])
            for name in ("backbone", "head")
        }
        return cls(**{**values, **parts})
