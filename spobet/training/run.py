"""What every training run has in common: how its folder begins, and the record with which it ends."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

import spobet
from spobet.config import Experiment, read_experiment, write_experiment
from spobet.dataset.reserve import Source
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.model.backbone import SignBackbone
from spobet.model.classifier import GlossHead
from spobet.poses.arrays import PoseBank
from spobet.poses.preprocess import Preprocessor
from spobet.poses.skeleton import Skeleton, skeleton_named
from spobet.runs import RunFolder, RunRecord, commit_of, installed_versions


def start(experiment: Experiment, path: Path) -> RunFolder:
    """Make the run folder, or take up an interrupted one; ValueError where it is finished or of another experiment."""
    run = RunFolder(path)
    if run.record_file.exists():
        raise UserError(f"{path}: a finished run is there already; name a new folder")
    if run.config.exists() and read_experiment(run.config) != experiment:
        raise UserError(
            f"{run.config}: an interrupted run of another experiment is here; name a new folder or remove this one"
        )
    path.mkdir(parents=True, exist_ok=True)
    write_experiment(experiment, run.config)
    if not run.state.is_file():
        run.best.unlink(missing_ok=True)  # of an epoch that was not kept, perhaps on other clips
    return run


def skeleton_of(experiment: Experiment, dataset: Dataset) -> Skeleton:
    """The landmarks a run works on."""
    return (
        skeleton_named(experiment.input.skeleton) if experiment.input.skeleton else dataset.skeleton
    )


def pose_bank(experiment: Experiment, sources: Sequence[Source]) -> PoseBank:
    """The clips of every source one after the other, normalised as the experiment says.

    All are in the unit of the first. KeyError where a data set lacks landmarks that the first has,
    or the experiment names.
    """
    poses = (source.dataset.pose(clip.id) for source in sources for clip in source.clips)
    first = sources[0].dataset
    preprocessor = Preprocessor(skeleton_of(experiment, first), first.info.unit, experiment.input)
    return preprocessor.bank(poses)


def new_backbone(experiment: Experiment, dataset: Dataset, pretrained: Path | None) -> SignBackbone:
    """A fresh backbone, its chance set by the experiment's seed, or one with the weights of a finished run's."""
    keras.utils.set_random_seed(experiment.seed)
    backbone = SignBackbone(
        experiment.backbone,
        skeleton_of(experiment, dataset),
        experiment.input.num_frames,
        name="backbone",
    )
    if pretrained is not None:
        load_backbone(backbone, RunFolder(pretrained))
    return backbone


def new_head(experiment: Experiment, num_glosses: int, num_auxiliary: int = 0) -> GlossHead:
    """A fresh head as [train] describes it."""
    head = experiment.train
    return GlossHead(
        num_glosses,
        head.head_width,
        head.late_dropout,
        head.prototype_scale,
        num_auxiliary,
        name="head",
    )


def load_backbone(backbone: SignBackbone, run: RunFolder) -> None:
    """Give `backbone` the weights of a finished run's; ValueError says where the two differ in kind."""
    run.record()
    kept = keras.saving.load_model(run.weights)
    kept = kept if isinstance(kept, SignBackbone) else kept.backbone
    for what in ("skeleton", "num_frames"):
        if getattr(kept, what) != getattr(backbone, what):
            raise UserError(
                f"{run.weights}: {what} is {getattr(kept, what)}, the experiment has {getattr(backbone, what)}"
            )
    differences = [
        f"{name} {getattr(kept.config, name)} (experiment: {value})"
        for name, value in vars(backbone.config).items()
        if name != "dropout" and getattr(kept.config, name) != value
    ]
    if differences:
        raise UserError(
            f"{run.weights}: another backbone than the experiment's: {'; '.join(differences)}"
        )
    for variable, source in zip(
        backbone.trainable_variables, kept.trainable_variables, strict=True
    ):
        variable.assign(source)


def origin_of(
    sources: Sequence[Source], fold: int | None = None, pretrained: Path | None = None
) -> str:
    """What a run works on and starts from, in words that differ where it does."""
    backbone = (
        hashlib.sha256(RunFolder(pretrained).weights.read_bytes()).hexdigest()[:12]
        if pretrained
        else "none"
    )
    data = " + ".join(
        f"{source.dataset.info.content_hash[:12]} ({len(source.clips)} clips)" for source in sources
    )
    return f"data {data}, fold {'none' if fold is None else fold}, backbone {backbone}"


def record_of(
    run: RunFolder,
    experiment: Experiment,
    epochs: int,
    sources: Sequence[Source],
    pretrained: Path | None,
    command: str,
) -> RunRecord:
    """The record of a fitted run: how it came about, with the clips of the backbone it started from."""
    earlier = [RunFolder(pretrained).record()] if pretrained else []
    clips = [clip for source in sources for clip in source.clips]
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
        skeleton=skeleton_of(experiment, sources[0].dataset),
        data={
            **{name: digest for record in earlier for name, digest in record.data.items()},
            **{source.dataset.info.source: source.dataset.info.content_hash for source in sources},
        },
        clips=_union([record.clips for record in earlier], [clip.id for clip in clips]),
        glosses=_union([record.glosses for record in earlier], [clip.gloss for clip in clips]),
        signers=_union([record.signers for record in earlier], [clip.signer for clip in clips]),
        versions=installed_versions(),
        machine=f"{platform.machine()}, {_num_cores()} cores",
        unit=sources[0].dataset.info.unit,
        frame_rate=frame_rate_of(sources[0]),
        licence="; ".join(
            filter(
                None,
                _union(
                    [(record.licence,) for record in earlier],
                    [source.dataset.info.licence for source in sources],
                ),
            )
        ),
    )


def frame_rate_of(source: Source) -> float:
    """Median frames a second of a source's clips, 0 where none has times."""
    rates = [rate for clip in source.clips if (rate := source.dataset.pose(clip.id).frame_rate)]
    return round(float(np.median(rates)), 2) if rates else 0.0


def close(run: RunFolder, record: RunRecord) -> None:
    """Write the record, which makes the run whole, and only then forget how to go on."""
    record.write(run.record_file)
    for path in (run.state, run.best):
        path.unlink(missing_ok=True)


def _union(earlier: list[tuple[str, ...]], now: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([name for names in earlier for name in names] + now))


def _num_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
