"""ArmsStream: where arms and fingertips are at the body, read beside the hands by itself.

Late fusion: a stream of its own, judged by its own loss, adds what the body knows to what the
hands say, and takes nothing from them where there is no body. Read together from the first layer
on, the body gave less (EXPERIMENTS.md, "Body beside the hands").
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from spobet.errors import UserError
from spobet.model.block import Frames
from spobet.model.blocks import KINDS
from spobet.model.describe import description, rebuilt
from spobet.model.graph import Graph
from spobet.model.layers import FrameMean, Tensor, register
from spobet.poses.skeleton import Skeleton
from spobet.sizes import ArmsConfig

# Of each side, with the landmark that stands in where it is not seen.
_POINTS = (("hand_wrist", "wrist"), ("elbow", "elbow"), ("index_tip",) * 2, ("middle_tip",) * 2)
_AT_FACE = ("hand_wrist", "index_tip")  # also told relative to the nose
_SIDES = ("right", "left")
_SHORTEST = 1e-6  # shoulders in one point: no width at all


@register
class Arms(keras.layers.Layer):
    """Features of each frame: (clips, frames, features), from landmarks (clips, frames, n, 3).

    Wrists, elbows and fingertips of index and middle finger relative to the middle of the
    shoulders, in shoulder widths, both means over the clip; wrists and index fingertips relative to
    the nose; the change of all of them from frame to frame; and which are seen. Zero where missing,
    or where the shoulders never are. A hand that is not seen has the body's wrist.

    points, others: positions of the landmarks, and of those that stand in for them. at_face: of
    points, those told relative to the nose. shoulders, nose: positions of landmarks.
    """

    def __init__(
        self,
        points: list[int],
        others: list[int],
        at_face: list[int],
        shoulders: list[int],
        nose: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.points, self.others, self.at_face = points, others, at_face
        self.shoulders, self.nose = shoulders, nose

    @classmethod
    def of(cls, skeleton: Skeleton, **kwargs: Any) -> Arms:
        """For a skeleton; UserError where it lacks a landmark."""
        pairs = [
            (f"{side}_{name}", f"{side}_{other}") for name, other in _POINTS for side in _SIDES
        ]
        names = [name for name, _ in pairs]
        try:
            return cls(
                skeleton.indices(names).tolist(),
                skeleton.indices([other for _, other in pairs]).tolist(),
                [names.index(f"{side}_{name}") for name in _AT_FACE for side in _SIDES],
                skeleton.indices([f"{side}_shoulder" for side in _SIDES]).tolist(),
                skeleton.index("nose"),
                **kwargs,
            )
        except KeyError as error:
            raise UserError(f"[arms] needs more of the body: {error}") from error

    def shoulders_seen(self, landmarks: Tensor) -> Tensor:
        """1 where both shoulders are seen in a frame, else 0: (clips, frames)."""
        right, left = self.shoulders
        return landmarks[:, :, right, 2] * landmarks[:, :, left, 2]

    def call(self, landmarks: Tensor) -> Tensor:
        xy, seen = landmarks[..., :2] * landmarks[..., 2:], landmarks[..., 2:]
        both = self.shoulders_seen(landmarks)[..., None]
        frames = ops.maximum(ops.sum(both, axis=1, keepdims=True), 1.0)
        right, left = (xy[:, :, shoulder] for shoulder in self.shoulders)
        centre = ops.sum(0.5 * (right + left) * both, axis=1, keepdims=True) / frames
        widths = ops.sqrt(ops.sum(ops.square(right - left), axis=-1, keepdims=True))
        width = ops.sum(widths * both, axis=1, keepdims=True) / frames
        measured = ops.cast(width > _SHORTEST, xy.dtype)
        unit = ops.maximum(width, _SHORTEST)[:, :, None]
        shown = ops.take(seen, self.points, axis=2)
        instead = (1.0 - shown) * ops.take(seen, self.others, axis=2)
        points = ops.take(xy, self.points, axis=2) * shown
        points = points + ops.take(xy, self.others, axis=2) * instead
        shown = (shown + instead) * measured[:, :, None]
        nose, nose_seen = xy[:, :, self.nose : self.nose + 1], seen[:, :, self.nose : self.nose + 1]
        at_face = ops.take(points, self.at_face, axis=2) - nose
        apart = ops.concatenate([points - centre[:, :, None], at_face], axis=2) / unit
        shown = ops.concatenate([shown, ops.take(shown, self.at_face, axis=2) * nose_seen], axis=2)
        apart = apart * shown
        change = (apart[:, 1:] - apart[:, :-1]) * shown[:, 1:] * shown[:, :-1]
        change = ops.pad(change, [[0, 0], [1, 0], [0, 0], [0, 0]])
        return ops.concatenate([_flat(apart), _flat(shown), _flat(change)], axis=-1)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "points": self.points,
            "others": self.others,
            "at_face": self.at_face,
            "shoulders": self.shoulders,
            "nose": self.nose,
        }

    def write(self, graph: Graph) -> tuple[str, str]:
        """Add the features of the graph's input `landmarks` to an ONNX graph.

        Returns them, (clips, frames, features), and whether shoulders are ever seen, (clips, 1).
        """

        def some(positions: list[int]) -> tuple[str, str]:
            chosen = graph.add("Gather", "landmarks", graph.constant(positions, np.int64), axis=2)
            seen = graph.sliced(chosen, 3, 2)
            return graph.add("Mul", graph.sliced(chosen, 3, 0, 2), seen), seen

        def total(x: str) -> str:
            return graph.add("ReduceSum", x, graph.constant([1], np.int64), keepdims=1)

        (right, right_seen), (left, left_seen) = (some([at]) for at in self.shoulders)
        both = graph.add("Mul", right_seen, left_seen)  # (clips, frames, 1, 1)
        frames = graph.add("Max", total(both), graph.constant(1))
        middle = graph.add("Mul", graph.add("Add", right, left), graph.constant(0.5))
        centre = graph.add("Div", total(graph.add("Mul", middle, both)), frames)
        axis = graph.constant([3], np.int64)
        widths = graph.add("ReduceL2", graph.add("Sub", right, left), axis, keepdims=1)
        width = graph.add("Div", total(graph.add("Mul", widths, both)), frames)
        shortest = graph.constant(_SHORTEST)
        measured = graph.add("Cast", graph.add("Greater", width, shortest), to=1)
        unit = graph.add("Max", width, shortest)
        (points, shown), (others, others_seen) = some(self.points), some(self.others)
        missing = graph.add("Sub", graph.constant(1), shown)
        instead = graph.add("Mul", missing, others_seen)
        points = graph.add("Add", points, graph.add("Mul", others, instead))
        shown = graph.add("Mul", graph.add("Add", shown, instead), measured)
        nose, nose_seen = some([self.nose])
        at_face = graph.constant(self.at_face, np.int64)
        faced = graph.add("Sub", graph.add("Gather", points, at_face, axis=2), nose)
        faced_shown = graph.add("Mul", graph.add("Gather", shown, at_face, axis=2), nose_seen)
        apart = graph.add("Concat", graph.add("Sub", points, centre), faced, axis=2)
        shown = graph.add("Concat", shown, faced_shown, axis=2)
        apart = graph.add("Mul", graph.add("Div", apart, unit), shown)
        step = graph.add("Sub", graph.sliced(apart, 1, 1), graph.sliced(apart, 1, 0, -1))
        shown_twice = graph.add("Mul", graph.sliced(shown, 1, 1), graph.sliced(shown, 1, 0, -1))
        change = graph.padded(graph.add("Mul", step, shown_twice), 1, 4, before=1)
        flat = [graph.shaped(x, 0, 0, -1) for x in (apart, shown, change)]
        return graph.joined(flat, axis=2), graph.shaped(measured, 0, -1)


@register
class ArmsStream(keras.Model):
    """landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames) in; out come
    clip (clips, width), the arms' vector, and seen (clips, 1), 1 where there is a body.

    Its layers have names that no backbone's have, by which learning rates are told apart.
    """

    def __init__(
        self, config: ArmsConfig, skeleton: Skeleton, num_frames: int, **kwargs: Any
    ) -> None:
        inputs = {
            "landmarks": keras.Input((num_frames, len(skeleton), 3), name="landmarks"),
            "frame_mask": keras.Input((num_frames,), dtype="bool", name="frame_mask"),
        }
        arms = Arms.of(skeleton, name="arms", dtype="float32")
        landmarks, mask = inputs["landmarks"], inputs["frame_mask"]
        sizes = config.sizes
        x = keras.layers.Dense(config.width, name="arms_embedding")(arms(landmarks))
        for number, kind in enumerate(config.blocks):
            block = KINDS[kind].of(sizes, f"arms_{kind}_{number}")
            x, mask = block(x, mask), block.mask_after(mask)
        x = keras.layers.LayerNormalization(epsilon=1e-6, name="arms_norm")(x)
        seen = ops.max(arms.shoulders_seen(landmarks), axis=1, keepdims=True)
        outputs = {"clip": FrameMean(name="mean")(x, mask), "seen": seen}
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)
        self.config, self.skeleton, self.num_frames = config, skeleton, num_frames

    def get_config(self) -> dict:
        return description(self)

    @classmethod
    def from_config(cls, values: dict, custom_objects: dict | None = None) -> ArmsStream:
        """Rebuild from what `get_config` returned."""
        return rebuilt(cls, ArmsConfig, values)

    def write(self, graph: Graph, mask: str) -> tuple[str, str]:
        """Add it to an ONNX graph; mask: (clips, frames, 1). Returns clip and seen."""
        features, seen = self.get_layer("arms").write(graph)
        x = graph.dense(self.get_layer("arms_embedding"), features, self.num_frames)
        frames = Frames(x, mask, self.num_frames)
        for number, kind in enumerate(self.config.blocks):
            frames = self.get_layer(f"arms_{kind}_{number}").write(graph, frames)
        x = graph.normed(self.get_layer("arms_norm"), frames.x)
        return graph.frame_mean(x, frames.mask), seen


def _flat(values: Tensor) -> Tensor:
    frames, points, axes = values.shape[1:]
    return ops.reshape(values, (-1, frames, points * axes))
