"""Claims about the three backends: each trains and exports, and what one saves the others load."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import pytest

from spobet.config import Experiment, write_experiment
from spobet.dataset.store import Dataset
from spobet.poses.arrays import PoseBank, network_input
from spobet.poses.resample import even_frame_times
from spobet.recognition.network import run_network
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder

TRAIN_AND_ANSWER = """
import sys
from pathlib import Path
import keras, numpy as np
from spobet.config import read_experiment
from spobet.training import train

folder, data, other = (Path(word) for word in sys.argv[1:])
train(read_experiment(folder / "tiny.toml"), data, folder / "run")
inputs = dict(np.load(folder / "inputs.npz"))
for name, file in (("own", folder / "run" / "classifier.keras"), ("other", other)):
    np.save(folder / f"{name}.npy", keras.saving.load_model(file).predict_on_batch(inputs))
"""


@pytest.fixture(scope="module")
def inputs(trained_run: Path, tiny_data: Path) -> dict[str, np.ndarray]:
    """Three clips as the network reads them."""
    choices, dataset = RunFolder(trained_run).experiment().input, Dataset.open(tiny_data)
    poses = [pose for _, pose in dataset.poses()][:3]
    bank = PoseBank.of(poses, dataset.skeleton, choices.min_confidence)
    moments, frame_mask = even_frame_times(bank.lengths, choices.num_frames, choices.stretch)
    return network_input(bank.read(np.arange(len(bank)), moments), frame_mask)


@pytest.mark.slow  # a process that starts a framework, and trains
@pytest.mark.parametrize("backend", ["torch", "jax", "tensorflow"])
def test_a_backend_trains_exports_and_trades_weights_with_this_one(
    backend: str,
    inputs: dict[str, np.ndarray],
    tiny_experiment: Experiment,
    tiny_data: Path,
    trained_run: Path,
    tmp_path: Path,
) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"not installed: {backend}")
    write_experiment(tiny_experiment, tmp_path / "tiny.toml")
    np.savez(tmp_path / "inputs.npz", **inputs)
    ours = RunFolder(trained_run).classifier
    words = [sys.executable, "-c", TRAIN_AND_ANSWER, str(tmp_path), str(tiny_data), str(ours)]
    subprocess.run(
        words,
        env={**os.environ, "KERAS_BACKEND": backend},
        check=True,
        capture_output=True,
        timeout=300,
    )
    run = RunFolder(tmp_path / "run")
    own, other = np.load(tmp_path / "own.npy"), np.load(tmp_path / "other.npy")
    assert run.record().backend == backend
    np.testing.assert_allclose(run_network(load(run.path).network, inputs).logits, own, atol=1e-4)
    np.testing.assert_allclose(
        keras.saving.load_model(run.classifier).predict_on_batch(inputs), own, atol=1e-5
    )
    np.testing.assert_allclose(
        keras.saving.load_model(ours).predict_on_batch(inputs), other, atol=1e-5
    )
