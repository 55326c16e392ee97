"""SignClassifier: a backbone that names glosses."""

from __future__ import annotations

from typing import Any

import keras

from spobet.model.backbone import SignBackbone
from spobet.model.layers import register


@register
class SignClassifier(keras.Model):
    """landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames) in, logits (clips, glosses) out.

    head_width: units of the dense layer between the clip's vector and the logits; 0 leaves it out.
    dropout: share of the units dropped before the logits.
    """

    def __init__(self, backbone: SignBackbone, num_glosses: int, head_width: int = 0, dropout: float = 0.0, **kwargs: Any) -> None:
        inputs = {name: backbone.input[name] for name in ("landmarks", "frame_mask")}
        nothing_hidden = keras.ops.zeros_like(inputs["landmarks"][..., 0], dtype="bool")
        x = backbone({**inputs, "hidden": nothing_hidden})["clip"]
        if head_width:
            x = keras.layers.Dense(head_width, activation="silu", name="head")(x)
        x = keras.layers.Dropout(dropout, name="late_dropout")(x)
        logits = keras.layers.Dense(num_glosses, name="logits")(x)
        super().__init__(inputs=inputs, outputs=logits, **kwargs)
        self.backbone, self.num_glosses, self.head_width, self.dropout = backbone, num_glosses, head_width, dropout

    def get_config(self) -> dict:
        return {
            "backbone": keras.saving.serialize_keras_object(self.backbone),
            "num_glosses": self.num_glosses,
            "head_width": self.head_width,
            "dropout": self.dropout,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, values: dict, custom_objects: dict | None = None) -> SignClassifier:
        """Rebuild from what `get_config` returned."""
        return cls(**{**values, "backbone": keras.saving.deserialize_keras_object(values["backbone"])})
