"""What `spobet.poses.preprocess.Preprocessor` does to one clip, as operators of ONNX.

Each function of this folder names the one of `spobet.poses` that it repeats; tests hold them
equal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spobet.poses.preprocess import Preprocessor
from spobet.recognition.raw_landmarks.graph import LandmarkGraph, single, whole
from spobet.recognition.raw_landmarks.hand_shape import add_sides_by_shape
from spobet.recognition.raw_landmarks.normalize import add_normalized, add_right_lead
from spobet.recognition.raw_landmarks.resample import add_even_times, add_network_frames


@dataclass(frozen=True)
class PreparedClip:
    """Values of a clip in the network's unit: xy and seen of landmarks, times of frames.

    with_hand: (frames,) 1 where a hand is seen. share: of the frames in which one is, (1,).
    """

    xy: str
    seen: str
    times: str
    with_hand: str
    share: str


def add_prepared(graph: LandmarkGraph, preprocessor: Preprocessor) -> PreparedClip:
    """`Preprocessor.prepared` of the file's `landmarks`, `size` and `times`, 0 where missing."""
    xy = graph.part("landmarks", 2, 0, 2)
    xy = graph.either(graph.add("IsNaN", xy), single(0), xy)
    scaled = graph.add("Div" if preprocessor.unit == "image" else "Mul", xy, "size")
    tiny = float(np.finfo(np.float32).tiny)
    seen = _seen(graph, max(preprocessor.settings.min_confidence, tiny))
    hands = np.concatenate([preprocessor.skeleton.hand(side) for side in ("right", "left")])
    shown = graph.rows(graph.cast(seen, "FLOAT"), hands, axis=1)
    with_hand = graph.reduced("Max", shown, 1)
    share = graph.add("ReduceMean", with_hand, whole(0), keepdims=1)
    return PreparedClip(scaled, seen, "times", with_hand, share)


def add_trimmed(graph: LandmarkGraph, clip: PreparedClip) -> tuple[str, ...]:
    """`poses.normalize.trim_to_hands`: xy, seen and times, and the frame that comes first (1,)."""
    first = graph.add("ArgMax", clip.with_hand, axis=0, keepdims=1)
    last = graph.add("ArgMax", clip.with_hand, axis=0, keepdims=1, select_last_index=1)
    stop = graph.add("Add", last, whole(1))
    parts = (graph.part(value, 0, first, stop) for value in (clip.xy, clip.seen, clip.times))
    return (*parts, first)


def add_span_input(
    graph: LandmarkGraph, preprocessor: Preprocessor, clip: PreparedClip, start: str, stop: str
) -> tuple[str, str]:
    """The network's landmarks (frames, landmarks, 3) and frame_mask (frames,) for a span."""
    settings, skeleton = preprocessor.settings, preprocessor.skeleton
    xy, seen, times, with_hand = (
        graph.part(value, 0, start, stop)
        for value in (clip.xy, clip.seen, clip.times, clip.with_hand)
    )
    part = replace(clip, xy=xy, seen=seen, times=times, with_hand=with_hand)
    xy, seen, times, _ = add_trimmed(graph, part)
    xy, seen = add_even_times(graph, xy, seen, times)
    xy, seen = add_normalized(graph, skeleton, xy, seen, settings.reference)
    if settings.sides_by_shape:
        xy, seen = add_sides_by_shape(graph, skeleton, xy, seen)
    if settings.right_leads:
        xy, seen = add_right_lead(graph, skeleton, xy, seen)
    return add_network_frames(graph, xy, seen, settings.num_frames, settings.stretch)


def _seen(graph: LandmarkGraph, min_confidence: float) -> str:
    """Which landmarks of the input count: (frames, landmarks) bool."""
    unknown = graph.cast(graph.add("IsNaN", "landmarks"), "FLOAT")
    confidence = graph.rows("landmarks", np.array(2), axis=2)
    sure = graph.add("GreaterOrEqual", confidence, single(min_confidence))  # NaN compares False
    known = graph.add("Less", graph.reduced("Max", unknown, 2), single(0.5))
    return graph.add("And", sure, known)
