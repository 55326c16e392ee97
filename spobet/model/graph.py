"""An ONNX graph under construction: nodes, constants, and the layers that blocks are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from spobet.files import write_whole

OPSET, IR_VERSION = 18, 9  # what ONNX Runtime 1.20 reads
_BOOL, _FLOAT = TensorProto.BOOL, TensorProto.FLOAT


class Graph:
    """Nodes in the order they are added; every method returns the name of the value it adds."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, np.ndarray] = {}

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """The value of one operator of ONNX."""
        name = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name, **attributes))
        return name

    def constant(self, values: Any, kind: type = np.float32) -> str:
        """A fixed array; equal ones are stored once."""
        array: np.ndarray = np.array(values, dtype=kind, order="C")
        for name, other in self._constants.items():
            if other.dtype == array.dtype and np.array_equal(other, array):  # of one shape too
                return name
        name = f"c{len(self._constants)}"
        self._constants[name] = array
        return name

    def shaped(self, x: str, *shape: int) -> str:
        """In another shape; 0 leaves that axis as it is, -1 takes what is left."""
        return self.add("Reshape", x, self.constant(shape, np.int64))

    def sliced(self, x: str, axis: int, start: int, stop: int = np.iinfo(np.int64).max) -> str:
        """start..stop-1 along an axis, counted from its end where below 0."""
        return self.add(
            "Slice", x, *(self.constant([value], np.int64) for value in (start, stop, axis))
        )

    def padded(self, x: str, axis: int, num_axes: int, before: int = 0, after: int = 0) -> str:
        """Zeros before and after along an axis."""
        pads = np.zeros((2, num_axes), np.int64)
        pads[:, axis] = before, after
        return self.add("Pad", x, self.constant(pads.ravel(), np.int64))

    def summed(self, x: str, axis: int) -> str:
        """Sum along an axis, which goes."""
        return self.add("ReduceSum", x, self.constant([axis], np.int64), keepdims=0)

    def joined(self, parts: Sequence[str], axis: int) -> str:
        """Several values one after the other along an axis."""
        return parts[0] if len(parts) == 1 else self.add("Concat", *parts, axis=axis)

    def frame_mean(self, x: str, mask: str) -> str:
        """Mean over the real frames: (clips, frames, width), (clips, frames, 1) -> (clips, width).

        mask: 1 on real frames, else 0.
        """
        total = self.summed(self.add("Mul", x, mask), 1)
        return self.add("Div", total, self.add("Max", self.summed(mask, 1), self.constant(1)))

    def activated(self, x: str, name: str) -> str:
        """After an activation of Keras; ValueError for one that is not written here."""
        if name == "silu":
            return self.add("Mul", x, self.add("Sigmoid", x))
        if name == "gelu":
            erf = self.add("Erf", self.add("Mul", x, self.constant(0.5**0.5)))
            share = self.add("Mul", self.add("Add", erf, self.constant(1)), self.constant(0.5))
            return self.add("Mul", x, share)
        if name in ("linear", "relu", "tanh"):
            return x if name == "linear" else self.add(name.capitalize(), x)
        raise ValueError(
            f"activation {name!r} cannot be written to ONNX, "
            "expected silu, gelu, relu, tanh or linear"
        )

    def affine(self, x: str, matrix: np.ndarray, shift: np.ndarray, num_frames: int = 0) -> str:
        """x times a matrix, plus a vector; x is (clips, num_frames, width), (clips, width) for 0.

        All frames of all clips in one product, to which runtimes add the vector as they go.
        """
        x = self.shaped(x, -1, len(matrix)) if num_frames else x
        y = self.add("Gemm", x, self.constant(matrix), self.constant(shift))
        return self.shaped(y, -1, num_frames, len(shift)) if num_frames else y

    def dense(self, layer: keras.layers.Dense, x: str, num_frames: int = 0) -> str:
        """A dense layer over the last axis, of x as `affine` takes it."""
        y = self.affine(x, weights(layer.kernel), weights(layer.bias), num_frames)
        return self.activated(y, keras.activations.serialize(layer.activation) or "linear")

    def normed(self, layer: keras.layers.LayerNormalization, x: str) -> str:
        """Layer normalisation over the last axis."""
        scale, shift = self.constant(weights(layer.gamma)), self.constant(weights(layer.beta))
        return self.add(
            "LayerNormalization", x, scale, shift, axis=-1, epsilon=float(layer.epsilon)
        )

    def write(
        self,
        path: Path,
        inputs: Mapping[str, Sequence],
        outputs: Mapping[str, tuple[str, int]],
        metadata: Mapping[str, str],
    ) -> None:
        """Write the graph, whole or not at all.

        inputs: name -> its shape after the clips' axis, and bool or float. outputs: name -> the
        value and its width. metadata: texts to keep in the file, by name.
        """
        for name, (value, _) in outputs.items():
            self._nodes.append(helper.make_node("Identity", [value], [name], name))
        input_infos = [
            helper.make_tensor_value_info(
                name, _BOOL if kind is bool else _FLOAT, ["clips", *shape]
            )
            for name, (shape, kind) in inputs.items()
        ]
        output_infos = [
            helper.make_tensor_value_info(name, _FLOAT, ["clips", width])
            for name, (_, width) in outputs.items()
        ]
        constants = [
            numpy_helper.from_array(array, name) for name, array in self._constants.items()
        ]
        graph = helper.make_graph(self._nodes, "spobet", input_infos, output_infos, constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="spobet",
        )
        helper.set_model_props(model, dict(metadata))
        onnx.checker.check_model(model)
        write_whole(path, model.SerializeToString())


def weights(variable: keras.Variable) -> np.ndarray:
    """A layer's weights as an array, from whichever backend."""
    return np.asarray(keras.ops.convert_to_numpy(variable))
