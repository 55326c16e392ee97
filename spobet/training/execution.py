"""How a run uses its machine: on how many devices, and how often it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import keras

from spobet.errors import UserError
from spobet.training.workers import Worker


@dataclass(frozen=True)
class Execution:
    """What changes where and when a run is computed, and not what it computes.

    devices: each batch is shared among so many, GPUs where there are any. checkpoint_minutes: the
    state to go on from is written so often within an epoch, and after each. worker: which of
    several processes this is, each with so many devices; None where there is one.
    """

    devices: int = 1
    checkpoint_minutes: float = 30.0
    worker: Worker | None = None

    def __post_init__(self) -> None:
        if not self.devices >= 1:
            raise UserError(f"--devices is {self.devices}, expected at least 1")
        if not self.checkpoint_minutes >= 0:
            minutes = self.checkpoint_minutes
            raise UserError(f"--checkpoint-minutes is {minutes}, expected at least 0")

    def folder(self, path: Path) -> Path:
        """Where this process leaves its run: at `path`, or apart where another worker does."""
        return self.worker.run_folder(path) if self.worker else path

    @contextmanager
    def shared(self, batch_size: int) -> Iterator[None]:
        """Networks made within hold a copy of their weights on each device, and each computes its
        part of a batch: the gradient is that of the whole batch, as on one device.

        UserError where the backend, the machine or the batch cannot be shared so.
        """
        if self.devices == 1 and not self.worker:
            yield
            return
        backend = keras.backend.backend()
        if backend != "jax":
            option = f"--devices {self.devices}"
            if self.worker:
                option = f"--workers {self.worker.number}"
            raise UserError(
                f"{option} needs Keras on JAX, and this is {backend}: "
                f"set KERAS_BACKEND=jax, or leave {option.split()[0]} out"
            )
        if self.worker:
            self.worker.join()
        names, number = self._names(), len(keras.distribution.list_devices())
        if batch_size % len(names):
            shares = [one for one in range(1, number + 1) if not batch_size % one]
            expected = ", ".join(map(str, shares))
            raise UserError(
                f"batch_size {batch_size} cannot be shared among {len(names)} devices, "
                f"expected one of: {expected}"
            )
        # auto_shard_dataset is of tf.data; a worker makes its own part of a batch
        with keras.distribution.DataParallel(devices=names, auto_shard_dataset=False).scope():
            yield

    def _names(self) -> list[str]:
        """The devices that share a batch, of all workers; UserError where there are too few."""
        names = keras.distribution.list_devices()
        here = len(names) // (self.worker.number if self.worker else 1)
        if self.devices > here:
            found = f"{here}: {', '.join(names[:here])}"
            raise UserError(f"--devices is {self.devices}, expected at most the {found}")
        firsts = range(0, len(names), here)
        return [name for first in firsts for name in names[first : first + self.devices]]


@contextmanager
def on_one_device() -> Iterator[None]:
    """Networks made and used within are on the first device, as without `Execution.shared`."""
    shared = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(shared)
