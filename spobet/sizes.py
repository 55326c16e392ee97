"""Sizes of networks, as experiment files give them: of the backbone, and of the arms beside it."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from spobet.schema import Count, Limits, OneOf, ShareBelowOne, check, refuse

FEATURES = ("coordinates", "local", "relation", "place", "seen")
# One kind of block a file; listed without importing them, since they need Keras.
_BLOCK_FILES = str(Path(__file__).parent / "model" / "blocks")
BLOCKS = tuple(sorted(module.name for module in pkgutil.iter_modules([_BLOCK_FILES])))

_FORMER_FEATURES = {"places": "coordinates"}  # in run folders of version 0.1


@dataclass(frozen=True)
class BackboneConfig:
    """Sizes of the shared encoder.

    features: what is computed of each frame (docs of model.kinematics.Kinematics).
    motion_steps: frames over which motion is computed. blocks: kinds of block, first to last, each
    a file of model/blocks; "pool" halves the frames for those after it. feed_forward: inner width
    of an attention block's dense layers. expansion: widening inside a convolution block.
    clip_token: a learned first position stands for the clip; otherwise the mean of the frames.
    landmark_mask_tokens: one learned vector a hidden landmark; otherwise one a hidden frame.
    norm_first: normalise before a block's layers, not after.
    """

    width: Count = 128
    blocks: tuple[Annotated[str, OneOf(BLOCKS)], ...] = (
        *("convolution", "convolution", "convolution", "attention"),
        *("convolution", "convolution", "convolution", "attention"),
    )
    num_heads: Count = 4
    feed_forward: Count = 256
    kernel_size: Count = 11
    expansion: Count = 2
    activation: str = "silu"
    dropout: ShareBelowOne = 0.1
    features: tuple[Annotated[str, OneOf(FEATURES)], ...] = (
        *("coordinates", "local", "relation", "seen"),
    )
    motion_steps: tuple[Count, ...] = (1, 2)
    positions: bool = True
    clip_token: bool = False
    landmark_mask_tokens: bool = True
    norm_first: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", current_features(self.features))
        check(self, "backbone")
        if self.width % self.num_heads:
            refuse(self, "backbone.width", f"a multiple of num_heads ({self.num_heads})")
        if self.kernel_size % 2 == 0:
            refuse(self, "backbone.kernel_size", "an odd number")
        for name in ("blocks", "features"):
            if not getattr(self, name):
                refuse(self, f"backbone.{name}", "at least one")


@dataclass(frozen=True)
class ArmsConfig:
    """A stream beside the backbone that reads where arms and fingertips are at the body.

    width: of its vector; 0 leaves it out. With it the backbone reads the hands alone, each of the
    two is judged by a loss of its own, and an answer's score is the sum of both: of a clip without
    a body the network answers as one of hands. It needs nose, shoulders, elbows and wrists among
    the landmarks of [input], and `reference = "hands"` there. blocks, kernel_size, expansion,
    dropout: as in [backbone]. rate: factor of the learning rate, since it begins from nothing.
    """

    width: Annotated[int, Limits(at_least=0)] = 0
    blocks: tuple[Annotated[str, OneOf(BLOCKS)], ...] = (
        *("convolution", "convolution", "pool", "convolution"),
    )
    kernel_size: Count = 7
    expansion: Count = 2
    dropout: ShareBelowOne = 0.1
    rate: Annotated[float, Limits(above=0)] = 2.5

    def __post_init__(self) -> None:
        check(self, "arms")
        if self.kernel_size % 2 == 0:
            refuse(self, "arms.kernel_size", "an odd number")
        if not self.blocks:
            refuse(self, "arms.blocks", "at least one")

    @property
    def sizes(self) -> BackboneConfig:
        """The same as blocks take their sizes from."""
        return BackboneConfig(
            width=self.width,
            blocks=self.blocks,
            num_heads=1,
            feed_forward=2 * self.width,
            kernel_size=self.kernel_size,
            expansion=self.expansion,
            dropout=self.dropout,
        )


def current_features(features: Iterable[str]) -> tuple[str, ...]:
    """The features by their names of today; run folders and networks of version 0.1 have others."""
    return tuple(_FORMER_FEATURES.get(name, name) for name in features)
