"""Claims about batches: the only place with chance, and what may not be left to it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.config import Experiment, InputConfig, PretrainConfig, Schedule, TrainConfig
from spobet.poses.arrays import PoseBank
from spobet.poses.augment import AugmentConfig
from spobet.poses.skeleton import HANDS_42
from spobet.training.batches import (
    LabelledBatches,
    PretrainingBatches,
    smoothed_one_hot,
)

NUM_CLIPS, NUM_FRAMES, BATCH_SIZE, NUM_GLOSSES = 5, 8, 2, 3
SCHEDULE = Schedule(batch_size=BATCH_SIZE)
EXPERIMENT = Experiment(
    input=InputConfig(num_frames=NUM_FRAMES, stretch=False),
    pretrain=PretrainConfig(schedule=SCHEDULE),
    train=TrainConfig(schedule=SCHEDULE),
)
UNSEEN = HANDS_42.indices(["right_little_tip", "left_little_tip"])
STILL = AugmentConfig(**dict.fromkeys(vars(AugmentConfig()), 0.0))


def bank_of(num_clips: int = NUM_CLIPS, alike: bool = False) -> PoseBank:
    """Clips of 6 frames in which no little fingertip is ever seen."""
    num_drawn = 1 if alike else num_clips
    xy = np.random.default_rng(0).normal(size=(num_drawn, 6, len(HANDS_42), 2)).astype(np.float32)
    xy[..., UNSEEN, :] = np.nan
    lengths = np.full(num_clips, 6)
    frames = np.broadcast_to(xy, (num_clips, *xy.shape[1:])).reshape(-1, *xy.shape[2:])
    return PoseBank(frames, np.cumsum(lengths) - lengths, lengths, HANDS_42)


def labelled(
    experiment: Experiment = EXPERIMENT, epoch: int = 0, bank: PoseBank | None = None
) -> list:
    bank = bank or bank_of()
    batches = LabelledBatches(bank, np.arange(len(bank)) % NUM_GLOSSES, NUM_GLOSSES, experiment)
    batches.start_at(epoch)
    return [batches[number] for number in range(len(batches))]


def masked(experiment: Experiment = EXPERIMENT, epoch: int = 0) -> list:
    batches = PretrainingBatches(
        bank_of(), np.arange(NUM_CLIPS) % NUM_GLOSSES, NUM_GLOSSES, experiment
    )
    batches.start_at(epoch)
    return [batches[number] for number in range(len(batches))]


def even_input(bank: PoseBank) -> np.ndarray:
    """Landmarks as recognition reads them."""
    return bank.even_input(np.arange(len(bank)), NUM_FRAMES, stretch=False)["landmarks"]


def clips_of(experiment: Experiment, epoch: int = 0) -> list[int]:
    """Which clip stands where in an epoch, found by its first landmark."""
    plain = replace(experiment, augment=STILL)
    known = {float(x): clip for clip, x in enumerate(even_input(bank_of())[:, 0, 0, 0])}
    return [
        known[float(x)]
        for inputs, _ in labelled(plain, epoch)
        for x in inputs["landmarks"][:, 0, 0, 0]
    ]


def objectives(**weights: float) -> Experiment:
    return replace(EXPERIMENT, pretrain=replace(EXPERIMENT.pretrain, motion_step=2, **weights))


def test_only_what_is_hidden_and_was_seen_is_weighed() -> None:
    for inputs, targets, weights in masked(objectives(motion_weight=1)):
        seen, coordinates = inputs["landmarks"][..., 2] > 0, inputs["landmarks"][..., :2]
        np.testing.assert_array_equal(weights["coordinates"] > 0, inputs["hidden"] & seen)
        np.testing.assert_array_equal(targets["coordinates"], coordinates)
        assert weights["coordinates"][..., UNSEEN].sum() == 0 < weights["coordinates"].sum()
        both = (inputs["hidden"] & seen)[:, 2:] & seen[:, :-2]
        np.testing.assert_array_equal(weights["motion"][:, 2:] > 0, both)
        assert not weights["motion"][:, :2].any()
        motion = coordinates[:, 2:] - coordinates[:, :-2]
        np.testing.assert_array_equal(targets["motion"][:, 2:], motion)
        assert not inputs["hidden"][~inputs["frame_mask"]].any()


def test_what_the_detector_doubted_weighs_less_and_follows_its_landmark_into_the_mirror() -> None:
    right, left = HANDS_42.index("right_index_tip"), HANDS_42.index("left_index_tip")
    bank = bank_of()
    confidence = np.ones(bank.xy.shape[:2], np.float16)
    confidence[:, right] = 0.5
    for share, doubtful in ((0.0, right), (1.0, left)):
        experiment = replace(
            objectives(motion_weight=1, hand_share=0.0), augment=replace(STILL, mirror=share)
        )
        batches = PretrainingBatches(
            replace(bank, confidence=confidence), np.zeros(NUM_CLIPS, int), 0, experiment
        )
        inputs, _, weights = batches[0]
        seen_and_hidden = inputs["hidden"] & (inputs["landmarks"][..., 2] > 0)
        for weight in weights.values():
            positive = weight[..., doubtful] > 0
            assert set(weight[..., doubtful][positive]) == {0.5}
            others = np.delete(weight, doubtful, axis=-1)
            assert set(others[others > 0]) == {1}
        np.testing.assert_array_equal(weights["coordinates"] > 0, seen_and_hidden)


def test_clips_come_from_rests_and_doubt_follows_its_frame() -> None:
    """Clips of six frames, one of them doubted: where a way takes room it comes earlier or later.

    Ways last a frame at least only in clips that are longer than three.
    """
    bank = bank_of(200, alike=True)
    confidence = np.ones(bank.xy.shape[:2], np.float16)
    confidence[0::6] = 0.5
    from_rest, still = (
        replace(
            objectives(mask_ratio=0.99, hand_share=0.0), augment=replace(STILL, from_rest=share)
        )
        for share in (1.0, 0.0)
    )
    doubted = []
    for experiment in (from_rest, still):
        bank_with = replace(bank, confidence=confidence)
        batches = PretrainingBatches(bank_with, np.zeros(200, int), 0, experiment)
        shown = [batches[number] for number in range(len(batches))]
        weights = np.concatenate([weight["coordinates"][..., 0] for _, _, weight in shown])
        doubted.append((weights == 0.5).sum(axis=1).max())
    assert doubted == [2, 1]  # the first frame, held where the way was made room for


def test_only_what_counts_is_asked_for() -> None:
    asked = {
        names: set(
            masked(
                objectives(
                    **dict(
                        zip(
                            ("coordinates_weight", "motion_weight", "gloss_weight"),
                            names,
                            strict=True,
                        )
                    )
                )
            )[0][1]
        )
        for names in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1))
    }
    assert list(asked.values()) == [
        {"coordinates"},
        {"motion"},
        {"logits"},
        {"coordinates", "motion", "logits"},
    ]
    inputs, targets, weights = masked(objectives(coordinates_weight=0, gloss_weight=1))[0]
    assert not inputs["hidden"].any()  # nothing to reconstruct, nothing hidden
    np.testing.assert_allclose(targets["logits"].sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(weights["logits"], np.ones(BATCH_SIZE))


@pytest.mark.parametrize("batches", [labelled, masked])
def test_one_seed_gives_the_same_batches(batches: object) -> None:
    for one, same in zip(batches(), batches(), strict=True):  # type: ignore[operator]
        for values, again in zip(one[0].values(), same[0].values(), strict=True):
            np.testing.assert_array_equal(values, again)
        for values, again in zip(one[1:], same[1:], strict=True):
            assert keras.tree.map_structure(np.shape, values) == keras.tree.map_structure(
                np.shape, again
            )
            keras.tree.map_structure(np.testing.assert_array_equal, values, again)


@pytest.mark.parametrize("batches", [labelled, masked])
def test_other_seeds_and_epochs_give_other_batches(batches: object) -> None:
    first, next_epoch, other_seed = (
        batches(replace(EXPERIMENT, seed=seed), epoch)[0][0]["landmarks"]  # type: ignore[operator]
        for seed, epoch in ((0, 0), (0, 1), (1, 0))
    )
    assert (first != next_epoch).any()
    assert (first != other_seed).any()
    assert (next_epoch != other_seed).any()


def test_other_frames_are_hidden_in_every_epoch_and_batch() -> None:
    hidden = [
        inputs["hidden"].tobytes() for epoch in range(3) for inputs, _, _ in masked(epoch=epoch)
    ]
    assert len(set(hidden)) == len(hidden)


@given(seed=st.integers(0, 99), epoch=st.integers(0, 9))
def test_every_clip_appears_in_every_epoch(seed: int, epoch: int) -> None:
    order = clips_of(replace(EXPERIMENT, seed=seed), epoch)
    assert len(order) == 6
    assert sorted(order[:NUM_CLIPS]) == list(range(NUM_CLIPS))
    assert order[NUM_CLIPS] == order[0]  # the last batch is filled up


def test_the_order_differs_between_epochs() -> None:
    assert len({tuple(clips_of(EXPERIMENT, epoch)) for epoch in range(6)}) > 3


def test_the_order_of_an_epoch_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it was drawn anew for every batch: half an hour an epoch for a million clips."""
    batches = LabelledBatches(bank_of(), np.zeros(NUM_CLIPS, int), NUM_GLOSSES, EXPERIMENT)
    batches.start_at(3)
    expected = np.random.default_rng([EXPERIMENT.seed, 3, len(batches)]).permutation(NUM_CLIPS)
    np.testing.assert_array_equal(batches.order, expected)
    drawn: list[list[int]] = []
    seeded = np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", lambda seed: drawn.append(seed) or seeded(seed))
    for number in range(len(batches)):
        batches[number]
    assert drawn == [[EXPERIMENT.seed, 3, number] for number in range(len(batches))]


def test_fewer_clips_than_a_batch_still_fill_one() -> None:
    ((inputs, targets),) = labelled(bank=bank_of(1))
    assert inputs["landmarks"].shape == (BATCH_SIZE, NUM_FRAMES, len(HANDS_42), 3)
    assert targets.shape == (BATCH_SIZE, NUM_GLOSSES)


def test_clips_of_one_batch_are_varied_differently() -> None:
    schedule = replace(SCHEDULE, batch_size=6)
    experiment = replace(EXPERIMENT, train=replace(EXPERIMENT.train, schedule=schedule))
    ((inputs, _),) = labelled(experiment, bank=bank_of(6, alike=True))
    for one, other in pairwise(inputs["landmarks"]):
        assert (one != other).any()


def test_what_is_never_seen_is_zero_and_padding_is_too() -> None:
    for inputs, _ in labelled():
        landmarks, frame_mask = inputs["landmarks"], inputs["frame_mask"]
        assert not np.isnan(landmarks).any()
        assert not landmarks[..., UNSEEN, :].any()
        assert not landmarks[~frame_mask].any()


def test_targets_go_with_their_clips() -> None:
    plain = replace(EXPERIMENT, augment=STILL)
    named = [int(np.argmax(row)) for _, targets in labelled(plain) for row in targets]
    assert named == [clip % NUM_GLOSSES for clip in clips_of(EXPERIMENT)]


def test_validation_clips_are_read_without_chance() -> None:
    bank = bank_of()
    landmarks = even_input(bank)
    expected = bank.xy.reshape(NUM_CLIPS, 6, -1, 2)[:, :, 0]
    np.testing.assert_array_equal(landmarks[:, :6, 0, :2], expected)
    assert not landmarks[:, 6:].any()


@given(smoothing=st.floats(0, 0.99), num_glosses=st.integers(2, 50))
def test_smoothed_rows_sum_to_one(smoothing: float, num_glosses: int) -> None:
    rows = smoothed_one_hot(np.array([0, num_glosses - 1]), num_glosses, smoothing)
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-5)
    assert rows.argmax(axis=1).tolist() == [0, num_glosses - 1]


def test_smoothing_spreads_its_share_over_all_glosses() -> None:
    np.testing.assert_allclose(smoothed_one_hot(np.array([1]), 4, 0.2), [[0.05, 0.85, 0.05, 0.05]])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("motion_step", 1),
        ("mask_ratio", 0.8),
        ("span", 1),
        ("hand_share", 1.0),
        ("follow_motion", 2.0),
    ],
)
def test_every_key_of_what_is_hidden_changes_the_batches(key: str, value: float) -> None:
    config = replace(EXPERIMENT.pretrain, motion_weight=1.0, motion_step=3, hand_share=0.0, span=3)
    usual, changed = (
        masked(replace(EXPERIMENT, pretrain=pretrain))
        for pretrain in (config, replace(config, **{key: value}))
    )
    arrays = zip(keras.tree.flatten(usual), keras.tree.flatten(changed), strict=True)
    assert any((one != other).any() for one, other in arrays)


def test_label_smoothing_changes_the_targets() -> None:
    config = replace(EXPERIMENT.train, label_smoothing=0.3)
    (_, usual), (_, smoothed) = (
        labelled(experiment)[0] for experiment in (EXPERIMENT, replace(EXPERIMENT, train=config))
    )
    np.testing.assert_allclose(usual.max(axis=1), 0.9 + 0.1 / NUM_GLOSSES, rtol=1e-6)
    np.testing.assert_allclose(smoothed.max(axis=1), 0.7 + 0.3 / NUM_GLOSSES, rtol=1e-6)
