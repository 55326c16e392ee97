"""Several processes that train one network: each computes its part of every batch (JAX)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import keras
import numpy as np

from spobet.errors import UserError
from spobet.runs import RunFolder

VARIABLE = "SPOBET_WORKER"  # tells a process which of the workers it is: RANK NUMBER ADDRESS FOLDER
_POLL = 0.1  # seconds
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


def run_workers(words: Sequence[str], run: Path, number: int) -> None:
    """Give `spobet WORDS`, which leaves a run at `run`, to so many processes of this machine.

    The first one speaks; it goes on from the state of an interrupted run, and so do the others.
    UserError where another ends before: then all are ended, and the same words go on.
    """
    run.parent.mkdir(parents=True, exist_ok=True)
    folder = tempfile.mkdtemp(prefix=f".{run.name}.workers-", dir=run.parent)
    address = f"127.0.0.1:{_free_port()}"
    started: list[subprocess.Popen] = []
    try:
        for rank in range(number):
            started.append(_start(Worker(rank, number, address, folder), words, run))
        _wait(started, Path(folder))
    finally:
        for process in started:
            process.kill()
            process.communicate()  # waits, and closes its standard input
        shutil.rmtree(folder, ignore_errors=True)


def _start(worker: Worker, words: Sequence[str], run: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "spobet", *words]
    if not worker.rank:
        return subprocess.Popen(command, env=worker.environment, stdin=subprocess.PIPE)
    mine = worker.run_folder(run)
    mine.mkdir()
    state = RunFolder(run).state
    if state.is_file():
        shutil.copyfile(state, RunFolder(mine).state)
    with (mine / "said.log").open("wb") as said:
        return subprocess.Popen(
            command, env=worker.environment, stdin=subprocess.PIPE, stdout=said, stderr=said
        )


def _wait(started: Sequence[subprocess.Popen], folder: Path) -> None:
    """Until the first has ended; SystemExit with its status, UserError where another fails."""
    while (status := started[0].poll()) is None:
        for rank, process in enumerate(started):
            if process.poll() and started[0].poll() is None:
                said = (folder / str(rank) / "said.log").read_text(errors="replace").split("\n")
                raise UserError(
                    f"worker {rank} of {len(started)} ended ({' '.join(said[-2:]).strip()}); "
                    "the same command goes on from the last state"
                )
        time.sleep(_POLL)
    if status:
        sys.exit(status)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
