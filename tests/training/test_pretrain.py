"""Claims about pretraining."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from spobet.config import Experiment, Schedule
from spobet.dataset.folds import hold_out
from spobet.dataset.manifest import Clip
from spobet.dataset.reserve import reserve
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.ingest.synthetic import synthesize
from spobet.model.masked_frames import MaskedFrameModel
from spobet.recognition.evaluate import evaluate
from spobet.runs import RunFolder
from spobet.training import pretrain


def weights_of(run: Path) -> list[np.ndarray]:
    return keras.saving.load_model(RunFolder(run).masked_frames).get_weights()


def test_a_finished_run_has_every_file_and_no_other(pretrained_run: Path) -> None:
    expected = {
        "config.toml",
        "backbone.keras",
        "masked_frames.keras",
        "history.csv",
        "logs",
        "run.json",
    }
    assert {file.name for file in pretrained_run.iterdir()} == expected


def test_the_record_lists_exactly_the_training_clips(pretrained_run: Path, tiny_data: Path) -> None:
    record, dataset = RunFolder(pretrained_run).record(), Dataset.open(tiny_data)
    training = dataset.manifest.of_splits("train")
    assert record.clips == tuple(clip.id for clip in training)
    assert record.data == {"synthetic": dataset.info.content_hash}
    assert (record.epochs, record.seed, record.backend) == (2, 0, keras.backend.backend())


def test_the_backbone_is_saved_with_the_weights_it_has_in_the_whole(pretrained_run: Path) -> None:
    whole = keras.saving.load_model(RunFolder(pretrained_run).masked_frames)
    alone = keras.saving.load_model(RunFolder(pretrained_run).backbone)
    assert isinstance(whole, MaskedFrameModel)
    for one, other in zip(
        alone.trainable_variables, whole.backbone.trainable_variables, strict=True
    ):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other)
        )


def test_glosses_are_not_read(
    pretrained_run: Path, tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    dataset = Dataset.open(tiny_data)
    with DatasetWriter(
        tmp_path / "other", dataset.skeleton, dataset.info.unit, "synthetic", "CC0-1.0"
    ) as writer:
        for number, (clip, pose) in enumerate(dataset.poses()):
            writer.add(Clip(clip.id, f"gloss {number % 3}", clip.signer, clip.split), pose)
    pretrain(tiny_experiment, [tmp_path / "other"], tmp_path / "run")
    for one, other in zip(weights_of(pretrained_run), weights_of(tmp_path / "run"), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-6)


def objectives(experiment: Experiment, **weights: object) -> Experiment:
    return replace(experiment, pretrain=replace(experiment.pretrain, **weights))  # type: ignore[arg-type]


def test_naming_glosses_too_lowers_every_loss_and_leaves_a_run_that_names_them(
    tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    schedule = replace(tiny_experiment.pretrain.schedule, epochs=12, learning_rate=1e-2)
    both = objectives(tiny_experiment, motion_weight=1, gloss_weight=1, schedule=schedule)
    pretrain(both, [tiny_data], tmp_path / "both")
    run, dataset = RunFolder(tmp_path / "both"), Dataset.open(tiny_data)
    assert run.glosses() == dataset.manifest.of_splits("train").vocabulary
    history = run.read_history()
    for name in ("loss", "coordinates_loss", "motion_loss", "logits_loss"):
        assert np.mean(history[name][-3:]) < 0.95 * np.mean(history[name][:3])
    assert history["loss"][-1] < 0.8 * np.mean(history["loss"][:3])
    whole, masked, backbone = map(
        keras.saving.load_model, (run.classifier, run.masked_frames, run.backbone)
    )
    for alone in (whole.backbone, masked.backbone):  # one backbone learned both
        keras.tree.map_structure(
            np.testing.assert_array_equal, alone.get_weights(), backbone.get_weights()
        )
    assert evaluate(run.path, tiny_data, ["test"]).num_clips == 4


def test_several_data_sets_are_learned_from_at_once_without_what_is_reserved(
    tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    synthesize(tmp_path / "more", num_glosses=6, num_signers=5, takes=1, seed=1)
    more, tiny = Dataset.open(tmp_path / "more"), Dataset.open(tiny_data)
    renamed = tmp_path / "renamed"
    with DatasetWriter(renamed, more.skeleton, more.info.unit, "more", "CC0-1.0") as writer:
        for clip, pose in more.poses():
            writer.add(replace(clip, id=f"more {clip.id}"), pose)
    held = {clip.id for clip in hold_out(tiny.manifest.of_splits("train"), 0)[1]}
    record = pretrain(
        objectives(tiny_experiment, gloss_weight=1),
        [tiny_data, renamed],
        tmp_path / "run",
        reserve(tiny_data, fold=0),
    )
    clips = [
        clip
        for dataset in (tiny, Dataset.open(renamed))
        for clip in dataset.manifest.of_splits("train")
        if clip.id not in held
    ]
    run = RunFolder(tmp_path / "run")
    assert record.clips == tuple(clip.id for clip in clips)
    assert set(record.data) == {"synthetic", "more"}
    assert run.glosses().glosses == tuple(dict.fromkeys(clip.gloss for clip in clips))
    assert record.left_out == f"{len(held)} clips left out: {len(held)} the same clip"
    listed = run.left_out.read_text().splitlines()
    assert listed[0] == "data,clip,reason"
    assert set(listed[1:]) == {f"synthetic,{clip},the same clip" for clip in held}


def still(experiment: Experiment) -> Schedule:
    """An epoch in which no weight moves."""
    return replace(
        experiment.pretrain.schedule,
        epochs=1,
        learning_rate=1e-12,
        averaging=0.0,
        weight_decay=0.0,
    )


def test_pretraining_goes_on_from_another_run(
    pretrained_run: Path, tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    further = objectives(tiny_experiment, schedule=still(tiny_experiment))
    record = pretrain(further, [tiny_data], tmp_path / "run", pretrained=pretrained_run)
    one, other = (
        keras.saving.load_model(RunFolder(run).backbone).get_weights()
        for run in (pretrained_run, tmp_path / "run")
    )
    keras.tree.map_structure(lambda x, y: np.testing.assert_allclose(x, y, atol=1e-6), one, other)
    assert record.clips == RunFolder(pretrained_run).record().clips


@pytest.mark.parametrize("keep", [True, False])
def test_pretraining_goes_on_from_the_head_of_the_glosses_that_both_know(
    trained_run: Path, tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path, keep: bool
) -> None:
    further = objectives(tiny_experiment, gloss_weight=1, schedule=still(tiny_experiment))
    further = replace(further, train=replace(further.train, keep_head=keep))
    record = pretrain(further, [tiny_data], tmp_path / "run", pretrained=trained_run)
    heads = [
        keras.saving.load_model(RunFolder(run).classifier).head.glosses.get_weights()
        for run in (trained_run, tmp_path / "run")
    ]
    vocabulary = RunFolder(trained_run).glosses()
    assert RunFolder(tmp_path / "run").glosses() == vocabulary  # in the same order
    same = all(np.allclose(one, other, atol=1e-6) for one, other in zip(*heads, strict=True))
    assert same == keep
    all_of_them = f"{len(vocabulary)} of {len(vocabulary)} glosses from {trained_run.name}"
    assert record.head_from == (all_of_them if keep else "")


def test_a_finished_folder_is_refused(
    pretrained_run: Path, tiny_experiment: Experiment, tiny_data: Path
) -> None:
    with pytest.raises(ValueError, match="a finished run is there already; name a new folder"):
        pretrain(tiny_experiment, [tiny_data], pretrained_run)
