"""Signs performed by synthetic signers: poses with no download, no camera and no person.

    signs = make_vocabulary(20, np.random.default_rng(0))
    pose = perform(signs[0], make_signer(np.random.default_rng(1)), np.random.default_rng(2))

A performance has rest, preparation, movement, retraction and rest. What comes before the movement
and what comes after it are drawn alike, so a sign and the sign of the opposite direction pass
through the same poses equally often: only their order tells them apart.
"""

from __future__ import annotations

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54, hand_landmarks
from spobet.synthetic.camera import IMAGE_SIZE, Camera, Detector
from spobet.synthetic.hand import hand_points
from spobet.synthetic.motion import HandTrack, acting_hand, draw_course, draw_take, other_hand
from spobet.synthetic.sign import Sign
from spobet.synthetic.signer import Body, Signer, make_signer
from spobet.synthetic.vocabulary import MinimalPair, make_vocabulary, minimal_pairs

__all__ = [
    "IMAGE_SIZE", "Body", "Camera", "Detector", "MinimalPair", "Sign", "Signer",
    "make_signer", "make_vocabulary", "minimal_pairs", "perform",
]  # fmt: skip

_HEAD = ("nose", "right_eye", "left_eye", "right_ear", "left_ear")
# From a hand's frame of reference, where x grows away from the body, to the picture's.
_TO_PICTURE = {"right": np.array([-1.0, 1.0, 1.0]), "left": np.array([1.0, 1.0, 1.0])}


def perform(sign: Sign, signer: Signer, rng: np.random.Generator) -> PoseSequence:
    """One clip of a sign: about 30 to 90 frames of OPENPOSE_54 in pixels of a 256 x 256 picture.

    With frame times; missing landmarks are NaN. From the same chance a left-handed signer's clip is
    the mirror image of the right-handed one's.
    """
    course, take = draw_course(sign, signer, rng), draw_take(rng)
    points = _trunk(signer.body, course.times, rng)
    points |= _arm("right", acting_hand(sign, signer, take, course), signer)
    points |= _arm("left", other_hand(sign, signer, take, course), signer)
    # (frames, landmarks, 3)
    tracks = np.stack([points[name] for name in OPENPOSE_54.landmarks], axis=1)
    pixels = signer.camera.project(tracks + _sway(course.times, rng)[:, None])
    idle_hand = "left" if sign.hands == "one" else None
    xy, confidence = signer.detector.observe(pixels, OPENPOSE_54, idle_hand, rng)
    if signer.left_handed:
        order = OPENPOSE_54.mirror_order
        xy = np.array([IMAGE_SIZE, 0.0]) + xy[:, order] * [-1.0, 1.0]
        confidence = confidence[:, order]
    return PoseSequence(xy, confidence, OPENPOSE_54, times=course.times)


def _trunk(body: Body, times: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Head and shoulders (frames, 3) by name; the head moves a little by itself."""
    head = _sway(times, rng) + rng.normal(0, [0.05, 0.03, 0.0])
    still = np.zeros_like(head)
    return {
        name: np.array(position) + (head if name in _HEAD else still)
        for name, position in body.trunk().items()
    }


def _arm(side: str, hand: HandTrack, signer: Signer) -> dict[str, np.ndarray]:
    """Elbow, wrist and hand points (frames, 3) by name."""
    elbow, wrist = signer.body.reach(hand.wrist, signer.elbow_lift)
    shape = signer.body.hand * hand_points(hand.handshape) @ hand.axes  # (frames, hand points, 3)
    tracks = {f"{side}_elbow": elbow, f"{side}_wrist": wrist}
    for point, name in enumerate(hand_landmarks(side)):
        tracks[name] = wrist + shape[:, point]
    return {name: track * _TO_PICTURE[side] for name, track in tracks.items()}


def _sway(times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A slow drift (frames, 3), head lengths."""
    phases, rates = rng.uniform(0, 2 * np.pi, 3), rng.uniform(0.1, 0.4, 3)  # turns a second
    return np.array([0.03, 0.015, 0.02]) * np.sin(phases + 2 * np.pi * times[:, None] * rates)
