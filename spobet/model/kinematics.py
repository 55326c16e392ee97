"""What the landmarks of a frame tell a network: places, hand shapes, the hands' relation, and how they move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from spobet.config import current_features
from spobet.model.layers import Tensor, register

Track = tuple[
    Tensor, Tensor
]  # values (clips, frames, points, 2) and where they are known (clips, frames, points)


@register
class Kinematics(keras.layers.Layer):
    """Features of each frame from landmarks (clips, frames, landmarks, 3) and hidden (clips, frames, landmarks).

    Gives (clips, frames, features), in the order of `features`:
        coordinates: x, y of every landmark in the clip's frame.
        local: the same, but finger points relative to the wrist of their hand.
        relation: the right wrist relative to the left; nothing where the skeleton lacks a hand.
        seen: 1 where a landmark is known, 0 where it is missing or hidden.
    Then the change of the first three over each of `motion_steps` frames. What is missing or hidden
    is zero, and no motion is told across it.

    hands: positions of each hand's landmarks, wrist first.
    """

    def __init__(
        self,
        features: Sequence[str],
        hands: Sequence[Sequence[int]],
        motion_steps: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.features, self.motion_steps = list(current_features(features)), list(motion_steps)
        self.hands = [[int(point) for point in hand] for hand in hands]

    def call(self, landmarks: Tensor, hidden: Tensor) -> Tensor:
        seen = landmarks[..., 2] * (1.0 - ops.cast(hidden, landmarks.dtype))
        places = landmarks[..., :2] * seen[..., None]
        known = {
            "coordinates": (places, seen),
            "local": self._local(places, seen),
            "relation": self._relation(places, seen),
        }
        tracks = [known[name] for name in self.features if name != "seen"]
        parts = [_flat(values) for values, _ in tracks if values.shape[2]]
        parts += [seen] if "seen" in self.features else []
        parts += [
            _flat(_motion(track, step))
            for step in self.motion_steps
            for track in tracks
            if track[0].shape[2]
        ]
        return ops.concatenate(parts, axis=-1)

    def _local(self, places: Tensor, seen: Tensor) -> Track:
        """Subtract its wrist from every finger point, by one product with a fixed matrix."""
        wrists = _wrist_matrix(places.shape[2], self.hands)
        owned = ops.convert_to_tensor(
            [[float(any(column))] for column in zip(*wrists, strict=True)]
        )[:, 0]
        matrix = ops.convert_to_tensor(wrists)
        bases = ops.einsum("bflx,lm->bfmx", places, matrix)
        bases_seen = ops.matmul(seen, matrix) + (1.0 - owned)
        both = seen * bases_seen
        return (places - bases) * both[..., None], both

    def _relation(self, places: Tensor, seen: Tensor) -> Track:
        if len(self.hands) < 2:
            return places[:, :, :0], seen[:, :, :0]
        right, left = (slice(hand[0], hand[0] + 1) for hand in self.hands)
        both = seen[:, :, right] * seen[:, :, left]
        return (places[:, :, right] - places[:, :, left]) * both[..., None], both

    def get_config(self) -> dict:
        own = {"features": self.features, "hands": self.hands, "motion_steps": self.motion_steps}
        return {**super().get_config(), **own}


def _wrist_matrix(num_landmarks: int, hands: Sequence[Sequence[int]]) -> list[list[float]]:
    """(landmarks, landmarks): 1 from a hand's wrist (row) to each of its finger points (column)."""
    matrix = [[0.0] * num_landmarks for _ in range(num_landmarks)]
    for wrist, *fingers in hands:
        for finger in fingers:
            matrix[wrist][finger] = 1.0
    return matrix


def _motion(track: Track, step: int) -> Tensor:
    values, known = track
    both = known[:, step:] * known[:, :-step]
    change = (values[:, step:] - values[:, :-step]) * both[..., None]
    return ops.pad(change, [[0, 0], [step, 0], [0, 0], [0, 0]])


def _flat(values: Tensor) -> Tensor:
    return ops.reshape(
        values, (-1, values.shape[1], values.shape[2] * values.shape[3])
    )  # (clips, frames, features)
