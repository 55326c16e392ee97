"""Claims about the aspects in which two clips of signs differ."""

from __future__ import annotations

import numpy as np
import pytest

from spobet.poses.skeleton import HANDS_42
from spobet.recognition.aspects import LIMITS, differences, lined_up

RIGHT, LEFT = HANDS_42.hand("right"), HANDS_42.hand("left")
STEPS = 40
# a hand that points up, its palm one long; each finger of four landmarks
FINGERS = np.array(
    [[(0.2 * finger - 0.4, -1 - 0.3 * joint) for joint in range(4)] for finger in range(5)]
)
FIST = np.array(
    [[(0.2 * finger - 0.4, -1 + 0.1 * joint) for joint in range(4)] for finger in range(5)]
)


def clip(fingers: np.ndarray = FINGERS, to: tuple[float, float] = (3, -2)) -> np.ndarray:
    """A right hand that moves from the origin to a place."""
    hand = np.concatenate([[[0, 0]], fingers.reshape(20, 2)])
    xy = np.full((STEPS, 42, 2), np.nan)
    xy[:, RIGHT] = hand + np.linspace(0, 1, STEPS)[:, None, None] * np.array(to)
    return xy


def two_handed(at: tuple[float, float]) -> np.ndarray:
    xy = clip()
    xy[:, LEFT] = xy[:, RIGHT] + np.array(at)
    return xy


def others(take: np.ndarray, reference: np.ndarray) -> set[str]:
    """The aspects beyond their limit."""
    found = differences(take, reference, HANDS_42)
    return {name for name, value in found.items() if value > LIMITS[name]}


def test_a_clip_differs_from_itself_in_nothing() -> None:
    found = differences(two_handed((-4, 0)), two_handed((-4, 0)), HANDS_42)
    assert found == pytest.approx(dict.fromkeys(LIMITS, 0.0))


def test_each_aspect_is_told_from_the_others() -> None:
    turned = clip(FINGERS[..., ::-1] * [-1, 1])  # by a quarter
    assert others(clip(FIST), clip()) == {"handshape"}
    assert others(turned, clip()) == {"orientation"}
    assert others(clip(to=(-3, 2)), clip()) == {"movement"}
    assert others(two_handed((-4, 0)), clip()) == {"hands"}
    assert others(two_handed((-4, 0)), two_handed((-1, 0))) == {"place"}


def test_where_one_hand_is_cannot_be_told_without_a_body() -> None:
    assert "place" not in differences(clip(), clip(), HANDS_42)


def test_another_pace_is_no_other_movement() -> None:
    slow = clip()
    steps = (np.linspace(0, 1, STEPS) ** 2 * (STEPS - 1)).round().astype(int)
    unaligned = differences(slow[steps], slow, HANDS_42)["movement"]
    pairs = lined_up(slow[steps], slow, HANDS_42)
    assert differences(*pairs, HANDS_42)["movement"] < 0.2 * unaligned
