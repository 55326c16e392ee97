"""The same work on many things: here, in processes, or on Ray. A worker that dies loses nothing but its own try."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

from spobet.extras import extra_module

Task = TypeVar("Task")
Result = TypeVar("Result")
TRIES = 3  # of a task whose worker dies


def in_turn(
    tasks: Iterable[Task], work: Callable[[Task], Result]
) -> Iterator[tuple[Task, Result | None]]:
    """(task, result) one after the other, in this process."""
    for task in tasks:
        yield task, work(task)


def in_processes(
    tasks: Iterable[Task], work: Callable[[Task], Result], num_workers: int
) -> Iterator[tuple[Task, Result | None]]:
    """(task, result) as they are done by `num_workers` processes; None for a task that kills its worker.

    Tasks under way when a worker dies are tried again, one at a time, so that only the one that kills is lost. An exception of
    `work` ends everything. work, tasks and results are pickled.
    """
    rest = deque(tasks)
    while rest:
        under_way: dict[Future[Result], Task] = {}
        pool = _pool(min(num_workers, len(rest)))
        try:
            while rest or under_way:
                while rest and len(under_way) < 2 * num_workers:
                    under_way[pool.submit(work, rest[0])] = rest[0]
                    rest.popleft()
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    result = future.result()
                    yield under_way.pop(future), result
        except BrokenProcessPool:
            pass
        except BaseException:
            for process in list(
                (pool._processes or {}).values()
            ):  # terminate_workers of Python 3.14
                process.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        for task in under_way.values():
            yield task, _alone(task, work)


def on_ray(
    tasks: Iterable[Task], work: Callable[[Task], Result], address: str | None, num_workers: int
) -> Iterator[tuple[Task, Result | None]]:
    """(task, result) as they are done on Ray; None for a task whose worker died each of three times.

    address: of a running cluster, "auto" to find one; None starts Ray on this machine with `num_workers`. A few tasks a core are
    under way at a time, and a result is let go once it is handed on, so the driver's memory does not grow with their number.
    """
    ray = extra_module("ray", "ray", "working on Ray")
    started = not ray.is_initialized()
    if started:
        local = {"num_cpus": num_workers, "include_dashboard": False}
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level="ERROR",
            **({} if address else local),
        )

    def task_of_work(task: Task) -> Result:
        return work(task)

    remote = ray.remote(num_cpus=1, max_retries=TRIES - 1)(task_of_work)
    died = (
        ray.exceptions.WorkerCrashedError,
        ray.exceptions.OutOfMemoryError,
        ray.exceptions.NodeDiedError,
    )
    limit = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
    rest = iter(tasks)
    under_way: dict[Any, Task] = {}
    try:
        while True:
            for task in _first(rest, limit - len(under_way)):
                under_way[remote.remote(task)] = task
            if not under_way:
                return
            for reference in ray.wait(list(under_way), num_returns=1)[0]:
                task = under_way.pop(reference)
                try:
                    result = ray.get(reference)
                except died:
                    result = None
                except ray.exceptions.RayTaskError:
                    raise
                except ray.exceptions.RayError as error:
                    raise ConnectionError(
                        f"Ray broke down ({str(error).splitlines()[0]}); the same command goes on"
                    ) from error
                yield task, result
    finally:
        if started:
            ray.shutdown()


def _first(tasks: Iterator[Task], number: int) -> Iterator[Task]:
    return (task for _, task in zip(range(number), tasks, strict=False))


def _alone(task: Task, work: Callable[[Task], Result]) -> Result | None:
    for _ in range(TRIES - 1):
        with _pool(1) as pool:
            try:
                return pool.submit(work, task).result()
            except BrokenProcessPool:
                continue
    return None


def _pool(num_workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        num_workers, mp_context=get_context("spawn"), initializer=_follow_parent
    )  # threads forbid fork


def _follow_parent() -> None:
    """A worker leaves interruptions to its parent and ends with it, even where the parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def wait_and_end() -> None:
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait_and_end, daemon=True).start()
