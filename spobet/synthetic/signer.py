"""Synthetic signers: bodies, habits, and the cameras that film them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from spobet.synthetic.camera import IMAGE_SIZE, Camera, Detector

Vector = tuple[float, float, float]

# Where elbows tend, with the wrist low and high: behind the body, out to the side.
_LOW_ELBOW, _HIGH_ELBOW = np.array([0.25, 1.0, -0.8]), np.array([0.8, 1.0, -0.1])
_SMALLEST_GAP = 1e-3  # head lengths: keeps divisions finite where an arm is straight or folded


@dataclass(frozen=True)
class Body:
    """Sizes in head lengths: half the shoulders' width, arm bones, hand; the head as a factor."""

    shoulder: float = 0.85
    upper_arm: float = 1.30
    forearm: float = 1.12
    hand: float = 0.82
    head: float = 1.0

    def __post_init__(self) -> None:
        sizes = (self.shoulder, self.upper_arm, self.forearm, self.hand, self.head)
        if min(sizes) <= 0:
            raise ValueError(f"body sizes {sizes}, expected all above 0")

    def trunk(self) -> dict[str, Vector]:
        """Trunk and head when upright: x to the picture's right, y down, z to the camera."""
        points: dict[str, Vector] = {"nose": (0.0, -1.0, 0.4), "neck": (0.0, 0.0, 0.0)}
        for side, sign in (("right", -1), ("left", 1)):
            points[f"{side}_shoulder"] = (sign * self.shoulder, 0.03, 0.0)
            points[f"{side}_eye"] = (sign * 0.16 * self.head, -1.0 - 0.17 * self.head, 0.3)
            points[f"{side}_ear"] = (sign * 0.36 * self.head, -1.0 - 0.06 * self.head, -0.1)
        return points

    def reach(self, wrist: np.ndarray, lift: float) -> tuple[np.ndarray, np.ndarray]:
        """Elbow and wrist (frames, 3) of an arm that reaches for `wrist`, x outward from the neck.

        lift: how far the elbow is raised sideways, 0 hanging .. 1. A wrist out of reach comes back
        as near as the arm gets.
        """
        shoulder = np.array([self.shoulder, 0.03, 0.0])
        distance = np.linalg.norm(wrist - shoulder, axis=1, keepdims=True)
        forward = (wrist - shoulder) / np.maximum(distance, _SMALLEST_GAP)
        shortest, longest = abs(self.upper_arm - self.forearm), self.upper_arm + self.forearm
        distance = np.clip(distance, shortest + _SMALLEST_GAP, 0.995 * longest)
        along = (self.upper_arm**2 - self.forearm**2 + distance**2) / (2 * distance)
        height = np.clip((2.2 - wrist[:, 1:2]) / 1.6, 0, 1)
        pole = (1 - height) * _LOW_ELBOW + height * (
            _HIGH_ELBOW + lift * np.array([1.0, -0.3, 0.0])
        )
        aside = pole - forward * (forward * pole).sum(axis=1, keepdims=True)
        aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), _SMALLEST_GAP)
        elbow = (
            shoulder
            + along * forward
            + np.sqrt(np.maximum(self.upper_arm**2 - along**2, 0)) * aside
        )
        return elbow, shoulder + distance * forward


@dataclass(frozen=True)
class Signer:
    """One person in front of one camera.

    left_handed: signs as everyone else does in the mirror, filmed by the mirrored camera.
    tempo: 1 is usual, 2 twice as fast. size: factor on every movement. frame_rate: frames a second.
    rest: where the wrists lie before and after, head lengths (outward, down, to the camera).
    habit: a shift of every location, head lengths. laxness: how much straight fingers bend, 0..1.
    elbow_lift: 0 hanging .. 1 raised sideways.
    """

    body: Body = field(default_factory=Body)
    camera: Camera = field(default_factory=lambda: Camera(scale=38.0, neck=(IMAGE_SIZE / 2, 106.0)))
    detector: Detector = field(default_factory=Detector)
    left_handed: bool = False
    tempo: float = 1.0
    size: float = 1.0
    rest: Vector = (0.7, 2.2, 0.4)
    habit: Vector = (0.0, 0.0, 0.0)
    laxness: float = 0.0
    elbow_lift: float = 0.2
    frame_rate: float = 25.0

    def __post_init__(self) -> None:
        if min(self.tempo, self.size, self.frame_rate) <= 0:
            raise ValueError(
                f"tempo {self.tempo}, size {self.size}, frame_rate {self.frame_rate}, "
                "expected all above 0"
            )
        if not (0 <= self.laxness <= 1 and 0 <= self.elbow_lift <= 1):
            raise ValueError(
                f"laxness {self.laxness} and elbow_lift {self.elbow_lift}, expected 0..1"
            )


def make_signer(rng: np.random.Generator) -> Signer:
    """Draw a signer: one in eight is left-handed."""
    return Signer(
        body=_draw_body(rng),
        camera=_draw_camera(rng),
        detector=_draw_detector(rng),
        left_handed=bool(rng.random() < 1 / 8),
        tempo=rng.uniform(0.9, 1.15),
        size=rng.uniform(0.8, 1.2),
        rest=(rng.uniform(0.25, 0.95), rng.uniform(2.0, 2.3), rng.uniform(0.2, 0.6)),
        habit=_vector(rng.uniform(-0.15, 0.15, 3)),
        laxness=rng.uniform(0.0, 0.18),
        elbow_lift=rng.uniform(0.0, 0.6),
        frame_rate=float(rng.choice([24.0, 25.0, 30_000 / 1001, 30.0])),
    )


def _draw_body(rng: np.random.Generator) -> Body:
    return Body(
        shoulder=rng.uniform(0.76, 0.96),
        upper_arm=rng.uniform(1.2, 1.4),
        forearm=rng.uniform(1.05, 1.2),
        hand=rng.uniform(0.74, 0.88),
        head=rng.uniform(0.9, 1.1),
    )


def _draw_camera(rng: np.random.Generator) -> Camera:
    return Camera(
        scale=rng.uniform(32.0, 44.0),
        neck=(IMAGE_SIZE / 2 + rng.uniform(-15, 15), rng.uniform(96.0, 116.0)),
        yaw=rng.uniform(-0.25, 0.25),
        pitch=rng.uniform(-0.1, 0.1),
        roll=rng.uniform(-0.05, 0.05),
        distance=rng.uniform(11.0, 25.0),
    )


def _draw_detector(rng: np.random.Generator) -> Detector:
    return Detector(
        jitter=rng.uniform(0.4, 1.0),
        hand_gaps=rng.uniform(0.0, 1.0),
        lost_landmarks=rng.uniform(0.0, 0.02),
        guesses=rng.uniform(0.0, 0.02),
        lost_frames=rng.uniform(0.0, 0.02),
        idle_hand_lost=rng.uniform(0.0, 0.4),
    )


def _vector(values: np.ndarray) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z
