"""Skeletons: which landmarks a pose has, in which order, and how they hang together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from spobet.errors import UnknownName, UserError

Bone = tuple[str, str]

_FINGERS = ("thumb", "index", "middle", "ring", "little")
_JOINTS = ("mcp", "pip", "dip", "tip")
_HAND_LANDMARKS = (
    *("hand_wrist", "thumb_cmc", "thumb_mcp", "thumb_ip", "thumb_tip"),
    *(f"{finger}_{joint}" for finger in _FINGERS[1:] for joint in _JOINTS),
)


@dataclass(frozen=True)
class Skeleton:
    """The names of a pose's landmarks in array order, and its bones as pairs of names.

    Sides are the signer's: `left_` and `right_` names mirror each other.
    Raises UserError where a name stands twice, a bone ends at no landmark, or a landmark of one
    side has no counterpart on the other.
    """

    name: str
    landmarks: tuple[str, ...]
    bones: tuple[Bone, ...] = ()

    def __post_init__(self) -> None:
        repeated = sorted({name for name in self.landmarks if self.landmarks.count(name) > 1})
        if repeated:
            raise UserError(f"skeleton {self.name}: landmarks named twice: {', '.join(repeated)}")
        unknown = sorted({end for bone in self.bones for end in bone} - set(self.landmarks))
        if unknown:
            raise UserError(
                f"skeleton {self.name}: bones end at unknown landmarks: {', '.join(unknown)}"
            )
        one_sided = [name for name in self.landmarks if mirror_name(name) not in self.landmarks]
        if one_sided:
            names = ", ".join(one_sided)
            raise UserError(f"skeleton {self.name}: landmarks of one side only: {names}")

    @classmethod
    def from_json(cls, values: dict) -> Skeleton:
        """Rebuild from `dataclasses.asdict`, lists for tuples; KeyError or TypeError otherwise."""
        bones = tuple((start, end) for start, end in values["bones"])
        return cls(values["name"], tuple(values["landmarks"]), bones)

    def __len__(self) -> int:
        return len(self.landmarks)

    def index(self, name: str) -> int:
        """Position of the landmark called `name`; KeyError says which skeleton lacks it."""
        return int(self.indices([name])[0])

    def indices(self, names: Sequence[str]) -> np.ndarray:
        """Positions of the named landmarks, int64 (names,); KeyError lists every absent one."""
        absent = [name for name in names if name not in self._positions]
        if absent:
            raise UnknownName(
                f"skeleton {self.name} ({len(self)} landmarks) lacks "
                f"{len(absent)} of {len(names)}: {', '.join(absent)}"
            )
        return np.array([self._positions[name] for name in names], dtype=np.int64)

    @cached_property
    def mirror_order(self) -> np.ndarray:
        """Position of each landmark's counterpart on the other side (landmarks,), or of itself."""
        return self.indices([mirror_name(name) for name in self.landmarks])

    def hand(self, side: str) -> np.ndarray:
        """Positions of the landmarks of the "left" or "right" hand, wrist first; empty without."""
        return self._hand_positions[side]

    @property
    def hands(self) -> list[np.ndarray]:
        """Positions of the landmarks of each hand there is, right before left."""
        return [hand for hand in map(self.hand, ("right", "left")) if len(hand)]

    @cached_property
    def hand_columns(self) -> np.ndarray:
        """1 where a landmark is of a hand, else 0: float32 (landmarks, hands), as in `hands`."""
        columns = np.zeros((len(self), len(self.hands)), np.float32)
        for column, hand in enumerate(self.hands):
            columns[hand, column] = 1
        return columns

    @cached_property
    def body(self) -> np.ndarray:
        """Positions of all landmarks that belong to no complete hand."""
        return np.setdiff1d(
            np.arange(len(self)), np.concatenate([self.hand("left"), self.hand("right")])
        )

    @cached_property
    def bone_indices(self) -> np.ndarray:
        """Bones as positions of their two ends, int64 (bones, 2)."""
        return np.array([self.indices(bone) for bone in self.bones], dtype=np.int64).reshape(-1, 2)

    @cached_property
    def _hand_positions(self) -> dict[str, np.ndarray]:
        names = {side: hand_landmarks(side) for side in ("right", "left")}
        return {
            side: self.indices(hand if set(hand) <= set(self.landmarks) else ())
            for side, hand in names.items()
        }

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.landmarks)}


def hand_landmarks(side: str) -> tuple[str, ...]:
    """The 21 landmark names of a hand: wrist, then thumb to little finger from palm to tip."""
    return tuple(f"{side}_{name}" for name in _HAND_LANDMARKS)


def hand_bones(side: str) -> tuple[Bone, ...]:
    """The 20 bones of one hand: from the wrist along each finger."""
    wrist, *fingers = hand_landmarks(side)
    chains = [[wrist, *fingers[start : start + 4]] for start in range(0, len(fingers), 4)]
    return tuple(bone for chain in chains for bone in pairwise(chain))


def skeleton_named(name: str) -> Skeleton:
    """The built-in skeleton called `name`; UserError lists all of them."""
    if name not in SKELETONS:
        raise UserError(
            f"unknown skeleton {name!r}, expected one of: {', '.join(sorted(SKELETONS))}"
        )
    return SKELETONS[name]


def mirror_name(name: str) -> str:
    """The landmark of the other side; the name itself where it has no side."""
    for side, other in (("left_", "right_"), ("right_", "left_")):
        if name.startswith(side):
            return other + name.removeprefix(side)
    return name


_UPPER_BODY = (
    "nose", "neck",
    "right_shoulder", "right_elbow", "right_wrist",
    "left_shoulder", "left_elbow", "left_wrist",
    "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip
_UPPER_BODY_BONES = (
    ("neck", "nose"), ("neck", "right_shoulder"), ("neck", "left_shoulder"),
    ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"),
    ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
    ("nose", "right_eye"), ("right_eye", "right_ear"),
    ("nose", "left_eye"), ("left_eye", "left_ear"),
)  # fmt: skip

_HAND_JOINTS = (("right_wrist", "right_hand_wrist"), ("left_wrist", "left_hand_wrist"))
_TORSO_BONES = (
    ("nose", "right_eye"), ("right_eye", "right_ear"),
    ("nose", "left_eye"), ("left_eye", "left_ear"),
    ("right_shoulder", "left_shoulder"),
    ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"),
    ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
    ("right_shoulder", "right_hip"), ("left_shoulder", "left_hip"), ("right_hip", "left_hip"),
    ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
    ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
)  # fmt: skip


def _both_sides(*names: str) -> tuple[str, ...]:
    return tuple(f"{side}_{name}" for name in names for side in ("left", "right"))


_MEDIAPIPE_BODY = (
    "nose",
    *(f"{side}_eye{part}" for side in ("left", "right") for part in ("_inner", "", "_outer")),
    *_both_sides("ear", "mouth", "shoulder", "elbow", "wrist", "pinky", "index", "thumb"),
    *_both_sides("hip", "knee", "ankle", "heel", "foot_index"),
)
_COCO_BODY = (
    *("nose", *_both_sides("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")),
    *(f"{side}_{name}" for side in ("left", "right") for name in ("big_toe", "small_toe", "heel")),
)

HANDS_42 = Skeleton(
    "HANDS_42",
    hand_landmarks("right") + hand_landmarks("left"),
    hand_bones("right") + hand_bones("left"),
)
OPENPOSE_54 = Skeleton(
    "OPENPOSE_54",
    _UPPER_BODY + HANDS_42.landmarks,
    (*_UPPER_BODY_BONES, *_HAND_JOINTS, *HANDS_42.bones),
)
HOLISTIC_75 = Skeleton(
    "HOLISTIC_75",
    _MEDIAPIPE_BODY + HANDS_42.landmarks,
    (*_TORSO_BONES, *_HAND_JOINTS, *HANDS_42.bones),
)
COCO_WHOLEBODY_65 = Skeleton(
    "COCO_WHOLEBODY_65",
    _COCO_BODY + HANDS_42.landmarks,
    (*_TORSO_BONES, *_HAND_JOINTS, *HANDS_42.bones),
)
HANDS_AND_ARMS_49 = Skeleton(
    "HANDS_AND_ARMS_49",
    (
        "nose",
        *("right_shoulder", "right_elbow", "right_wrist"),
        *("left_shoulder", "left_elbow", "left_wrist"),
        *HANDS_42.landmarks,
    ),
    (
        ("right_shoulder", "left_shoulder"),
        *_UPPER_BODY_BONES[3:7],
        *_HAND_JOINTS,
        *HANDS_42.bones,
    ),
)
SKELETONS = {
    skeleton.name: skeleton
    for skeleton in (
        HANDS_42,
        HANDS_AND_ARMS_49,
        OPENPOSE_54,
        HOLISTIC_75,
        COCO_WHOLEBODY_65,
    )
}
