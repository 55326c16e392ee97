"""How fast one clip is answered, beside other ways and beside one matrix product as large.

    taskset -c 0 python benchmarks/answering.py RUN     # a run of `spobet train`, with its Keras
    network; KERAS_BACKEND=tensorflow compares with LiteRT too

A clip of 64 frames on one thread: from landmarks in memory to ranked glosses, normalisation
included; the network alone; both with the 8-bit file of `spobet export`; the file that reads raw
landmarks; a LiteRT file of the same network; the jitted, warmed predict_on_batch of Keras's
backend; and a matrix product with as many operations as the network's products. Times are the
processor's, so that what runs beside takes no part in them. Then a first answer in a fresh
process, in starts of the bare interpreter, with its memory.
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
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

from spobet.poses.sequence import PoseSequence  # noqa: E402
from spobet.recognition.network import onnxruntime, open_network, run_network  # noqa: E402
from spobet.recognition.quantize import lighter  # noqa: E402
from spobet.recognition.raw_landmarks.file import landmarks_file  # noqa: E402
from spobet.recognition.recognizer import Recognizer, load  # noqa: E402
from spobet.runs import RunFolder  # noqa: E402

FRAMES, ROUNDS = 64, 15
FIRST = """
import numpy as np, spobet
print(spobet.load("wlasl100-hands").predict(np.load({clip!r}))[0].gloss)
with open("/proc/self/status") as status:  # of this process alone, as ru_maxrss is not
    print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024)
"""


def median(call: Callable[[], object], times: int = 40) -> float:
    """Median processor seconds of a call, after ten to warm up."""
    for _ in range(10):
        call()
    took = []
    for _ in range(times):
        began = time.process_time()
        call()
        took.append(time.process_time() - began)
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
        if node.op_type in ("MatMul", "Gemm"):
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
    run, rng = RunFolder(Path(sys.argv[1])), np.random.default_rng(0)
    recognizer = load(run.path)
    landmarks = len(recognizer.skeleton)
    steps = 0.01 * rng.normal(size=(FRAMES, landmarks, 2))
    xy = 0.5 + steps.cumsum(axis=0) + 0.1 * rng.normal(size=(landmarks, 2))
    pose = PoseSequence(xy, np.ones(xy.shape[:2]), recognizer.skeleton, unit="image")
    inputs = recognizer.preprocessor([pose])
    flops = operations(run.onnx)
    side = round((flops / 2) ** (1 / 3))
    left, right = (rng.random((side, side)).astype(np.float32) for _ in range(2))
    print(f"{flops / 1e6:.1f} M operations in products of one clip, as in {side} x {side} matrices")
    light = recognizer.with_network(_light(run))
    calls: dict[str, Callable[[], object]] = {
        "one matrix product": lambda: left @ right,
        "landmarks to ranked glosses": lambda: recognizer.predict(pose),
        "preprocessing": lambda: recognizer.preprocessor.with_hands([pose]),
        "network": lambda: run_network(recognizer.network, inputs),
        "preprocessing and network": lambda: recognizer.outputs([pose]),
        "network of 8 bits": lambda: run_network(light.network, inputs),
        "to ranked glosses by 8 bits": lambda: light.predict(pose),
        "file that reads raw landmarks": _raw_landmarks(run, recognizer, pose),
        **_others(run, inputs),
    }
    rounds = np.array([[median(call) for call in calls.values()] for _ in range(ROUNDS)])
    per_product, per_preprocessing_and_network = (
        np.median(rounds / rounds[:, [list(calls).index(name)]], axis=0)
        for name in ("one matrix product", "preprocessing and network")
    )
    print(f"{'':32}     ms  x product  x preprocessing and network")
    for name, *row in zip(
        calls,
        1e3 * np.median(rounds, axis=0),
        per_product,
        per_preprocessing_and_network,
        strict=True,
    ):
        print("{:32} {:6.2f} {:10.2f} {:10.2f}".format(name, *row))
    _first_answer(Path(sys.argv[1]), xy)


def _light(run: RunFolder) -> onnxruntime.InferenceSession:
    """The 8-bit file of a run, opened."""
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "light.onnx"
        file.write_bytes(lighter(onnx.load(run.onnx), "int8").SerializeToString())
        return open_network(file)


def _raw_landmarks(
    run: RunFolder, recognizer: Recognizer, pose: PoseSequence
) -> Callable[[], object]:
    """One answer of the file that has preprocessing inside."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(landmarks_file(run, recognizer))
        file.flush()
        session = onnxruntime.InferenceSession(
            file.name, options, providers=["CPUExecutionProvider"]
        )
    clip = np.concatenate([pose.xy, pose.confidence[..., None]], axis=2)
    inputs = {
        "landmarks": clip,
        "size": np.ones(2, np.float32),
        "times": np.full(len(pose), np.nan),
    }
    return lambda: session.run(None, inputs)


def _others(run: RunFolder, inputs: dict[str, np.ndarray]) -> dict[str, Callable[[], object]]:
    """Keras on its backend and, on TensorFlow, the network's LiteRT file."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras

    import spobet.training  # noqa: F401  registers the layers

    network, backend = keras.saving.load_model(run.classifier), keras.backend.backend()
    calls: dict[str, Callable[[], object]] = {
        f"Keras on {backend}": lambda: network.predict_on_batch(inputs)
    }
    if backend == "tensorflow":
        from spobet.model.litert import write_litert

        with tempfile.TemporaryDirectory() as folder:
            lite = write_litert(run, Path(folder) / "network.tflite")
        calls["LiteRT file"] = lambda: lite.run(None, inputs)
    return calls


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
