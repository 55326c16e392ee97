"""How fast one clip is answered, beside Keras and beside one matrix product of as many operations.

    taskset -c 0 python benchmarks/answering.py RUN     # a run of `spobet train`, with its Keras
    network

A clip of 64 frames, from landmarks in memory to ranked glosses, normalisation included; the jitted,
warmed predict_on_batch of Keras's default backend on the same input; and a matrix product with as
many operations as the network's products. Then a first answer in a fresh process, in starts of the
bare interpreter, with its memory.
"""

from __future__ import annotations

import os

THREADS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}
os.environ.update(THREADS)

import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

from spobet.poses.sequence import PoseSequence  # noqa: E402
from spobet.recognition.recognizer import load  # noqa: E402
from spobet.runs import RunFolder  # noqa: E402

FRAMES, ROUNDS = 64, 15
FIRST = """
import numpy as np, spobet
print(spobet.load("wlasl100-hands").predict(np.load({clip!r}))[0].gloss)
with open("/proc/self/status") as status:  # of this process alone, as ru_maxrss is not
    print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024)
"""


def median(call: Callable[[], object], times: int = 40) -> float:
    """Median seconds of a call, after ten to warm up."""
    for _ in range(10):
        call()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def operations(path: Path) -> float:
    """Multiplications and additions in the products and convolutions of an ONNX file, one clip."""
    import onnx

    model = onnx.load(path)
    for value in model.graph.input:
        value.type.tensor_type.shape.dim[0].dim_value = 1
    model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    shapes = {
        value.name: [side.dim_value for side in value.type.tensor_type.shape.dim]
        for value in model.graph.value_info
    }
    shapes |= {array.name: list(array.dims) for array in model.graph.initializer}
    total = 0.0
    for node in model.graph.node:
        if node.op_type == "MatMul":
            total += (
                2.0 * np.prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]
                if node.output[0] in shapes
                else 0
            )
        elif node.op_type == "Conv":
            total += 2.0 * np.prod(shapes[node.output[0]]) * shapes[node.input[1]][-1]
    return total


def main() -> None:
    """Measure, several rounds in turn, and print the median of each ratio."""
    run = RunFolder(Path(sys.argv[1]))
    recognizer, rng = load(run.path), np.random.default_rng(0)
    landmarks = len(recognizer.skeleton)
    xy = (
        0.5
        + 0.01 * rng.normal(size=(FRAMES, landmarks, 2)).cumsum(axis=0)
        + 0.1 * rng.normal(size=(landmarks, 2))
    )
    pose = PoseSequence(xy, np.ones(xy.shape[:2]), recognizer.skeleton, unit="image")
    inputs = recognizer.preprocessor([pose])
    flops = operations(run.onnx)
    side = round((flops / 2) ** (1 / 3))
    left, right = (rng.random((side, side)).astype(np.float32) for _ in range(2))

    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras

    import spobet.training  # noqa: F401  registers the layers

    network = keras.saving.load_model(run.classifier)
    rows = []
    for _ in range(ROUNDS):
        answer, product = median(lambda: recognizer.predict(pose)), median(lambda: left @ right)
        rows.append((answer, product, median(lambda: network.predict_on_batch(inputs))))
    answer, product, theirs = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"{flops / 1e6:.1f} M operations in products of one clip, as in {side} x {side} matrices")
    print(f"landmarks to ranked glosses: {answer * 1e3:.2f} ms")
    times = statistics.median(a / p for a, p, _ in rows)
    print(f"as one matrix product: {product * 1e3:.2f} ms; times that: {times:.2f}")
    ratio = statistics.median(k / a for a, _, k in rows)
    backend = keras.backend.backend()
    print(f"Keras on {backend}: {theirs * 1e3:.2f} ms, {ratio:.1f} times as long")
    _first_answer(Path(sys.argv[1]), xy)


def _first_answer(run: Path, xy: np.ndarray) -> None:
    """Print what a first answer costs in a fresh process."""
    clip = run / "benchmark-clip.npy"
    np.save(clip, xy)
    took: dict[str, list[float]] = {"pass": [], FIRST.format(clip=str(clip)): []}
    megabytes = 0.0
    for _ in range(ROUNDS):
        for code, seconds in took.items():
            began = time.perf_counter()
            output = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            ).stdout
            seconds.append(time.perf_counter() - began)
            megabytes = float(output.split()[-1]) if output else megabytes
    clip.unlink()
    bare, first = (statistics.median(seconds) for seconds in took.values())
    starts = f"{first / bare:.1f} starts of the bare interpreter"
    print(f"import, load, first answer: {first * 1e3:.0f} ms, {starts}, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
