"""Claims about commands that are killed, by one drill of benchmarks/faults.py; it has hundreds."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from fault_commands import COMMANDS, half_written
from faults import Drills

IMPORT = COMMANDS[0]


def test_what_is_left_half_is_found() -> None:
    expected = {"clips.csv": "1", "shard.npz": "2"}
    assert half_written(IMPORT, expected, {}) == half_written(IMPORT, expected, expected) == ""
    assert "shard.npz" in half_written(IMPORT, expected, {"clips.csv": "1"})
    assert "clips.csv" in half_written(IMPORT, expected, {**expected, "clips.csv": "0"})


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))])
def test_a_killed_import_leaves_nothing_half_and_ends_as_an_undisturbed_one(
    seed: int, tmp_path: Path
) -> None:
    assert Drills(tmp_path).killed(IMPORT, np.random.default_rng(seed)) == ""
