"""Experiments: every choice of a run as frozen dataclasses, read from one TOML file."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from spobet.errors import UserError
from spobet.files import write_whole
from spobet.poses.augment import AugmentConfig
from spobet.poses.preprocess import PreprocessSettings
from spobet.schema import (
    Count,
    Limits,
    OneOf,
    Share,
    ShareBelowOne,
    Weight,
    build,
    check,
    refuse,
)
from spobet.sizes import ArmsConfig, BackboneConfig

PRECISIONS = ("float32", "mixed_bfloat16")

_FORMER_KEYS = {
    "pretrain.places_weight": "coordinates_weight",
    "train.background_share": "auxiliary_share",
}


@dataclass(frozen=True)
class InputConfig(PreprocessSettings):
    """How clips become network input, and of which landmarks.

    skeleton: select these landmarks by name first; "" takes those of the data set.
    """

    skeleton: str = ""


@dataclass(frozen=True)
class Schedule:
    """How weights are updated: AdamW, linear warm-up, then cosine to `final_share` of the rate.

    averaging: momentum of the exponential average of the weights, which the network gets at the
    end; over few updates it is lowered, so that the average reaches back over a quarter of them at
    most; 0 leaves it the last ones. clip_norm: largest norm of a gradient; 0 clips none. precision:
    what layers compute in; weights, features and losses are float32 in either. layer_decay: factor
    of the rate from each block of the backbone to the one before it.
    """

    epochs: Count = 100
    batch_size: Count = 32
    learning_rate: Annotated[float, Limits(above=0)] = 1e-3
    warmup_share: ShareBelowOne = 0.1
    final_share: Share = 0.01
    weight_decay: Weight = 0.05
    clip_norm: Weight = 1.0
    averaging: ShareBelowOne = 0.99
    precision: Annotated[str, OneOf(PRECISIONS)] = "float32"
    layer_decay: Annotated[float, Limits(above=0, at_most=1)] = 1.0

    def __post_init__(self) -> None:
        check(self, "schedule")


@dataclass(frozen=True)
class PretrainConfig:
    """What a backbone learns in pretraining, and what is hidden from it.

    coordinates_weight, motion_weight, gloss_weight: how much each objective counts; 0 leaves it
    out. Coordinates and motion (change over `motion_step` frames) are those of hidden landmarks;
    glosses are named by the head that [train] describes, and phonology_weight counts how they are
    made. mask_ratio: share of each clip's frames
    that is hidden, in spans of `span` frames. hand_share: share of the clips in which one hand is
    hidden instead of whole frames. follow_motion: 0 hides spans anywhere, 1 in proportion to how
    fast the hands move there.
    """

    coordinates_weight: Weight = 1.0
    motion_weight: Weight = 0.0
    gloss_weight: Weight = 0.0
    phonology_weight: Weight = 0.0
    motion_step: Count = 3
    mask_ratio: Annotated[float, Limits(above=0, below=1)] = 0.4
    span: Count = 6
    hand_share: Share = 0.5
    follow_motion: Weight = 0.0
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        check(self, "pretrain")
        if not self.reconstructs and not self.gloss_weight > 0:
            expected = "above 0, or coordinates_weight or motion_weight above 0"
            refuse(self, "pretrain.gloss_weight", expected)
        if self.phonology_weight and not self.gloss_weight:
            refuse(self, "pretrain.phonology_weight", "0 where gloss_weight is 0")

    @property
    def reconstructs(self) -> bool:
        """Whether anything is hidden, to be reconstructed."""
        return self.coordinates_weight > 0 or self.motion_weight > 0


@dataclass(frozen=True)
class MixConfig:
    """Shares of the training clips that take a part of another clip.

    exchange_hand, exchange_span: a hand, or a span of at most half of the frames, of a clip of the
    same gloss, which stays the label. paste: such a span of any other clip; the label is shared as
    the seen landmarks are.
    """

    exchange_hand: Share = 0.0
    exchange_span: Share = 0.0
    paste: Share = 0.0

    def __post_init__(self) -> None:
        check(self, "mix")
        others = self.exchange_hand + self.exchange_span
        if others + self.paste > 1:
            refuse(self, "mix.paste", f"at most {1 - others:g} beside the other shares")


@dataclass(frozen=True)
class TrainConfig:
    """Naming glosses: the head (docs of model.classifier.GlossHead), the clips, the schedule.

    keep_head: where the backbone comes from a run that names glosses, start from its head too,
    each gloss of both from its prototype there. imprint: a gloss that is not there starts from the
    mean vector of its clips, not from chance. freeze_backbone: only the head learns.
    clips_a_gloss: train on so many clips of each gloss, chosen by the seed; 0 takes all.
    auxiliary_share: with clips of auxiliary glosses, so many of them an epoch for each clip of
    the vocabulary. choose_on_validation: take the epoch with the best top-1 accuracy on the split
    `val` instead of the last; figures on `val` then say that it was chosen there.
    """

    label_smoothing: ShareBelowOne = 0.1
    late_dropout: ShareBelowOne = 0.5
    head_width: Annotated[int, Limits(at_least=0)] = 256
    prototype_scale: Weight = 16.0
    keep_head: bool = True
    imprint: bool = True
    freeze_backbone: bool = False
    clips_a_gloss: Annotated[int, Limits(at_least=0)] = 0
    auxiliary_share: Annotated[float, Limits(above=0)] = 1.0
    choose_on_validation: bool = False
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        check(self, "train")


@dataclass(frozen=True)
class Experiment:
    """Every choice of a run; `seed` decides all chance."""

    seed: Annotated[int, Limits(at_least=0)] = 0
    input: InputConfig = field(default_factory=InputConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    arms: ArmsConfig = field(default_factory=ArmsConfig)
    mix: MixConfig = field(default_factory=MixConfig)
    pretrain: PretrainConfig = field(default_factory=PretrainConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        check(self)
        if not self.arms.width:
            return
        if self.input.reference != "hands":
            refuse(self.input, "input.reference", "'hands' where [arms] has a width")
        if not self.train.prototype_scale:
            refuse(self.train, "train.prototype_scale", "above 0 where [arms] has a width")

    @property
    def of_backbone(self) -> Experiment:
        """What concerns the backbone alone: with [arms] it reads hands, without them the same."""
        if not self.arms.width:
            return self
        hands = replace(self.input, skeleton="HANDS_42")
        return replace(self, arms=ArmsConfig(), input=hands)

    @property
    def prototype_scale(self) -> float:
        """What the network multiplies the cosine of a clip's vector and a prototype by; 0 without.

        With [arms] vectors and prototypes are two of norm 1 beside each other: a cosine of theirs
        is the mean of two, and scores are the sum.
        """
        return self.train.prototype_scale * (2 if self.arms.width else 1)


def read_experiment(path: Path) -> Experiment:
    """The experiment of a TOML file.

    UserError names the file, and the key that is unknown, misplaced, of the wrong kind or outside
    its limits.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {error}") from error
    try:
        return build(Experiment, values, former=_FORMER_KEYS)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def write_experiment(experiment: Experiment, path: Path) -> None:
    """Write every value, defaults included, as TOML that `read_experiment` reads back equal."""
    write_whole(path, "\n".join(_toml_lines(experiment, "")).lstrip("\n") + "\n")


def _toml_lines(section: Any, name: str) -> list[str]:
    """The lines of a section, its own values before those of the sections in it."""
    lines, nested = [f"\n[{name}]"] if name else [], []
    for entry in dataclasses.fields(section):
        value = getattr(section, entry.name)
        if dataclasses.is_dataclass(value):
            nested += _toml_lines(value, f"{name}.{entry.name}".lstrip("."))
        else:
            value = list(value) if isinstance(value, tuple) else value
            # JSON has no word for inf.
            text = (
                repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
            )
            lines.append(f"{entry.name} = {text}")
    return lines + nested
