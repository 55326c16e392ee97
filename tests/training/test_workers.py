"""Claims about several processes that train one network: the same network, and one run folder."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest

from spobet.errors import UserError
from spobet.training.ray_workers import ray_host
from spobet.training.workers import Worker, local_part, run_workers


def test_workers_compute_parts_that_make_up_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = ({"landmarks": np.arange(12).reshape(6, 2)}, np.arange(6))
    assert local_part(batch) is batch
    monkeypatch.setattr(jax, "process_count", lambda: 3)
    parts = []
    for rank in range(3):
        monkeypatch.setattr(jax, "process_index", lambda rank=rank: rank)
        parts.append(local_part(batch))
    assert [len(labels) for _, labels in parts] == [2, 2, 2]
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in parts]), batch[1])
    landmarks = [inputs["landmarks"] for inputs, _ in parts]
    np.testing.assert_array_equal(np.concatenate(landmarks), batch[0]["landmarks"])


def test_a_process_knows_which_worker_it_is_and_where_it_writes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Worker.of_environment() is None
    first, second = (Worker(rank, 2, "127.0.0.1:4000", "/tmp/a folder") for rank in (0, 1))
    monkeypatch.setenv("SPOBET_WORKER", second.environment["SPOBET_WORKER"])
    assert Worker.of_environment() == second
    assert first.run_folder(Path("run")) == Path("run")
    assert second.run_folder(Path("run")) == Path("/tmp/a folder/1")


def test_workers_that_fail_end_the_command_and_leave_nothing(tmp_path: Path) -> None:
    run_workers(["--version"], tmp_path / "run", 2)
    with pytest.raises((SystemExit, UserError)) as failed:
        run_workers(["models", "nosuch"], tmp_path / "run", 2)
    assert failed.value.args[0] == 2 or "the same command goes on" in str(failed.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_workers_on_ray_that_fail_end_the_command_and_leave_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ray = pytest.importorskip("ray", reason="the extra ray is not installed")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        with ray_host(None, 2, devices=1) as host:
            run_workers(["--version"], tmp_path / "run", 2, host)
            assert "spobet" in capfd.readouterr().err
            with pytest.raises((SystemExit, UserError)) as failed:
                run_workers(["models", "nosuch"], tmp_path / "run", 2, host)
            assert failed.value.args[0] == 2 or "goes on from the last" in str(failed.value)
        with (
            pytest.raises(UserError, match="--workers 3 need 3 CPUs, Ray has 2"),
            ray_host(None, 3, devices=1),
        ):
            pass
    finally:
        ray.shutdown()
    assert list(tmp_path.iterdir()) == []
