"""What every test can ask for."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings

from spobet.config import Experiment, InputConfig, PretrainConfig, Schedule, TrainConfig
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.ingest.synthetic import synthesize
from spobet.poses.skeleton import HANDS_42
from spobet.recognition.recognizer import Recognizer, load
from spobet.sizes import BackboneConfig

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault(
    "JAX_COMPILATION_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "jax")
)
os.environ.setdefault(
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0"
)  # tests compile the same tiny networks again and again
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
# Tests compile many tiny networks and run each a few times: plain code is ready a fifth sooner.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_use_fusion_emitters=false")

# HYPOTHESIS_PROFILE=default tries 100 examples a law. None fails for the time it took.
settings.register_profile("few", max_examples=30, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "few"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real landmarks, split files and fixtures, which the project does not ship."""
    for folder in (os.environ.get("SPOBET_DATA"), Path(__file__).parents[2] / "shared"):
        if folder and (Path(folder) / "data").is_dir():
            return Path(folder)
    pytest.skip("no real landmarks here: SPOBET_DATA names a folder of data/, splits/, fixtures/")


@pytest.fixture(scope="session")
def tiny_experiment() -> Experiment:
    """Every kind of part, each as small as it can be."""
    backbone = BackboneConfig(
        width=8,
        blocks=("convolution", "attention"),
        num_heads=2,
        feed_forward=8,
        kernel_size=3,
        motion_steps=(1,),
    )
    schedule = Schedule(epochs=2, batch_size=8)
    pretrain = PretrainConfig(schedule=schedule)
    return Experiment(
        input=InputConfig(num_frames=8),
        backbone=backbone,
        pretrain=pretrain,
        train=TrainConfig(head_width=4, schedule=schedule),
    )


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4 synthetic glosses: 16 clips to train on, 4 to validate, 4 to test."""
    path = tmp_path_factory.mktemp("data") / "tiny"
    synthesize(path, num_glosses=4, num_signers=6, takes=1)
    return path


@pytest.fixture(scope="session")
def wide_data(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same clips, hands alone, as shares of 1280 x 720 pictures at uneven times.

    Of the second half of each clip every second frame is left out, as by a camera in the dark.
    """
    square, path = Dataset.open(tiny_data), tmp_path_factory.mktemp("data") / "wide"
    with DatasetWriter(path, HANDS_42, "image", "synthetic, wide", "none") as writer:
        for clip, pose in square.poses():
            frames = np.r_[0 : len(pose) // 2, len(pose) // 2 : len(pose) : 2]
            wide = replace(
                pose,
                xy=(pose.xy * (720 / 256) + np.float32([280, 0]))[frames],
                confidence=pose.confidence[frames],
                times=pose.times[frames],
                size=(1280, 720),
            )
            writer.add(clip, wide.select(HANDS_42).in_unit("image"))
    return path


def made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]
) -> Path:
    """A run folder that is made by one of pytest's workers and read by all of them."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    path = folder / "runs" / name
    path.parent.mkdir(exist_ok=True)
    with FileLock(f"{path}.lock"):
        if not (path / "run.json").is_file():
            make(path)
    return path


@pytest.fixture(scope="session")
def pretrained_run(
    tiny_experiment: Experiment, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A finished run of `pretrain`; not to be changed."""
    from spobet.training import pretrain

    return made_once(
        tmp_path_factory, "pretrained", lambda path: pretrain(tiny_experiment, [tiny_data], path)
    )


@pytest.fixture(scope="session")
def trained_run(
    tiny_experiment: Experiment,
    tiny_data: Path,
    pretrained_run: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A finished run of `train` on the pretrained backbone; not to be changed."""
    from spobet.training import train

    return made_once(
        tmp_path_factory,
        "trained",
        lambda path: train(tiny_experiment, tiny_data, path, pretrained_run),
    )


@pytest.fixture(scope="session")
def recognizer(trained_run: Path) -> Recognizer:
    """The recogniser of the trained run."""
    return load(trained_run)
