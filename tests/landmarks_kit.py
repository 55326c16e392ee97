"""Networks that read raw landmarks, for tests: one that shows its input, and what one is fed."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

onnx = pytest.importorskip("onnx", reason="the extra export is not installed")


def untouched(skeleton: Skeleton, num_frames: int) -> object:
    """A network whose embedding is its input: what preprocessing made can be read from it."""
    helper, kinds = onnx.helper, onnx.TensorProto
    width = num_frames * len(skeleton) * 3
    flat = onnx.numpy_helper.from_array(np.array([-1, width], np.int64), "flat")
    mask = onnx.numpy_helper.from_array(np.array([-1, num_frames], np.int64), "mask_shape")
    nodes = [
        helper.make_node("Reshape", ["landmarks", "flat"], ["embedding"]),
        helper.make_node("Cast", ["frame_mask"], ["mask"], to=kinds.FLOAT),
        helper.make_node("Reshape", ["mask", "mask_shape"], ["logits"]),
    ]
    inputs = [
        helper.make_tensor_value_info(
            "landmarks", kinds.FLOAT, ["clips", num_frames, len(skeleton), 3]
        ),
        helper.make_tensor_value_info("frame_mask", kinds.BOOL, ["clips", num_frames]),
    ]
    outputs = [
        helper.make_tensor_value_info("logits", kinds.FLOAT, ["clips", num_frames]),
        helper.make_tensor_value_info("embedding", kinds.FLOAT, ["clips", width]),
    ]
    graph = helper.make_graph(nodes, "untouched", inputs, outputs, [flat, mask])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def raw(pose: PoseSequence, size: tuple[float, float] = (1, 1)) -> dict[str, np.ndarray]:
    landmarks = np.concatenate([pose.xy, pose.confidence[..., None]], axis=-1)
    times = np.full(len(pose), np.nan) if pose.times is None else pose.times
    return {
        "landmarks": landmarks.astype(np.float32),
        "size": np.array(size, np.float32),
        "times": np.asarray(times, np.float64),
    }


def session(model: object) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.disable_quant_qdq", "1")  # as the recogniser does
    content = model.SerializeToString()  # type: ignore[attr-defined]
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
