"""`recognition.answers.gloss_probabilities` of one clip, without enrolled signs, in ONNX."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from spobet.recognition.raw_landmarks.graph import LandmarkGraph, single, whole
from spobet.recognition.rejection import Rejection


def add_probabilities(
    graph: LandmarkGraph, outputs: Mapping[str, str], rejection: Rejection
) -> tuple[str, str]:
    """Add what follows a network's outputs; returns probabilities (1, glosses), confidence (1,).

    outputs: the values of `logits` and, of networks with auxiliary glosses, `others`, by name.
    """
    weight, temperature = rejection.auxiliary_weight, rejection.temperature
    shown = _softmax(graph, outputs, temperature, weight)
    judged = _softmax(graph, outputs, rejection.temperature_of_confidence, 1.0)
    return shown, graph.reduced("Max", judged, 1)


def _softmax(
    graph: LandmarkGraph, outputs: Mapping[str, str], temperature: float, weight: float
) -> str:
    """Probabilities of the glosses where the auxiliary logit counts `weight` times."""
    logits = outputs["logits"]
    if "others" not in outputs or weight == 0:
        return graph.add("Softmax", graph.add("Div", logits, single(temperature)), axis=1)
    auxiliary = graph.add("Add", outputs["others"], single(temperature * math.log(weight)))
    both = graph.add("Concat", logits, auxiliary, axis=1)
    shares = graph.add("Softmax", graph.add("Div", both, single(temperature)), axis=1)
    return graph.add("Slice", shares, whole(0), whole(-1), np.array([1], np.int64))
