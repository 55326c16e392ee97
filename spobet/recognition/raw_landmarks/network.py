"""A network with its preprocessing inside: raw landmarks in, probabilities out, in one ONNX file.

The file reads one clip of any number of frames:

    landmarks  (frames, landmarks, 3)  x, y, confidence; NaN or confidence 0 where missing
    size       (2,)                    width and height of the picture, see `SIZE_MEANS`; else 1, 1
    times      (frames,) float64       seconds, ascending; NaN where unknown: 25 frames a second

and gives

    probabilities  (1, glosses)  what `Recognizer.predict` ranks, without enrolled signs
    confidence     (1,)          the answer is accepted from the metadata's `threshold` on
    embedding      (1, width)    what stands for the clip
    hands_seen     (1,)          share of the frames that show a hand; at 0 nothing else counts
    evidence       (1,)          0.01 to 1, where enough was seen of the sign
    sign_seen      (1, 4)        what it is made of: the share of the sign's frames that show a
                                 hand, seconds with one, speed of the hands where they are fastest
                                 (hand lengths a second), hand length in the network's unit
    logits         (1, glosses)  what the probabilities come from; enrolled signs stand beside them
    others         (1, 1)        the logit of auxiliary glosses, where the network has them

Hands that rest before and after the sign are left out, as `Recognizer.predict` does: of the spans
in which the sign may lie that counts which has the best logit, less its lead. An app in which signs
are enrolled chooses among them itself:

    spans           (spans, 2)  first and last frame + 1, one for clips without rests
    leads           (spans,)    what is taken from a span's best score before they are compared
    span_embedding  (spans, width), span_logits (spans, glosses), span_others (spans, 1)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.poses.preprocess import Preprocessor
from spobet.recognition.raw_landmarks.graph import PURPOSE, LandmarkGraph, whole
from spobet.recognition.raw_landmarks.preprocess import add_prepared, add_span_input, add_trimmed
from spobet.recognition.raw_landmarks.probabilities import add_probabilities
from spobet.recognition.raw_landmarks.rests import add_evidence, add_spans
from spobet.recognition.rejection import Rejection

SIZE_MEANS = {
    "image": "of the picture in pixels where x and y are pixels",
    "pixels": "of the picture in pixels where x and y are shares of it",
}
_NETWORK = "network_"  # before the names of the network's own values


def with_preprocessing(
    network: Any, preprocessor: Preprocessor, rejection: Rejection, metadata: Mapping[str, str]
) -> Any:
    """The ONNX model that reads raw landmarks for a network that reads what a Preprocessor makes.

    network: an ONNX model with the inputs `landmarks` and `frame_mask`. UserError where it was
    trained in a unit in which no recording comes.
    """
    onnx = extra_module("onnx", "export", PURPOSE)
    if preprocessor.unit not in SIZE_MEANS:
        raise UserError(
            f"the network's unit is {preprocessor.unit or 'unknown'!r}, expected one of: "
            f"{', '.join(SIZE_MEANS)}; only these can be read from raw landmarks"
        )
    graph = LandmarkGraph()
    inner = onnx.compose.add_prefix(network, _NETWORK).graph
    outputs = _add_network(graph, network, inner, preprocessor, rejection)
    for name, (value, _) in outputs.items():
        graph.name(value, name)
    kinds, info = onnx.TensorProto, onnx.helper.make_tensor_value_info
    body = onnx.helper.make_graph(
        graph.nodes,
        "spobet_raw_landmarks",
        [
            info("landmarks", kinds.FLOAT, ["frames", len(preprocessor.skeleton), 3]),
            info("size", kinds.FLOAT, [2]),
            info("times", kinds.DOUBLE, ["frames"]),
        ],
        [
            info(name, kinds.INT64 if name == "spans" else kinds.FLOAT, shape)
            for name, (_, shape) in outputs.items()
        ],
        [*graph.constants, *inner.initializer],
    )
    model = onnx.helper.make_model(
        body, opset_imports=network.opset_import, ir_version=network.ir_version
    )
    onnx.helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model, full_check=True)
    return model


def _add_network(
    graph: LandmarkGraph, network: Any, inner: Any, preprocessor: Preprocessor, rejection: Rejection
) -> dict[str, tuple[str, list[int | str]]]:
    """Add all that the file does to its inputs; returns the value and shape of each output.

    inner: the network's graph, its values named with _NETWORK.
    """
    clip = add_prepared(graph, preprocessor)
    *trimmed, first = add_trimmed(graph, clip)
    spans, leads, motion = add_spans(graph, preprocessor.skeleton, *trimmed)
    spans = graph.add("Add", spans, first)
    evidence, seen = add_evidence(graph, clip.with_hand, spans, clip.times, motion)

    def span_input(inside: LandmarkGraph, number: str) -> list[tuple[str, str]]:
        span = inside.add("Reshape", inside.rows(spans, number), whole(-1))
        bounds = (inside.part(span, 0, 0, 1), inside.part(span, 0, 1, 2))
        landmarks, mask = add_span_input(inside, preprocessor, clip, *bounds)
        return [(landmarks, "FLOAT"), (mask, "BOOL")]

    inputs = graph.each(graph.count(leads), span_input)
    for name, value in zip(("landmarks", "frame_mask"), inputs, strict=True):
        graph.name(value, _NETWORK + name)
    graph.nodes.extend(inner.node)
    given = {output.name: output.type.tensor_type.shape for output in network.graph.output}
    widths = {name: shape.dim[-1].dim_value for name, shape in given.items()}
    best = graph.add("Sub", graph.reduced("Max", f"{_NETWORK}logits", 1), leads)
    chosen = graph.add("ArgMax", best, axis=0, keepdims=1)
    values = {name: graph.rows(_NETWORK + name, chosen) for name in widths}
    probabilities, confidence = add_probabilities(graph, values, evidence, rejection)
    return {
        "probabilities": (probabilities, [1, widths["logits"]]),
        "confidence": (confidence, [1]),
        "hands_seen": (clip.share, [1]),
        "evidence": (evidence, [1]),
        "sign_seen": (seen, [1, 4]),
        **{name: (values[name], [1, width]) for name, width in widths.items()},
        "spans": (spans, ["spans", 2]),
        "leads": (leads, ["spans"]),
        **{f"span_{name}": (_NETWORK + name, ["spans", width]) for name, width in widths.items()},
    }
