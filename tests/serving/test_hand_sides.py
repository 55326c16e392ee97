"""Claims about the sides of hands on the page: they are those that Python tells."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from node_kit import NODE_TESTS, run_js

from spobet.poses.hand_sides import hand_slots

pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytestmark = NODE_TESTS
SCENES = Path(__file__).parents[1] / "poses" / "hand_sides.json"
SIDES = """
const { handSides } = await load("sides.js");
return values.map(({ wrists, hands, votes }) => handSides(wrists, hands, votes));
"""


def test_the_scenes_are_solved_as_they_should() -> None:
    document = json.loads(SCENES.read_text(encoding="utf-8"))
    clips = [
        {
            "wrists": [frame["wrists"] for frame in scene["frames"]],
            "hands": [
                [
                    [[x, y - document["palm"] * number / 9] for number in range(21)]
                    for x, y in frame["hands"]
                ]
                for frame in scene["frames"]
            ],
            "votes": [frame.get("votes", [0] * len(frame["hands"])) for frame in scene["frames"]],
        }
        for scene in document["scenes"]
    ]
    for scene, sides in zip(document["scenes"], run_js(SIDES, clips), strict=True):
        assert sides == [frame["sides"] for frame in scene["frames"]], scene["name"]


def test_random_hands_have_the_sides_that_python_gives_them() -> None:
    """A walk of none to three hands with a body that comes and goes, and votes; 40 clips."""
    rng = np.random.default_rng(0)
    clips, expected = [], []
    for number in range(40):
        starts = rng.uniform(0.2, 0.8, (3, 1, 2))
        shape = starts + rng.normal(0, 0.05, (3, 21, 2))
        hands, wrists = [], np.full((12, 2, 3), np.nan)
        for frame in range(12):
            shape = shape + rng.normal(0, 0.02, (3, 1, 2))
            hands.append(rng.permutation(shape)[: rng.integers(0, 4)])
            if number % 2 and rng.random() < 0.8:
                wrists[frame, :, :2] = shape[:2, 0] + rng.normal(0, 0.02, (2, 2))
                wrists[frame, :, 2] = rng.uniform(0, 1, 2)
        votes = [rng.uniform(-1, 1, len(found)) * (number % 3 > 0) for found in hands]
        expected.append(hand_slots(wrists, hands, votes).tolist())
        clips.append(
            {
                "wrists": [
                    [None if np.isnan(wrist[0]) else wrist.tolist() for wrist in pair]
                    for pair in wrists
                ],
                "hands": [found.tolist() for found in hands],
                "votes": [vote.tolist() for vote in votes],
            }
        )
    assert run_js(SIDES, clips) == expected
    assert {side for clip in expected for frame in clip for side in frame} == {-1, 0, 1, 2}
