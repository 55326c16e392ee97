"""Claims about several devices and processes: the network of one, and refusals where not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path

import keras
import numpy as np
import pytest

from spobet.config import Experiment, read_experiment, write_experiment
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.ingest.synthetic import synthesize
from spobet.recognition.evaluate import evaluate_clips
from spobet.runs import RunFolder
from spobet.training import train
from spobet.training.execution import Execution, on_one_device

NUM_DEVICES = 4


def test_more_devices_than_there_are_are_refused() -> None:
    with (
        pytest.raises(UserError, match=r"--devices is 99, expected at most the \d+: .*cpu:0"),
        Execution(99).shared(99),
    ):
        pass


def test_backends_that_cannot_share_a_batch_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    with (
        pytest.raises(UserError, match="--devices 2 needs Keras on JAX, and this is tensorflow"),
        Execution(2).shared(2),
    ):
        pass
    with Execution(1).shared(3):
        assert keras.distribution.distribution() is None


def test_a_batch_that_cannot_be_shared_evenly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = [f"cpu:{number}" for number in range(4)]
    monkeypatch.setattr(keras.distribution, "list_devices", lambda: devices)
    message = "batch_size 6 cannot be shared among 4 devices, expected one of: 1, 2, 3"
    with pytest.raises(UserError, match=message), Execution(4).shared(6):
        pass


@pytest.mark.parametrize("key", ["devices", "checkpoint_minutes"])
def test_numbers_that_make_no_sense_are_refused(key: str) -> None:
    with pytest.raises(UserError, match=f"--{key.replace('_', '-')} is -1, expected at least"):
        Execution(**{key: -1})


def test_a_batch_is_shared_within_and_nowhere_else() -> None:
    with keras.distribution.DataParallel(devices=["cpu:0"]).scope():
        shared = keras.distribution.distribution()
        with on_one_device():
            assert keras.distribution.distribution() is None
        assert keras.distribution.distribution() is shared
    assert keras.distribution.distribution() is None


def demo_of(epochs: int) -> Experiment:
    """The demo's experiment, chosen on validation so that scoring within a run is met too."""
    experiment = read_experiment(Path(str(resources.files("spobet") / "demo.toml")))
    schedule = replace(experiment.train.schedule, epochs=epochs)
    choices = replace(experiment.train, schedule=schedule, choose_on_validation=True)
    return replace(experiment, train=choices)


def train_on_one_and_on_four(folder: Path) -> None:
    """Leave both runs, scored on the split `test`, in the folder."""
    synthesize(folder / "data")
    dataset = Dataset.open(folder / "data")
    for devices in (1, NUM_DEVICES):
        run = folder / f"run-{devices}"
        train(demo_of(epochs=3), folder / "data", run, execution=Execution(devices))
        evaluate_clips(RunFolder(run), dataset, dataset.manifest.of_splits("test"), "test")


@pytest.mark.slow
def test_four_devices_train_the_network_that_one_does(tmp_path: Path) -> None:
    """In a process of its own, whose processor counts as four devices."""
    flags = f"--xla_force_host_platform_device_count={NUM_DEVICES}"
    environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": flags}
    subprocess.run([sys.executable, __file__, str(tmp_path)], check=True, env=environment)
    one, four = (RunFolder(tmp_path / f"run-{devices}") for devices in (1, NUM_DEVICES))
    losses, shared = (run.read_history()["loss"] for run in (one, four))
    assert len(losses) == 3
    assert len(Dataset.open(tmp_path / "data").manifest.of_splits("train")) * 3 >= 20 * 16
    np.testing.assert_allclose(shared, losses, rtol=1e-5)
    assert four.read_history()["val_top1"] == one.read_history()["val_top1"]
    metrics, same = (json.loads(run.metrics("test").read_text()) for run in (one, four))
    assert same == metrics


def train_by_command(folder: Path, run: str, *options: str) -> RunFolder:
    """A run of the demo in the folder, its data made there, scored on the split `test`."""
    words = [sys.executable, "-m", "spobet", "train", "demo.toml", "--data", "data", "--run", run]
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    subprocess.run([*words, *options], check=True, env=environment, cwd=folder)
    dataset = Dataset.open(folder / "data")
    evaluate_clips(RunFolder(folder / run), dataset, dataset.manifest.of_splits("test"), "test")
    return RunFolder(folder / run)


@pytest.fixture(scope="module")
def one_process(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The run of one process, beside the data set and the experiment."""
    folder = tmp_path_factory.mktemp("processes")
    synthesize(folder / "data")
    write_experiment(demo_of(epochs=3), folder / "demo.toml")
    return train_by_command(folder, "one")


@pytest.mark.slow
@pytest.mark.parametrize("ray", [False, True])
def test_two_processes_train_the_network_that_one_does(ray: bool, one_process: RunFolder) -> None:
    if ray:
        pytest.importorskip("ray", reason="the extra ray is not installed")
    folder = one_process.path.parent
    before = {path.name for path in folder.iterdir()}
    name = "ray" if ray else "two"
    two = train_by_command(folder, name, "--workers", "2", *(["--ray"] if ray else []))
    losses, shared = (run.read_history()["loss"] for run in (one_process, two))
    assert len(losses) == 3
    assert len(Dataset.open(folder / "data").manifest.of_splits("train")) * 3 >= 20 * 16
    np.testing.assert_allclose(shared, losses, rtol=1e-5)
    assert two.read_history()["val_top1"] == one_process.read_history()["val_top1"]
    metrics, same = (json.loads(run.metrics("test").read_text()) for run in (one_process, two))
    assert same == metrics
    assert {path.name for path in folder.iterdir()} == {*before, name}


if __name__ == "__main__":
    train_on_one_and_on_four(Path(sys.argv[1]))
