"""What `spobet.poses.preprocess.Preprocessor` does to one clip, as operators of ONNX.

Each function of this folder names the one of `spobet.poses` that it repeats; tests hold them
equal.
"""

from __future__ import annotations

import numpy as np

from spobet.poses.preprocess import Preprocessor
from spobet.recognition.raw_landmarks.graph import LandmarkGraph, single, whole
from spobet.recognition.raw_landmarks.normalize import add_normalized, add_right_lead
from spobet.recognition.raw_landmarks.resample import add_even_times, add_network_frames


def add_preprocessing(graph: LandmarkGraph, preprocessor: Preprocessor) -> tuple[str, str, str]:
    """Add what `preprocessor` does to one clip's `landmarks`, `size` and `times`.

    Returns the network's landmarks (1, frames, landmarks, 3) and frame_mask (1, frames), and the
    share of the clip's frames in which a hand is seen, (1,).
    """
    settings, skeleton = preprocessor.settings, preprocessor.skeleton
    xy = graph.part("landmarks", 2, 0, 2)
    xy = graph.either(graph.add("IsNaN", xy), single(0), xy)
    scaled = graph.add("Div" if preprocessor.unit == "image" else "Mul", xy, "size")
    seen = _seen(graph, max(settings.min_confidence, float(np.finfo(np.float32).tiny)))
    hands = np.concatenate([skeleton.hand(side) for side in ("right", "left")])
    with_hand = graph.reduced("Max", graph.rows(graph.cast(seen, "FLOAT"), hands, axis=1), 1)
    share = graph.add("ReduceMean", with_hand, whole(0), keepdims=1)
    first = graph.add("ArgMax", with_hand, axis=0, keepdims=1)
    last = graph.add("ArgMax", with_hand, axis=0, keepdims=1, select_last_index=1)
    stop = graph.add("Add", last, whole(1))
    xy, seen = (graph.part(value, 0, first, stop) for value in (scaled, seen))
    times = graph.part("times", 0, first, stop)
    xy, seen = add_even_times(graph, xy, seen, times)
    xy, seen = add_normalized(graph, skeleton, xy, seen, settings.reference)
    if settings.right_leads:
        xy, seen = add_right_lead(graph, skeleton, xy, seen)
    return (*add_network_frames(graph, xy, seen, settings.num_frames, settings.stretch), share)


def _seen(graph: LandmarkGraph, min_confidence: float) -> str:
    """Which landmarks of the input count: (frames, landmarks) bool."""
    unknown = graph.cast(graph.add("IsNaN", "landmarks"), "FLOAT")
    confidence = graph.rows("landmarks", np.array(2), axis=2)
    sure = graph.add("GreaterOrEqual", confidence, single(min_confidence))  # NaN compares False
    known = graph.add("Less", graph.reduced("Max", unknown, 2), single(0.5))
    return graph.add("And", sure, known)
