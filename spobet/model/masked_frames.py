"""MaskedFrameModel: a backbone that reconstructs what was hidden from it."""

from __future__ import annotations

from typing import Any

import keras

from spobet.model.backbone import SignBackbone
from spobet.model.layers import Tensor, register


@register
class ReconstructionHead(keras.layers.Layer):
    """Coordinates and motion of every landmark from a sequence (clips, 1 + positions, width).

    Gives `coordinates` and `motion`, each (clips, num_frames, num_landmarks, 2): x and y, and
    their change over some frames.
    """

    def __init__(
        self, num_frames: int, num_landmarks: int, width: int, activation: str, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.num_frames, self.num_landmarks = num_frames, num_landmarks
        self.width, self.activation = width, activation

    def build(self, sequence_shape: tuple) -> None:
        stride = -(-self.num_frames // (sequence_shape[1] - 1))
        self.widen = keras.layers.Dense(self.width, activation=self.activation, name="widen")
        self.widen.build(sequence_shape)
        self.narrow = keras.layers.Dense(stride * self.num_landmarks * 4, name="narrow")
        self.narrow.build((*sequence_shape[:-1], self.width))

    def call(self, sequence: Tensor) -> dict[str, Tensor]:
        x = self.narrow(self.widen(sequence[:, 1:]))
        frames = x.shape[1] * (x.shape[2] // (self.num_landmarks * 4))
        x = keras.ops.reshape(x, (-1, frames, self.num_landmarks, 4))
        x = x[:, : self.num_frames]  # (clips, frames, landmarks, x y dx dy)
        return {"coordinates": x[..., :2], "motion": x[..., 2:]}

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "num_frames": self.num_frames,
            "num_landmarks": self.num_landmarks,
            "width": self.width,
            "activation": self.activation,
        }


@register
class RestoringHead(ReconstructionHead):
    """The head under its name in files of version 0.1, where Keras looks for its weights by it."""


@register
class MaskedFrameModel(keras.Model):
    """The backbone's inputs in; coordinates and motion out, each (clips, frames, landmarks, 2).

    head: a fresh one where none is given.
    """

    def __init__(
        self, backbone: SignBackbone, head: ReconstructionHead | None = None, **kwargs: Any
    ) -> None:
        head = head or _new_head(ReconstructionHead, backbone)
        super().__init__(
            inputs=backbone.input, outputs=head(backbone(backbone.input)["sequence"]), **kwargs
        )
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
    def from_config(cls, values: dict, custom_objects: dict | None = None) -> MaskedFrameModel:
        """Rebuild from what `get_config` returned."""
        backbone = keras.saving.deserialize_keras_object(values["backbone"])
        if "head" not in values:
            return cls(backbone, _new_head(RestoringHead, backbone), name=values["name"])
        head = keras.saving.deserialize_keras_object(values["head"])
        return cls(backbone, head, name=values["name"])


def _new_head(kind: type[ReconstructionHead], backbone: SignBackbone) -> ReconstructionHead:
    config = backbone.config
    return kind(
        backbone.num_frames,
        len(backbone.skeleton),
        config.width,
        config.activation,
        name="reconstruction",
    )
