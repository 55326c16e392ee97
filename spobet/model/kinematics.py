"""Features of a frame: coordinates, hand shapes, how the hands stand to each other, and motion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import ops

from spobet.config import current_features
from spobet.model.graph import Graph
from spobet.model.layers import Tensor, register

# Values (clips, frames, landmarks, 2) and where they are seen (clips, frames, landmarks).
Track: TypeAlias = tuple[Tensor, Tensor]
WrittenTrack: TypeAlias = tuple[str, str]  # the same as values of an ONNX graph; seen (..., 1)


@register
class Kinematics(keras.layers.Layer):
    """Features of each frame: (clips, frames, features), in the order of `features`.

    Called with landmarks (clips, frames, landmarks, 3) and hidden (clips, frames, landmarks).
        coordinates: x, y of every landmark in the clip's frame of reference.
        local: the same, but finger landmarks relative to the wrist of their hand.
        relation: the right wrist relative to the left; nothing where the skeleton lacks a hand.
        seen: 1 where a landmark is seen, 0 where it is missing or hidden.
    Then the change of the first three over each of `motion_steps` frames. What is missing or
    hidden is zero, and so is its motion.

    hands: indices of each hand's landmarks, wrist first.
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
        self.hands = [[int(landmark) for landmark in hand] for hand in hands]

    def call(self, landmarks: Tensor, hidden: Tensor) -> Tensor:
        seen = landmarks[..., 2] * (1.0 - ops.cast(hidden, landmarks.dtype))
        coordinates = landmarks[..., :2] * seen[..., None]
        tracks_by_name = {
            "coordinates": (coordinates, seen),
            "local": self._local(coordinates, seen),
            "relation": self._relation(coordinates, seen),
        }
        tracks = [tracks_by_name[name] for name in self.features if name != "seen"]
        tracks = [track for track in tracks if track[0].shape[2]]
        parts = [_flat(values) for values, _ in tracks]
        parts += [seen] if "seen" in self.features else []
        for step in self.motion_steps:
            parts += [_flat(_motion(track, step)) for track in tracks]
        return ops.concatenate(parts, axis=-1)

    def _local(self, coordinates: Tensor, seen: Tensor) -> Track:
        """Subtract its wrist from every finger landmark, by one product with a fixed matrix."""
        num_landmarks = coordinates.shape[2]
        wrists = np.zeros((num_landmarks, num_landmarks), np.float32)  # (wrist, finger landmark)
        for wrist, *fingers in self.hands:
            wrists[wrist, fingers] = 1
        is_finger = ops.convert_to_tensor(wrists.any(axis=0).astype(np.float32))
        matrix = ops.convert_to_tensor(wrists)
        bases = ops.einsum("bflx,lm->bfmx", coordinates, matrix)
        bases_seen = ops.matmul(seen, matrix) + (1.0 - is_finger)
        both = seen * bases_seen
        return (coordinates - bases) * both[..., None], both

    def _relation(self, coordinates: Tensor, seen: Tensor) -> Track:
        if len(self.hands) < 2:
            return coordinates[:, :, :0], seen[:, :, :0]
        right, left = (slice(hand[0], hand[0] + 1) for hand in self.hands)
        both = seen[:, :, right] * seen[:, :, left]
        return (coordinates[:, :, right] - coordinates[:, :, left]) * both[..., None], both

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "features": self.features,
            "hands": self.hands,
            "motion_steps": self.motion_steps,
        }

    def write(self, graph: Graph, num_landmarks: int) -> str:
        """Add the features of the graph's input `landmarks`, none of it hidden, to an ONNX graph.

        Returns (clips, frames, features).
        """
        seen = graph.sliced("landmarks", 3, 2)
        coordinates = graph.add("Mul", graph.sliced("landmarks", 3, 0, 2), seen)
        tracks = {
            "coordinates": (coordinates, seen),
            "local": self._write_local(graph, num_landmarks, coordinates, seen),
        }
        if len(self.hands) == 2:
            tracks["relation"] = self._write_relation(graph, coordinates, seen)
        chosen = [tracks[name] for name in self.features if name in tracks]
        parts = []
        if chosen:
            values, values_seen = (graph.joined(part, axis=2) for part in zip(*chosen, strict=True))
            parts.append(graph.shaped(values, 0, 0, -1))
        if "seen" in self.features:
            parts.append(graph.shaped(seen, 0, 0, -1))
        for step in self.motion_steps if chosen else ():
            both, change = (
                graph.add(operator, graph.sliced(x, 1, step), graph.sliced(x, 1, 0, -step))
                for operator, x in (("Mul", values_seen), ("Sub", values))
            )
            change = graph.add("Mul", change, both)
            parts.append(graph.shaped(graph.padded(change, 1, 4, before=step), 0, 0, -1))
        return graph.joined(parts, axis=2)

    def _write_local(
        self, graph: Graph, num_landmarks: int, coordinates: str, seen: str
    ) -> WrittenTrack:
        base, is_finger = np.arange(num_landmarks), np.zeros((num_landmarks, 1))
        for wrist, *fingers in self.hands:
            base[fingers], is_finger[fingers] = wrist, 1
        rows = graph.constant(base, np.int64)
        # A landmark that is no finger's is its own base: 1 x 1 or 0 x 0, so nothing changes.
        both = graph.add("Mul", seen, graph.add("Gather", seen, rows, axis=2))
        bases = graph.add("Gather", coordinates, rows, axis=2)
        bases = graph.add("Mul", bases, graph.constant(is_finger))
        return graph.add("Mul", graph.add("Sub", coordinates, bases), both), both

    def _write_relation(self, graph: Graph, coordinates: str, seen: str) -> WrittenTrack:
        right, left = (
            [graph.sliced(x, 2, hand[0], hand[0] + 1) for x in (coordinates, seen)]
            for hand in self.hands
        )
        both = graph.add("Mul", right[1], left[1])
        return graph.add("Mul", graph.add("Sub", right[0], left[0]), both), both


def _motion(track: Track, step: int) -> Tensor:
    values, seen = track
    both = seen[:, step:] * seen[:, :-step]
    change = (values[:, step:] - values[:, :-step]) * both[..., None]
    return ops.pad(change, [[0, 0], [step, 0], [0, 0], [0, 0]])


def _flat(values: Tensor) -> Tensor:
    frames, landmarks, axes = values.shape[1:]
    return ops.reshape(values, (-1, frames, landmarks * axes))  # (clips, frames, features)
