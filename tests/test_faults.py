"""Claims about commands that are killed, by a few drills of benchmarks/faults.py; it has 200."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from fault_commands import COMMANDS, half_written
from faults import Drills

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
IMPORT = COMMANDS[0]


def test_what_is_left_half_is_found() -> None:
    expected = {"clips.csv": "1", "shard.npz": "2"}
    assert half_written(IMPORT, expected, {}) == half_written(IMPORT, expected, expected) == ""
    assert "shard.npz" in half_written(IMPORT, expected, {"clips.csv": "1"})
    assert "clips.csv" in half_written(IMPORT, expected, {**expected, "clips.csv": "0"})


@pytest.mark.skipif(sys.platform != "linux", reason="rights are given up as Linux has it")
def test_an_import_that_is_killed_or_cannot_write_leaves_nothing_half_and_then_ends_well(
    tmp_path: Path,
) -> None:
    drills = Drills(tmp_path, ["spobet.cli"])
    kinds = drills.kinds()
    for kind in ("kill import", "full disk import", "read-only import"):
        assert kinds[kind](np.random.default_rng(0)) == ""
    drills.expected["import"]["manifest.csv"] = "another"
    assert "manifest.csv" in kinds["kill import"](np.random.default_rng(0))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="rights are given up as Linux has it")
def test_twenty_drills_of_every_kind_lose_nothing(tmp_path: Path) -> None:
    words = [sys.executable, str(BENCHMARKS / "faults.py"), str(tmp_path), "--drills", "20"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["drills"], found["failed"]) == (20, 0)
    assert len(found["kinds"]) >= 5
