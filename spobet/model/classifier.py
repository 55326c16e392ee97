"""SignClassifier: a backbone that names glosses."""

from __future__ import annotations

from typing import Any

import keras

from spobet.model.backbone import SignBackbone
from spobet.model.layers import CosineLogits, FrameMean, register


@register
class SignClassifier(keras.Model):
    """landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames) in, logits (clips, glosses) out.

    head_width: units of a dense layer over every frame, whose mean then stands for the clip; 0 takes the backbone's
    own vector of the clip. dropout: share of the units dropped before the logits. prototype_scale: logits are cosines
    with a learned prototype a gloss, times this; 0 makes them a plain dense layer.
    """

    def __init__(
        self,
        backbone: SignBackbone,
        num_glosses: int,
        head_width: int = 0,
        dropout: float = 0.0,
        prototype_scale: float = 0.0,
        **kwargs: Any,
    ) -> None:
        inputs = {name: backbone.input[name] for name in ("landmarks", "frame_mask")}
        nothing_hidden = keras.ops.zeros_like(inputs["landmarks"][..., 0], dtype="bool")
        encoded = backbone({**inputs, "hidden": nothing_hidden})
        x = encoded["clip"]
        if head_width:
            frames = keras.layers.Dense(head_width, activation="silu", name="head")(encoded["sequence"][:, 1:])
            x = FrameMean(name="head_mean")(frames, inputs["frame_mask"])
        x = keras.layers.Dropout(dropout, name="late_dropout")(x)
        if prototype_scale:
            logits = CosineLogits(num_glosses, prototype_scale, name="logits")(x)
        else:
            logits = keras.layers.Dense(num_glosses, name="logits")(x)
        super().__init__(inputs=inputs, outputs=logits, **kwargs)
        self.backbone, self.num_glosses, self.head_width = backbone, num_glosses, head_width
        self.dropout, self.prototype_scale = dropout, prototype_scale

    def get_config(self) -> dict:
        return {
            "backbone": keras.saving.serialize_keras_object(self.backbone),
            "num_glosses": self.num_glosses,
            "head_width": self.head_width,
            "dropout": self.dropout,
            "prototype_scale": self.prototype_scale,
            "name": self.name,
        }

    def get_compile_config(self) -> dict:
        """Nothing: how it was trained is config.toml's to say, and in a .keras file would tie it to one backend's compiler."""
        return {}

    @classmethod
    def from_config(cls, values: dict, custom_objects: dict | None = None) -> SignClassifier:
        """Rebuild from what `get_config` returned."""
        return cls(**{**values, "backbone": keras.saving.deserialize_keras_object(values["backbone"])})
