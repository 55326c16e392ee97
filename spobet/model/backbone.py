"""SignBackbone: the encoder that pretraining and recognition share."""

from __future__ import annotations

import math
from typing import Any

import keras

from spobet.model.block import Block, with_token_mask
from spobet.model.blocks import KINDS
from spobet.model.describe import description, rebuilt
from spobet.model.kinematics import Kinematics
from spobet.model.layers import (
    ClipToken,
    FrameEmbedding,
    FrameMean,
    SinusoidalPositions,
    Tensor,
    register,
)
from spobet.poses.skeleton import Skeleton
from spobet.sizes import BackboneConfig

_ANCHORS = ("nose", "neck", "right_shoulder", "left_shoulder")  # where signs are made

PRESETS = {
    "default": BackboneConfig(),
    "spobet-2022": BackboneConfig(
        width=64,
        blocks=("attention",) * 6,
        feed_forward=512,
        activation="relu",
        features=("local", "seen"),
        motion_steps=(),
        clip_token=True,
        landmark_mask_tokens=False,
        norm_first=False,
    ),
}


@register
class SignBackbone(keras.Model):
    """Landmarks in, one vector a clip and one a frame out.

    Inputs: landmarks (clips, frames, landmarks, 3), x, y, seen; frame_mask (clips, frames), True
    on real frames; hidden (clips, frames, landmarks), True where a landmark is withheld.
    Outputs: sequence (clips, 1 + positions, width), the clip's vector first, then one position
    for every `stride` frames; clip (clips, width), that first vector alone.
    """

    def __init__(
        self, config: BackboneConfig, skeleton: Skeleton, num_frames: int, **kwargs: Any
    ) -> None:
        inputs = {
            "landmarks": keras.Input((num_frames, len(skeleton), 3), name="landmarks"),
            "frame_mask": keras.Input((num_frames,), dtype="bool", name="frame_mask"),
            "hidden": keras.Input((num_frames, len(skeleton)), dtype="bool", name="hidden"),
        }
        x = _embed(inputs, config, skeleton)
        sequence = _encode(x, inputs["frame_mask"], config)
        super().__init__(
            inputs=inputs, outputs={"sequence": sequence, "clip": sequence[:, 0]}, **kwargs
        )
        self.config, self.skeleton, self.num_frames = config, skeleton, num_frames

    @property
    def stride(self) -> int:
        """Frames that one position of the sequence stands for."""
        return math.prod(KINDS[kind].stride for kind in self.config.blocks)

    @property
    def blocks(self) -> list[Block]:
        """Its blocks, first to last."""
        return [layer for layer in self.layers if isinstance(layer, Block)]

    def position_mask(self, frame_mask: Tensor) -> Tensor:
        """Which positions stand for a real frame: (clips, frames) -> (clips, positions)."""
        for kind in self.config.blocks:
            frame_mask = KINDS[kind].mask_after(frame_mask)
        return frame_mask

    def get_config(self) -> dict:
        return description(self)

    @classmethod
    def from_config(cls, values: dict, custom_objects: dict | None = None) -> SignBackbone:
        """Rebuild from what `get_config` returned."""
        return rebuilt(cls, BackboneConfig, values)


def _embed(inputs: dict[str, Tensor], config: BackboneConfig, skeleton: Skeleton) -> Tensor:
    hands = [hand.tolist() for hand in skeleton.hands]
    anchors = [name for name in _ANCHORS if name in skeleton.landmarks]
    kinematics = Kinematics(
        config.features,
        hands,
        config.motion_steps,
        skeleton.indices(anchors).tolist(),
        name="kinematics",
        dtype="float32",  # differences of coordinates: bfloat16 would round them away
    )
    features = kinematics(inputs["landmarks"], inputs["hidden"])
    activation = None if config.norm_first else config.activation
    x = FrameEmbedding(config.width, activation, config.landmark_mask_tokens, name="embedding")(
        features, inputs["hidden"]
    )
    return SinusoidalPositions(name="positions")(x) if config.positions else x


def _encode(x: Tensor, frame_mask: Tensor, config: BackboneConfig) -> Tensor:
    """Run the blocks, of which only those that attend take the clip token along.

    Returns (clips, 1 + positions, width).
    """
    ops = keras.ops
    if config.clip_token:
        x = ClipToken(name="clip_token")(x)
    for number, kind in enumerate(config.blocks):
        block = KINDS[kind].of(config, f"{kind}_{number}")
        if not config.clip_token:
            x = block(x, frame_mask)
        elif block.attends:
            x = block(x, with_token_mask(frame_mask))
        else:
            x = ops.concatenate([x[:, :1], block(x[:, 1:], frame_mask)], axis=1)
        frame_mask = block.mask_after(frame_mask)
    if config.norm_first:
        x = keras.layers.LayerNormalization(epsilon=1e-6, name="final_norm")(x)
    if config.clip_token:
        return x
    return ops.concatenate([FrameMean(name="mean")(x, frame_mask)[:, None], x], axis=1)
