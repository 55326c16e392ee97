"""How much of a sign was seen: little evidence makes answers less confident, and is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.poses.rests import FAST, FRAME_RATE, Signing
from spobet.poses.sequence import PoseSequence

# Seconds: 80 % of WLASL100's training clips show a hand for longer. Gaps cost little by themselves:
# with hands lost in 60 to 90 % of the frames, one by one, in bursts or in one piece, accuracy
# follows the time for which hands were seen, not their share of the frames.
WHOLE_SECONDS = 0.8
# Temperatures rise by strength to minus these powers. The first makes probabilities true: fitted
# on validation clips with hands lost so, 0.16 and 0.17 for the two networks of 100 signs; their
# expected calibration error falls from 0.09-0.21 to 0.03-0.10. The second leaves at most 6 % of
# those clips accepted and wrong, where 23 to 30 % were.
DOUBT = 0.17
DOUBT_OF_CONFIDENCE = 0.5
LEAST = 0.01  # of strength, so that no temperature is infinite
SEEN = 0.8  # share of the frames with a hand that 99 % of the training clips have
# Strength and share below which a person is told how to be seen better.
LITTLE, LITTLE_SHARE = 0.4, 0.5
SMALL = 0.03  # hand length in heights of the picture, below which hands are lost


@dataclass(frozen=True)
class Evidence:
    """What was seen of the hands in the frames of a sign.

    share: of the frames that show a hand, 0..1. seconds: for which a hand was seen. speed: of the
    hands where they are fastest, in hand lengths a second. size: hand length (wrist to middle
    knuckle) in heights of the picture, None where it is not known.
    """

    share: float
    seconds: float
    speed: float
    size: float | None = None

    @property
    def strength(self) -> float:
        """LEAST to 1, where as much was seen as in most clips that networks are trained on."""
        return max(LEAST, min(1.0, self.seconds / WHOLE_SECONDS) * self.movement)

    @property
    def movement(self) -> float:
        """0 to 1, where hands move as fast as in a sign: rests are answered like signs without.

        Size and share of the frames are left out: beside the confidence they tell nothing.
        """
        return min(1.0, self.speed / FAST)

    @property
    def advice(self) -> str:
        """What a person can do to be seen better; "" where enough was seen."""
        if self.share >= LITTLE_SHARE and self.strength >= LITTLE:
            return ""
        if self.size is not None and self.size < SMALL:
            height = f"{100 * self.size:.1f} % of its height"
            return f"your hands are small in the picture ({height}): come nearer"
        if self.movement < LITTLE and self.share >= LITTLE_SHARE:
            return "your hands hardly moved: show the sign from its beginning to its end"
        if self.share < SEEN:
            return (
                f"your hands were seen in {100 * self.share:.0f} % of the pictures: "
                "move back until they stay in the picture, and have more light"
            )
        return f"your hands were seen for {self.seconds:.1f} seconds only: sign more slowly"


def evidence_of(pose: PoseSequence, signing: Signing) -> Evidence:
    """What was seen of the hands in the sign of a clip."""
    sign = pose.frames(*signing.candidates[0])
    hands = np.concatenate(sign.skeleton.hands or [np.zeros(0, np.int64)])
    shown: np.ndarray = np.any(sign.seen[:, hands], axis=1)
    rate = pose.frame_rate or FRAME_RATE
    height = 1.0 if pose.unit == "image" else pose.size[1] if pose.size else float("nan")
    size = signing.hand_length / height
    share = float(shown.mean()) if len(shown) else 0.0
    seconds = float(shown.sum() / rate)
    return Evidence(share, seconds, signing.speed, None if np.isnan(size) else size)
