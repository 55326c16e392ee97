"""The laws of the attention rollout."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.evaluation.rollout import attention_matrix, frame_weights, pooling_matrix, rollout

SEEDS, POSITIONS, LAYERS = st.integers(0, 999), st.integers(1, 9), st.integers(1, 6)


def random_layers(seed: int, layers: int, positions: int, heads: int = 3) -> list[np.ndarray]:
    scores = np.random.default_rng(seed).exponential(size=(layers, heads, positions, positions))
    return list(scores / scores.sum(axis=-1, keepdims=True))


def rolled(layers: list[np.ndarray], mask: np.ndarray | None = None) -> np.ndarray:
    return rollout([attention_matrix(layer, mask) for layer in layers])


@given(SEEDS, LAYERS, POSITIONS)
def test_rows_sum_to_one_and_nothing_is_negative(seed: int, layers: int, positions: int) -> None:
    found = rolled(random_layers(seed, layers, positions))
    assert found.sum(axis=-1) == pytest.approx(np.ones(positions))
    assert (found >= 0).all()


@given(LAYERS, POSITIONS)
def test_identity_attention_gives_identity(layers: int, positions: int) -> None:
    attention = np.tile(np.eye(positions), (2, 1, 1))
    assert (rolled([attention] * layers) == np.eye(positions)).all()


@given(LAYERS, POSITIONS)
def test_uniform_attention_gives_its_closed_form(layers: int, positions: int) -> None:
    attention = np.full((4, positions, positions), 1 / positions)
    expected = 0.5**layers * np.eye(positions) + (1 - 0.5**layers) / positions
    assert rolled([attention] * layers) == pytest.approx(expected)


def test_the_later_layer_stands_on_the_left() -> None:
    first, second = np.array([[[1.0, 0], [1, 0]]]), np.array([[[0, 1.0], [0, 1]]])
    left, right = np.array([[0.5, 0.5], [0, 1]]), np.array([[1, 0], [0.5, 0.5]])
    assert (rolled([first, second]) == left @ right).all()
    assert (rolled([first, second]) != right @ left).any()


@given(SEEDS, LAYERS, POSITIONS, st.integers(1, 5))
def test_padding_changes_nothing_and_gets_nothing(
    seed: int, layers: int, positions: int, padding: int
) -> None:
    short = random_layers(seed, layers, positions)
    junk = np.random.default_rng(seed + 1).random(
        (layers, 3, positions + padding, positions + padding)
    )
    for layer, padded in zip(short, junk, strict=True):
        padded[:, :positions, :positions] = layer
    mask = np.arange(positions + padding) < positions
    found = rolled(list(junk), mask)
    assert found[:positions, :positions] == pytest.approx(rolled(short))
    assert (found[:positions, positions:] == 0).all()
    weights = frame_weights(found, np.eye(positions + padding)[0], mask)
    assert weights[:positions] == pytest.approx(
        frame_weights(rolled(short), np.eye(positions)[0], mask[:positions])
    )
    assert (weights[positions:] == 0).all()


@given(SEEDS, LAYERS, POSITIONS)
def test_frames_in_another_order_have_their_weights_in_that_order(
    seed: int, layers: int, positions: int
) -> None:
    attention, order = (
        random_layers(seed, layers, positions),
        np.random.default_rng(seed).permutation(positions),
    )
    turned = [layer[:, order][:, :, order] for layer in attention]
    assert rolled(turned) == pytest.approx(rolled(attention)[order][:, order])


@given(SEEDS, LAYERS, POSITIONS)
def test_many_clips_at_once_give_what_each_gives_alone(
    seed: int, layers: int, positions: int
) -> None:
    clips = [random_layers(seed + clip, layers, positions) for clip in range(3)]
    lengths = np.array([positions, 1, positions])
    masks = np.arange(positions)[None, :] < lengths[:, None]
    together = rollout(
        [attention_matrix(np.stack(parts), masks) for parts in zip(*clips, strict=True)]
    )
    weights = frame_weights(together, np.broadcast_to(np.eye(positions)[0], masks.shape), masks)
    for clip, mask, both, weight in zip(clips, masks, together, weights, strict=True):
        assert both == pytest.approx(rolled(clip, mask))
        assert weight == pytest.approx(
            frame_weights(rolled(clip, mask), np.eye(positions)[0], mask)
        )


@given(SEEDS, st.integers(2, 9))
def test_the_tokens_row_leaves_the_token_out_and_sums_to_one(seed: int, positions: int) -> None:
    found = rolled(random_layers(seed, 2, positions))
    mask = np.ones(positions - 1, bool)
    weights = frame_weights(found, np.eye(positions)[0], mask, with_token=True)
    assert weights == pytest.approx(found[0, 1:] / found[0, 1:].sum())


def test_pooled_frames_share_their_positions_weight() -> None:
    mask = np.array([True, True, True, True, True, False, False])
    pool = pooling_matrix(mask)
    assert pool.tolist() == [
        [0.5, 0.5, 0, 0, 0, 0, 0],
        [0, 0, 0.5, 0.5, 0, 0, 0],
        [0, 0, 0, 0, 1, 0, 0],
        [0] * 7,
    ]
    weights = frame_weights(rollout([pool]), np.array([0.2, 0.4, 0.4, 0]), mask)
    assert weights.tolist() == pytest.approx([0.1, 0.1, 0.2, 0.2, 0.4, 0, 0])
    token = pooling_matrix(mask, with_token=True)
    assert (
        token.shape == (5, 8)
        and token[0].tolist() == [1, *[0] * 7]
        and (token[1:, 1:] == pool).all()
    )


def test_what_is_no_attention_is_refused() -> None:
    with pytest.raises(ValueError, match=r"attention has shape \(2, 3\)"):
        attention_matrix(np.ones((2, 3)))
    with pytest.raises(ValueError, match="numbers from 0"):
        attention_matrix(np.full((1, 2, 2), np.nan))
    with pytest.raises(ValueError, match=r"position_mask has shape \(3,\), expected \(2,\)"):
        attention_matrix(np.ones((1, 2, 2)), np.ones(3, bool))
    with pytest.raises(ValueError, match="no layer"):
        rollout([])
    with pytest.raises(ValueError, match="no real frame has a weight"):
        frame_weights(np.eye(2), np.array([1.0, 0]), np.zeros(2, bool))
