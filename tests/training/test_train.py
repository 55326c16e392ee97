"""Claims about training: what a run folder holds, which clips it has met, and how it goes on."""

from __future__ import annotations

import shutil
import zipfile
from collections import Counter
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from spobet.config import Experiment, read_experiment
from spobet.dataset.folds import hold_out
from spobet.dataset.manifest import Vocabulary
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.poses.sequence import PoseSequence
from spobet.runs import RunFolder
from spobet.training import train
from spobet.training.networks import build_classifier
from spobet.training.state import StateKeeper
from spobet.training.train import TrainingClips

FILES = {
    "config.toml",
    "vocabulary.txt",
    "backbone.keras",
    "classifier.keras",
    "classifier.onnx",
    "history.csv",
    "logs",
    "run.json",
}
FOUR = Vocabulary(("a", "b", "c", "d"))


def weights_of(run: Path) -> list[np.ndarray]:
    return keras.saving.load_model(RunFolder(run).classifier).get_weights()


def with_train(experiment: Experiment, **choices: object) -> Experiment:
    return replace(experiment, train=replace(experiment.train, **choices))  # type: ignore[arg-type]


def with_epochs(experiment: Experiment, epochs: int) -> Experiment:
    return with_train(experiment, schedule=replace(experiment.train.schedule, epochs=epochs))


@pytest.fixture
def no_export(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the seconds of writing classifier.onnx where nothing reads it."""
    module = import_module(
        "spobet.training.train"
    )  # by its name, since the package exports the function of the same name
    monkeypatch.setattr(module, "write_onnx", lambda classifier, path: path.touch())


def interrupt_after(epochs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody presses control-C as soon as so many epochs are kept."""
    keep = StateKeeper.on_epoch_end

    def keep_and_stop(
        keeper: StateKeeper, epoch: int, logs: dict[str, float] | None = None
    ) -> None:
        keep(keeper, epoch, logs)
        if epoch + 1 == epochs:
            raise KeyboardInterrupt

    monkeypatch.setattr(StateKeeper, "on_epoch_end", keep_and_stop)


@pytest.fixture
def read_clips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the clips whose landmarks are read, in that order."""
    ids: list[str] = []
    pose = Dataset.pose

    def noting(dataset: Dataset, clip_id: str) -> PoseSequence:
        ids.append(clip_id)
        return pose(dataset, clip_id)

    monkeypatch.setattr(Dataset, "pose", noting)
    return ids


def test_a_finished_run_has_every_file_and_no_other(trained_run: Path) -> None:
    assert {file.name for file in trained_run.iterdir()} == FILES


def test_the_saved_network_holds_its_weights_and_nothing_of_the_optimizer(
    trained_run: Path,
) -> None:
    with (
        zipfile.ZipFile(RunFolder(trained_run).classifier) as parts,
        h5py.File(parts.open("model.weights.h5")) as kept,
    ):
        assert "optimizer" not in kept
        assert "layers" in kept


def test_the_run_keeps_the_resolved_experiment_and_the_glosses(
    trained_run: Path, tiny_experiment: Experiment, tiny_data: Path
) -> None:
    assert read_experiment(trained_run / "config.toml") == tiny_experiment
    assert (
        RunFolder(trained_run).glosses()
        == Dataset.open(tiny_data).manifest.of_splits("train").vocabulary
    )


def test_the_record_says_what_the_weights_have_met(trained_run: Path, tiny_data: Path) -> None:
    record, dataset = RunFolder(trained_run).record(), Dataset.open(tiny_data)
    training = dataset.manifest.of_splits("train")
    assert record.clips == tuple(clip.id for clip in training)
    assert record.glosses == training.vocabulary.glosses
    assert set(record.signers) == {clip.signer for clip in training}
    assert record.data == {"synthetic": dataset.info.content_hash}
    assert (record.chosen, record.fold, record.epochs) == ("last epoch", "", 2)
    assert record.versions["keras"] == keras.__version__


@pytest.mark.usefixtures("no_export")
def test_an_interrupted_run_goes_on_to_the_same_weights_and_reads_training_clips_alone(
    trained_run: Path,
    pretrained_run: Path,
    tiny_experiment: Experiment,
    tiny_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read_clips: list[str],
) -> None:
    path = tmp_path / "run"
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        interrupt_after(1, patch)
        train(tiny_experiment, tiny_data, path, pretrained_run)
    with pytest.raises(FileNotFoundError, match="unfinished: give the same command again to go on"):
        RunFolder(path).record()
    with pytest.raises(ValueError, match=r"config\.toml: an interrupted run of another experiment"):
        train(replace(tiny_experiment, seed=1), tiny_data, path, pretrained_run)
    with pytest.raises(
        ValueError, match=r"begun on .*fold none.*, now asked for .*fold 1.*; name a new folder"
    ):
        train(tiny_experiment, tiny_data, path, pretrained_run, fold=1)
    train(tiny_experiment, tiny_data, path, pretrained_run)
    assert {file.name for file in path.iterdir()} == FILES
    for one, other in zip(weights_of(trained_run), weights_of(path), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-6)
    assert {Dataset.open(tiny_data).manifest[clip].split for clip in read_clips} == {"train"}


@pytest.mark.usefixtures("no_export")
@pytest.mark.slow
def test_a_run_chosen_on_validation_says_so_and_survives_an_interruption(
    tiny_experiment: Experiment,
    tiny_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read_clips: list[str],
) -> None:
    experiment = with_train(tiny_experiment, choose_on_validation=True)
    whole = train(experiment, tiny_data, tmp_path / "whole")
    assert "val" in {Dataset.open(tiny_data).manifest[clip].split for clip in read_clips}
    curve = RunFolder(tmp_path / "whole").read_history()["val_top1"]
    assert whole.chosen == f"best on val (epoch {1 + int(np.argmax(curve))})"
    path = tmp_path / "stopped"
    for epochs in (1, 2):  # the last: interrupted between fitting and saving
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            interrupt_after(epochs, patch)
            train(experiment, tiny_data, path)
    assert train(experiment, tiny_data, path).chosen == whole.chosen
    for one, other in zip(weights_of(tmp_path / "whole"), weights_of(path), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-6)


def test_a_finished_folder_is_refused(
    trained_run: Path, tiny_experiment: Experiment, tiny_data: Path
) -> None:
    with pytest.raises(ValueError, match="a finished run is there already; name a new folder"):
        train(tiny_experiment, tiny_data, trained_run)


def test_the_pretrained_backbone_is_really_loaded(
    tiny_experiment: Experiment, tiny_data: Path, pretrained_run: Path
) -> None:
    dataset = Dataset.open(tiny_data)
    kept = keras.saving.load_model(RunFolder(pretrained_run).backbone)
    started = build_classifier(tiny_experiment, dataset, FOUR, pretrained_run)[0].backbone
    for one, other in zip(kept.trainable_variables, started.trainable_variables, strict=True):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other)
        )
    fresh = build_classifier(tiny_experiment, dataset, FOUR, None)[0].backbone
    assert (fresh.get_weights()[0] != started.get_weights()[0]).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"width": 16},
            r"backbone\.keras: another backbone than the experiment's: width 8 \(experiment: 16\)",
        ),
        (
            {"kernel_size": 5, "positions": False},
            r"kernel_size 3 \(experiment: 5\); positions True \(experiment: False\)",
        ),
    ],
)
def test_another_backbone_is_an_error_that_names_the_difference(
    change: dict, message: str, tiny_experiment: Experiment, tiny_data: Path, pretrained_run: Path
) -> None:
    experiment = replace(tiny_experiment, backbone=replace(tiny_experiment.backbone, **change))
    with pytest.raises(ValueError, match=message):
        build_classifier(experiment, Dataset.open(tiny_data), FOUR, pretrained_run)


def test_other_landmarks_or_frames_are_an_error_too(
    tiny_experiment: Experiment, tiny_data: Path, pretrained_run: Path
) -> None:
    dataset = Dataset.open(tiny_data)
    longer = replace(tiny_experiment, input=replace(tiny_experiment.input, num_frames=9))
    with pytest.raises(ValueError, match="num_frames is 8, the experiment has 9"):
        build_classifier(longer, dataset, FOUR, pretrained_run)
    hands = replace(tiny_experiment, input=replace(tiny_experiment.input, skeleton="HANDS_42"))
    with pytest.raises(
        ValueError, match=r"skeleton is OPENPOSE_54 \(54 landmarks\), the experiment has HANDS_42 "
    ):
        build_classifier(hands, dataset, FOUR, pretrained_run)


def test_a_run_that_names_glosses_lends_its_head_too(
    tiny_experiment: Experiment, tiny_data: Path, trained_run: Path
) -> None:
    dataset, kept = (
        Dataset.open(tiny_data),
        keras.saving.load_model(RunFolder(trained_run).classifier).head,
    )
    theirs = RunFolder(trained_run).glosses().glosses
    vocabulary = Vocabulary((theirs[2], "unheard of", theirs[0]))
    classifier, head_from = build_classifier(tiny_experiment, dataset, vocabulary, trained_run)
    assert head_from == f"2 of 3 glosses from {trained_run.name}"
    ours, others = (
        keras.ops.convert_to_numpy(head.glosses.prototypes) for head in (classifier.head, kept)
    )
    np.testing.assert_array_equal(ours[:, [0, 2]], others[:, [2, 0]])
    assert not np.isin(ours[:, 1], others).any()
    np.testing.assert_array_equal(
        classifier.head.widen.get_weights()[0], kept.widen.get_weights()[0]
    )
    alone, nothing = build_classifier(
        with_train(tiny_experiment, keep_head=False), dataset, vocabulary, trained_run
    )
    assert nothing == ""
    assert (alone.head.widen.get_weights()[0] != kept.widen.get_weights()[0]).any()


def test_a_backbone_that_is_only_in_the_whole_network_is_found_there(
    tiny_experiment: Experiment, tiny_data: Path, trained_run: Path, tmp_path: Path
) -> None:
    cut = RunFolder(shutil.copytree(trained_run, tmp_path / "cut"))
    cut.backbone.unlink()
    dataset, glosses = Dataset.open(tiny_data), cut.glosses()
    one, other = (
        build_classifier(tiny_experiment, dataset, glosses, run)[0].get_weights()
        for run in (trained_run, cut.path)
    )
    keras.tree.map_structure(np.testing.assert_array_equal, one, other)


def test_another_kind_of_head_is_an_error_that_names_the_difference(
    tiny_experiment: Experiment, tiny_data: Path, trained_run: Path
) -> None:
    with pytest.raises(
        ValueError, match=r"classifier\.keras: head_width is 4, the experiment has 5"
    ):
        build_classifier(
            with_train(tiny_experiment, head_width=5), Dataset.open(tiny_data), FOUR, trained_run
        )


@pytest.mark.usefixtures("no_export")
def test_a_frozen_backbone_stays_as_it_was_and_the_head_learns(
    pretrained_run: Path, tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    train(
        with_train(tiny_experiment, freeze_backbone=True),
        tiny_data,
        tmp_path / "run",
        pretrained_run,
    )
    kept, whole = RunFolder(pretrained_run).backbone, RunFolder(tmp_path / "run").classifier
    frozen, classifier = keras.saving.load_model(kept), keras.saving.load_model(whole)
    keras.tree.map_structure(
        np.testing.assert_array_equal, frozen.get_weights(), classifier.backbone.get_weights()
    )
    fresh, _ = build_classifier(
        tiny_experiment,
        Dataset.open(tiny_data),
        RunFolder(tmp_path / "run").glosses(),
        pretrained_run,
    )
    assert (fresh.head.get_weights()[0] != classifier.head.get_weights()[0]).any()


def test_few_clips_a_gloss_are_all_that_is_trained_on(
    tiny_experiment: Experiment, tiny_data: Path
) -> None:
    experiment = with_train(tiny_experiment, clips_a_gloss=2)
    (source,) = TrainingClips.of(experiment, tiny_data, None, ()).sources
    assert Counter(clip.gloss for clip in source.clips) == dict.fromkeys(
        Dataset.open(tiny_data).manifest.vocabulary.glosses, 2
    )


def test_an_absent_backbone_is_an_error_and_never_a_fresh_start(
    tiny_experiment: Experiment, tiny_data: Path, pretrained_run: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such run folder"):
        train(tiny_experiment, tiny_data, tmp_path / "run", tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="empty: not a run folder"):
        train(tiny_experiment, tiny_data, tmp_path / "run", tmp_path / "empty")
    shutil.copytree(pretrained_run, tmp_path / "bare")
    RunFolder(tmp_path / "bare").backbone.unlink()
    with pytest.raises(ValueError, match=r"backbone\.keras: not there"):
        train(tiny_experiment, tiny_data, tmp_path / "run", tmp_path / "bare")
    RunFolder(tmp_path / "bare").backbone.write_bytes(b"PK cut off")
    with pytest.raises(ValueError, match=r"backbone\.keras: damaged, expected a network"):
        train(tiny_experiment, tiny_data, tmp_path / "run", tmp_path / "bare")
    assert not (tmp_path / "run").exists()


def test_a_held_out_fold_is_scored_and_not_trained_on(
    tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    record = train(with_epochs(tiny_experiment, 1), tiny_data, tmp_path / "run", fold=0)
    kept, held_out = hold_out(Dataset.open(tiny_data).manifest.of_splits("train"), 0)
    assert record.fold == "0 of 5"
    assert record.clips == tuple(clip.id for clip in kept)
    assert not set(record.clips) & {clip.id for clip in held_out}
    assert {file.name for file in (tmp_path / "run").iterdir()} == FILES | {
        "metrics-fold0.json",
        "predictions-fold0.csv",
        "scores-fold0.npz",
    }


def test_a_finished_run_whose_fold_is_not_scored_scores_it_and_nothing_else(
    tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    """Killed between the two, the same command once refused to go on."""
    choices, path = with_epochs(tiny_experiment, 1), tmp_path / "run"
    record = train(choices, tiny_data, path, fold=0)
    run, whole = RunFolder(path), contents(path)
    run.scores("fold0").unlink()
    run.metrics("fold0").unlink()
    for other, fold in ((replace(choices, seed=9), 0), (choices, 1), (choices, None)):
        with pytest.raises(UserError, match="a finished run is there already"):
            train(other, tiny_data, path, fold=fold)
    assert train(choices, tiny_data, path, fold=0) == record
    assert contents(path) == whole
    with pytest.raises(UserError, match="a finished run is there already"):
        train(choices, tiny_data, path, fold=0)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_one_seed_starts_from_the_same_weights_and_another_from_others(
    tiny_experiment: Experiment, tiny_data: Path
) -> None:
    first, same, other = (
        build_classifier(replace(tiny_experiment, seed=seed), Dataset.open(tiny_data), FOUR, None)[
            0
        ].get_weights()
        for seed in (0, 0, 1)
    )
    keras.tree.map_structure(np.testing.assert_array_equal, first, same)
    assert any((one != another).any() for one, another in zip(first, other, strict=True))
