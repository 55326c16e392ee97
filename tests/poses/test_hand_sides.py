"""Claims about sides: the body's wrists and continuity decide, nothing is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.poses.hand_sides import NONE, hand_slots

PALM = 0.1
NO_WRISTS = (np.nan, np.nan, 0.0)


def hand(x: float, y: float = 0.0) -> np.ndarray:
    """A hand (21, 2) with its wrist at (x, y), fingers up, its middle knuckle one palm away."""
    points = np.tile(np.float32([x, y]), (21, 1))
    points[:, 1] -= PALM * np.linspace(0, 20 / 9, 21)
    return points


def sides(wrists: list[tuple[tuple, tuple]], found: list[list[np.ndarray]]) -> list[list[int]]:
    hands = [np.array(frame, np.float32).reshape(-1, 21, 2) for frame in found]
    return hand_slots(np.array(wrists, np.float32).reshape(-1, 2, 3), hands).tolist()


@settings(deadline=None, max_examples=30)
@given(orders=st.lists(st.booleans(), min_size=1, max_size=8), x=st.floats(0.3, 0.6))
def test_each_hand_goes_to_its_wrist_in_whatever_order_hands_are_found(
    orders: list[bool], x: float
) -> None:
    wrists = [((x, 0, 1), (x + 0.25, 0, 1))] * len(orders)
    found = [[hand(x), hand(x + 0.25)][:: -1 if turned else 1] for turned in orders]
    assert sides(wrists, found) == [[1, 0] if turned else [0, 1] for turned in orders]


def test_hands_that_cross_keep_their_sides() -> None:
    ways = np.linspace(0, 1, 9)
    wrists = [((way, 0.2, 1), (1 - way, 0, 1)) for way in ways]
    found = [[hand(way, 0.2), hand(1 - way)] for way in ways]
    assert sides(wrists, found) == [[0, 1]] * 9


def test_hands_that_cross_keep_their_sides_by_continuity_alone() -> None:
    ways = np.linspace(0, 0.6, 13)
    found = [
        sorted([hand(way, 0.2), hand(1 - way)], key=lambda points: points[0, 0]) for way in ways
    ]
    slots = sides([(NO_WRISTS, NO_WRISTS)] * 13, found)
    rights = [frame[slot[0]][0, 1] for frame, slot in zip(found, slots, strict=True)]
    assert np.allclose(rights, 0.2)


def test_without_a_body_the_hand_further_left_in_the_picture_is_the_right_one() -> None:
    assert sides([(NO_WRISTS, NO_WRISTS)] * 2, [[hand(0.8), hand(0.2)]] * 2) == [[1, 0]] * 2


def test_gaps_stay_gaps() -> None:
    wrists = [((0.2, 0, 1), (0.8, 0, 1))] * 4
    assert sides(wrists, [[hand(0.2), hand(0.8)], [], [hand(0.8)], [hand(0.2)]]) == [
        [0, 1],
        [NONE, NONE],
        [NONE, 0],
        [0, NONE],
    ]
    assert sides(wrists, [[], [], [], []]) == [[NONE, NONE]] * 4


def test_a_lone_hand_near_both_wrists_stays_in_its_slot() -> None:
    wrists = [((0.50, 0, 1), (0.52, 0, 1))] * 3
    wrists[0] = ((0.5, 0, 1), (0.9, 0, 1))
    assert sides(wrists, [[hand(0.5)], [hand(0.51)], [hand(0.515)]]) == [[0, NONE]] * 3


def test_one_hand_found_twice_fills_one_slot() -> None:
    (slot,) = sides([((0.50, 0, 1), (0.55, 0, 1))], [[hand(0.5), hand(0.51)]])
    assert sorted(slot)[0] == NONE
    assert sorted(slot)[1] != NONE


def test_a_hand_out_of_reach_is_someone_elses() -> None:
    assert sides([((0.2, 0, 1), (0.4, 0, 1))], [[hand(0.9), hand(0.4)]]) == [[NONE, 1]]


def test_a_wrist_that_is_only_guessed_reaches_further() -> None:
    assert sides([((0.2, 0, 0.2), (0.9, 0, 1))], [[hand(0.55)]]) == [[0, NONE]]


def test_a_hand_drawn_on_the_wall_is_not_the_hidden_one() -> None:
    assert sides([((0.2, 0.9, 0.1), (0.6, 0.5, 1))], [[hand(0.6, 0.5), hand(0.8, 0.2)]]) == [
        [NONE, 0]
    ]


SCENES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("hand_sides.json").read_text(encoding="utf-8")
)["scenes"]


def solved(frames: list[dict[str, Any]], mirrored: bool = False) -> list[list[int]]:
    """The sides of a scene's hands; of its mirror image, sides exchanged back."""
    wrists = np.array([[wrist or NO_WRISTS for wrist in frame["wrists"]] for frame in frames])
    found = [[hand(x, y) for x, y in frame["hands"]] for frame in frames]
    hands = [np.array(one, np.float32).reshape(-1, 21, 2) for one in found]
    votes = [np.array(frame.get("votes", [0.0] * len(frame["hands"]))) for frame in frames]
    if not mirrored:
        return hand_slots(wrists, hands, votes).tolist()
    wrists = wrists[:, ::-1] * [-1, 1, 1] + [1, 0, 0]
    hands = [one * np.float32([-1, 1]) + np.float32([1, 0]) for one in hands]
    return hand_slots(wrists, hands, [-vote for vote in votes])[:, ::-1].tolist()


@pytest.mark.parametrize("scene", SCENES, ids=[scene["name"] for scene in SCENES])
def test_scenes_are_solved_as_they_should_and_mirrored_ones_the_other_way_round(
    scene: dict[str, Any],
) -> None:
    expected = [frame["sides"] for frame in scene["frames"]]
    assert solved(scene["frames"]) == expected
    assert solved(scene["frames"], mirrored=True) == expected
