"""Workers that train one network on Ray: each a task that starts one, wherever there is room."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import keras

from spobet.errors import UserError
from spobet.ingest.workers import connected, ray_result
from spobet.training.workers import POLL, PRINTED, Host, Worker, free_port, start_worker

_PATIENCE = 30.0  # seconds that a worker is given to end when it is asked to


@contextmanager
def ray_host(address: str | None, number: int, devices: int) -> Iterator[Host]:
    """Room on Ray for so many workers, each with so many GPUs where the cluster has them.

    address: of a running cluster, None starts Ray on this machine. All its machines need the
    package, the data and the run folder at the same paths. UserError where they are too small.
    """
    with connected(address, number) as ray:
        bundle = {"CPU": 1, **({"GPU": devices} if ray.cluster_resources().get("GPU") else {})}
        for kind, size in bundle.items():
            there = int(ray.cluster_resources().get(kind, 0))
            if number * size > there:
                raise UserError(
                    f"--workers {number} need {number * size} {kind}s, Ray has {there}; "
                    "name fewer, or add machines to the cluster"
                )
        room = ray.util.placement_group([bundle] * number, strategy="SPREAD")
        try:
            if not room.wait(_PATIENCE):
                print(f"waiting for room on Ray for {number} workers", file=sys.stderr)
                ray.get(room.ready())
            yield _host(ray, room, bundle)
        finally:
            ray.util.remove_placement_group(room)


@dataclass
class RayWorker:
    """A worker started by a task on Ray; asked as a process is. log: what it prints, to repeat."""

    ray: ModuleType
    reference: Any
    worker: Worker
    log: Path
    shown: int = 0

    def poll(self) -> int | None:
        """Its exit status, None while it works; UserError where Ray lost it."""
        ended = self.ray.wait([self.reference], timeout=0)[0]
        self._repeat()
        if not ended:
            return None
        status = ray_result(self.ray, self.reference)
        if status is None:
            lost = f"Ray lost worker {self.worker.rank} of {self.worker.number}"
            raise UserError(f"{lost}; the same command goes on from the last state")
        return int(status)

    def kill(self) -> None:
        """Have the task end its process."""
        self.ray.cancel(self.reference)

    def communicate(self) -> None:
        """Wait until it has; a task that does not answer is ended, and its process with it."""
        if not self.ray.wait([self.reference], timeout=_PATIENCE)[0]:
            self.ray.cancel(self.reference, force=True)

    def _repeat(self) -> None:
        """Print what the first worker has printed since."""
        if not self.worker.rank and self.log.is_file():
            printed = self.log.read_bytes()[self.shown :]
            self.shown += len(printed)
            sys.stderr.write(printed.decode(errors="replace"))
            sys.stderr.flush()


def _host(ray: ModuleType, room: Any, bundle: dict[str, int]) -> Host:
    """Starts each worker in its part of the room; the first listens where that is."""

    def task(rank: int, work: Any) -> Any:
        place = ray.util.scheduling_strategies.PlacementGroupSchedulingStrategy(room, rank)
        gpus = bundle.get("GPU", 0)
        return ray.remote(num_cpus=1, num_gpus=gpus, max_retries=0, scheduling_strategy=place)(
            work
        ).remote

    def start(worker: Worker, words: Sequence[str], run: Path) -> RayWorker:
        where = str(Path.cwd()), keras.backend.backend()
        reference = task(worker.rank, _work)(worker, words, str(run), *where)
        return RayWorker(ray, reference, worker, Path(worker.folder) / str(worker.rank) / PRINTED)

    return Host(ray.get(task(0, _address)()), start)


def _address() -> str:
    """Where a worker on this machine can listen."""
    import ray

    return f"{ray.util.get_node_ip_address()}:{free_port()}"


def _work(worker: Worker, words: Sequence[str], run: str, folder: str, backend: str) -> int:
    """The task: start a worker as from `folder`, and return its exit status."""
    os.chdir(folder)
    os.environ["KERAS_BACKEND"] = backend
    process = start_worker(worker, words, Path(run), log_first=True)
    try:
        while (status := process.poll()) is None:
            time.sleep(POLL)  # so that a cancelled task is told, which no waiting one is
        return status
    finally:
        process.kill()
        process.communicate()
