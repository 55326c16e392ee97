"""What a training step costs on several devices, beside one.

    python benchmarks/scaling.py [EXPERIMENT] [--devices 1,2,4]

Each number of devices runs in a process of its own, on made clips, with the same global batch.
Where JAX sees no accelerator the processor counts as so many devices: these share its cores, so
what is shown is the price of sharing a batch, not a gain. Prints a step's seconds, clips a second,
the share of so many times one device's clips a second, the peak memory, and how far the losses of
20 steps are from those of one device.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

import numpy as np

NUM_CLIPS, NUM_GLOSSES, NUM_STEPS = 640, 100, 20
BYTES_PER_MEGABYTE = 1024 * (
    1 if sys.platform == "linux" else 1024
)  # ru_maxrss is in kilobytes on Linux, bytes on macOS


def main() -> None:
    """Print a row for each number of devices."""
    parser = argparse.ArgumentParser(description=__doc__)
    demo = Path(str(resources.files("spobet") / "demo.toml"))
    parser.add_argument("experiment", nargs="?", type=Path, default=demo)
    parser.add_argument("--devices", default="1,2,4")
    parser.add_argument("--measure", type=int)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measured(asked.experiment, asked.measure)))
        return
    rows = [_in_its_own_process(asked.experiment, int(n)) for n in asked.devices.split(",")]
    first = rows[0]
    print(
        f"{'devices':>8}{'a step':>12}{'clips/s':>10}{'share':>8}{'peak':>12}{'losses apart':>14}"
    )
    for row in rows:
        share = row["clips"] / first["clips"] * first["devices"] / row["devices"]
        apart = np.abs(np.array(row["losses"]) / first["losses"] - 1).max()
        print(
            f"{row['devices']:8}{1e3 * row['step']:9.1f} ms{row['clips']:10.0f}{share:8.2f}"
            f"{row['peak']:9,} MB{apart:14.1e}"
        )
    print(f"{first['platform']}, batches of {first['batch']} clips, medians of {NUM_STEPS} steps")


def measured(path: Path, devices: int) -> dict:
    """The figures of one number of devices."""
    import spobet.training  # noqa: F401  chooses the backend

    import keras  # isort: skip

    from spobet.config import read_experiment
    from spobet.model.backbone import SignBackbone
    from spobet.model.classifier import SignClassifier
    from spobet.poses.arrays import PoseBank
    from spobet.poses.skeleton import HANDS_42
    from spobet.training.batches import LabelledBatches
    from spobet.training.execution import Execution
    from spobet.training.fit import optimizer_of
    from spobet.training.networks import new_head
    from spobet.training.precision import precision

    experiment = read_experiment(path)
    schedule, rng = experiment.train.schedule, np.random.default_rng(0)
    lengths = np.full(NUM_CLIPS, 45)
    xy = rng.normal(size=(lengths.sum(), len(HANDS_42), 2)).astype(np.float32)
    bank = PoseBank(xy, np.cumsum(lengths) - lengths, lengths, HANDS_42)
    batches = LabelledBatches(bank, np.arange(NUM_CLIPS) % NUM_GLOSSES, NUM_GLOSSES, experiment)
    with precision(schedule.precision), Execution(devices).shared(schedule.batch_size):
        keras.utils.set_random_seed(experiment.seed)
        backbone = SignBackbone(experiment.backbone, HANDS_42, experiment.input.num_frames)
        model = SignClassifier(backbone, new_head(experiment, NUM_GLOSSES))
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        model.compile(optimizer_of(schedule, NUM_STEPS), loss)
        losses, seconds = [], []
        for number in range(NUM_STEPS):
            batch = batches[number % len(batches)]
            began = time.perf_counter()
            losses.append(float(model.train_on_batch(*batch)))
            seconds.append(time.perf_counter() - began)
    step = statistics.median(seconds[2:])  # the first two compile and warm up
    return {
        "devices": devices,
        "batch": schedule.batch_size,
        "platform": keras.distribution.list_devices()[0].partition(":")[0],
        "step": step,
        "clips": schedule.batch_size / step,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // BYTES_PER_MEGABYTE,
        "losses": losses,
    }


def _in_its_own_process(experiment: Path, devices: int) -> dict:
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={devices}"
    environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": flags}
    command = [sys.executable, __file__, str(experiment), "--measure", str(devices)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
