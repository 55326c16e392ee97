"""A network with its preprocessing inside: raw landmarks in, probabilities out, in one ONNX file.

The file reads one clip of any number of frames:

    landmarks  (frames, landmarks, 3)  x, y, confidence; NaN or confidence 0 where missing
    size       (2,)                    width and height of the picture, see `SIZE_MEANS`; else 1, 1
    times      (frames,) float64       seconds, ascending; NaN where unknown (then evenly spaced)

and gives

    probabilities  (1, glosses)  what `Recognizer.predict` ranks, without enrolled signs
    confidence     (1,)          the answer is accepted from the metadata's `threshold` on
    embedding      (1, width)    what stands for the clip
    hands_seen     (1,)          share of the frames that show a hand; at 0 nothing else counts
    logits         (1, glosses)  what the probabilities come from; enrolled signs stand beside them
    others         (1, 1)        the logit of auxiliary glosses, where the network has them
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.poses.preprocess import Preprocessor
from spobet.recognition.raw_landmarks.graph import PURPOSE, LandmarkGraph
from spobet.recognition.raw_landmarks.preprocess import add_preprocessing
from spobet.recognition.raw_landmarks.probabilities import add_probabilities
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
    graph, inner = LandmarkGraph(), onnx.compose.add_prefix(network, _NETWORK).graph
    landmarks, frame_mask, hands_seen = add_preprocessing(graph, preprocessor)
    for name, value in (("landmarks", landmarks), ("frame_mask", frame_mask)):
        graph.name(value, _NETWORK + name)
    graph.nodes.extend(inner.node)
    plain = _outputs_of(network)
    values = {name: value for name, (value, _) in plain.items()}
    probabilities, confidence = add_probabilities(graph, values, rejection)
    outputs = {
        "probabilities": (probabilities, plain["logits"][1]),
        "confidence": (confidence, [1]),
        "embedding": plain.pop("embedding"),
        "hands_seen": (hands_seen, [1]),
        **plain,
    }
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
        [info(name, kinds.FLOAT, shape) for name, (_, shape) in outputs.items()],
        [*graph.constants, *inner.initializer],
    )
    model = onnx.helper.make_model(
        body, opset_imports=network.opset_import, ir_version=network.ir_version
    )
    onnx.helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model, full_check=True)
    return model


def _outputs_of(network: Any) -> dict[str, tuple[str, list[int]]]:
    """The value and the shape of each of a network's outputs, by name."""
    outputs = {}
    for output in network.graph.output:
        width = output.type.tensor_type.shape.dim[-1].dim_value
        outputs[output.name] = _NETWORK + output.name, [1, width]
    return outputs
