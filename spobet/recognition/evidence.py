"""How much of a sign was seen: little evidence makes answers less confident, and is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.poses.normalize import hand_length
from spobet.poses.rests import FRAME_RATE
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

    share: of the frames that show a hand, 0..1. seconds: for which a hand was seen. size: hand
    length (wrist to middle knuckle) in heights of the picture, None where it is not known.
    """

    share: float
    seconds: float
    size: float | None = None

    @property
    def strength(self) -> float:
        """LEAST to 1, where as much was seen as in most clips that networks are trained on."""
        return min(1.0, max(LEAST, self.seconds / WHOLE_SECONDS))

    @property
    def advice(self) -> str:
        """What a person can do to be seen better; "" where enough was seen."""
        if self.share >= LITTLE_SHARE and self.strength >= LITTLE:
            return ""
        if self.size is not None and self.size < SMALL:
            height = f"{100 * self.size:.1f} % of its height"
            return f"your hands are small in the picture ({height}): come nearer"
        if self.share < SEEN:
            return (
                f"your hands were seen in {100 * self.share:.0f} % of the pictures: "
                "move back until they stay in the picture, and have more light"
            )
        return f"your hands were seen for {self.seconds:.1f} seconds only: sign more slowly"


def evidence_of(pose: PoseSequence, start: int, stop: int) -> Evidence:
    """What was seen of the hands in the frames start..stop-1 of a clip."""
    sign = pose.frames(start, stop)
    hands = np.concatenate(sign.skeleton.hands or [np.zeros(0, np.int64)])
    shown: np.ndarray = np.any(sign.seen[:, hands], axis=1)
    rate = pose.frame_rate or FRAME_RATE
    length = hand_length(sign) if shown.any() else float("nan")
    height = 1.0 if pose.unit == "image" else pose.size[1] if pose.size else float("nan")
    size = None if np.isnan(length / height) else float(length / height)
    share = float(shown.mean()) if len(shown) else 0.0
    return Evidence(share, float(shown.sum() / rate), size)
