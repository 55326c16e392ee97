"""Several processes that train one network: each computes its part of every batch (JAX)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import keras
import numpy as np

from spobet.errors import UserError
from spobet.runs import RunFolder

VARIABLE = "SPOBET_WORKER"  # tells a process which of the workers it is: RANK NUMBER ADDRESS FOLDER
PRINTED = "printed.log"
POLL = 0.1  # seconds
Batch = TypeVar("Batch")


@dataclass(frozen=True)
class Worker:
    """One of `number` processes: its rank, where the first listens, and a folder for the others.

    All do the same work to the end. The first has the run folder; what the others write is thrown
    away.
    """

    rank: int
    number: int
    address: str
    folder: str

    @classmethod
    def of_environment(cls) -> Worker | None:
        """Which worker this process is, None where it is none."""
        if VARIABLE not in os.environ:
            return None
        rank, number, address, folder = os.environ[VARIABLE].split(" ", 3)
        return cls(int(rank), int(number), address, folder)

    @property
    def environment(self) -> dict[str, str]:
        """What `of_environment` reads."""
        return {**os.environ, VARIABLE: f"{self.rank} {self.number} {self.address} {self.folder}"}

    def run_folder(self, path: Path) -> Path:
        """Where this worker writes what the first leaves at `path`."""
        return Path(self.folder) / str(self.rank) if self.rank else path

    def join(self) -> None:
        """Meet the others; returns when all are there. Before JAX computes anything."""
        import jax

        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.config.update("jax_enable_preemption_service", False)  # it would ignore SIGTERM
        jax.distributed.initialize(self.address, self.number, self.rank)


def local_part(batch: Batch) -> Batch:
    """The rows that this process of several computes, of a batch of nested arrays (clips, ...)."""
    if keras.backend.backend() != "jax":
        return batch
    import jax

    rank, number = jax.process_index(), jax.process_count()

    def part(rows: np.ndarray) -> np.ndarray:
        size = len(rows) // number
        return rows[rank * size : (rank + 1) * size]

    return batch if number == 1 else keras.tree.map_structure(part, batch)


class Process(Protocol):
    """What is asked of a started worker, as `subprocess.Popen` has it."""

    def poll(self) -> int | None:
        """Its exit status, None while it works."""

    def kill(self) -> None:
        """Have it end."""

    def communicate(self) -> object:
        """Wait until it has ended."""


@dataclass(frozen=True)
class Host:
    """Where workers are started: the address at which the first listens, and how one is started."""

    address: str
    start: Callable[[Worker, Sequence[str], Path], Process]


def run_workers(words: Sequence[str], run: Path, number: int, host: Host | None = None) -> None:
    """Give `spobet WORDS`, which leaves a run at `run`, to so many processes.

    host: where they are started, this machine where None. The first one speaks; it goes on from the
    state of an interrupted run, and so do the others. UserError where another ends before: then all
    are ended, and the same words go on.
    """
    run.parent.mkdir(parents=True, exist_ok=True)
    folder = tempfile.mkdtemp(prefix=f".{run.name}.workers-", dir=run.parent.resolve())
    host = host or Host(f"127.0.0.1:{free_port()}", start_worker)
    started: list[Process] = []
    try:
        for rank in range(number):
            started.append(host.start(Worker(rank, number, host.address, folder), words, run))
        _wait(started, Path(folder))
    finally:
        for process in started:
            process.kill()
            process.communicate()  # waits, and closes its standard input
        shutil.rmtree(folder, ignore_errors=True)


def start_worker(
    worker: Worker, words: Sequence[str], run: Path, log_first: bool = False
) -> subprocess.Popen:
    """Start `spobet WORDS` as this worker; what it prints goes to PRINTED in its folder.

    log_first: that of the first worker too, which otherwise prints where this process does. The
    process ends with this one.
    """
    mine = Path(worker.folder) / str(worker.rank)
    mine.mkdir()
    state = RunFolder(run).state
    if worker.rank and state.is_file():
        shutil.copyfile(state, RunFolder(mine).state)
    command = [sys.executable, "-m", "spobet", *words]
    if not worker.rank and not log_first:
        return subprocess.Popen(command, env=worker.environment, stdin=subprocess.PIPE)
    with (mine / PRINTED).open("wb") as printed:
        return subprocess.Popen(
            command, env=worker.environment, stdin=subprocess.PIPE, stdout=printed, stderr=printed
        )


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(started: Sequence[Process], folder: Path) -> None:
    """Until the first has ended; SystemExit with its status, UserError where another fails."""
    while (status := started[0].poll()) is None:
        for rank, process in enumerate(started):
            if process.poll() and started[0].poll() is None:
                printed = (folder / str(rank) / PRINTED).read_text(errors="replace").split("\n")
                raise UserError(
                    f"worker {rank} of {len(started)} ended ({' '.join(printed[-2:]).strip()}); "
                    "the same command goes on from the last state"
                )
        time.sleep(POLL)
    if status:
        sys.exit(status)
