"""Features of a frame: coordinates, hand shapes, how the hands stand to each other, and motion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import ops

from spobet.model.graph import Graph
from spobet.model.layers import Tensor, register
from spobet.sizes import current_features

# Values (clips, frames, landmarks, 2) and where they are seen (clips, frames, landmarks).
Track: TypeAlias = tuple[Tensor, Tensor]
WrittenTrack: TypeAlias = tuple[str, str]  # the same as values of an ONNX graph


@register
class Kinematics(keras.layers.Layer):
    """Features of each frame: (clips, frames, features), in the order of `features`.

    Called with landmarks (clips, frames, landmarks, 3) and hidden (clips, frames, landmarks).
        coordinates: x, y of every landmark in the clip's frame of reference.
        local: the same, but finger landmarks relative to the wrist of their hand.
        relation: the right wrist relative to the left; nothing where the skeleton lacks a hand.
        place: each hand's wrist relative to each of `anchors`; nothing without any.
        seen: 1 where a landmark is seen, 0 where it is missing or hidden.
    Then the change of all but `seen` over each of `motion_steps` frames. What is missing or
    hidden is zero, and so is its motion.

    hands: indices of each hand's landmarks, wrist first. anchors: of the body's.
    """

    def __init__(
        self,
        features: Sequence[str],
        hands: Sequence[Sequence[int]],
        motion_steps: Sequence[int] = (),
        anchors: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.features, self.motion_steps = list(current_features(features)), list(motion_steps)
        self.anchors = [int(landmark) for landmark in anchors]
        self.hands = [[int(landmark) for landmark in hand] for hand in hands]

    def call(self, landmarks: Tensor, hidden: Tensor) -> Tensor:
        seen = landmarks[..., 2] * (1.0 - ops.cast(hidden, landmarks.dtype))
        coordinates = landmarks[..., :2] * seen[..., None]
        tracks_by_name = {
            "coordinates": (coordinates, seen),
            "local": self._local(coordinates, seen),
            "relation": self._relation(coordinates, seen),
            "place": self._place(coordinates, seen),
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

    def _place(self, coordinates: Tensor, seen: Tensor) -> Track:
        pairs = np.array(self._place_pairs(), np.int32).reshape(-1, 2)
        wrists, anchors = pairs[:, 0], pairs[:, 1]
        both = ops.take(seen, wrists, axis=2) * ops.take(seen, anchors, axis=2)
        apart = ops.take(coordinates, wrists, axis=2) - ops.take(coordinates, anchors, axis=2)
        return apart * both[..., None], both

    def _place_pairs(self) -> list[tuple[int, int]]:
        """(wrist, anchor) of every hand and anchor."""
        return [(hand[0], anchor) for hand in self.hands for anchor in self.anchors]

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "features": self.features,
            "hands": self.hands,
            "motion_steps": self.motion_steps,
            "anchors": self.anchors,
        }

    def write(self, graph: Graph, landmarks: str, num_landmarks: int) -> str:
        """Add the features of landmarks (clips, frames, num_landmarks, 3), none of it hidden, to
        an ONNX graph.

        Returns (clips, frames, features). Worked out as (clips, features, frames): runtimes take
        whole rows of frames many times faster than pairs of x and y.
        """
        frames_last = graph.add("Transpose", graph.shaped(landmarks, 0, 0, -1), perm=[0, 2, 1])
        tracks = np.array(self._differences(num_landmarks), np.int64)
        parts = []
        if len(tracks):
            values, both = _write_differences(graph, frames_last, *tracks.T)
            parts.append(values)
        if "seen" in self.features:
            parts.append(_rows(graph, frames_last, 3 * np.arange(num_landmarks) + 2))
        for step in self.motion_steps if len(tracks) else ():
            shown, change = (
                graph.add(operator, graph.sliced(x, 2, step), graph.sliced(x, 2, 0, -step))
                for operator, x in (("Mul", both), ("Sub", values))
            )
            parts.append(graph.padded(graph.add("Mul", change, shown), 2, 3, before=step))
        return graph.add("Transpose", graph.joined(parts, axis=1), perm=[0, 2, 1])

    def _differences(self, num_landmarks: int) -> list[tuple[int, int]]:
        """(landmark, landmark that it is relative to or itself) of all but `seen`, in order."""
        coordinates = [(landmark, landmark) for landmark in range(num_landmarks)]
        local = list(coordinates)
        for wrist, *fingers in self.hands:
            for finger in fingers:
                local[finger] = (finger, wrist)
        pairs = {"coordinates": coordinates, "local": local, "place": self._place_pairs()}
        if len(self.hands) == 2:
            pairs["relation"] = [(self.hands[0][0], self.hands[1][0])]
        return [pair for name in self.features for pair in pairs.get(name, [])]


def _write_differences(
    graph: Graph, frames_last: str, of: np.ndarray, base: np.ndarray
) -> WrittenTrack:
    """Landmarks relative to others, or as they are where they are their own base; 0 if unseen.

    frames_last: (clips, landmarks times x, y, seen, frames). of, base: (pairs,). Returns values
    and where they are seen, (clips, pairs times x and y, frames) each.
    """
    axes = np.arange(2)
    minuend, subtrahend = (
        _rows(graph, frames_last, (3 * side[:, None] + axes).ravel()) for side in (of, base)
    )
    seen = [_rows(graph, frames_last, np.repeat(3 * side + 2, 2)) for side in (of, base)]
    both = graph.add("Mul", *seen)
    relative = np.repeat(of != base, 2).astype(np.float32)[:, None]
    difference = graph.add("Sub", minuend, graph.add("Mul", subtrahend, graph.constant(relative)))
    return graph.add("Mul", difference, both), both


def _rows(graph: Graph, x: str, rows: np.ndarray) -> str:
    return graph.add("Gather", x, graph.constant(rows, np.int64), axis=1)


def _motion(track: Track, step: int) -> Tensor:
    values, seen = track
    both = seen[:, step:] * seen[:, :-step]
    change = (values[:, step:] - values[:, :-step]) * both[..., None]
    return ops.pad(change, [[0, 0], [step, 0], [0, 0], [0, 0]])


def _flat(values: Tensor) -> Tensor:
    frames, landmarks, axes = values.shape[1:]
    return ops.reshape(values, (-1, frames, landmarks * axes))  # (clips, frames, features)
