"""A network's file made lighter: weights in 16-bit floats, or in whole numbers of 8 bits with a scale for every output."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from spobet.dataset.store import Dataset
from spobet.evaluation.metrics import labels_of, score
from spobet.extras import extra_module
from spobet.files import write_whole
from spobet.recognition.evaluate import refuse_what_was_met
from spobet.recognition.model_metadata import facts_of
from spobet.recognition.recognizer import Recognizer, load
from spobet.runs import RunFolder

PRECISIONS = ("float32", "float16", "int8")
_PURPOSE = "writing lighter networks"
_SMALL = 1024  # values; smaller arrays stay as they are
_FLOAT = 1  # ONNX's number of float32


@dataclass(frozen=True)
class Written:
    """One file: its precision, bytes, and how far its logits lie from the network's own; accuracy where clips were given."""

    file: str
    precision: str
    size: int
    largest_difference: float | None = None
    top1: float | None = None
    top5: float | None = None
    clips: int = 0

    def __str__(self) -> str:
        told = f"{self.file}: {self.precision}, {self.size:,} bytes"
        if self.top1 is None or self.top5 is None:
            return told
        figures = f"top-1 {100 * self.top1:.1f} %, top-5 {100 * self.top5:.1f} %"
        return (
            f"{told}, logits within {self.largest_difference:.2g}, {figures} ({self.clips} clips)"
        )


def export(
    run: Path,
    out: Path,
    data: Path | None = None,
    splits: Sequence[str] = ("test",),
    litert: Callable[[RunFolder, Path], Any] | None = None,
) -> list[Written]:
    """Write NAME-float32.onnx, -float16.onnx and -int8.onnx of a run into the folder `out`, and NAME.json, what an app must know.

    Every ONNX file holds the same facts as text (`facts_of`). data: a data set on whose clips, which the run must not have met,
    parity and accuracy of each file are measured and written too. litert: writes NAME.tflite too and returns what runs it, as
    `spobet.model.litert.write_litert` does. ExtraNeeded without onnx.
    """
    onnx = extra_module("onnx", "export", _PURPOSE)
    folder, recognizer = RunFolder(run), load(run)
    model, facts, name = onnx.load(folder.onnx), facts_of(folder, recognizer), folder.path.name
    onnx.helper.set_model_props(
        model, {key: json.dumps(value, ensure_ascii=False) for key, value in facts.items()}
    )
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for precision in PRECISIONS:
        file = out / f"{name}-{precision}.onnx"
        write_whole(file, lighter(model, precision).SerializeToString())
        written.append(Written(file.name, precision, file.stat().st_size))
    readers = {entry.file: recognizer.with_network(out / entry.file) for entry in written}
    if litert:
        readers[f"{name}.tflite"] = recognizer.with_session(litert(folder, out / f"{name}.tflite"))
        written.append(
            Written(f"{name}.tflite", "float32", (out / f"{name}.tflite").stat().st_size)
        )
    if data:
        written = _measured(folder, recognizer, readers, written, data, splits)
    files = [vars(entry) for entry in written]
    write_whole(
        out / f"{name}.json",
        json.dumps({**facts, "files": files}, indent=1, ensure_ascii=False) + "\n",
    )
    return written


def lighter(model: Any, precision: str) -> Any:
    """A copy of an ONNX model whose large weights are kept in `precision` and unpacked when it is loaded."""
    onnx = extra_module("onnx", "export", _PURPOSE)
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    if precision == "float32":
        return copy
    graph = copy.graph
    weights = {
        array.name: array
        for array in graph.initializer
        if array.data_type == _FLOAT and np.prod(array.dims) >= _SMALL
    }
    nodes = []
    for name, array in weights.items():
        values = onnx.numpy_helper.to_array(array)
        kept, node = (_half if precision == "float16" else _eighth)(
            onnx, name, values, _output_axis(graph, name, values)
        )
        graph.initializer.remove(array)
        graph.initializer.extend(kept)
        nodes.append(node)
    old = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *old])
    onnx.checker.check_model(copy)
    return copy


def _output_axis(graph: Any, name: str, values: np.ndarray) -> int:
    """The axis of a weight along which its outputs lie: the first of a convolution's, else the last."""
    convolved = any(node.op_type == "Conv" and name in node.input for node in graph.node)
    return 0 if convolved else values.ndim - 1


def _half(onnx: Any, name: str, values: np.ndarray, axis: int) -> tuple[list[Any], Any]:
    kept = onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}_half")
    return [kept], onnx.helper.make_node("Cast", [kept.name], [name], f"{name}_unpacked", to=_FLOAT)


def _eighth(onnx: Any, name: str, values: np.ndarray, axis: int) -> tuple[list[Any], Any]:
    others = tuple(other for other in range(values.ndim) if other != axis)
    scales = np.maximum(np.abs(values).max(axis=others) / 127, 1e-12).astype(np.float32)
    shape = [-1 if other == axis else 1 for other in range(values.ndim)]
    whole = np.clip(np.round(values / scales.reshape(shape)), -127, 127).astype(np.int8)
    kept = [
        onnx.numpy_helper.from_array(array, f"{name}_{part}")
        for part, array in (("whole", whole), ("scale", scales))
    ]
    inputs = [array.name for array in kept]
    return kept, onnx.helper.make_node(
        "DequantizeLinear", inputs, [name], f"{name}_unpacked", axis=axis
    )


def _measured(
    folder: RunFolder,
    recognizer: Recognizer,
    readers: Mapping[str, Recognizer],
    written: list[Written],
    data: Path,
    splits: Sequence[str],
) -> list[Written]:
    """The same files with parity and accuracy on the clips of some splits."""
    dataset = Dataset.open(data)
    clips = dataset.manifest.of_splits(*splits)
    refuse_what_was_met(folder, dataset, clips, "+".join(splits))
    poses = [dataset.pose(clip.id) for clip in clips]
    labels, own = labels_of(clips, recognizer.vocabulary), recognizer.logits(poses)
    measured = []
    for entry in written:
        logits = readers[entry.file].logits(poses)
        metrics = score(logits, labels, len(recognizer.vocabulary))
        difference, right = (
            float(np.abs(logits - own).max()),
            (metrics.top1.instance, metrics.top5.instance),
        )
        measured.append(
            replace(
                entry, largest_difference=difference, top1=right[0], top5=right[1], clips=len(clips)
            )
        )
    return measured
