"""MediaPipe's body and hands as one skeleton."""

from spobet.poses.skeleton import HANDS_42, Skeleton

_FACE = ("nose", *(f"{side}_eye{part}" for side in ("left", "right") for part in ("_inner", "", "_outer")))
_PAIRS = (
    *("ear", "mouth", "shoulder", "elbow", "wrist", "pinky", "index", "thumb"),
    *("hip", "knee", "ankle", "heel", "foot_index"),
)
BODY_33 = (*_FACE, *(f"{side}_{part}" for part in _PAIRS for side in ("left", "right")))
HOLISTIC_75 = Skeleton("HOLISTIC_75", BODY_33 + HANDS_42.landmarks, HANDS_42.bones)
