"""A network's file made lighter: 16-bit floats as weights, or 8-bit integers, products included."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from spobet.dataset.store import Dataset
from spobet.evaluation.ranks import labels_of
from spobet.evaluation.scoring import score
from spobet.extras import extra_module
from spobet.files import write_whole
from spobet.recognition.model_metadata import facts_of
from spobet.recognition.network import open_network
from spobet.recognition.raw_landmarks.file import landmarks_file
from spobet.recognition.raw_landmarks.network import SIZE_MEANS
from spobet.recognition.recognizer import Recognizer, load
from spobet.recognition.seen_in_training import refuse_seen
from spobet.runs import RunFolder

PRECISIONS = ("float32", "float16", "int8")
_PURPOSE = "writing lighter networks"
_SMALL = 1024  # values: smaller arrays are 2 % of a network's bytes, and lose more when rounded
_FLOAT = 1  # ONNX's number of float32
_LARGEST = 127  # of an 8-bit integer, both ways
_TINY = 1e-12  # scale of an output whose weights are all 0


@dataclass(frozen=True)
class Written:
    """One file: its precision and bytes, and, where clips were given, what it is worth on them.

    largest_difference: between its logits and those of the run's own file.
    """

    file: str
    precision: str
    size: int
    largest_difference: float | None = None
    top1: float | None = None
    top5: float | None = None
    clips: int = 0

    def __str__(self) -> str:
        line = f"{self.file}: {self.precision}, {self.size:,} bytes"
        if self.top1 is None or self.top5 is None:
            return line
        figures = f"top-1 {100 * self.top1:.1f} %, top-5 {100 * self.top5:.1f} %"
        difference = f"logits within {self.largest_difference:.2g}"
        return f"{line}, {difference}, {figures} ({self.clips} clips)"


def export(
    run: Path,
    out: Path,
    data: Path | None = None,
    splits: Sequence[str] = ("test",),
    litert: Callable[[RunFolder, Path], Any] | None = None,
) -> list[Written]:
    """Write NAME-float32.onnx, -float16.onnx and -int8.onnx of a run, and NAME.json, into `out`.

    NAME-landmarks.onnx has preprocessing inside; runs whose clips' unit is unknown have none.
    NAME.json holds what an app must know (`facts_of`); every ONNX file holds the same as text.
    data: a data set on whose clips, which the run must not have seen, each file is measured.
    litert: writes NAME.tflite too and returns what runs it, as `spobet.model.litert.write_litert`
    does. ExtraNeeded without onnx.
    """
    onnx = extra_module("onnx", "export", _PURPOSE)
    dataset = Dataset.open(data) if data else None
    if dataset:
        dataset.manifest.of_splits(*splits)  # refused before the work where there is none
    folder, recognizer = RunFolder(run), load(run)
    model, facts, name = onnx.load(folder.onnx), facts_of(folder, recognizer), folder.path.name
    onnx.helper.set_model_props(
        model, {key: json.dumps(value, ensure_ascii=False) for key, value in facts.items()}
    )
    out.mkdir(parents=True, exist_ok=True)
    written, readers = [], {}
    for precision in PRECISIONS:
        file = out / f"{name}-{precision}.onnx"
        write_whole(file, lighter(model, precision).SerializeToString())
        written.append(Written(file.name, precision, file.stat().st_size))
        readers[file.name] = recognizer.with_network(open_network(file))
    if litert:
        file = out / f"{name}.tflite"
        readers[file.name] = recognizer.with_network(litert(folder, file))
        written.append(Written(file.name, "float32", file.stat().st_size))
    if dataset:
        written = _measured(folder, recognizer, readers, written, dataset, splits)
    if folder.record().unit in SIZE_MEANS:
        file = out / f"{name}-landmarks.onnx"
        write_whole(file, landmarks_file(folder, recognizer))
        written.append(Written(file.name, "float32, raw landmarks in", file.stat().st_size))
    values = {**facts, "files": [vars(entry) for entry in written]}
    write_whole(out / f"{name}.json", json.dumps(values, indent=1, ensure_ascii=False) + "\n")
    return written


def lighter(model: Any, precision: str) -> Any:
    """A copy of an ONNX model with its large weights in `precision`.

    float16: unpacked when it is loaded. int8: products are of 8-bit integers, with one scale for
    all clips of a batch; the weights of convolutions are unpacked.
    """
    onnx = extra_module("onnx", "export", _PURPOSE)
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    if precision == "float32":
        return copy
    if precision == "int8":
        copy = _with_whole_products(onnx, copy)
    graph, nodes = copy.graph, []
    for array in list(graph.initializer):
        if array.data_type != _FLOAT or np.prod(array.dims) < _SMALL:
            continue
        name, values = array.name, onnx.numpy_helper.to_array(array)
        if precision == "float16":
            half = onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}_half")
            unpacked = f"{name}_unpacked"
            node = onnx.helper.make_node("Cast", [half.name], [name], unpacked, to=_FLOAT)
            stored = [half]
        else:
            convolved = any(node.op_type == "Conv" and name in node.input for node in graph.node)
            outputs = 0 if convolved else values.ndim - 1  # their axis
            stored, node = _as_int8(onnx, name, values, outputs)
        graph.initializer.remove(array)
        graph.initializer.extend(stored)
        nodes.append(node)
    nodes += graph.node
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(copy)
    return copy


def _with_whole_products(onnx: Any, model: Any) -> Any:
    """Products with weights as products of 8-bit integers, by ONNX Runtime's own tool."""
    tool = extra_module("onnxruntime.quantization", "export", _PURPOSE)
    metadata = list(model.metadata_props)
    tool.quant_utils.add_pre_process_metadata(model)  # else it warns: ours needs no more of it
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "whole.onnx"
        tool.quantize_dynamic(
            model,
            file,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=True,  # 7 bits: older processors overflow in sums of 8-bit products
            weight_type=tool.QuantType.QInt8,
        )
        made = onnx.load(file)
    del made.metadata_props[:]
    made.metadata_props.extend(metadata)
    return made


def _as_int8(onnx: Any, name: str, values: np.ndarray, axis: int) -> tuple[list[Any], Any]:
    """One scale for every output, which loses less than one for the whole array."""
    other_axes = tuple(other for other in range(values.ndim) if other != axis)
    largest = np.abs(values).max(axis=other_axes, keepdims=True)
    scales = np.maximum(largest / _LARGEST, _TINY).astype(np.float32)
    whole = np.clip(np.round(values / scales), -_LARGEST, _LARGEST).astype(np.int8)
    stored = [
        onnx.numpy_helper.from_array(array, f"{name}_{part}")
        for part, array in (("whole", whole), ("scale", scales.reshape(-1)))
    ]
    inputs = [array.name for array in stored]
    return stored, onnx.helper.make_node(
        "DequantizeLinear", inputs, [name], f"{name}_unpacked", axis=axis
    )


def _measured(
    folder: RunFolder,
    recognizer: Recognizer,
    readers: Mapping[str, Recognizer],
    written: list[Written],
    dataset: Dataset,
    splits: Sequence[str],
) -> list[Written]:
    """The same files with parity and accuracy on the clips of some splits."""
    clips = dataset.manifest.of_splits(*splits)
    refuse_seen(folder, dataset, clips, "+".join(splits))
    poses = [dataset.pose(clip.id) for clip in clips]
    labels, reference = labels_of(clips, recognizer.vocabulary), recognizer.logits(poses)
    measured = []
    for entry in written:
        logits = readers[entry.file].logits(poses)
        metrics = score(logits, labels, len(recognizer.vocabulary))
        measured.append(
            replace(
                entry,
                largest_difference=float(np.abs(logits - reference).max()),
                top1=metrics.top_k[1].instance,
                top5=metrics.top_k[5].instance,
                clips=len(clips),
            )
        )
    return measured
