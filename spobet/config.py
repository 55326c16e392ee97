"""Experiments: every choice of a run as frozen dataclasses, read from one TOML file."""

from __future__ import annotations

import dataclasses
import json
import pkgutil
import tomllib
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from spobet.errors import UserError
from spobet.files import write_whole
from spobet.poses.augment import AugmentConfig
from spobet.poses.preprocess import PreprocessSettings

Section = TypeVar("Section")

FEATURES = ("coordinates", "local", "relation", "seen")
_FORMER_FEATURES = {"places": "coordinates"}  # in run folders of version 0.1
_FORMER_KEYS = {
    "pretrain.places_weight": "coordinates_weight",
    "train.background_share": "auxiliary_share",
}
PRECISIONS = ("float32", "mixed_bfloat16")
# One kind of block a file; listed without importing them, since they need Keras.
BLOCKS = tuple(
    sorted(
        module.name
        for module in pkgutil.iter_modules([str(Path(__file__).parent / "model" / "blocks")])
    )
)


@dataclass(frozen=True)
class InputConfig(PreprocessSettings):
    """How clips become network input, and of which landmarks.

    skeleton: select these landmarks by name first; "" keeps those of the data set.
    """

    skeleton: str = ""


@dataclass(frozen=True)
class BackboneConfig:
    """Sizes of the shared encoder.

    features: what is told of each frame (docs of model.layers.Kinematics). motion_steps: frames over which
    motion is told. blocks: kinds of block, first to last; "pool" halves the frames for those after it.
    feed_forward: inner width of an attention block's dense layers. expansion: widening inside a convolution
    block. clip_token: a learned first position stands for the clip; otherwise the mean of the frames does.
    landmark_mask_tokens: one learned vector a hidden landmark; otherwise one a hidden frame. norm_first:
    normalise before a block's layers, not after.
    """

    width: int = 128
    blocks: tuple[str, ...] = ("convolution", "convolution", "convolution", "attention") * 2
    num_heads: int = 4
    feed_forward: int = 256
    kernel_size: int = 11
    expansion: int = 2
    activation: str = "silu"
    dropout: float = 0.1
    features: tuple[str, ...] = FEATURES
    motion_steps: tuple[int, ...] = (1, 2)
    positions: bool = True
    clip_token: bool = False
    landmark_mask_tokens: bool = True
    norm_first: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", current_features(self.features))
        _check(
            self,
            "backbone",
            num_heads=self.num_heads >= 1,
            width=self.width >= 1 and self.width % max(self.num_heads, 1) == 0,
            feed_forward=self.feed_forward >= 1,
            expansion=self.expansion >= 1,
            blocks=bool(self.blocks) and set(self.blocks) <= set(BLOCKS),
            features=bool(self.features) and set(self.features) <= set(FEATURES),
            kernel_size=self.kernel_size >= 1 and self.kernel_size % 2 == 1,
            dropout=0 <= self.dropout < 1,
            motion_steps=all(step > 0 for step in self.motion_steps),
        )


@dataclass(frozen=True)
class Schedule:
    """How weights are updated: AdamW, linear warm-up, then cosine to `final_share` of the rate; averaged weights at the end.

    averaging: momentum of the exponential average of the weights; 0 keeps the last ones.
    precision: what layers compute in; weights, features and losses are float32 in either.
    layer_decay: factor of the rate from each block of the backbone to the one before it.
    """

    epochs: int = 100
    batch_size: int = 32
    learning_rate: float = 1e-3
    warmup_share: float = 0.1
    final_share: float = 0.01
    weight_decay: float = 0.05
    clip_norm: float = 1.0
    averaging: float = 0.99
    precision: str = "float32"
    layer_decay: float = 1.0

    def __post_init__(self) -> None:
        _check(
            self,
            "schedule",
            epochs=self.epochs >= 1,
            batch_size=self.batch_size >= 1,
            learning_rate=self.learning_rate > 0,
            warmup_share=0 <= self.warmup_share < 1,
            final_share=0 <= self.final_share <= 1,
            weight_decay=self.weight_decay >= 0,
            clip_norm=self.clip_norm >= 0,
            averaging=0 <= self.averaging < 1,
            precision=self.precision in PRECISIONS,
            layer_decay=0 < self.layer_decay <= 1,
        )


@dataclass(frozen=True)
class PretrainConfig:
    """What a backbone is pretrained to tell, and what it must do without.

    coordinates_weight, motion_weight, gloss_weight: how much each objective counts; 0 leaves it out. Places and motion (change
    over `motion_step` frames) are those of hidden landmarks; glosses are named by the head that [train] describes.
    mask_ratio: share of each clip's frames that is hidden, in spans of `span` frames. hand_share: share of the clips in which
    one hand is hidden instead of whole frames. follow_motion: 0 hides spans anywhere, 1 in proportion to how far
    the hands move there.
    """

    coordinates_weight: float = 1.0
    motion_weight: float = 0.0
    gloss_weight: float = 0.0
    phonology_weight: float = 0.0
    motion_step: int = 3
    mask_ratio: float = 0.4
    span: int = 6
    hand_share: float = 0.5
    follow_motion: float = 0.0
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        _check(
            self,
            "pretrain",
            coordinates_weight=self.coordinates_weight >= 0,
            motion_weight=self.motion_weight >= 0,
            gloss_weight=self.gloss_weight >= 0 and (self.reconstructs or self.gloss_weight > 0),
            phonology_weight=self.phonology_weight >= 0
            and (self.gloss_weight > 0 or not self.phonology_weight),
            motion_step=self.motion_step >= 1,
            mask_ratio=0 < self.mask_ratio < 1,
            span=self.span >= 1,
            hand_share=0 <= self.hand_share <= 1,
            follow_motion=self.follow_motion >= 0,
        )

    @property
    def reconstructs(self) -> bool:
        """Whether anything is hidden, to be restored."""
        return self.coordinates_weight > 0 or self.motion_weight > 0


@dataclass(frozen=True)
class MixConfig:
    """Shares of the training clips that take a part of another clip.

    exchange_hand, exchange_span: a hand, or a span of at most half of the frames, of a clip of the same
    gloss, which stays the label. paste: such a span of any other clip; the label is shared as the seen
    landmarks are.
    """

    exchange_hand: float = 0.0
    exchange_span: float = 0.0
    paste: float = 0.0

    def __post_init__(self) -> None:
        fits = sum(vars(self).values()) <= 1
        checks = {name: 0 <= share <= 1 and fits for name, share in vars(self).items()}
        _check(self, "mix", **checks)


@dataclass(frozen=True)
class TrainConfig:
    """Naming glosses: label_smoothing, the head (docs of model.classifier.GlossHead), and the schedule.

    keep_head: where the backbone comes from a run that names glosses, start from its head too, each gloss that both know from
    its prototype there. freeze_backbone: only the head learns. clips_a_gloss: train on so many clips of each gloss, chosen by
    the seed; 0 takes all. auxiliary_share: where clips of other glosses are given too, so many of them an epoch for each of its
    own. choose_on_validation: keep the epoch with the best top-1 on the split `val` instead of the
    last; figures on `val` then say that it was chosen there.
    """

    label_smoothing: float = 0.1
    late_dropout: float = 0.5
    head_width: int = 256
    prototype_scale: float = 16.0
    keep_head: bool = True
    freeze_backbone: bool = False
    clips_a_gloss: int = 0
    auxiliary_share: float = 1.0
    choose_on_validation: bool = False
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        _check(
            self,
            "train",
            label_smoothing=0 <= self.label_smoothing < 1,
            late_dropout=0 <= self.late_dropout < 1,
            head_width=self.head_width >= 0,
            prototype_scale=self.prototype_scale >= 0,
            clips_a_gloss=self.clips_a_gloss >= 0,
            auxiliary_share=self.auxiliary_share > 0,
        )


@dataclass(frozen=True)
class Experiment:
    """Every choice of a run; `seed` decides all chance."""

    seed: int = 0
    input: InputConfig = field(default_factory=InputConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    mix: MixConfig = field(default_factory=MixConfig)
    pretrain: PretrainConfig = field(default_factory=PretrainConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        _check(self, "", seed=self.seed >= 0)


def read_experiment(path: Path) -> Experiment:
    """The experiment of a TOML file; ValueError names the file and a key that is unknown, misplaced or of the wrong kind."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return _build(Experiment, values, "")
    except (ValueError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {error}") from error


def write_experiment(experiment: Experiment, path: Path) -> None:
    """Write every value, defaults included, as TOML that `read_experiment` reads back equal."""
    write_whole(path, "\n".join(_toml_lines(experiment, "")).lstrip("\n") + "\n")


def current_features(features: Iterable[str]) -> tuple[str, ...]:
    """The features under the names they have now: run folders and networks of version 0.1 have another."""
    return tuple(_FORMER_FEATURES.get(name, name) for name in features)


def _build(kind: type[Section], values: dict[str, Any], where: str) -> Section:
    hints = typing.get_type_hints(kind)
    values = {_FORMER_KEYS.get(where + name, name): value for name, value in values.items()}
    known = [entry.name for entry in dataclasses.fields(kind)]  # type: ignore[arg-type]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise UserError(f"unknown key {where + unknown[0]!r}, expected one of: {', '.join(known)}")
    return kind(
        **{name: _value(hints[name], value, where + name) for name, value in values.items()}
    )


def _value(hint: Any, value: Any, name: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return _build(hint, value, f"{name}.")  # type: ignore[arg-type]
    if typing.get_origin(hint) is tuple and isinstance(value, list):
        item = typing.get_args(hint)[0]
        return tuple(_value(item, entry, name) for entry in value)
    if hint is float and type(value) is int:
        return float(value)
    if not isinstance(hint, (type, types.GenericAlias)) or type(value) is not hint:
        raise UserError(f"{name} is {value!r}, expected {getattr(hint, '__name__', hint)}")
    return value


def _toml_lines(section: Any, name: str) -> list[str]:
    values = {entry.name: getattr(section, entry.name) for entry in dataclasses.fields(section)}
    plain = [
        f"{key} = {_toml(value)}"
        for key, value in values.items()
        if not dataclasses.is_dataclass(value)
    ]
    nested = [
        line
        for key, value in values.items()
        if dataclasses.is_dataclass(value)
        for line in _toml_lines(value, f"{name}.{key}".lstrip("."))
    ]
    return ([f"\n[{name}]"] if name else []) + plain + nested


def _toml(value: Any) -> str:
    if isinstance(value, float):
        return repr(value)  # JSON has no word for inf
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _check(section: object, name: str, **conditions: bool) -> None:
    for key, holds in conditions.items():
        if not holds:
            where, value = f"{name}.{key}".lstrip("."), getattr(section, key)
            raise UserError(
                f"{where} is {value!r}, which is outside what it may be (see {type(section).__name__})"
            )
