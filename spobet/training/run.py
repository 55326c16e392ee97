"""What every training run has in common: how its folder begins, and the record with which it ends."""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path

import keras

import spobet
from spobet.config import Experiment, read_experiment, write_experiment
from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.poses.arrays import PoseBank
from spobet.poses.skeleton import Skeleton, skeleton_named
from spobet.runs import RunFolder, RunRecord, commit_of, installed_versions


def start(experiment: Experiment, path: Path) -> RunFolder:
    """Make the run folder, or take up an interrupted one; ValueError where it is finished or of another experiment."""
    run = RunFolder(path)
    if run.record_file.exists():
        raise ValueError(f"{path}: a finished run is there already; name a new folder")
    if run.config.exists() and read_experiment(run.config) != experiment:
        raise ValueError(f"{run.config}: an interrupted run of another experiment is here; name a new folder or remove this one")
    path.mkdir(parents=True, exist_ok=True)
    write_experiment(experiment, run.config)
    if not run.state.is_file():
        run.best.unlink(missing_ok=True)  # of an epoch that was not kept, perhaps on other clips
    return run


def skeleton_of(experiment: Experiment, dataset: Dataset) -> Skeleton:
    """The landmarks a run works on."""
    return skeleton_named(experiment.input.skeleton) if experiment.input.skeleton else dataset.skeleton


def pose_bank(experiment: Experiment, dataset: Dataset, clips: Manifest) -> PoseBank:
    """The clips of a manifest, normalised as the experiment says."""
    poses = (dataset.pose(clip.id) for clip in clips)
    return PoseBank.of(poses, skeleton_of(experiment, dataset), experiment.input.min_confidence, experiment.input.right_leads)


def origin_of(dataset: Dataset, fold: int | None = None, pretrained: Path | None = None) -> str:
    """What a run works on and starts from, in words that differ where it does."""
    backbone = hashlib.sha256(RunFolder(pretrained).backbone.read_bytes()).hexdigest()[:12] if pretrained else "none"
    return f"data {dataset.info.content_hash[:12]}, fold {'none' if fold is None else fold}, backbone {backbone}"


def record_of(
    run: RunFolder,
    experiment: Experiment,
    epochs: int,
    dataset: Dataset,
    clips: Manifest,
    pretrained: Path | None,
    command: str,
) -> RunRecord:
    """The record of a fitted run: how it came about, with the clips of the backbone it started from."""
    earlier = [RunFolder(pretrained).record()] if pretrained else []
    seconds = sum(run.read_history().get("seconds", []))
    return RunRecord(
        command=command,
        seed=experiment.seed,
        commit=commit_of(Path(spobet.__file__).parent),
        backend=keras.backend.backend(),
        minutes=round(seconds / 60, 2),
        epochs=epochs,
        chosen="last epoch",
        fold="",
        skeleton=skeleton_of(experiment, dataset),
        data={
            **{name: digest for record in earlier for name, digest in record.data.items()},
            dataset.info.source: dataset.info.content_hash,
        },
        clips=_union([record.clips for record in earlier], [clip.id for clip in clips]),
        glosses=_union([record.glosses for record in earlier], [clip.gloss for clip in clips]),
        signers=_union([record.signers for record in earlier], [clip.signer for clip in clips]),
        versions=installed_versions(),
        machine=f"{platform.machine()}, {_num_cores()} cores",
    )


def close(run: RunFolder, record: RunRecord) -> None:
    """Write the record, which makes the run whole, and only then forget how to go on."""
    record.write(run.record_file)
    for path in (run.state, run.best):
        path.unlink(missing_ok=True)


def _union(earlier: list[tuple[str, ...]], now: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([name for names in earlier for name in names] + now))


def _num_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
