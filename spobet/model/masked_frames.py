"""MaskedFrameModel: a backbone that restores what was hidden from it."""

from __future__ import annotations

from typing import Any

import keras

from spobet.model.backbone import SignBackbone
from spobet.model.layers import register


@register
class MaskedFrameModel(keras.Model):
    """The backbone's inputs in, x and y of every landmark (clips, frames, landmarks, 2) out."""

    def __init__(self, backbone: SignBackbone, **kwargs: Any) -> None:
        frames = backbone(backbone.input)["sequence"][:, 1:]
        x = keras.layers.Dense(backbone.config.width, activation=backbone.config.activation, name="restore_hidden")(frames)
        places = keras.layers.Dense(len(backbone.skeleton) * 2, name="restore_places")(x)
        restored = keras.layers.Reshape((backbone.num_frames, len(backbone.skeleton), 2), name="restored")(places)
        super().__init__(inputs=backbone.input, outputs=restored, **kwargs)
        self.backbone = backbone

    def get_config(self) -> dict:
        return {"backbone": keras.saving.serialize_keras_object(self.backbone), "name": self.name}

    def get_compile_config(self) -> dict:
        """Nothing: how it was trained is config.toml's to say, and in a .keras file would tie it to one backend's compiler."""
        return {}

    @classmethod
    def from_config(cls, values: dict, custom_objects: dict | None = None) -> MaskedFrameModel:
        """Rebuild from what `get_config` returned."""
        return cls(**{**values, "backbone": keras.saving.deserialize_keras_object(values["backbone"])})
