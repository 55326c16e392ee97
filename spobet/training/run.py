"""What every training run shares: how its folder begins, its clips, and its record at the end."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np
from filelock import FileLock, Timeout

import spobet
from spobet.config import Experiment, read_experiment, write_experiment
from spobet.dataset.reserve import Source
from spobet.dataset.store import Dataset
from spobet.errors import AlreadyThere, UserError
from spobet.files import sha256_of
from spobet.poses.preprocess import Preprocessor
from spobet.runs import RunFolder, RunRecord, commit_of, installed_versions
from spobet.training.networks import skeleton_of
from spobet.training.stored_clips import StoredClips


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else trains in a run folder meanwhile; it is removed where nothing came of it.

    UserError where another process trains in it.
    """
    if RunFolder(path).record_file.exists():
        raise AlreadyThere(f"{path}: a finished run is there already; name a new folder")
    path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path / "in-use.lock")  # falls with its process, so it is never stale
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UserError(
            f"{path}: another process trains in this folder; wait for it or name a new folder"
        ) from error
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()
        if not any(path.iterdir()):
            path.rmdir()


def start(experiment: Experiment, path: Path) -> RunFolder:
    """Begin in a run folder, or take up an interrupted run of the same experiment there.

    AlreadyThere where it is finished, UserError where it is of another experiment.
    """
    run = RunFolder(path)
    if run.record_file.exists():
        raise AlreadyThere(f"{path}: a finished run is there already; name a new folder")
    if run.config.exists() and read_experiment(run.config) != experiment:
        raise UserError(
            f"{run.config}: an interrupted run of another experiment is here; "
            "name a new folder or remove this one"
        )
    write_experiment(experiment, run.config)
    if not run.state.is_file():
        run.best.unlink(missing_ok=True)  # of an epoch without a state, perhaps on other clips
    return run


def preprocessor_of(experiment: Experiment, dataset: Dataset) -> Preprocessor:
    """Normalises clips as the experiment says, in the unit of this data set."""
    return Preprocessor(skeleton_of(experiment, dataset), dataset.info.unit, experiment.input)


def stored_clips(experiment: Experiment, sources: Sequence[Source], run: RunFolder) -> StoredClips:
    """The clips of every source one after the other, normalised, in a file of the run's disk.

    All are in the unit of the first. KeyError where a data set lacks landmarks that the first has,
    or the experiment names.
    """
    poses = (source.dataset.pose(clip.id) for source in sources for clip in source.clips)
    return StoredClips(poses, preprocessor_of(experiment, sources[0].dataset), run.path)


def origin_of(
    sources: Sequence[Source], fold: int | None = None, pretrained: Path | None = None
) -> str:
    """What a run works on and starts from, in words that differ where it does."""
    backbone = "none"
    if pretrained:
        content = RunFolder(pretrained).weights.read_bytes()
        backbone = hashlib.sha256(content).hexdigest()[:12]
    data = " + ".join(
        f"{source.dataset.info.content_hash[:12]} ({len(source.clips)} clips)" for source in sources
    )
    return f"data {data}, fold {'none' if fold is None else fold}, backbone {backbone}"


def data_of(sources: Sequence[Source], pretrained: Path | None) -> dict[str, str]:
    """Content hashes of all data sets that a run and its backbone are trained on, by source.

    A source that comes with several is numbered, and none is lost.
    """
    pairs = list(RunFolder(pretrained).record().data.items()) if pretrained else []
    infos = [source.dataset.info for source in sources]
    pairs += [(info.source, info.content_hash) for info in infos]
    found: dict[str, str] = {}
    for source, content_hash in dict.fromkeys(pairs):
        name, number = source, 2
        while name in found:
            name, number = f"{source} ({number})", number + 1
        found[name] = content_hash
    return found


def record_of(
    run: RunFolder,
    experiment: Experiment,
    epochs: int,
    sources: Sequence[Source],
    pretrained: Path | None,
    command: str,
) -> RunRecord:
    """The record of a fitted run, with the clips and terms of the backbone it started from."""
    earlier = [RunFolder(pretrained).record()] if pretrained else []
    clips = [clip for source in sources for clip in source.clips]
    infos = [source.dataset.info for source in sources]
    licences = _union([(record.licence,) for record in earlier], [info.licence for info in infos])
    num_cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        num_cores = len(os.sched_getaffinity(0))
    return RunRecord(
        command=command,
        seed=experiment.seed,
        commit=commit_of(Path(spobet.__file__).parent),
        backend=keras.backend.backend(),
        minutes=round(sum(run.read_history().get("seconds", [])) / 60, 2),
        epochs=epochs,
        chosen="last epoch",
        fold="",
        skeleton=skeleton_of(experiment, sources[0].dataset),
        data=data_of(sources, pretrained),
        clips=_union([record.clips for record in earlier], [clip.id for clip in clips]),
        glosses=_union([record.glosses for record in earlier], [clip.gloss for clip in clips]),
        signers=_union([record.signers for record in earlier], [clip.signer for clip in clips]),
        versions=installed_versions(),
        machine=f"{platform.machine()}, {num_cores} cores",
        unit=infos[0].unit,
        frame_rate=frame_rate_of(sources[0]),
        licence="; ".join(filter(None, licences)),
        network=sha256_of(run.onnx) if run.onnx.is_file() else "",
    )


def frame_rate_of(source: Source) -> float:
    """Median frames a second of a source's first 10,000 clips, 0 where none has times."""
    poses = (source.dataset.pose(clip.id) for clip in source.clips.clips[:10_000])
    rates = [rate for pose in poses if (rate := pose.frame_rate)]
    return round(float(np.median(rates)), 2) if rates else 0.0


def close(run: RunFolder, record: RunRecord) -> None:
    """Write the record, which makes the run whole, and only then drop the state to go on from."""
    record.write(run.record_file)
    for path in (run.state, run.best):
        path.unlink(missing_ok=True)


def _union(earlier: list[tuple[str, ...]], now: list[str]) -> tuple[str, ...]:
    """Every name once, in the order in which they first come."""
    return tuple(dict.fromkeys([name for names in earlier for name in names] + now))
