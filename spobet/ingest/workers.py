"""The same work on many things: here, in processes, or on Ray. A dying worker costs one try."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from types import ModuleType
from typing import Any, TypeVar

from spobet.errors import UserError
from spobet.extras import extra_module

Task = TypeVar("Task")
Result = TypeVar("Result")
TRIES = 3  # of a task whose worker dies: memory may have been short, a file that kills stays so
AHEAD = 2  # tasks a worker: enough that none waits for the next, few enough for memory


def in_turn(
    tasks: Iterable[Task], work: Callable[[Task], Result]
) -> Iterator[tuple[Task, Result | None]]:
    """(task, result) one after the other, in this process."""
    for task in tasks:
        yield task, work(task)


def in_processes(
    tasks: Iterable[Task], work: Callable[[Task], Result], num_workers: int
) -> Iterator[tuple[Task, Result | None]]:
    """(task, result) as they are done by `num_workers` processes.

    The result is None for a task whose worker died each of TRIES times. An exception of `work` ends
    everything. work, tasks and results are pickled.
    """
    pebble = extra_module("pebble", "video", "working in several processes")
    pool = pebble.ProcessPool(
        num_workers, initializer=_follow_parent, context=get_context("spawn")
    )  # threads forbid fork
    rest = iter(tasks)
    under_way: dict[Future[Result], tuple[Task, int]] = {}
    finished = False
    try:
        while True:
            for task in islice(rest, AHEAD * num_workers - len(under_way)):
                under_way[pool.schedule(work, args=[task])] = (task, 1)
            if not under_way:
                break
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                task, tries = under_way.pop(future)
                try:
                    result = future.result()
                except pebble.ProcessExpired:
                    if tries < TRIES:
                        under_way[pool.schedule(work, args=[task])] = (task, tries + 1)
                        continue
                    result = None
                yield task, result
        finished = True
    finally:
        pool.close() if finished else pool.stop()
        pool.join()


def on_ray(
    tasks: Iterable[Task], work: Callable[[Task], Result], address: str | None, num_workers: int
) -> Iterator[tuple[Task, Result | None]]:
    """(task, result) as they are done on Ray; None for a task whose worker died TRIES times.

    address: of a running cluster, "auto" to find one; None starts Ray on this machine with
    `num_workers`. A few tasks a core are under way at a time, and a result is let go once it is
    handed on, so the driver's memory does not grow with their number.
    """
    with connected(address, num_workers) as ray:

        def task_of_work(task: Task) -> Result:
            return work(task)

        remote = ray.remote(num_cpus=1, max_retries=TRIES - 1)(task_of_work)
        limit = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
        rest = iter(tasks)
        under_way: dict[Any, Task] = {}
        while True:
            for task in islice(rest, limit - len(under_way)):
                under_way[remote.remote(task)] = task
            if not under_way:
                return
            for reference in ray.wait(list(under_way), num_returns=1)[0]:
                yield under_way.pop(reference), ray_result(ray, reference)


@contextmanager
def connected(address: str | None, num_workers: int) -> Iterator[ModuleType]:
    """Ray: of the cluster at `address`, or, for None, of this machine with so many workers.

    It is left again at the end of the block, unless it was there before.
    """
    ray = extra_module("ray", "ray", "working on Ray")
    started = not ray.is_initialized()
    if started:
        local = {} if address else {"num_cpus": num_workers, "include_dashboard": False}
        ray.init(address=address, log_to_driver=False, logging_level="ERROR", **local)
    try:
        yield ray
    finally:
        if started:
            ray.shutdown()


def ray_result(ray: ModuleType, reference: Any) -> Any:
    """The result of a task on Ray, None where its worker died each time it was tried."""
    errors = ray.exceptions
    try:
        return ray.get(reference)
    except (errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError):
        return None
    except errors.RayTaskError:
        raise
    except errors.RayError as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"Ray broke down ({reason}); the same command goes on") from error


def _follow_parent() -> None:
    """A worker leaves interruptions to its parent and ends with it, even where that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def wait_and_end() -> None:
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait_and_end, daemon=True).start()
