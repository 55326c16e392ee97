"""SignClassifier: a backbone, and perhaps a stream of the arms beside it, that names glosses."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from spobet.model.arms import ArmsStream
from spobet.model.backbone import SignBackbone
from spobet.model.layers import CosineLogits, FrameMean, Tensor, register, unit
from spobet.poses.skeleton import Skeleton


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


@register
class ArmsHead(keras.layers.Layer):
    """Logits (clips, glosses) from the arms' vector (clips, width), as those of `GlossHead`."""

    def __init__(self, num_glosses: int, dropout: float, scale: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_glosses, self.dropout, self.scale = num_glosses, dropout, scale

    def build(self, shape: tuple) -> None:
        self.drop = keras.layers.Dropout(self.dropout)
        self.glosses = CosineLogits(self.num_glosses, self.scale, dtype="float32")
        self.glosses.build(shape)

    def call(self, clip: Tensor, training: bool = False) -> Tensor:
        return self.glosses(self.drop(clip, training=training))

    def get_config(self) -> dict:
        sizes = {"num_glosses": self.num_glosses, "dropout": self.dropout, "scale": self.scale}
        return {**super().get_config(), **sizes}


@register
class SignClassifier(keras.Model):
    """A backbone that names glosses.

    landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames) in, logits (clips,
    glosses + auxiliary glosses) out. arms: a stream beside the backbone, which then reads the hands
    among the landmarks alone; a clip's logits are the sum of both streams'. Where the arms see no
    body, those of the hands are multiplied by the square root of 2: as those of a vector that is
    half empty, which is what signs that are enrolled are compared with.
    """

    def __init__(
        self,
        backbone: SignBackbone,
        head: GlossHead,
        arms: ArmsStream | None = None,
        **kwargs: Any,
    ) -> None:
        inputs = {name: (arms or backbone).input[name] for name in ("landmarks", "frame_mask")}
        arms_head = None
        if arms:
            glosses = head.num_glosses + head.num_auxiliary
            arms_head = ArmsHead(glosses, head.dropout, head.prototype_scale, name="arms_head")
        streams = _streams(backbone, head, arms, arms_head, inputs)
        super().__init__(inputs=inputs, outputs=_together(streams), **kwargs)
        self.streams, self.skeleton = streams, (arms or backbone).skeleton
        self.backbone, self.head = backbone, head
        self.arms, self.arms_head = arms, arms_head

    def hands_in(self, landmarks: Tensor) -> Tensor:
        """What of landmarks (clips, frames, landmarks, 3) the backbone reads."""
        return _hands_in(landmarks, self.skeleton, self.backbone)

    def outputs_by_name(self) -> dict[str, Tensor]:
        """logits of all glosses, and embedding (clips, width), for the inputs `self.input`.

        The logits are worked out from the embedding, not beside it: without dropout.
        """
        embedding = self.streams["embedding"]
        logits = _together({**self.streams, "logits": self.head.glosses(embedding)})
        if self.arms:
            arms = unit(self.streams["arms"], axis=-1) * self.streams["seen"]
            embedding = ops.concatenate([unit(embedding, axis=-1), arms], axis=-1)
        return {"logits": logits, "embedding": embedding}

    def get_config(self) -> dict:
        parts = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in ("backbone", "head", "arms")
        }
        parts["head"].pop("build_config")  # built by the call; JSON would make lists of its tuples
        return {**parts, "name": self.name}

    def get_compile_config(self) -> dict:
        """Nothing: config.toml says how it was trained, and a compiler is one backend's alone."""
        return {}

    @classmethod
    def from_config(cls, values: dict, custom_objects: dict | None = None) -> SignClassifier:
        """Rebuild from what `get_config` returned."""
        parts = {  # older files have no arms
            name: keras.saving.deserialize_keras_object(values.get(name))
            for name in ("backbone", "head", "arms")
        }
        return cls(**{**values, **parts})


def _streams(
    backbone: SignBackbone,
    head: GlossHead,
    arms: ArmsStream | None,
    arms_head: ArmsHead | None,
    inputs: dict[str, Tensor],
) -> dict[str, Tensor]:
    """What each stream makes of landmarks and frame_mask, nothing hidden, by name."""
    landmarks = _hands_in(inputs["landmarks"], (arms or backbone).skeleton, backbone)
    nothing_hidden = ops.zeros_like(landmarks[..., 0], dtype="bool")
    sequence = backbone(
        {"landmarks": landmarks, "frame_mask": inputs["frame_mask"], "hidden": nothing_hidden}
    )["sequence"]
    mask = backbone.position_mask(inputs["frame_mask"])
    streams = {"logits": head(sequence, mask), "embedding": head.embed(sequence, mask)}
    if arms and arms_head:
        found = arms(inputs)
        streams |= {"arms": found["clip"], "seen": found["seen"]}
        streams["arms_logits"] = arms_head(found["clip"])
    return streams


def _together(streams: dict[str, Tensor]) -> Tensor:
    """The logits of clips from those of each stream."""
    if "arms" not in streams:
        return streams["logits"]
    seen = streams["seen"]
    alone = 1.0 + (2.0**0.5 - 1.0) * (1.0 - seen)
    return streams["logits"] * alone + streams["arms_logits"] * seen


def _hands_in(landmarks: Tensor, skeleton: Skeleton, backbone: SignBackbone) -> Tensor:
    if skeleton == backbone.skeleton:
        return landmarks
    return ops.take(landmarks, skeleton.indices(backbone.skeleton.landmarks), axis=2)
