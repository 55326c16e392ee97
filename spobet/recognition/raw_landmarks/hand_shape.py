"""`poses.hand_shape` of one clip, as operators of ONNX."""

from __future__ import annotations

import numpy as np

from spobet.poses.hand_shape import (
    CONTRADICTS,
    MIDDLE_KNUCKLE,
    TINY,
    WRIST,
    exchange_order,
    layers,
)
from spobet.poses.skeleton import Skeleton
from spobet.recognition.raw_landmarks.graph import END, LandmarkGraph, single, whole


def add_sides_by_shape(
    graph: LandmarkGraph, skeleton: Skeleton, xy: str, seen: str
) -> tuple[str, str]:
    """`poses.hand_shape.with_sides_by_shape` of xy (frames, landmarks, 2) and which are seen."""
    if len(skeleton.hands) < 2:
        return xy, seen
    agreements, counts = [], []
    for sign, hand in zip((1, -1), skeleton.hands, strict=True):
        shown = graph.cast(graph.rows(seen, hand, axis=1), "FLOAT")
        is_whole = graph.reduced("Min", shown, 1)  # (frames,)
        sides = _side_by_shape(graph, graph.rows(xy, hand, axis=1))
        agreement = graph.add("ReduceSum", graph.add("Mul", sides, is_whole), keepdims=0)
        agreements.append(graph.add("Mul", agreement, single(sign)))
        counts.append(graph.add("ReduceSum", is_whole, keepdims=0))
    limit = graph.add("Mul", graph.add("Add", *counts), single(-CONTRADICTS))
    exchanged = graph.add("Less", graph.add("Add", *agreements), limit)
    order = exchange_order(skeleton)
    other = graph.rows(xy, order, axis=1), graph.rows(seen, order, axis=1)
    return graph.either(exchanged, other[0], xy), graph.either_mask(exchanged, other[1], seen)


def _side_by_shape(graph: LandmarkGraph, hands: str) -> str:
    """`poses.hand_shape.side_by_shape` of hands (frames, 21, 2): (frames,)."""
    wrists = graph.rows(hands, np.array([WRIST]), axis=1)
    apart = graph.add("Sub", hands, wrists)
    knuckles = graph.rows(apart, np.array([MIDDLE_KNUCKLE]), axis=1)
    palms = graph.add("ReduceL2", knuckles, whole(2), keepdims=1)
    shape = graph.add("Div", apart, graph.add("Max", palms, single(TINY)))
    values = []
    for flip in ([1, 1], [-1, 1]):
        x = graph.add("Mul", shape, np.array(flip, np.float32))
        x = graph.add("Reshape", graph.part(x, 1, 1, END), np.array([-1, 40], np.int64))
        for number, (matrix, shift) in enumerate(layers()):
            x = graph.add("Gemm", x, matrix.astype(np.float32), shift.astype(np.float32))
            if number < len(layers()) - 1:
                x = graph.add("Mul", x, graph.add("Sigmoid", x))
        values.append(x)
    difference = graph.add("Mul", graph.add("Sub", *values), single(0.5))
    return graph.add("Squeeze", graph.add("Tanh", difference), whole(1))
