"""`poses.resample` of one clip, as operators of ONNX."""

from __future__ import annotations

import numpy as np

from spobet.poses.resample import MAX_GROWTH
from spobet.recognition.raw_landmarks.graph import END, LandmarkGraph, single, whole


def add_even_times(graph: LandmarkGraph, xy: str, seen: str, times: str) -> tuple[str, str]:
    """`poses.resample.onto_even_times`: evenly from the first frame to the last."""
    count, last = _count(graph, xy)
    intervals = graph.add("Sub", graph.part(times, 0, 1, END), graph.part(times, 0, 0, -1))
    column = graph.add("Unsqueeze", intervals, whole(1))
    median = graph.median(column, last, np.array(1.0))  # one frame has no interval
    duration = graph.add("Sub", graph.part(times, 0, -1, END), graph.part(times, 0, 0, 1))
    steps = graph.add("Round", graph.add("Div", duration, median))  # NaN where times are unknown
    unknown = graph.add("IsNaN", steps)
    steps = graph.cast(graph.either(unknown, np.array(0.0), steps), "INT64")
    most = graph.add("Mul", count, whole(MAX_GROWTH))
    wanted_count = graph.add("Min", graph.add("Add", steps, whole(1)), most)
    wanted_count = graph.add("Max", wanted_count, count)
    few = graph.add("Less", count, whole(3))
    wanted_count = graph.either(few, count, wanted_count)
    numbers = graph.cast(graph.numbers(wanted_count), "DOUBLE")
    gaps = graph.add("Max", graph.add("Sub", wanted_count, whole(1)), whole(1))
    scaled = graph.add("Mul", numbers, graph.cast(last, "DOUBLE"))
    return _read_at(graph, xy, seen, times, graph.add("Div", scaled, graph.cast(gaps, "DOUBLE")))


def add_network_frames(
    graph: LandmarkGraph, xy: str, seen: str, num_frames: int, stretch: bool
) -> tuple[str, str]:
    """`poses.resample.even_frame_times`: landmarks (num_frames, landmarks, 3) and frame_mask."""
    count, last = _count(graph, xy)
    steps, latest = np.arange(num_frames), graph.cast(last, "DOUBLE")
    filled = graph.add("Min", count, whole(num_frames))
    if stretch:
        filled = graph.add("Identity", whole(num_frames))
    gaps = graph.add("Max", graph.add("Sub", filled, whole(1)), whole(1))
    evenly = graph.add("Mul", steps.astype(np.float64), latest)
    wanted = graph.add("Min", graph.add("Div", evenly, graph.cast(gaps, "DOUBLE")), latest)
    nan = graph.add("Expand", np.array(np.nan), count)  # frames are at even times by now
    values, shown = _read_at(graph, xy, seen, nan, wanted)
    mask = graph.add("Less", steps, filled)
    shown = graph.add("And", shown, graph.add("Unsqueeze", mask, whole(1)))
    there = graph.add("Unsqueeze", shown, whole(2))
    values = graph.either(there, values, single(0))
    return graph.add("Concat", values, graph.cast(there, "FLOAT"), axis=2), mask


def _read_at(graph: LandmarkGraph, xy: str, seen: str, times: str, wanted: str) -> tuple[str, str]:
    """`poses.resample.between_frames`: the clip at wanted times (n,), and what is seen there."""
    before, share = _positions(graph, times, wanted)
    after = _next(graph, before, _count(graph, xy)[1])
    shares = graph.add("Unsqueeze", share, np.array([1, 2], np.int64))  # (n, 1, 1)
    earlier, later = graph.rows(xy, before), graph.rows(xy, after)
    step = graph.add("Mul", shares, graph.add("Sub", later, earlier))
    seen_there = graph.rows(seen, before), graph.rows(seen, after)
    both = graph.add("And", *seen_there)
    first_half = graph.add("Less", shares, single(0.5))
    nearer_seen = graph.either_mask(graph.add("Squeeze", first_half, whole(2)), *seen_there)
    nearer = graph.either(first_half, earlier, later)
    between = graph.add("Unsqueeze", both, whole(2))
    values = graph.either(between, graph.add("Add", earlier, step), nearer)
    return values, graph.add("Or", both, nearer_seen)


def _positions(graph: LandmarkGraph, times: str, wanted: str) -> tuple[str, str]:
    """The frame at or before each wanted time, (n,) int64, and the share of the way to the next.

    times: (frames,) seconds, NaN where unknown. wanted: (n,) double, in mean frame intervals.
    """
    count, last = _count(graph, times)
    index = graph.cast(graph.numbers(count), "DOUBLE")
    begin, end = graph.part(times, 0, 0, 1), graph.part(times, 0, -1, END)
    span = graph.add("Max", graph.add("Sub", end, begin), np.array(1e-12))  # one frame spans none
    since = graph.add("Div", graph.add("Sub", times, begin), span)
    taken = graph.either(
        graph.lacks_any(times), index, graph.add("Mul", since, graph.cast(last, "DOUBLE"))
    )
    columns = graph.add("Unsqueeze", taken, whole(0)), graph.add("Unsqueeze", wanted, whole(1))
    passed = graph.reduced("Sum", graph.cast(graph.add("LessOrEqual", *columns), "INT64"), 1)
    latest = graph.add("Max", graph.add("Sub", last, whole(1)), whole(0))
    before = graph.add("Min", graph.add("Sub", passed, whole(1)), latest)
    start = graph.rows(taken, before)
    step = graph.add("Sub", graph.rows(taken, _next(graph, before, last)), start)
    still = graph.add("LessOrEqual", step, np.array(0, np.float64))
    step = graph.either(still, np.array(1, np.float64), step)
    return before, graph.cast(graph.add("Div", graph.add("Sub", wanted, start), step), "FLOAT")


def _count(graph: LandmarkGraph, x: str) -> tuple[str, str]:
    """How many entries the first axis has, and the position of the last: (1,) int64 each."""
    count = graph.count(x)
    return count, graph.add("Sub", count, whole(1))


def _next(graph: LandmarkGraph, frames: str, last: str) -> str:
    return graph.add("Min", graph.add("Add", frames, whole(1)), last)
