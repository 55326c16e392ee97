"""`poses.rests` and `recognition.evidence` of one clip, as operators of ONNX."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.poses.rests import EARLY, FAST, FRAME_RATE, REST, WAYS, WINDOW
from spobet.poses.skeleton import Skeleton
from spobet.recognition.evidence import LEAST, WHOLE_SECONDS
from spobet.recognition.raw_landmarks.graph import END, LandmarkGraph, single, whole
from spobet.recognition.raw_landmarks.normalize import add_hand_frame
from spobet.recognition.signs import LEAD

_DOUBLINGS = 13  # a landmark is held for up to 8,192 frames


@dataclass(frozen=True)
class _Track:
    """Values of hands through time, as in `poses.rests`: each landmark where it was last seen."""

    xy: str  # (frames, landmarks, 2)
    known: str  # (frames, landmarks), whether it has been seen yet
    seconds: str  # (frames,) double
    unit: str  # (1,)
    hand_columns: np.ndarray  # of its skeleton


def add_spans(
    graph: LandmarkGraph, skeleton: Skeleton, xy: str, seen: str, times: str
) -> tuple[str, str, tuple[str, str]]:
    """`poses.rests.find_signing` of a clip that shows a hand in its first and its last frame.

    Returns the spans in which the sign may lie (spans, 2), first and last frame + 1, the lead that
    each must have in its best score to be believed (spans,), and (speed, hand_length), (1,) each.
    """
    _, unit, known = add_hand_frame(graph, skeleton, xy, seen)
    count = graph.count(times)
    seconds = _seconds(graph, times)
    latest = graph.part(seconds, 0, -1, END)
    both = graph.add("Concat", seen, graph.reversed(seen), axis=1)
    last, width = _last_seen(graph, both), len(skeleton)
    track, backwards = (
        _Track(*_held(graph, points, held), since, unit, skeleton.hand_columns)
        for points, held, since in (
            (xy, graph.part(last, 1, 0, width), seconds),
            (
                graph.reversed(xy),
                graph.part(last, 1, width, END),
                graph.reversed(graph.add("Sub", latest, seconds)),
            ),
        )
    )
    speeds, speeds_back = (_speeds(graph, one) for one in (track, backwards))
    start = _first_motion(graph, track, speeds)
    rest_after = _first_motion(graph, backwards, speeds_back)
    stop = graph.add("Sub", count, rest_after)
    measured = graph.add("And", known, graph.add("Greater", count, whole(1)))
    some = graph.add("And", graph.add("Less", start, stop), measured)
    start, stop = graph.either(some, start, whole(0)), graph.either(some, stop, count)
    spans, leads = _candidates(graph, (track, backwards), count, start, stop)
    speed = graph.reduced("Max", speeds, 0)
    speed = graph.either(measured, graph.add("Reshape", speed, whole(-1)), np.array([0.0]))
    return spans, leads, (graph.cast(speed, "FLOAT"), unit)


def add_evidence(
    graph: LandmarkGraph, with_hand: str, spans: str, times: str, motion: tuple[str, str]
) -> tuple[str, str]:
    """`recognition.evidence.Evidence` of the first span: its strength (1,), and what it is made
    of, (1, 4): share, seconds, speed, and the hand length in the network's unit.

    with_hand: (frames,) 1 where a hand is seen, of the clip to which spans and times belong.
    motion: speed and hand length, as `add_spans` gives them.
    """
    bounds = [graph.part(graph.part(spans, 0, 0, 1), 1, side, side + 1) for side in (0, 1)]
    start, stop = (graph.add("Squeeze", bound, whole(0)) for bound in bounds)
    shown = graph.add("ReduceSum", graph.part(with_hand, 0, start, stop), whole(0), keepdims=1)
    share = graph.add("Div", shown, graph.cast(graph.add("Sub", stop, start), "FLOAT"))
    count, since = graph.count(times), _seconds(graph, times)
    gaps = graph.cast(graph.add("Sub", count, whole(1)), "DOUBLE")
    interval = graph.add("Div", graph.part(since, 0, -1, END), gaps)
    one = graph.add("Equal", count, whole(1))
    interval = graph.either(one, np.array(1 / FRAME_RATE), interval)
    seconds = graph.cast(graph.add("Mul", graph.cast(shown, "DOUBLE"), interval), "FLOAT")
    speed, _ = motion
    parts = [
        graph.add("Min", graph.add("Div", value, single(most)), single(1))
        for value, most in ((seconds, WHOLE_SECONDS), (speed, FAST))
    ]
    strength = graph.add("Max", graph.add("Mul", *parts), single(LEAST))
    seen = graph.add("Concat", share, seconds, *motion, axis=0)
    return strength, graph.add("Unsqueeze", seen, whole(0))


def _seconds(graph: LandmarkGraph, times: str) -> str:
    """Seconds since the first frame (frames,) double, at FRAME_RATE where times are unknown."""
    numbers = graph.cast(graph.numbers(graph.count(times)), "DOUBLE")
    counted = graph.add("Div", numbers, np.array(FRAME_RATE))
    since = graph.add("Sub", times, graph.part(times, 0, 0, 1))
    return graph.either(graph.lacks_any(times), counted, since)


def _last_seen(graph: LandmarkGraph, seen: str) -> str:
    """In which frame each landmark was last seen, -1 before it first is: (frames, landmarks)."""
    numbers = graph.numbers(graph.count(seen))
    last = graph.either(seen, graph.add("Unsqueeze", numbers, whole(1)), np.array(-1))
    steps = 2 ** np.arange(_DOUBLINGS)[:, None]
    before = graph.add("Max", graph.add("Sub", numbers, steps), np.array(0))
    for doubling in range(_DOUBLINGS):  # what the first frame holds, every earlier one may
        last = graph.add("Max", last, graph.rows(last, graph.rows(before, np.array(doubling))))
    return last


def _held(graph: LandmarkGraph, xy: str, last: str) -> tuple[str, str]:
    """`poses.rests._held`: the points of the frames `last` (frames, landmarks), and which are."""
    count = graph.part(graph.add("Shape", last), 0, 1, 2)
    first = graph.add("Mul", graph.add("Max", last, np.array(0)), count)
    at = graph.add("Add", first, graph.numbers(count))  # in xy, frame by frame
    points = graph.rows(graph.add("Reshape", xy, np.array([-1, 2])), at)
    return points, graph.add("GreaterOrEqual", last, np.array(0))


def _apart(
    graph: LandmarkGraph, track: _Track, one: tuple[str, str], other: tuple[str, str]
) -> str:
    """`poses.rests._distance` between xy and known of n frames each: (n,)."""
    (points, shown), (others, also) = one, other
    lengths = graph.add("ReduceL2", graph.add("Sub", points, others), whole(2), keepdims=0)
    known = graph.add("And", shown, also)
    counts = graph.add("MatMul", graph.cast(known, "FLOAT"), track.hand_columns)
    sums = graph.add("MatMul", graph.either(known, lengths, single(0)), track.hand_columns)
    means = graph.add("Div", sums, graph.add("Max", counts, single(1)))
    return graph.add("Div", graph.reduced("Max", means, 1), track.unit)


def _speeds(graph: LandmarkGraph, track: _Track) -> str:
    """The speeds of `poses.rests._Track.windows`: (frames,) double."""
    seconds, count = track.seconds, graph.count(track.seconds)
    windows = graph.add("Add", seconds, np.array(WINDOW - EARLY))
    columns = graph.add("Unsqueeze", seconds, whole(0)), graph.add("Unsqueeze", windows, whole(1))
    ends = graph.reduced("Sum", graph.cast(graph.add("Less", *columns), "INT64"), 1)
    ends = graph.add("Min", ends, graph.add("Sub", count, whole(1)))
    lasting = graph.add("Sub", graph.rows(seconds, ends), seconds)
    lasting = graph.add("Max", lasting, np.array(WINDOW))
    later = graph.rows(track.xy, ends), graph.rows(track.known, ends)
    way = graph.cast(_apart(graph, track, later, (track.xy, track.known)), "DOUBLE")
    return graph.add("Div", way, lasting)


def _first_motion(graph: LandmarkGraph, track: _Track, speeds: str) -> str:
    """`poses.rests._first_motion`: (1,)."""
    moving = graph.add("GreaterOrEqual", speeds, np.array(FAST))
    still = graph.add("ArgMax", graph.cast(moving, "FLOAT"), axis=0, keepdims=1)
    rested = graph.add("GreaterOrEqual", graph.rows(track.seconds, still), np.array(REST))
    return graph.either(rested, still, whole(0))


def _candidates(
    graph: LandmarkGraph, tracks: tuple[_Track, _Track], count: str, start: str, stop: str
) -> tuple[str, str]:
    """The spans and leads of `add_spans` for a sign between rests, start..stop-1 of count frames.

    tracks: of the clip, and of the clip backwards.
    """
    track, backwards = tracks
    ends = graph.add("Sub", count, stop), graph.add("Sub", count, start)
    ways = zip(_ways(graph, track, start, stop), _ways(graph, backwards, *ends), strict=True)
    bounds, chosen = [start, stop], [graph.add("Identity", np.array([True]))]
    before = graph.add("Identity", whole(0))
    for way, back in ways:
        bounds += [graph.add("Add", start, way), graph.add("Sub", stop, back)]
        both_ways = graph.add("Add", way, back)
        chosen.append(graph.add("Greater", both_ways, before))  # a longer way never ends earlier
        before = both_ways
    spans = graph.add("Concat", *bounds, whole(0), count, axis=0)
    spans = graph.add("Reshape", spans, np.array([-1, 2], np.int64))
    rests = graph.add("Less", graph.add("Sub", stop, start), count)
    differ = graph.add("Concat", *chosen, rests, axis=0)
    leads = np.array([0] * (1 + len(WAYS)) + [LEAD], np.float32)
    return graph.add("Compress", spans, differ, axis=0), graph.add("Compress", leads, differ)


def _ways(graph: LandmarkGraph, track: _Track, start: str, stop: str) -> list[str]:
    """`poses.rests._ways`: (1,) each."""
    count, after = graph.add("Sub", stop, start), graph.add("Add", start, whole(1))
    part, first = (
        (graph.part(track.xy, 0, start, end), graph.part(track.known, 0, start, end))
        for end in (stop, after)
    )
    away = _apart(graph, track, part, first)
    column = graph.add("Unsqueeze", away, whole(1))
    middle = graph.median(column, count, np.array(np.inf, np.float32))
    seconds = graph.part(track.seconds, 0, start, stop)
    since = graph.add("Sub", seconds, graph.part(seconds, 0, 0, 1))
    third, rests = graph.add("Div", count, whole(3)), graph.add("Greater", start, whole(0))
    ways = []
    for share, latest in WAYS:
        left = graph.add("GreaterOrEqual", away, graph.add("Mul", middle, single(share)))
        frames = graph.add("ArgMax", graph.cast(left, "FLOAT"), axis=0, keepdims=1)
        near = graph.cast(graph.add("LessOrEqual", since, np.array(latest)), "INT64")
        longest = graph.add("Sub", graph.add("ReduceSum", near, whole(0), keepdims=1), whole(1))
        frames = graph.add("Min", frames, longest, third)
        ways.append(graph.either(rests, frames, whole(0)))
    return ways
