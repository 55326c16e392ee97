"""Time to the first step, speed and size of the default network on each installed Keras backend.

    python benchmarks/backends.py

One process a backend, one after the other, the same batch in each; medians over 15 steps.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time

BACKENDS = {"jax": ("jax", "jaxlib"), "tensorflow": ("tensorflow",), "torch": ("torch",)}
NUM_STEPS = 15


def main() -> None:
    """Print one row a backend, with each time as a ratio to the fastest."""
    installed = [
        name for name, packages in BACKENDS.items() if importlib.util.find_spec(packages[0])
    ]
    rows = {name: _measured(name) for name in installed}
    columns = list(next(iter(rows.values())))
    print(f"{'backend':12}" + "".join(f"{column:>28}" for column in columns))
    fastest = {column: min(row[column] for row in rows.values()) for column in columns}
    for name, row in rows.items():
        print(f"{name:12}", end="")
        for column in columns:
            cell = f"{row[column]:.3f} s ({row[column] / fastest[column]:.1f}x)"
            print(f"{cell:>28}", end="")
        print()


def _measured(backend: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--one"]
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    output = subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout
    return json.loads(output.splitlines()[-1])


def _one() -> None:
    """Measure the backend of this process and print its row as JSON."""
    began = time.perf_counter()
    import keras
    import numpy as np

    from spobet.config import Experiment
    from spobet.model.backbone import SignBackbone
    from spobet.model.classifier import SignClassifier
    from spobet.poses.skeleton import HANDS_42
    from spobet.training.fit import optimizer_of
    from spobet.training.networks import new_head

    experiment, num_glosses = Experiment(), 100
    backbone = SignBackbone(experiment.backbone, HANDS_42, experiment.input.num_frames)
    model = SignClassifier(backbone, new_head(experiment, num_glosses))
    model.compile(
        optimizer_of(experiment.train.schedule, 20),
        keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    rng, size = np.random.default_rng(0), experiment.train.schedule.batch_size
    inputs = {
        "landmarks": rng.normal(size=(size, experiment.input.num_frames, len(HANDS_42), 3)).astype(
            np.float32
        ),
        "frame_mask": np.ones((size, experiment.input.num_frames), bool),
    }
    targets = np.eye(num_glosses, dtype=np.float32)[rng.integers(num_glosses, size=size)]
    model.train_on_batch(inputs, targets)
    row = {"import to first step": time.perf_counter() - began}
    row["training step"] = _median(lambda: model.train_on_batch(inputs, targets))
    one = {name: values[:1] for name, values in inputs.items()}
    row["one clip"] = _median(lambda: model.predict_on_batch(one))
    print(json.dumps(row))


def _median(step: object) -> float:
    times = []
    for _ in range(NUM_STEPS + 2):
        began = time.perf_counter()
        step()  # type: ignore[operator]
        times.append(time.perf_counter() - began)
    return statistics.median(times[2:])  # the first two warm up


if __name__ == "__main__":
    _one() if "--one" in sys.argv else main()
