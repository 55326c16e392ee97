"""A sweep: its runs made one after the other or at once, resumed, retried, and compared."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from spobet.config import read_experiment, write_experiment
from spobet.errors import UserError
from spobet.files import write_csv, write_whole
from spobet.ingest.workers import TRIES, on_ray
from spobet.sweeps.plan import Setting, Task

FAILED, SOURCES = "failed.csv", "sources.json"
CHILD = (sys.executable, "-m", "spobet.sweeps.child")
_REFUSED = 2  # exit status for what a user can mend: another try would end the same


@dataclass(frozen=True)
class Outcome:
    """What became of a run: "" or why there is none, and how often it was tried."""

    task: Task
    failure: str
    tries: int = 1


@dataclass(frozen=True)
class Grid:
    """The runs of a sweep: every setting with every seed and, where there are any, every fold.

    folds: how many of the folds of the training clips are held out in turn; 0 scores `splits`.
    """

    settings: Sequence[Setting]
    data: Path
    seeds: int = 3
    folds: int = 0
    splits: tuple[str, ...] = ("val",)
    backbone: Path | None = None
    auxiliary: tuple[Path, ...] = ()
    views: tuple[Path, ...] = ()
    command: str = ""

    @property
    def sources(self) -> dict[str, list[str]]:
        """What every run is trained on and starts from, by option."""
        options = {
            "data": [self.data],
            "backbone": [self.backbone] if self.backbone else [],
            "auxiliary": self.auxiliary,
            "views": self.views,
        }
        return {name: [str(path) for path in paths] for name, paths in options.items()}

    def tasks(self, folder: Path) -> list[Task]:
        """The runs in their order; their folders and experiment files lie in `folder`."""
        folds: Sequence[int | None] = range(self.folds) if self.folds else [None]
        tasks = []
        for setting in self.settings:
            where = folder / setting.name.replace("/", "-")
            for seed in range(self.seeds):
                for fold in folds:
                    name = f"seed-{seed}" if fold is None else f"seed-{seed}-fold-{fold}"
                    tasks.append(
                        Task(
                            setting=setting.name,
                            experiment=str(where / "experiment.toml"),
                            data=str(self.data),
                            run=str(where / name),
                            seed=seed,
                            fold=fold,
                            splits=self.splits,
                            backbone=str(self.backbone) if self.backbone else None,
                            auxiliary=tuple(map(str, self.auxiliary)),
                            views=tuple(map(str, self.views)),
                            command=self.command,
                        )
                    )
        return tasks


@dataclass(frozen=True)
class Workers:
    """Who makes the runs: `number` processes here at a time; or Ray.

    ray: the address of a cluster, "" = on this machine, None = no Ray. The cluster's machines need
    the package and every folder at the same paths.
    """

    number: int = 1
    ray: str | None = None


def run_sweep(
    grid: Grid,
    folder: Path,
    workers: Workers = Workers(),
    progress: Callable[[Iterable[Outcome]], Iterable[Outcome]] = iter,
) -> list[Outcome]:
    """Make every run that is not finished yet; returns those that failed, listed in failed.csv too.

    The same call goes on where it stopped and tries failed ones again. A run whose process dies is
    tried TRIES times. UserError where another sweep is in the folder, or works there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "in-use.lock", timeout=0):
            _write_experiments(grid, folder)
            todo = [task for task in grid.tasks(folder) if not task.finished]
            outcomes = _Outcomes(todo, workers)
            failed = [outcome for outcome in progress(outcomes) if outcome.failure]
            _list_failed(failed, folder)
    except Timeout as error:
        raise UserError(f"{folder}: another process works on this sweep") from error
    return failed


def run_in_process(task: Task, tries: int = TRIES) -> Outcome:
    """Make one run in a process of its own, which ends with this one; its words go to RUN.log."""
    command = [*CHILD, task.to_json()]
    log = Path(f"{task.run}.log")
    for number in range(1, tries + 1):
        with (
            log.open("w", encoding="utf-8") as words,
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=words, stderr=words) as child,
        ):
            status = child.wait()
        if status == 0:
            return Outcome(task, "", number)
        if status == _REFUSED:
            break
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    said = lines[-1].removeprefix("spobet: ") if lines else "nothing"
    why = f"killed by signal {-status}" if status < 0 else said
    return Outcome(task, why, number)


@dataclass(frozen=True)
class _Outcomes:
    """The outcome of every task as it comes."""

    tasks: list[Task]
    workers: Workers = field(default_factory=Workers)

    def __len__(self) -> int:
        return len(self.tasks)

    def __iter__(self) -> Iterator[Outcome]:
        if self.workers.ray is not None:
            address = self.workers.ray or None
            for task, outcome in on_ray(self.tasks, run_in_process, address, self.workers.number):
                yield outcome or Outcome(task, "its worker died each time", TRIES)
            return
        with ThreadPoolExecutor(self.workers.number) as pool:
            waiting = [pool.submit(run_in_process, task) for task in self.tasks]
            try:
                for done in as_completed(waiting):
                    yield done.result()
            finally:
                for future in waiting:
                    future.cancel()


def _write_experiments(grid: Grid, folder: Path) -> None:
    """The file of each setting, and what all start from; UserError where another sweep is there."""
    file = folder / SOURCES
    if not file.is_file():
        write_whole(file, json.dumps(grid.sources, indent=1) + "\n")
    found = json.loads(file.read_text(encoding="utf-8"))
    for name, paths in grid.sources.items():
        if found[name] != paths:
            other = f"with {name} {found[name]}, not {paths}"
            raise UserError(f"{file}: another sweep, {other}; name a new folder")
    for setting in grid.settings:
        path = folder / setting.name.replace("/", "-") / "experiment.toml"
        path.parent.mkdir(exist_ok=True)
        if not path.is_file():
            write_experiment(setting.experiment, path)
        elif read_experiment(path) != setting.experiment:
            raise UserError(f"{path}: of another experiment; name a new folder")


def _list_failed(failed: Sequence[Outcome], folder: Path) -> None:
    if not failed:
        (folder / FAILED).unlink(missing_ok=True)
        return
    rows = [
        (outcome.task.setting, Path(outcome.task.run).name, outcome.tries, outcome.failure)
        for outcome in failed
    ]
    write_csv(folder / FAILED, ("setting", "run", "tries", "why"), rows)
