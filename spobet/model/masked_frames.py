"""MaskedFrameModel: a backbone that reconstructs what was hidden from it."""

from __future__ import annotations

from typing import Any

import keras

from spobet.model.backbone import SignBackbone
from spobet.model.layers import Tensor, register


@register
class ReconstructionHead(keras.layers.Layer):
    """Where every landmark is, and how it moves, from a backbone's sequence (clips, 1 + positions, width).

    Gives places and motion, each (clips, num_frames, num_landmarks, 2): x and y, and their change over some frames.
    """

    def __init__(
        self, num_frames: int, num_landmarks: int, width: int, activation: str, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.num_frames, self.num_landmarks, self.width, self.activation = (
            num_frames,
            num_landmarks,
            width,
            activation,
        )

    def build(self, sequence_shape: tuple) -> None:
        stride = -(-self.num_frames // (sequence_shape[1] - 1))
        self.widen = keras.layers.Dense(self.width, activation=self.activation, name="widen")
        self.widen.build(sequence_shape)
        self.narrow = keras.layers.Dense(stride * self.num_landmarks * 4, name="narrow")
        self.narrow.build((*sequence_shape[:-1], self.width))

    def call(self, sequence: Tensor) -> dict[str, Tensor]:
        told = self.narrow(self.widen(sequence[:, 1:]))
        told = keras.ops.reshape(
            told,
            (
                -1,
                told.shape[1] * (told.shape[2] // (self.num_landmarks * 4)),
                self.num_landmarks,
                4,
            ),
        )
        told = told[:, : self.num_frames]  # (clips, frames, landmarks, x y dx dy)
        return {"coordinates": told[..., :2], "motion": told[..., 2:]}

    def get_config(self) -> dict:
        own = {"num_frames": self.num_frames, "num_landmarks": self.num_landmarks}
        return {**super().get_config(), **own, "width": self.width, "activation": self.activation}


@register
class MaskedFrameModel(keras.Model):
    """The backbone's inputs in; places and motion of every landmark out, each (clips, frames, landmarks, 2)."""

    def __init__(self, backbone: SignBackbone, **kwargs: Any) -> None:
        sizes = (
            backbone.num_frames,
            len(backbone.skeleton),
            backbone.config.width,
            backbone.config.activation,
        )
        head = ReconstructionHead(*sizes, name="restoring")
        super().__init__(
            inputs=backbone.input, outputs=head(backbone(backbone.input)["sequence"]), **kwargs
        )
        self.backbone, self.head = backbone, head

    def get_config(self) -> dict:
        return {"backbone": keras.saving.serialize_keras_object(self.backbone), "name": self.name}

    def get_compile_config(self) -> dict:
        """Nothing: how it was trained is config.toml's to say, and in a .keras file would tie it to one backend's compiler."""
        return {}

    @classmethod
    def from_config(cls, values: dict, custom_objects: dict | None = None) -> MaskedFrameModel:
        """Rebuild from what `get_config` returned."""
        return cls(
            **{**values, "backbone": keras.saving.deserialize_keras_object(values["backbone"])}
        )
