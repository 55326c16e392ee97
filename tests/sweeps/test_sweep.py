"""Claims about sweeps: which runs they are made of, that none is lost, and their figures."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from spobet.cli import main
from spobet.config import Experiment, write_experiment
from spobet.errors import UserError
from spobet.evaluation.predictions import Prediction, predictions_csv
from spobet.runs import RunFolder
from spobet.sweeps import sweep
from spobet.sweeps.figures import figures_of, table
from spobet.sweeps.plan import Task, settings_of
from spobet.sweeps.sweep import FAILED, Grid, Workers, run_in_process, run_sweep

RATES = ("train.schedule.learning_rate=1e-3,5e-4",)
# Leaves a whole run as training does, but kills itself as often as the run's folder says.
CHILD = """
import json, os, signal, sys
from pathlib import Path
task = json.loads(sys.argv[1])
run = Path(task["run"])
run.mkdir(exist_ok=True)
tries = run / "tries"
tries.write_text(str(int(tries.read_text()) + 1 if tries.exists() else 1))
if task["seed"] == 1 and int(tries.read_text()) <= {kills}:
    os.kill(os.getpid(), signal.SIGKILL)
if task["seed"] == {refused}:
    print("spobet: no such clip", file=sys.stderr)
    sys.exit(2)
name = "val" if task["fold"] is None else "fold" + str(task["fold"])
(run / "run.json").write_text("")
(run / ("predictions-" + name + ".csv")).write_text("")
(run / ("scores-" + name + ".npz")).write_text("")
"""


def fake_child(monkeypatch: pytest.MonkeyPatch, kills: int = 0, refused: int = -1) -> None:
    code = CHILD.format(kills=kills, refused=refused)
    monkeypatch.setattr(sweep, "CHILD", (sys.executable, "-S", "-c", code))


def grid(changes: Sequence[str] = RATES, **choices: object) -> Grid:
    return replace(Grid(settings_of(Experiment(), changes), Path("data"), seeds=2), **choices)


def tries_of(folder: Path) -> list[int]:
    return sorted(int(path.read_text()) for path in folder.rglob("tries"))


def test_settings_are_every_combination_and_unknown_keys_are_refused() -> None:
    settings = settings_of(Experiment(), [*RATES, "augment.mirror=0,0.5"])
    assert [setting.name for setting in settings] == [
        f"learning_rate={rate} mirror={mirror}"
        for rate in ("1e-3", "5e-4")
        for mirror in ("0", "0.5")
    ]
    last = settings[-1].experiment
    assert (last.train.schedule.learning_rate, last.augment.mirror) == (5e-4, 0.5)
    for wrong, text in (
        ("train.rate=1", "no such key"),
        ("train.head_width=wide", "head_width is 'wide'"),
        ("train.head_width", "expected KEY=VALUE"),
        ("seed=1,1", "twice"),
    ):
        with pytest.raises(UserError, match=text):
            settings_of(Experiment(), [wrong])


def test_an_ablation_changes_one_value_at_a_time() -> None:
    settings = settings_of(Experiment(), [*RATES, "augment.mirror=0"], each=True)
    assert [setting.name for setting in settings] == [
        "as it is",
        "learning_rate=1e-3",
        "learning_rate=5e-4",
        "mirror=0",
    ]
    assert settings[0].experiment == Experiment()
    rate, mirror = settings[-2].experiment, settings[-1].experiment
    assert (rate.train.schedule.learning_rate, rate.augment) == (5e-4, Experiment().augment)
    assert (mirror.train, mirror.augment.mirror) == (Experiment().train, 0)


def test_a_killed_run_is_tried_again_and_a_refused_one_is_listed_until_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_child(monkeypatch, kills=2, refused=0)
    failed = run_sweep(grid(), tmp_path, Workers(2))
    assert [(one.task.seed, one.tries, one.failure) for one in failed] == 2 * [
        (0, 1, "no such clip")
    ]
    assert "no such clip" in (tmp_path / FAILED).read_text()
    assert tries_of(tmp_path) == [1, 1, 3, 3]
    fake_child(monkeypatch)
    assert run_sweep(grid(), tmp_path) == []
    assert not (tmp_path / FAILED).exists()
    assert tries_of(tmp_path) == [2, 2, 3, 3]  # what was finished was left alone
    assert run_sweep(grid(), tmp_path) == []
    with pytest.raises(UserError, match="of another experiment"):
        run_sweep(grid(settings=settings_of(Experiment(seed=7), RATES)), tmp_path)
    others: dict[str, object] = {name: Path("other") for name in ("data", "backbone")}
    others |= {name: (Path("other"),) for name in ("auxiliary", "views")}
    for name, other in others.items():
        with pytest.raises(UserError, match=f"another sweep, with {name} "):
            run_sweep(grid(**{name: other}), tmp_path)


def test_a_run_that_dies_each_time_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_child(monkeypatch, kills=99)
    outcome = run_in_process(Task("one", "", "", str(tmp_path / "run"), seed=1))
    assert (outcome.failure, outcome.tries) == (f"killed by signal {signal.SIGKILL.value}", 3)


def test_a_child_ends_well_by_itself_and_at_once_when_its_parent_is_gone() -> None:
    code = (
        "from spobet.sweeps.child import end_with_parent as end; end(); import time; time.sleep({})"
    )
    for seconds, status in ((0.2, 0), (60, 1)):
        command = [sys.executable, "-c", code.format(seconds)]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
            if status:
                child.communicate(b"")
            assert child.wait(30) == status


def finished(tasks: Sequence[Task], ranks: dict[tuple[str, int, int], list[int]]) -> None:
    """Runs of which each clip has these ranks, by setting, seed and fold."""
    for task in tasks:
        run = RunFolder(Path(task.run))
        run.path.mkdir(parents=True)
        rows = [
            Prediction(f"{task.fold}-{number}", "tea", rank, (("tea", 0.9),))
            for number, rank in enumerate(ranks[task.setting, task.seed, task.fold or 0])
        ]
        predictions_csv(run.predictions(task.name), rows)
        run.scores(task.name).touch()
        run.record_file.touch()


def test_folds_are_pooled_and_differences_paired_by_seed(tmp_path: Path) -> None:
    tasks = grid(folds=2).tasks(tmp_path)
    assert len(tasks) == len({task.run for task in tasks}) == 8
    a, b = "learning_rate=1e-3", "learning_rate=5e-4"
    ranks = {(name, seed, fold): [1, 9] for name in (a, b) for seed in (0, 1) for fold in (0, 1)}
    ranks[b, 1, 1] = [1, 1]
    finished(tasks, ranks)
    one, other = figures_of(tasks)
    assert (one.accuracy[1].mean, one.accuracy[1].deviation, one.num_clips) == (0.5, 0.0, 4)
    assert other.accuracy[1].mean == (0.5 + 0.75) / 2
    assert one.difference is None
    assert other.difference and other.difference.mean == 0.125
    assert other.interval and other.interval[0] == 0.0
    assert "| +12.5 ± 17.7 |" in table([one, other])
    RunFolder(Path(tasks[-1].run)).record_file.unlink()
    assert figures_of(tasks)[1].seeds == (0,)


class Killer(threading.Thread):
    """Kills processes that make runs in a folder, each once it has begun to train.

    parents: kill those that started them instead, Ray's own workers.
    """

    def __init__(self, folder: Path, kills: int, parents: bool) -> None:
        super().__init__(daemon=True)
        self.folder, self.kills, self.killed, self.parents = folder, kills, 0, parents

    def run(self) -> None:
        """Until so many are killed."""
        seen: set[Path] = set()
        while self.killed < self.kills:
            time.sleep(0.05)
            begun = {path.parent for path in self.folder.rglob("training-state.npz")} - seen
            for run in begun:
                self.killed += self._kill(str(run))
                seen.add(run)

    def _kill(self, run: str) -> bool:
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes()
            except OSError:
                continue
            if b"spobet.sweeps.child" in words and json.dumps(run).encode() in words:
                victim = int(entry.parent.name)
                if self.parents:
                    victim = int((entry.parent / "stat").read_text().rpartition(")")[2].split()[1])
                os.kill(victim, signal.SIGKILL)
                return True
        return False


@pytest.mark.slow
@pytest.mark.parametrize("ray", [False, True])
def test_a_sweep_whose_workers_are_killed_gives_the_table_of_an_undisturbed_one(
    ray: bool, tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    if ray:
        pytest.importorskip("ray", reason="the extra ray is not installed")
    write_experiment(tiny_experiment, tmp_path / "tiny.toml")
    words = ["sweep", str(tmp_path / "tiny.toml"), "--data", str(tiny_data), "--seeds", "3"]
    words += [*("--set", "train.schedule.learning_rate=1e-2,1e-3"), "--out"]
    whole = CliRunner().invoke(main, [*words, str(tmp_path / "whole")])
    assert whole.exit_code == 0, whole.output
    killer = Killer(tmp_path / "killed", kills=2, parents=ray)
    killer.start()
    options = ["--ray", "--workers", "2"] if ray else ["--workers", "2"]
    killed = CliRunner().invoke(main, [*words, str(tmp_path / "killed"), *options])
    assert killed.exit_code == 0, killed.output
    assert killer.killed == 2
    tables = [(tmp_path / name / "sweep.md").read_text() for name in ("whole", "killed")]
    assert tables[0] == tables[1]
    assert len(list((tmp_path / "killed").rglob("run.json"))) == 6
    assert "Accuracy by setting" in (tmp_path / "killed" / "sweep.html").read_text()
