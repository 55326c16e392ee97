"""`recognition.answers.gloss_probabilities` of one clip, without enrolled signs, in ONNX."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from spobet.recognition.evidence import DOUBT, DOUBT_OF_CONFIDENCE
from spobet.recognition.raw_landmarks.graph import LandmarkGraph, single, whole
from spobet.recognition.rejection import Rejection


def add_probabilities(
    graph: LandmarkGraph, outputs: Mapping[str, str], evidence: str, rejection: Rejection
) -> tuple[str, str]:
    """Add what follows a network's outputs; returns probabilities (1, glosses), confidence (1,).

    outputs: the values of `logits` and, of networks with auxiliary glosses, `others`, by name.
    evidence: how much of the sign was seen, (1,).
    """
    weight = rejection.auxiliary_weight
    shown_at, judged_at = (
        graph.add("Mul", graph.add("Pow", evidence, single(-doubt)), single(temperature))
        for temperature, doubt in (
            (rejection.temperature, DOUBT),
            (rejection.temperature_of_confidence, DOUBT_OF_CONFIDENCE),
        )
    )
    shown = _softmax(graph, outputs, shown_at, weight)
    shown = graph.add("Mul", shown, single(rejection.known_share))
    if rejection.first_share:
        first = graph.add("ArgMax", outputs["logits"], axis=1, keepdims=1)
        glosses = graph.numbers(graph.part(graph.add("Shape", shown), 0, 1, 2))
        is_first = graph.cast(graph.add("Equal", glosses, first), "FLOAT")
        lead = graph.add("Mul", evidence, single(rejection.first_share))
        shown = graph.add("Add", shown, graph.add("Mul", is_first, lead))
    judged = _softmax(graph, outputs, judged_at, 1.0)
    return shown, graph.reduced("Max", judged, 1)


def _softmax(
    graph: LandmarkGraph, outputs: Mapping[str, str], temperature: str, weight: float
) -> str:
    """Probabilities of the glosses where the auxiliary logit counts `weight` times."""
    logits = outputs["logits"]
    if "others" not in outputs or weight == 0:
        return graph.add("Softmax", graph.add("Div", logits, temperature), axis=1)
    more = graph.add("Mul", temperature, single(math.log(weight)))
    both = graph.add("Concat", logits, graph.add("Add", outputs["others"], more), axis=1)
    shares = graph.add("Softmax", graph.add("Div", both, temperature), axis=1)
    return graph.add("Slice", shares, whole(0), whole(-1), np.array([1], np.int64))
