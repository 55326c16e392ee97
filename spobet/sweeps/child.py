"""One run of a sweep in a process of its own: python -m spobet.sweeps.child TASK"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

from spobet.config import read_experiment
from spobet.dataset.folds import hold_out
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.recognition.evaluate import evaluate, evaluate_clips
from spobet.runs import RunFolder
from spobet.sweeps.plan import Task


def run_task(task: Task) -> None:
    """Train and score; what is there of either is not done again."""
    run, data = RunFolder(Path(task.run)), Path(task.data)
    if not run.record_file.is_file():
        from spobet.training import train

        train(
            replace(read_experiment(Path(task.experiment)), seed=task.seed),
            data,
            run.path,
            Path(task.backbone) if task.backbone else None,
            task.fold,
            task.command,
            [Path(path) for path in task.auxiliary],
            views=[Path(path) for path in task.views],
        )
    if task.finished:
        return
    if task.fold is None:
        evaluate(run.path, data, task.splits)
        return
    dataset = Dataset.open(data)
    _, held_out = hold_out(dataset.manifest.of_splits("train"), task.fold)
    evaluate_clips(run, dataset, held_out, task.name)


def end_with_parent() -> None:
    """End this process when its standard input does: its parent is gone, or wants it to end."""

    def wait_and_end() -> None:
        while os.read(0, 1):  # sys.stdin's lock, held here, would abort an ending interpreter
            pass
        os._exit(1)

    threading.Thread(target=wait_and_end, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    try:
        run_task(Task.from_json(sys.argv[1]))
    except (UserError, OSError) as error:
        print("spobet: " + " ".join(str(error).split()), file=sys.stderr)
        sys.exit(2)
