"""Claims about how fast hands move and how long they have rested."""

from __future__ import annotations

import numpy as np
import pytest

from spobet.recognition.hand_motion import HandMotion, SpotConfig

HAND = np.arange(21)
RATE = 25.0


def hand_at(height: float) -> np.ndarray:
    """One frame of a hand whose palm is 1 long: (21, 2)."""
    frame = np.zeros((21, 2))
    frame[:, 1] = height
    frame[9, 1] = height - 1
    return frame


def after(heights: list[float], config: SpotConfig | None = None) -> HandMotion:
    motion = HandMotion([HAND], RATE, config)
    for height in heights:
        motion.push(hand_at(height) if np.isfinite(height) else np.full((21, 2), np.nan))
    return motion


def test_speed_is_in_palm_lengths_a_second_of_the_faster_hand() -> None:
    two = HandMotion([HAND, HAND + 21], RATE, SpotConfig(smooth=0.04))
    for number in range(3):
        two.push(3 * np.concatenate([hand_at(0.1 * number), hand_at(0.2 * number)]))
    assert two.speed == pytest.approx(0.2 * RATE)
    averaged = after([0.0] * 9 + [0.5], SpotConfig(smooth=0.2))
    assert (averaged.num_averaged, averaged.speed) == (5, pytest.approx(0.5 * RATE / 5))


def test_hands_out_of_sight_are_still() -> None:
    motion = after([0.0, 1.0, np.nan, np.nan, np.nan, np.nan, np.nan])
    assert motion.speed == 0
    assert motion.still_frames == 1


def test_stillness_counts_in_full_with_the_hands_down_and_less_with_them_up() -> None:
    rest, up = [10.0] * 30, [0.0] * 25
    assert after(rest).counted_stillness == 30
    motion = after(rest + up)
    assert motion.still_frames == 25 - 5  # after five frames the way up is averaged away
    assert motion.counted_stillness == pytest.approx(0.15 * 20)
    assert after(rest + up, SpotConfig(held=1.0)).counted_stillness == pytest.approx(20)


@pytest.mark.parametrize(
    ("share_at_rest", "counts_in_full"), [(0.25, False), (0.12, False), (0.08, True)]
)
def test_hands_are_down_where_the_lowest_tenth_of_the_last_seconds_was(
    share_at_rest: float, counts_in_full: bool
) -> None:
    """Rest is found where it takes more than a tenth of the time; else all that is seen is it."""
    at_rest = round(100 * share_at_rest)
    motion = after([10.0] * at_rest + [0.0] * (100 - at_rest))
    motion.forget_stillness()
    motion.push(hand_at(0.0))
    assert motion.counted_stillness == (1.0 if counts_in_full else 0.15)


def test_a_detectors_slip_below_the_hands_is_not_where_they_rest() -> None:
    motion = after([10.0] * 95 + [40.0] * 5 + [10.0] * 10)
    motion.forget_stillness()
    motion.push(hand_at(10.0))
    assert motion.counted_stillness == 1.0


def test_hands_within_two_palms_of_their_rest_are_down() -> None:
    for height, counted in ((8.1, 1.0), (7.9, 0.15)):
        motion = after([10.0] * 50 + [height] * 6)
        motion.forget_stillness()
        motion.push(hand_at(height))
        assert motion.counted_stillness == counted


def test_what_was_before_the_memory_is_forgotten() -> None:
    config = SpotConfig(memory=2.0)
    motion = after([10.0] * 50 + [0.0] * 50, config)
    motion.forget_stillness()
    motion.push(hand_at(0.0))
    assert motion.counted_stillness == 1.0
