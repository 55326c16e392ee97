"""Claims about hostile inputs, by a few of benchmarks/hostile.py; it has a thousand."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
pytest.importorskip("pose_format", reason="the extra pose is not installed")
pytest.importorskip("pympi", reason="the extra elan is not installed")
pytest.importorskip("av", reason="the extra video is not installed")
pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytest.importorskip("httpx2", reason="httpx2, which the test client needs, is not installed")
from hostile import Result, attempt, beyond_limits, left_behind

FIRST_BOMB, BOMBS, OTHERS = 100, 10, 20


def test_hostile_inputs_are_read_or_refused_in_a_line(tmp_path: Path) -> None:
    seeds = [seed for seed in range(OTHERS) if seed % BOMBS]  # the quick ones of the others
    kinds = set()
    for seed in (*seeds, FIRST_BOMB):
        folder = tmp_path / str(seed)
        folder.mkdir()
        result = attempt(seed, folder)
        assert not result.wrong, (seed, result)
        assert result.line == "" or len(result.line) > 3
        kinds.add(result.kind)
    assert len(kinds) == 7


def test_what_is_left_half_is_found(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    assert left_behind(tmp_path, set(), "a line") == left_behind(tmp_path, set(), "") == ""
    assert left_behind(tmp_path, {"out"}, "a line") == "refused, but left ['out']"
    assert left_behind(tmp_path, {".out.partial"}, "") == "left ['.out.partial']"
    (tmp_path / "temporary" / "upload").touch()
    assert left_behind(tmp_path, set(), "") == "temporary files are left"


def test_what_costs_too_much_is_found() -> None:
    assert beyond_limits(Result("bomb", "npz", seconds=1, megabytes=100)) == ""
    assert beyond_limits(Result("bomb", "npz", seconds=3)) == "3.0 s of the processor"
    assert beyond_limits(Result("bomb", "npz", megabytes=600)) == "600 MB"
