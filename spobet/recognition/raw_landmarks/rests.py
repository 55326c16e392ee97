"""`poses.rests` and `recognition.evidence` of one clip, as operators of ONNX."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.poses.rests import EARLY, FAST, FRAME_RATE, FROM_REST, LONGEST_WAY, REST, WINDOW
from spobet.poses.skeleton import Skeleton
from spobet.recognition.evidence import LEAST, WHOLE_SECONDS
from spobet.recognition.raw_landmarks.graph import END, LandmarkGraph, single, whole
from spobet.recognition.raw_landmarks.normalize import add_hand_frame
from spobet.recognition.signs import LEAD

_DOUBLINGS = 13  # a landmark is held for up to 8,192 frames


@dataclass(frozen=True)
class _Track:
    """Values of hands through time, as in `poses.rests`, with what is missing told by `seen`."""

    xy: str  # (frames, landmarks, 2)
    seen: str  # (frames, landmarks)
    seconds: str  # (frames,) double
    unit: str  # (1,)
    hand_columns: np.ndarray  # of its skeleton


def add_spans(
    graph: LandmarkGraph, skeleton: Skeleton, xy: str, seen: str, times: str
) -> tuple[str, str]:
    """`poses.rests.find_signing` of a clip that shows a hand in its first and its last frame.

    Returns the spans in which the sign may lie (spans, 2), first and last frame + 1, and the lead
    that each must have in its best score to be believed (spans,).
    """
    _, unit, known = add_hand_frame(graph, skeleton, xy, seen)
    count = graph.count(times)
    track = _Track(xy, seen, _seconds(graph, times), unit, skeleton.hand_columns)
    latest = graph.part(track.seconds, 0, -1, END)
    backwards = _Track(
        graph.reversed(xy),
        graph.reversed(seen),
        graph.reversed(graph.add("Sub", latest, track.seconds)),
        unit,
        skeleton.hand_columns,
    )
    held, held_back = _held(graph, track), _held(graph, backwards)
    start = _first_motion(graph, track, held)
    rest_after = _first_motion(graph, backwards, held_back)
    stop = graph.add("Sub", count, rest_after)
    measured = graph.add("And", known, graph.add("Greater", count, whole(1)))
    some = graph.add("And", graph.add("Less", start, stop), measured)
    start, stop = graph.either(some, start, whole(0)), graph.either(some, stop, count)
    ends = graph.add("Sub", count, stop), graph.add("Sub", count, start)
    way, way_back = _way(graph, track, held, start, stop), _way(graph, backwards, held_back, *ends)
    inner = graph.add("Add", start, way), graph.add("Sub", stop, way_back)
    bounds = graph.add("Concat", start, stop, *inner, whole(0), count, axis=0)
    spans = graph.add("Reshape", bounds, np.array([3, 2], np.int64))
    rests = graph.add("Less", graph.add("Sub", stop, start), count)
    goes = graph.add("Greater", graph.add("Add", way, way_back), whole(0))
    chosen = graph.add("Concat", np.array([True]), goes, rests, axis=0)
    leads = np.array([0, 0, LEAD], np.float32)
    return graph.add("Compress", spans, chosen, axis=0), graph.add("Compress", leads, chosen)


def add_evidence(graph: LandmarkGraph, with_hand: str, spans: str, times: str) -> str:
    """`recognition.evidence.Evidence.strength` of the first span, (1,).

    with_hand: (frames,) 1 where a hand is seen, of the clip to which spans and times belong.
    """
    bounds = [graph.part(graph.part(spans, 0, 0, 1), 1, side, side + 1) for side in (0, 1)]
    start, stop = (graph.add("Squeeze", bound, whole(0)) for bound in bounds)
    shown = graph.add("ReduceSum", graph.part(with_hand, 0, start, stop), whole(0), keepdims=1)
    count, seconds = graph.count(times), _seconds(graph, times)
    gaps = graph.cast(graph.add("Sub", count, whole(1)), "DOUBLE")
    interval = graph.add("Div", graph.part(seconds, 0, -1, END), gaps)
    one = graph.add("Equal", count, whole(1))
    interval = graph.either(one, np.array(1 / FRAME_RATE), interval)
    share = graph.add("Div", graph.cast(shown, "DOUBLE"), np.array(WHOLE_SECONDS))
    strength = graph.cast(graph.add("Mul", share, interval), "FLOAT")
    return graph.add("Clip", strength, single(LEAST), single(1))


def _seconds(graph: LandmarkGraph, times: str) -> str:
    """Seconds since the first frame (frames,) double, at FRAME_RATE where times are unknown."""
    numbers = graph.cast(graph.numbers(graph.count(times)), "DOUBLE")
    counted = graph.add("Div", numbers, np.array(FRAME_RATE))
    since = graph.add("Sub", times, graph.part(times, 0, 0, 1))
    return graph.either(graph.lacks_any(times), counted, since)


def _held(graph: LandmarkGraph, track: _Track) -> str:
    """In which frame each landmark was last seen, -1 before it first is: (frames, landmarks)."""
    count = graph.count(track.seen)
    numbers = graph.numbers(count)
    last = graph.either(track.seen, graph.add("Unsqueeze", numbers, whole(1)), np.array(-1))
    for power in range(_DOUBLINGS):
        before = np.full((2**power, len(track.hand_columns)), -1)
        earlier = graph.part(graph.add("Concat", before, last, axis=0), 0, 0, count)
        last = graph.add("Max", last, earlier)
    return last


def _apart(graph: LandmarkGraph, track: _Track, one: str, other: str) -> str:
    """`poses.rests._distance` between held frames (n, landmarks) each: (n,)."""
    points = []
    for held in (one, other):
        frames = graph.add("Unsqueeze", graph.add("Max", held, np.array(0)), whole(2))
        both = graph.add("Concat", frames, frames, axis=2)
        points.append(graph.add("GatherElements", track.xy, both, axis=0))
    lengths = graph.add("ReduceL2", graph.add("Sub", *points), whole(2), keepdims=0)
    known = graph.add("GreaterOrEqual", graph.add("Min", one, other), np.array(0))
    counts = graph.add("MatMul", graph.cast(known, "FLOAT"), track.hand_columns)
    sums = graph.add("MatMul", graph.either(known, lengths, single(0)), track.hand_columns)
    means = graph.add("Div", sums, graph.add("Max", counts, single(1)))
    return graph.add("Div", graph.reduced("Max", means, 1), track.unit)


def _first_motion(graph: LandmarkGraph, track: _Track, held: str) -> str:
    """`poses.rests._first_motion`: (1,)."""
    seconds, count = track.seconds, graph.count(held)
    windows = graph.add("Add", seconds, np.array(WINDOW - EARLY))
    columns = graph.add("Unsqueeze", seconds, whole(0)), graph.add("Unsqueeze", windows, whole(1))
    ends = graph.reduced("Sum", graph.cast(graph.add("Less", *columns), "INT64"), 1)
    ends = graph.add("Min", ends, graph.add("Sub", count, whole(1)))
    lasting = graph.add("Sub", graph.rows(seconds, ends), seconds)
    lasting = graph.add("Max", lasting, np.array(WINDOW))
    way = graph.cast(_apart(graph, track, graph.rows(held, ends), held), "DOUBLE")
    moving = graph.add("GreaterOrEqual", way, graph.add("Mul", lasting, np.array(FAST)))
    still = graph.add("ArgMax", graph.cast(moving, "FLOAT"), axis=0, keepdims=1)
    rested = graph.add("GreaterOrEqual", graph.rows(seconds, still), np.array(REST))
    return graph.either(rested, still, whole(0))


def _way(graph: LandmarkGraph, track: _Track, held: str, start: str, stop: str) -> str:
    """`poses.rests._way`: (1,)."""
    part = graph.part(held, 0, start, stop)
    first, count = graph.part(part, 0, 0, 1), graph.add("Sub", stop, start)
    away = _apart(graph, track, part, first)
    column = graph.add("Unsqueeze", away, whole(1))
    middle = graph.median(column, count, np.array(np.inf, np.float32))
    left_rest = graph.add("GreaterOrEqual", away, graph.add("Mul", middle, single(FROM_REST)))
    left = graph.add("ArgMax", graph.cast(left_rest, "FLOAT"), axis=0, keepdims=1)
    seconds = graph.part(track.seconds, 0, start, stop)
    since = graph.add("Sub", seconds, graph.part(seconds, 0, 0, 1))
    near = graph.cast(graph.add("LessOrEqual", since, np.array(LONGEST_WAY)), "INT64")
    longest = graph.add("Sub", graph.add("ReduceSum", near, whole(0), keepdims=1), whole(1))
    frames = graph.add("Min", left, longest, graph.add("Div", count, whole(3)))
    return graph.either(graph.add("Equal", start, whole(0)), whole(0), frames)
