"""MediaPipe's body and hands as one skeleton."""

from spobet.poses.skeleton import HANDS_42, HOLISTIC_75

__all__ = ["BODY_33", "HOLISTIC_75"]

BODY_33 = HOLISTIC_75.landmarks[: len(HOLISTIC_75) - len(HANDS_42)]
