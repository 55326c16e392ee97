"""Claims about the run folder: one process at a time, and nothing left where nothing came of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from spobet.errors import AlreadyThere, UserError
from spobet.training.run import alone

# The other process, which goes on until its standard input is closed.
HOLDER = """
import sys, filelock
with filelock.FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_until_the_first_ends_however_it_ends(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    command = [sys.executable, "-c", HOLDER, str(run / "in-use.lock")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(UserError, match="run: another process trains in this folder; wait"),
            alone(run),
        ):
            pass
        other.kill()
    with alone(run):
        assert (run / "in-use.lock").is_file()
        (run / "kept").touch()
    assert [path.name for path in run.iterdir()] == ["kept"]


def test_a_folder_in_which_nothing_came_about_is_removed(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), alone(tmp_path / "run"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_finished_run_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "run.json").touch()
    with pytest.raises(AlreadyThere, match="a finished run is there already"), alone(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
