"""Claims about the hidden view of a clip."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from spobet.config import Experiment, HiddenViewConfig, PretrainConfig
from spobet.errors import UserError
from spobet.poses.arrays import PoseBank
from spobet.poses.skeleton import HANDS_42
from spobet.training.batches import PretrainingBatches
from spobet.training.hidden_view import (
    hide_part,
    hide_tokens,
    hide_view,
    landmark_speed,
    lost_positions,
)

RIGHT, LEFT = HANDS_42.hand("right"), HANDS_42.hand("left")


def signing(num_clips: int, frames: int = 16) -> np.ndarray:
    """Both hands seen; the right one moves, the left one rests."""
    xy = np.zeros((num_clips, frames, len(HANDS_42), 2))
    xy[:, :, RIGHT] = np.random.default_rng(0).normal(size=(num_clips, frames, 1, 2))
    return xy


def test_one_part_is_hidden_a_hand_or_up_to_three_fingers() -> None:
    hidden = hide_part(signing(300), HANDS_42, 0.7, np.random.default_rng(1))
    sizes = set(hidden.sum(axis=1).tolist())
    assert sizes == {4, 8, 12, 21}
    assert not (hidden[:, RIGHT].any(axis=1) & hidden[:, LEFT].any(axis=1)).any()
    fingers = hidden.sum(axis=1) < 21
    assert not hidden[fingers][:, [RIGHT[0], LEFT[0]]].any()  # never the wrist alone


def test_the_hand_that_moves_is_hidden_more_often_the_lower_the_temperature() -> None:
    shares = []
    for temperature in (0.3, 100.0):
        hidden = hide_part(signing(600), HANDS_42, temperature, np.random.default_rng(1))
        whole = hidden.sum(axis=1) == 21
        shares.append(hidden[whole][:, RIGHT[0]].mean())
    assert shares[0] > 0.9
    assert 0.4 < shares[1] < 0.6


def test_the_only_hand_of_a_clip_is_never_hidden_whole() -> None:
    xy = signing(100)
    xy[:, 3:, LEFT] = np.nan  # seen in 3 of 16 frames, less than a quarter
    hidden = hide_part(xy, HANDS_42, 0.7, np.random.default_rng(1))
    assert not hidden[:, RIGHT].all(axis=1).any()
    assert hidden[:, RIGHT].any()


def test_tokens_are_hands_over_some_frames_and_so_many_of_those_seen() -> None:
    xy = signing(50, frames=18)
    xy[:, :8, LEFT] = np.nan  # tokens of the left hand: frames 8-11, 12-15 and the rest 16-17
    hidden = hide_tokens(xy, HANDS_42, 4, 0.5, 0.7, np.random.default_rng(2))
    for hand in (RIGHT, LEFT):
        assert (hidden[..., hand].all(axis=2) == hidden[..., hand].any(axis=2)).all()
    starts = [0, 4, 8, 12, 16]
    by_token = np.stack([hidden[:, starts][..., hand[0]] for hand in (RIGHT, LEFT)], axis=2)
    np.testing.assert_array_equal(
        np.repeat(by_token, 4, axis=1)[:, :18], hidden[..., [RIGHT[0], LEFT[0]]]
    )
    assert by_token.sum(axis=(1, 2)).tolist() == [4] * 50  # half of 5 + 3
    assert not by_token[:, :2, 1].any()  # nothing was seen there
    assert by_token[..., 0].mean() > 2 * by_token[:, 2:, 1].mean()  # the right hand moves


def test_padding_and_missing_landmarks_do_not_move() -> None:
    xy = np.zeros((1, 4, 1, 2))
    xy[0, :, 0] = [(0, 0), (3, 4), (np.nan, np.nan), (3, 4)]
    np.testing.assert_array_equal(landmark_speed(xy), [[[0], [5], [0], [0]]])


def test_the_shares_of_parts_and_tokens_are_those_asked_for() -> None:
    for share in (0.0, 1.0):
        config = HiddenViewConfig(part_share=share)
        hidden = hide_view(signing(40), HANDS_42, config, np.random.default_rng(3))
        throughout = (hidden == hidden[:, :1]).all(axis=(1, 2))
        assert throughout.mean() == share


def test_a_position_loses_what_was_seen_in_any_of_its_frames() -> None:
    xy = np.zeros((1, 7, 2, 2))
    xy[0, :3] = np.nan
    hidden = np.ones((1, 7, 2), bool)
    hidden[0, 5, 1] = hidden[0, 4] = hidden[0, 6] = False
    assert lost_positions(hidden, xy, 2).tolist() == [[False, True, True, False]]


def viewing(experiment: Experiment, **changes: float) -> Experiment:
    view = replace(HiddenViewConfig(gloss_weight=0.5, frames_weight=1.0), **changes)
    config = replace(
        experiment.pretrain, coordinates_weight=0.0, gloss_weight=1.0, hidden_view=view
    )
    return replace(experiment, pretrain=config)


def batch_of(experiment: Experiment) -> tuple:
    """One batch of clips in which the left hand is never seen."""
    xy = signing(8).astype(np.float32)
    xy[:, :, LEFT] = np.nan
    bank = PoseBank(xy.reshape(-1, len(HANDS_42), 2), np.arange(8) * 16, np.full(8, 16), HANDS_42)
    return PretrainingBatches(bank, np.arange(8) % 2, 2, experiment, stride=2)[0]


def test_positions_are_weighed_where_a_seen_landmark_is_hidden(
    tiny_experiment: Experiment,
) -> None:
    inputs, targets, weights = batch_of(viewing(tiny_experiment, part_share=0.0, token_frames=2))
    seen = inputs["landmarks"][..., 2] > 0
    lost = (inputs["hidden"] & seen).any(axis=2).reshape(8, -1, 2).any(axis=2)
    np.testing.assert_array_equal(weights["agreement"], lost)
    assert 0 < lost.mean() < 1
    assert targets["agreement"].shape == (*lost.shape, 1)
    np.testing.assert_array_equal(targets["hidden_logits"], targets["logits"])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gloss_weight", 0.0),
        ("frames_weight", 0.0),
        ("part_share", 1.0),
        ("token_frames", 2),
        ("token_ratio", 0.9),
        ("temperature", 0.1),
    ],
)
def test_every_key_changes_the_batches(key: str, value: float, tiny_experiment: Experiment) -> None:
    usual, changed = (
        keras.tree.flatten(batch_of(viewing(tiny_experiment, **values)))
        for values in ({"part_share": 0.0}, {"part_share": 0.0, key: value})
    )
    assert len(usual) != len(changed) or any(
        (one != other).any() for one, other in zip(usual, changed, strict=True)
    )


def test_a_hidden_view_needs_glosses_and_no_reconstruction() -> None:
    view = HiddenViewConfig(gloss_weight=0.5)
    with pytest.raises(UserError, match="expected above 0, and coordinates_weight"):
        PretrainConfig(hidden_view=view)
    with pytest.raises(UserError, match="coordinates_weight and motion_weight 0"):
        PretrainConfig(gloss_weight=1.0, hidden_view=view)
    usual = PretrainConfig(coordinates_weight=0.0, gloss_weight=1.0)
    assert replace(usual, hidden_view=view).hidden_view.weighs
    assert not usual.hidden_view.weighs
