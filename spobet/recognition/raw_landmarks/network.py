"""A network with its preprocessing inside: raw landmarks in, probabilities out, in one ONNX file.

The file reads one clip of any number of frames:

    landmarks  (frames, landmarks, 3)  x, y, confidence; NaN or confidence 0 where missing
    size       (2,)                    width and height of the picture, see `SIZE_MEANS`; else 1, 1
    times      (frames,) float64       seconds, ascending; NaN where unknown (then evenly spaced)
"""

from __future__ import annotations

from typing import Any

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.poses.preprocess import Preprocessor
from spobet.recognition.raw_landmarks.graph import PURPOSE, LandmarkGraph
from spobet.recognition.raw_landmarks.preprocess import add_preprocessing

SIZE_MEANS = {
    "image": "of the picture in pixels where x and y are pixels",
    "pixels": "of the picture in pixels where x and y are shares of it",
}
_NETWORK = "network_"  # before the names of the network's own values


def with_preprocessing(
    network: Any, preprocessor: Preprocessor, add_outputs: Any, metadata: dict[str, str]
) -> Any:
    """An ONNX model of `network`'s file (`landmarks`, `frame_mask` in) that reads raw landmarks.

    add_outputs: given the graph and the network's outputs by name, adds what follows them and
    returns the new model's outputs as name -> (value, shape); what it leaves out is not written.
    """
    onnx = extra_module("onnx", "export", PURPOSE)
    if preprocessor.unit not in SIZE_MEANS:
        raise UserError(
            f"the network's unit is {preprocessor.unit or 'unknown'!r}, expected one of: "
            f"{', '.join(SIZE_MEANS)}; only these can be read from raw landmarks"
        )
    graph = LandmarkGraph()
    landmarks, frame_mask, share = add_preprocessing(graph, preprocessor)
    inner = onnx.compose.add_prefix(network, _NETWORK).graph
    for name, value in (("landmarks", landmarks), ("frame_mask", frame_mask)):
        node = onnx.helper.make_node("Identity", [value], [_NETWORK + name])
        graph.nodes.append(node)
    graph.nodes.extend(inner.node)
    outputs = {output.name: _NETWORK + output.name for output in network.graph.output}
    written = {**add_outputs(graph, outputs), "hands_seen": (share, [1])}
    for name, (value, _) in written.items():
        graph.nodes.append(onnx.helper.make_node("Identity", [value], [name]))
    kinds, info = onnx.TensorProto, onnx.helper.make_tensor_value_info
    inputs = [
        info("landmarks", kinds.FLOAT, ["frames", len(preprocessor.skeleton), 3]),
        info("size", kinds.FLOAT, [2]),
        info("times", kinds.DOUBLE, ["frames"]),
    ]
    named = [info(name, kinds.FLOAT, shape) for name, (_, shape) in written.items()]
    constants = [*graph.constants, *inner.initializer]
    body = onnx.helper.make_graph(graph.nodes, "spobet_landmarks", inputs, named, constants)
    model = onnx.helper.make_model(
        body,
        opset_imports=network.opset_import,
        ir_version=network.ir_version,
        producer_name="spobet",
    )
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model, full_check=True)
    return model
