"""An ONNX graph that reads raw landmarks, under construction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from spobet.extras import extra_module

PURPOSE = "writing networks that read raw landmarks"
END = np.iinfo(np.int64).max  # a slice's stop at the end of an axis


class LandmarkGraph:
    """Operators in the order they are added; every method returns the name of its value."""

    def __init__(self, prefix: str = "") -> None:
        self._onnx = extra_module("onnx", "export", PURPOSE)
        self._prefix = prefix
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, kind: str, *inputs: str | np.ndarray, **attributes: Any) -> str:
        """The value of one operator; arrays among its inputs become constants."""
        names = []
        for entry in inputs:
            if not isinstance(entry, str):
                constant = f"{self._prefix}landmark_constant_{len(self.constants)}"
                self.constants.append(self._onnx.numpy_helper.from_array(entry, constant))
                entry = constant
            names.append(entry)
        name = f"{self._prefix}{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(self._onnx.helper.make_node(kind, names, [name], name, **attributes))
        return name

    def name(self, x: str, name: str) -> None:
        """Give a value a name that others read it by."""
        self.nodes.append(self._onnx.helper.make_node("Identity", [x], [name]))

    def each(
        self, count: str, body: Callable[[LandmarkGraph, str], Sequence[tuple[str, str]]]
    ) -> list[str]:
        """What `body` makes of each of the numbers 0..count-1, stacked: one value for each of its.

        count: (1,) int64. body: adds operators to the graph that it is given, which may read values
        of this one, for a number (1,), and returns its values with their types.
        """
        helper, kinds = self._onnx.helper, self._onnx.TensorProto
        inner = LandmarkGraph("each_")
        number = inner.add("Unsqueeze", "each_number", whole(0))
        made = body(inner, number)
        inner.name("each_goes_on", "each_goes_on_still")
        names = [f"each_value_{position}" for position in range(len(made))]
        for name, (value, _) in zip(names, made, strict=True):
            inner.name(value, name)
        graph = helper.make_graph(
            inner.nodes,
            "each",
            [
                helper.make_tensor_value_info("each_number", kinds.INT64, []),
                helper.make_tensor_value_info("each_goes_on", kinds.BOOL, []),
            ],
            [
                helper.make_tensor_value_info("each_goes_on_still", kinds.BOOL, []),
                *(
                    helper.make_tensor_value_info(name, getattr(kinds, kind), None)
                    for name, (_, kind) in zip(names, made, strict=True)
                ),
            ],
            inner.constants,
        )
        stacked = [f"{name}_stacked" for name in names]
        inputs = [self.add("Squeeze", count, whole(0)), ""]
        self.nodes.append(helper.make_node("Loop", inputs, stacked, "each", body=graph))
        return stacked

    def part(self, x: str, axis: int, start: str | int, stop: str | int) -> str:
        """start..stop-1 along an axis; each a number or a value of shape (1,)."""
        bounds = [whole(bound) if isinstance(bound, int) else bound for bound in (start, stop)]
        return self.add("Slice", x, *bounds, whole(axis))

    def count(self, x: str) -> str:
        """How many entries the first axis has: (1,) int64."""
        return self.part(self.add("Shape", x), 0, 0, 1)

    def numbers(self, count: str) -> str:
        """0..count-1, int64 (count,)."""
        scalar = self.add("Squeeze", count, whole(0))
        return self.add("Range", np.array(0), scalar, np.array(1))

    def lacks_any(self, x: str) -> str:
        """Whether any of the values (n,) is NaN: a bool."""
        unknown = self.cast(self.add("IsNaN", x), "FLOAT")
        return self.add("Greater", self.add("ReduceMax", unknown, keepdims=0), single(0))

    def reversed(self, x: str) -> str:
        """The entries along the first axis, last first."""
        return self.add("Slice", x, whole(-1), whole(-END), whole(0), whole(-1))

    def rows(self, x: str, positions: np.ndarray | str, axis: int = 0) -> str:
        """The entries at these positions along an axis."""
        chosen = positions if isinstance(positions, str) else np.asarray(positions, np.int64)
        return self.add("Gather", x, chosen, axis=axis)

    def cast(self, x: str, kind: str) -> str:
        """Of another type: FLOAT, DOUBLE, INT64 or BOOL."""
        return self.add("Cast", x, to=getattr(self._onnx.TensorProto, kind))

    def reduced(self, kind: str, x: str, axis: int) -> str:
        """The sum, minimum or maximum along an axis, which goes."""
        return self.add(f"Reduce{kind}", x, whole(axis), keepdims=0)

    def either(self, condition: str, yes: str | np.ndarray, no: str | np.ndarray) -> str:
        """One of two values where a condition holds, else the other."""
        return self.add("Where", condition, yes, no)

    def either_mask(self, condition: str, yes: str, no: str) -> str:
        """`either` of two bool values, for which runtimes have no Where."""
        return self.add(
            "Or", self.add("And", condition, yes), self.add("And", self.add("Not", condition), no)
        )

    def median(self, values: str, count: str, missing: np.ndarray) -> str:
        """The median of the `count` smallest (1,) of each column of values (n, columns).

        missing: what stands for values that do not count, larger than all others; the median of
        none is missing too.
        """
        length = self.count(values)
        ascending = self.add("TopK", values, length, axis=0, largest=0, sorted=1)
        self.nodes[-1].output.append(f"{ascending}_order")  # TopK gives the positions too
        columns = self.part(self.add("Shape", values), 0, 1, 2)
        pad = self.add("Expand", missing, self.add("Concat", whole(1), columns, axis=0))
        ascending = self.add("Concat", ascending, pad, axis=0)
        below = self.add("Max", self.add("Sub", count, whole(1)), whole(0))
        halves = self.add("Div", below, whole(2)), self.add("Div", count, whole(2))
        middle = self.add("Add", *(self.rows(ascending, half) for half in halves))
        half = np.array(0.5, missing.dtype)
        return self.add("Squeeze", self.add("Mul", middle, half), whole(0))


def whole(value: int) -> np.ndarray:
    """A whole number as operators of ONNX take it: (1,) int64."""
    return np.array([value], np.int64)


def single(value: float) -> np.ndarray:
    """A float32 scalar."""
    return np.array(value, np.float32)
