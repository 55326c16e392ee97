"""Claims about views: the same recordings as another extractor saw them, trained on too."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spobet.config import Experiment, write_experiment
from spobet.dataset.folds import hold_out
from spobet.dataset.manifest import Clip
from spobet.dataset.reserve import views_of
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.errors import AlreadyThere, UserError
from spobet.runs import RunFolder
from spobet.sweeps.plan import Setting
from spobet.sweeps.sweep import Grid, run_in_process
from spobet.training import train
from spobet.training.batches import AuxiliaryBatches
from spobet.training.train import TrainingClips


def written(data: Path, path: Path, change: Callable[[Clip], Clip] = lambda clip: clip) -> Path:
    """Every clip of a data set a little to the right, as another extractor might see it."""
    dataset = Dataset.open(data)
    with DatasetWriter(path, dataset.skeleton, dataset.info.unit, "synthetic", "none") as writer:
        for clip, pose in dataset.poses():
            writer.add(change(clip), replace(pose, xy=pose.xy + np.float32(1)))
    return path


@pytest.fixture(scope="module")
def views(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tiny_data, tmp_path_factory.mktemp("data") / "views")


def test_training_clips_come_once_more_and_no_others(
    tiny_experiment: Experiment, tiny_data: Path, views: Path
) -> None:
    training = TrainingClips.of(tiny_experiment, tiny_data, None, (), [views])
    own, seen_again = training.sources
    assert {clip.id for clip in seen_again.clips} == {clip.id for clip in own.clips}
    assert (len(own.clips), training.num_always) == (16, 32)
    assert sorted(training.labels[:16]) == sorted(training.labels[16:])


def test_no_view_of_a_clip_that_is_held_out_is_trained_on(
    tiny_experiment: Experiment, tiny_data: Path, views: Path
) -> None:
    """Else a network would be asked for recordings that it has seen."""
    manifest = Dataset.open(tiny_data).manifest.of_splits("train")
    kept, held_out = hold_out(manifest, 2)
    training = TrainingClips.of(tiny_experiment, tiny_data, 2, (), [views])
    assert {clip.id for clip in training.views[0].clips} == {clip.id for clip in kept}
    assert training.held_out == held_out and len(held_out)


def test_a_run_records_both_data_sets_though_they_have_one_source(
    tiny_experiment: Experiment, tiny_data: Path, views: Path, tmp_path: Path
) -> None:
    path = tmp_path / "run"
    record = train(tiny_experiment, tiny_data, path, fold=0, views=[views])
    own, other = (Dataset.open(data).info for data in (tiny_data, views))
    assert own.source == other.source == "synthetic"
    hashes = {"synthetic": own.content_hash, "synthetic (2)": other.content_hash}
    assert record.data == hashes
    assert len(record.clips) == len(Dataset.open(tiny_data).manifest.of_splits("train")) - 4
    assert record.left_out == "12 clips left out: 12 no training clip"  # 8 tested, 4 held out
    RunFolder(path).scores("fold0").unlink()
    assert train(tiny_experiment, tiny_data, path, fold=0, views=[views]) == record  # scored again
    RunFolder(path).scores("fold0").unlink()
    with pytest.raises(AlreadyThere):
        train(tiny_experiment, tiny_data, path, fold=0)  # of another run, without views
    alone = train(tiny_experiment, tiny_data, tmp_path / "alone", fold=0)
    assert alone.network != record.network


def test_data_sets_of_other_recordings_and_other_glosses_are_refused(
    tiny_data: Path, tmp_path: Path
) -> None:
    clips = Dataset.open(tiny_data).manifest.of_splits("train")
    renamed = written(tiny_data, tmp_path / "a", lambda clip: replace(clip, id=f"x-{clip.id}"))
    with pytest.raises(UserError, match="no clip has the id of a training clip, expected views"):
        views_of(clips, Dataset.open(renamed), Dataset.open(tiny_data))
    other = written(tiny_data, tmp_path / "b", lambda clip: replace(clip, gloss="another"))
    with pytest.raises(UserError, match=r"shows another, expected .*, as in the data set trained"):
        views_of(clips, Dataset.open(other), Dataset.open(tiny_data))
    with pytest.raises(UserError, match="the data set trained on, expected views of its clips"):
        views_of(clips, Dataset.open(tiny_data), Dataset.open(tiny_data))


def test_beside_auxiliary_glosses_views_come_in_every_epoch(
    tiny_experiment: Experiment, views: Path, tiny_data: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    others = tmp_path / "others"
    written(tiny_data, others, lambda clip: replace(clip, id=f"o-{clip.id}", gloss="another"))
    counts = []

    class Counted(AuxiliaryBatches):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            counts.append(len(self.order))

    monkeypatch.setitem(sys.modules["spobet.training.train"].__dict__, "AuxiliaryBatches", Counted)
    experiment = replace(
        tiny_experiment, train=replace(tiny_experiment.train, auxiliary_share=0.01)
    )
    train(experiment, tiny_data, tmp_path / "run", auxiliary=[others], views=[views])
    assert counts == [32]


@pytest.mark.slow
def test_a_sweep_trains_on_views_too(
    tiny_experiment: Experiment, tiny_data: Path, views: Path, tmp_path: Path
) -> None:
    grid = Grid([Setting("as it is", tiny_experiment)], tiny_data, 1, 1, views=(views,))
    [task] = grid.tasks(tmp_path)
    Path(task.experiment).parent.mkdir()
    write_experiment(tiny_experiment, Path(task.experiment))
    assert run_in_process(task).failure == ""
    assert Dataset.open(views).info.content_hash in RunFolder(Path(task.run)).record().data.values()
