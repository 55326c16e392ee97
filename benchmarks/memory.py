"""Peak memory of one epoch's batches, with Keras in the process but no network compiled.

python benchmarks/memory.py DATASET
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import numpy as np

BYTES_PER_MEGABYTE = 1024 * (
    1 if sys.platform == "linux" else 1024
)  # ru_maxrss is in kilobytes on Linux, bytes on macOS


def main(data: Path) -> None:
    """Print the peak so far after each stage."""
    import spobet.training  # noqa: F401  chooses the backend
    from spobet.config import Experiment
    from spobet.dataset.reserve import Source
    from spobet.dataset.store import Dataset
    from spobet.training.batches import PretrainingBatches
    from spobet.training.run import pose_bank

    _say("Keras imported")
    dataset, experiment = Dataset.open(data), Experiment()
    clips = dataset.manifest.of_splits("train")
    bank = pose_bank(experiment, [Source(dataset, clips)])
    batches = PretrainingBatches(bank, np.zeros(len(bank), np.int64), 0, experiment)
    _say(f"{len(clips)} clips normalised")
    for number in range(len(batches)):
        batches[number]
    _say(f"one epoch of {len(batches)} batches")


def _say(stage: str) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // BYTES_PER_MEGABYTE
    print(f"{stage:32} peak {peak:5} MB", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
