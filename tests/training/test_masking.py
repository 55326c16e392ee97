"""Claims about what pretraining hides."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spobet.config import PretrainConfig
from spobet.poses.skeleton import HANDS_42
from spobet.training.masking import choose_hidden, choose_hidden_frames, hand_speed

masks = st.lists(st.integers(1, 12), min_size=1, max_size=4).map(
    lambda lengths: np.arange(12) < np.array(lengths)[:, None]
)


@given(mask=masks, ratio=st.floats(0.01, 0.99), span=st.integers(1, 5), seed=st.integers(0, 99))
def test_the_share_of_hidden_frames_is_that_of_each_clip(
    mask: np.ndarray, ratio: float, span: int, seed: int
) -> None:
    hidden = choose_hidden_frames(mask, ratio, span, np.random.default_rng(seed))
    assert hidden.sum(axis=1).tolist() == [
        max(1, round(ratio * length)) for length in mask.sum(axis=1).tolist()
    ]
    assert not (hidden & ~mask).any()


def test_hidden_frames_come_in_spans() -> None:
    mask = np.ones((200, 40), dtype=bool)
    hidden = choose_hidden_frames(mask, 0.25, 5, np.random.default_rng(0))
    starts = (hidden[:, 1:] & ~hidden[:, :-1]).sum(axis=1) + hidden[:, 0]
    assert starts.mean() < 4  # 10 frames, were they drawn one by one, would begin about 8 spans


def test_frames_are_hidden_whole_or_but_for_one_hand() -> None:
    mask = np.ones((60, 10), dtype=bool)
    hands = [HANDS_42.hand("right"), HANDS_42.hand("left")]
    parts = [*hands, np.arange(len(HANDS_42))]
    still = np.zeros((*mask.shape, len(HANDS_42), 2))
    hidden = choose_hidden(
        still, mask, parts, PretrainConfig(hand_share=0.5), np.random.default_rng(0)
    )
    kinds = {tuple(frame[hand].all() for hand in hands) for clip in hidden for frame in clip}
    assert kinds == {(False, False), (True, False), (False, True), (True, True)}
    for side in hands:
        assert (hidden[..., side].all(axis=-1) == hidden[..., side].any(axis=-1)).all()
    whole = choose_hidden(
        still, mask, parts, PretrainConfig(hand_share=0), np.random.default_rng(0)
    )
    assert (whole.all(axis=-1) == whole.any(axis=-1)).all()


def test_spans_follow_the_motion_when_asked_to() -> None:
    mask = np.ones((400, 20), dtype=bool)
    xy = np.zeros((400, 20, 1, 2))
    xy[:, 10:15] = np.arange(5)[:, None, None]  # still but for the steps into frames 11..15
    parts = [np.array([0])]
    shares = [
        choose_hidden(
            xy,
            mask,
            parts,
            PretrainConfig(mask_ratio=0.2, span=2, follow_motion=power),
            np.random.default_rng(0),
        )
        .any(axis=-1)[:, 9:16]
        .mean()
        for power in (0.0, 1.0)
    ]
    assert shares[0] < 0.3 < 0.5 < shares[1]


def test_the_speed_of_hands_is_the_mean_motion_of_landmarks_over_the_frames_ahead() -> None:
    xy = np.zeros((1, 4, 2, 2))
    xy[0, :, 0, 0] = (0, 1, 3, 3)
    xy[0, :, 1] = np.nan
    expected = [[3 / 4, 2 / 4, 0, 0]]  # over 2 landmarks x 2 coordinates
    np.testing.assert_allclose(hand_speed(xy, 2), expected)
