"""The one way from clips to network input: recognition, training, explanation and export use it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from spobet.errors import UserError
from spobet.poses.adapt import on_skeleton
from spobet.poses.arrays import PoseBank
from spobet.poses.rests import without_rests
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

# Extractors place landmarks outside the picture, but rarely a whole picture away. Half of all
# coordinates beyond this are pixels: even a picture 64 pixels wide has a median of some 30.
MAX_MEDIAN_SHARE = 3.0
REFERENCES = ("body", "hands")


class UnknownPictureSize(UserWarning):
    """A clip is not in the network's unit, and its picture's size is unknown."""


@dataclass(frozen=True)
class PreprocessSettings:
    """How clips become network input.

    num_frames: frames the network sees. stretch: every clip fills all of them; otherwise a clip
    keeps its number of frames, is padded when shorter and thinned evenly when longer.
    min_confidence: landmarks below it are missing. right_leads: clips in which the left hand
    moves more are mirrored, so that left-handed signers look like right-handed ones.
    sides_by_shape: right and left hand are exchanged first where their shapes contradict their
    names, as where a detector's words were taken for a mirrored picture's. cut_rests:
    hands that rest before and after a sign are left out (`poses.rests`); recognition leaves them
    out in any case. reference: what coordinates are measured by, "body" (neck and head length,
    where they are seen) or "hands" (wrists and hand length; the body may then be lacking).
    """

    num_frames: int = 48
    stretch: bool = True
    min_confidence: float = 0.1
    right_leads: bool = True
    cut_rests: bool = False
    reference: str = "body"
    sides_by_shape: bool = False

    def __post_init__(self) -> None:
        if not self.num_frames >= 2:
            raise UserError(f"input.num_frames is {self.num_frames!r}, expected at least 2")
        if not 0 <= self.min_confidence <= 1:  # NaN compares False
            raise UserError(f"input.min_confidence is {self.min_confidence!r}, expected 0 to 1")
        if self.reference not in REFERENCES:
            raise UserError(
                f"input.reference is {self.reference!r}, expected one of: {', '.join(REFERENCES)}"
            )


@dataclass(frozen=True)
class Preprocessor:
    """Makes network input of clips, the same wherever a network is fed; draws no random numbers.

    skeleton: the network's landmarks. unit: what it was trained on, "pixels" or "image"; in any
    other unit, or "" (unknown), clips are taken as they are.
    """

    skeleton: Skeleton
    unit: str
    settings: PreprocessSettings = field(default_factory=PreprocessSettings)

    def __call__(self, poses: Sequence[PoseSequence]) -> dict[str, np.ndarray]:
        """landmarks (clips, frames, landmarks, 3) of x, y, seen, and frame_mask (clips, frames).

        Frames are evenly spaced in time. Raises UserError (KeyError) where landmarks are lacking,
        and UserError for coordinates that cannot be in their unit; warns of `UnknownPictureSize`.
        """
        bank = self.bank(poses)
        clips = np.arange(len(bank))
        return bank.even_input(clips, self.settings.num_frames, self.settings.stretch)

    def with_hands(self, poses: Sequence[PoseSequence]) -> dict[str, np.ndarray]:
        """Network input as above; UserError names the first clip that shows no hand."""
        inputs = self(poses)
        hands = np.concatenate([self.skeleton.hand(side) for side in ("right", "left")])
        seen = inputs["landmarks"][:, :, hands, 2].any(axis=(1, 2))  # clips begin where a hand does
        for number in np.flatnonzero(~seen).tolist():
            where = f"clip {number + 1}: " if len(poses) > 1 else ""
            raise UserError(
                f"{where}no hand seen in any of {len(poses[number])} frames "
                f"(confidence from {self.settings.min_confidence})"
            )
        return inputs

    def check(self, pose: PoseSequence) -> None:
        """Raise UserError where the clip shows no hand, and what else making its input raises."""
        self.with_hands([pose])

    def bank(self, poses: Iterable[PoseSequence]) -> PoseBank:
        """The clips normalised and lined up, for training to draw from."""
        clips: Iterable[PoseSequence] = map(self.in_network_unit, poses)
        if self.settings.cut_rests:
            guessed_from = self.settings.min_confidence
            clips = (without_rests(pose.without_guesses(guessed_from)) for pose in clips)
        return PoseBank.of(
            clips,
            self.skeleton,
            self.settings.min_confidence,
            self.settings.right_leads,
            self.settings.reference,
            self.settings.sides_by_shape,
        )

    def with_rests(self) -> Preprocessor:
        """The same, which leaves clips their rests."""
        return replace(self, settings=replace(self.settings, cut_rests=False))

    def prepared(self, pose: PoseSequence) -> PoseSequence:
        """The clip before it is normalised: the network's landmarks and unit, guesses missing."""
        pose = self.in_network_unit(pose)
        pose = on_skeleton(pose, self.skeleton, self.settings.reference == "hands")
        return pose.without_guesses(self.settings.min_confidence)

    def lacks_size(self, pose: PoseSequence) -> bool:
        """Whether the clip needs its picture's size to be read, and has none."""
        known = pose.size is not None and pose.unit in ("pixels", "image")
        return self._differs(pose) and not known

    def in_network_unit(self, pose: PoseSequence) -> PoseSequence:
        """The clip in the network's unit; as it is, with a warning, where that cannot be done."""
        _refuse_pixels_as_shares(pose)
        if not self._differs(pose):
            return pose
        if not self.lacks_size(pose):
            return pose.in_unit("image" if self.unit == "image" else "pixels")
        warnings.warn(
            f"clip in {pose.unit} of a picture of unknown size, and the network reads {self.unit}: "
            "its proportions are lost, which changed WLASL100's top-1 accuracy by -6.4 to +1.1 "
            "points for 16:9 pictures; state the picture's size",
            UnknownPictureSize,
            stacklevel=2,
        )
        return pose

    def _differs(self, pose: PoseSequence) -> bool:
        """Whether one of clip and network is in shares of the picture, the only unit that is not
        as wide as it is high: every other is taken off by normalising."""
        return bool(self.unit) and (pose.unit == "image") != (self.unit == "image")


def _refuse_pixels_as_shares(pose: PoseSequence) -> None:
    """UserError for pixels that are called shares of the picture."""
    if pose.unit != "image" or not pose.xy.size:
        return
    largest = np.fmax.reduce(np.abs(pose.xy), axis=None)  # NaN where nothing is seen
    if largest > MAX_MEDIAN_SHARE and np.nanmedian(np.abs(pose.xy)) > MAX_MEDIAN_SHARE:
        raise UserError(
            f"coordinates up to {largest:g} cannot be shares of the picture "
            '(unit "image"), expected mostly 0 to 1; are they pixels?'
        )
