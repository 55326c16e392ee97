"""How a run uses its machine: on how many devices, and how often it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import keras

from spobet.errors import UserError


@dataclass(frozen=True)
class Execution:
    """What changes where and when a run is computed, and not what it computes.

    devices: each batch is shared among so many, GPUs where there are any. checkpoint_minutes: the
    state to go on from is written so often within an epoch, and after each.
    """

    devices: int = 1
    checkpoint_minutes: float = 30.0

    def __post_init__(self) -> None:
        if not self.devices >= 1:
            raise UserError(f"--devices is {self.devices}, expected at least 1")
        if not self.checkpoint_minutes >= 0:
            minutes = self.checkpoint_minutes
            raise UserError(f"--checkpoint-minutes is {minutes}, expected at least 0")

    @contextmanager
    def shared(self, batch_size: int) -> Iterator[None]:
        """Networks made within hold a copy of their weights on each device, and each computes its
        part of a batch: the gradient is that of the whole batch, as on one device.

        UserError where the backend, the machine or the batch cannot be shared so.
        """
        if self.devices == 1:
            yield
            return
        backend = keras.backend.backend()
        if backend != "jax":
            raise UserError(
                f"--devices {self.devices} needs Keras on JAX, and this is {backend}: "
                "set KERAS_BACKEND=jax, or leave --devices out"
            )
        names = keras.distribution.list_devices()
        if self.devices > len(names):
            found = f"{len(names)}: {', '.join(names)}"
            raise UserError(f"--devices is {self.devices}, expected at most the {found}")
        if batch_size % self.devices:
            shares = [number for number in range(1, len(names) + 1) if not batch_size % number]
            expected = ", ".join(map(str, shares))
            raise UserError(
                f"batch_size {batch_size} cannot be shared among {self.devices} devices, "
                f"expected one of: {expected}"
            )
        with keras.distribution.DataParallel(devices=names[: self.devices]).scope():
            yield


@contextmanager
def on_one_device() -> Iterator[None]:
    """Networks made and used within are on the first device, as without `Execution.shared`."""
    shared = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(shared)
