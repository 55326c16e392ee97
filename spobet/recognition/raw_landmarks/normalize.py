"""`poses.normalize` and `poses.mirror` of one clip, as operators of ONNX."""

from __future__ import annotations

import numpy as np

from spobet.errors import UserError
from spobet.poses.normalize import SMALLEST_UNIT
from spobet.poses.skeleton import Skeleton
from spobet.recognition.raw_landmarks.graph import END, LandmarkGraph, single, whole


def add_normalized(
    graph: LandmarkGraph, skeleton: Skeleton, xy: str, seen: str, reference: str
) -> tuple[str, str]:
    """`poses.normalize`: the clip in the signer's frame of reference, 0 where missing."""
    names = skeleton.landmarks
    origin, unit, known = add_hand_frame(graph, skeleton, xy, seen)
    if reference == "body" and "neck" in names and "nose" in names:
        neck, nose = skeleton.index("neck"), skeleton.index("nose")
        body = _frame_of(graph, xy, seen, np.array([neck]), np.array([[nose, neck]]))
        origin, unit = (
            graph.either(body[2], ours, theirs)
            for ours, theirs in zip(body[:2], (origin, unit), strict=True)
        )
        known = graph.add("Or", body[2], known)
    seen = graph.add("And", seen, known)
    framed = graph.add("Div", graph.add("Sub", xy, origin), unit)
    return graph.either(graph.add("Unsqueeze", seen, whole(2)), framed, single(0)), seen


def add_hand_frame(
    graph: LandmarkGraph, skeleton: Skeleton, xy: str, seen: str
) -> tuple[str, str, str]:
    """Median of the wrists (2,), `poses.normalize.hand_length` (1,), and whether they are known."""
    sides = [side for side in ("right", "left") if len(skeleton.hand(side))]
    wrists = np.array([skeleton.index(f"{side}_hand_wrist") for side in sides])
    knuckles = np.array([skeleton.index(f"{side}_middle_mcp") for side in sides])
    return _frame_of(graph, xy, seen, wrists, np.stack([wrists, knuckles], 1))


def add_right_lead(graph: LandmarkGraph, skeleton: Skeleton, xy: str, seen: str) -> tuple[str, str]:
    """`poses.mirror.lead_with_right`."""
    hands = {side: skeleton.hand(side) for side in ("right", "left")}
    if not all(map(len, hands.values())):
        raise UserError(f"skeleton {skeleton.name} has one hand only, expected two to tell them")
    travels = (_travel(graph, xy, seen, hands[side]) for side in ("left", "right"))
    left_leads = graph.add("Greater", *travels)
    order = skeleton.mirror_order
    turned = graph.add("Mul", graph.rows(xy, order, axis=1), np.array([-1, 1], np.float32))
    mirrored = graph.rows(seen, order, axis=1)
    return graph.either(left_leads, turned, xy), graph.either_mask(left_leads, mirrored, seen)


def _seen_median(graph: LandmarkGraph, values: str, seen: str) -> tuple[str, str]:
    """The median of the seen values (n, columns) by column, (columns,), and how many, (1,)."""
    ranked = graph.either(graph.add("Unsqueeze", seen, whole(1)), values, single(np.inf))
    count = graph.add("ReduceSum", graph.cast(seen, "INT64"), whole(0), keepdims=1)
    return graph.median(ranked, count, single(np.inf)), count


def _frame_of(
    graph: LandmarkGraph, xy: str, seen: str, origin: np.ndarray, ends: np.ndarray
) -> tuple[str, str, str]:
    """Origin (2,), unit of length (1,), and whether both can be measured, (1,) bool.

    origin: landmarks whose median is the origin. ends: (pairs, 2), landmarks whose median
    distance is the unit.
    """
    flat = np.array([-1, 2], np.int64), np.array([-1], np.int64)
    points = graph.add("Reshape", graph.rows(xy, origin, axis=1), flat[0])
    there = graph.add("Reshape", graph.rows(seen, origin, axis=1), flat[1])
    centre, num_points = _seen_median(graph, points, there)
    one, other = (graph.rows(xy, ends[:, column], axis=1) for column in (0, 1))
    apart = graph.add("ReduceL2", graph.add("Sub", one, other), whole(2), keepdims=0)
    both = graph.add("And", *(graph.rows(seen, ends[:, column], axis=1) for column in (0, 1)))
    lengths = graph.add("Reshape", apart, np.array([-1, 1], np.int64))
    length, num_lengths = _seen_median(graph, lengths, graph.add("Reshape", both, flat[1]))
    enough = graph.add("Greater", graph.add("Min", num_points, num_lengths), whole(0))
    long = graph.add("Greater", length, single(SMALLEST_UNIT))
    return centre, length, graph.add("And", enough, long)


def _travel(graph: LandmarkGraph, xy: str, seen: str, hand: np.ndarray) -> str:
    """`poses.mirror.hand_travel` of one hand."""
    middle = graph.add("ReduceMean", graph.rows(xy, hand, axis=1), whole(1), keepdims=0)
    points = graph.rows(graph.cast(seen, "FLOAT"), hand, axis=1)
    shown = graph.add("ReduceMin", points, whole(1), keepdims=1)
    steps = [
        (graph.part(value, 0, 1, END), graph.part(value, 0, 0, -1)) for value in (middle, shown)
    ]
    moved = graph.add("Abs", graph.add("Sub", *steps[0]))
    counted = graph.add("Mul", moved, graph.add("Mul", *steps[1]))
    return graph.add("ReduceSum", counted, keepdims=0)
