"""Synthetic cameras and detectors: from points in space to what a pose estimator reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.poses.skeleton import Skeleton

IMAGE_SIZE = 256  # pixels a side
_GUESS_JITTER = 6.0  # pixels: a finger's length, so that a guess is visibly wrong


@dataclass(frozen=True)
class Camera:
    """Where the picture is taken from.

    scale: pixels a head length. neck: (x, y) pixels of the signer's neck.
    yaw, pitch, roll: turns of the signer against the camera, radians.
    distance: from the camera to the signer, head lengths.
    """

    scale: float
    neck: tuple[float, float]
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    distance: float = 15.0

    def __post_init__(self) -> None:
        if self.scale <= 0 or self.distance <= 5:
            raise ValueError(
                f"scale {self.scale} pixels and distance {self.distance} head lengths, "
                "expected above 0 and above 5"
            )

    def project(self, points: np.ndarray) -> np.ndarray:
        """Points in space (frames, points, 3), head lengths, to pixels (frames, points, 2)."""
        turned = (
            points @ (_turn(0, 1, self.roll) @ _turn(1, 2, self.pitch) @ _turn(0, 2, self.yaw)).T
        )
        nearness = self.distance / (self.distance - turned[..., 2:])
        return np.array(self.neck) + self.scale * turned[..., :2] * nearness


@dataclass(frozen=True)
class Detector:
    """How a pose estimator errs.

    jitter: standard deviation of a landmark, pixels.
    hand_gaps: spells a clip, on average, in which one hand is not detected.
    lost_landmarks, guesses, lost_frames: shares that are missing, that are wrong with a low
        confidence, and of frames without any landmark.
    idle_hand_lost: how often a hand that takes no part is missing for the whole clip.
    """

    jitter: float = 0.7
    hand_gaps: float = 0.5
    lost_landmarks: float = 0.01
    guesses: float = 0.01
    lost_frames: float = 0.01
    idle_hand_lost: float = 0.2

    def __post_init__(self) -> None:
        if self.jitter < 0 or self.hand_gaps < 0:
            raise ValueError(
                f"jitter {self.jitter} and hand_gaps {self.hand_gaps}, expected 0 or more"
            )
        shares = (self.lost_landmarks, self.guesses, self.lost_frames, self.idle_hand_lost)
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError(
                f"lost_landmarks, guesses, lost_frames, idle_hand_lost {shares}, expected 0..1"
            )

    def observe(
        self,
        pixels: np.ndarray,
        skeleton: Skeleton,
        idle_hand: str | None,
        rng: np.random.Generator,
    ) -> tuple[np.ndarray, np.ndarray]:
        """What is detected of true landmarks (frames, landmarks, 2).

        Returns xy and confidence, NaN and 0 where nothing is: outside the picture, within a gap,
        or by chance. idle_hand: the side of a hand that takes no part, if any.
        """
        guess = rng.random(pixels.shape[:2]) < self.guesses
        jitter = np.where(guess, _GUESS_JITTER, self.jitter) * rng.uniform(0.7, 1.3)
        xy = pixels + jitter[..., None] * rng.normal(size=pixels.shape)
        missing = self._missing(len(pixels), skeleton, idle_hand, rng) | ~(
            (xy >= 0) & (xy < IMAGE_SIZE)
        ).all(axis=-1)
        seen = rng.uniform(0.55, 0.95, size=guess.shape)  # as OpenPose rates what it sees
        confidence = np.where(guess, rng.uniform(0.05, 0.2, size=guess.shape), seen)
        return np.where(missing[..., None], np.nan, xy), np.where(missing, 0.0, confidence)

    def _missing(
        self, num_frames: int, skeleton: Skeleton, idle_hand: str | None, rng: np.random.Generator
    ) -> np.ndarray:
        """Landmarks that chance loses (frames, landmarks); a clip played backwards is as likely."""
        missing = rng.random((num_frames, len(skeleton))) < self.lost_landmarks
        missing |= rng.random((num_frames, 1)) < self.lost_frames
        for side in ("right", "left"):
            for _ in range(rng.poisson(self.hand_gaps)):
                length = min(int(rng.integers(1, 7)), num_frames)
                start = int(rng.integers(0, num_frames - length + 1))
                missing[start : start + length, skeleton.hand(side)] = True
        if rng.random() < self.idle_hand_lost and idle_hand is not None:
            missing[:, skeleton.hand(idle_hand)] = True
        return missing


def _turn(first: int, second: int, angle: float) -> np.ndarray:
    """The rotation of space by `angle` from one axis towards another (3, 3)."""
    rotation = np.eye(3)
    rotation[[first, second], [first, second]] = np.cos(angle)
    rotation[second, first], rotation[first, second] = np.sin(angle), -np.sin(angle)
    return rotation
