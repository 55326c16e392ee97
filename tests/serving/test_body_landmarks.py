"""Claims about the body on the page: its landmarks are those that Python gives a network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from node_kit import NODE_TESTS, run_js

from spobet.poses.adapt import on_skeleton
from spobet.poses.skeleton import HOLISTIC_75, Skeleton, skeleton_named
from spobet.video.detector import Found
from spobet.video.pose import follow_signer

pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytestmark = NODE_TESTS
SIZE, MIN_CONFIDENCE = (640, 480), 0.3
FRAMES = """
const { framesOfHands } = await load("tracks.js");
const { foundBody } = await load("body.js");
const bodies = values.bodies.map((points) => foundBody({
  landmarks: points.map((body) => body.map(([x, y, visibility]) => ({ x, y, visibility }))),
}));
const frames = framesOfHands(values.pictures, values.facts, values.size, bodies);
return frames.map((frame) => [...frame].map((value) => (Number.isNaN(value) ? null : value)));
"""
CAN_FIND = """
const { bodyOf } = await load("body.js");
return values.map((facts) => bodyOf(facts).every(({ points }) => points.length));
"""


def facts_of(skeleton: Skeleton) -> dict[str, Any]:
    return {
        "landmarks": list(skeleton.landmarks),
        "hands": {side: skeleton.hand(side).tolist() for side in ("right", "left")},
        "unit": "image",
        "min_confidence": MIN_CONFIDENCE,
    }


def wandering(rng: np.random.Generator, num_frames: int = 12) -> list[Found]:
    """A body that comes and goes, some of its points guessed, and hands near its wrists."""
    body = rng.uniform(0.2, 0.8, (len(HOLISTIC_75.body), 3))
    wrists = HOLISTIC_75.indices(["right_wrist", "left_wrist"])
    hands = rng.normal(0, 0.05, (2, 21, 2))
    frames = []
    for _ in range(num_frames):
        body[:, :2] += rng.normal(0, 0.01, (len(body), 2))
        body[:, 2] = rng.uniform(0, 1, len(body))
        seen = rng.permutation(2)[: rng.integers(0, 3)]
        there = rng.random() < 0.8
        frames.append(
            Found(
                body[None].astype(np.float32) if there else np.zeros((0, 33, 3), np.float32),
                (body[wrists, None, :2] + hands)[seen].astype(np.float32),
                rng.uniform(-1, 1, len(seen)),
            )
        )
    return frames


@pytest.mark.parametrize("name", ["HOLISTIC_75", "OPENPOSE_54", "HANDS_AND_ARMS_49", "HANDS_42"])
def test_the_page_gives_a_network_the_landmarks_that_python_does(name: str) -> None:
    skeleton, found = skeleton_named(name), wandering(np.random.default_rng(3))
    shape = np.tile([SIZE[0] / SIZE[1], 1.0], (len(found), 1)).astype(np.float32)
    pose = on_skeleton(follow_signer(found, None, shape), skeleton)
    expected = pose.without_guesses(MIN_CONFIDENCE).xy
    values = {
        "facts": facts_of(skeleton),
        "size": SIZE,
        "bodies": [frame.bodies.tolist() for frame in found],
        "pictures": [
            [
                {"points": points.tolist(), "side": vote}
                for points, vote in zip(frame.hands, frame.votes, strict=True)  # type: ignore[arg-type]
            ]
            for frame in found
        ],
    }
    given = np.array(run_js(FRAMES, values), float).reshape(expected.shape)
    np.testing.assert_allclose(given, expected, atol=1e-6)
    body = expected[:, skeleton.body]
    assert np.isnan(expected).any() and (not body.size or np.isfinite(body).any())


def test_a_network_whose_landmarks_are_not_all_found_is_told_apart() -> None:
    names = ("HANDS_42", "HANDS_AND_ARMS_49", "OPENPOSE_54", "HOLISTIC_75", "COCO_WHOLEBODY_65")
    found = run_js(CAN_FIND, [facts_of(skeleton_named(name)) for name in names])
    assert dict(zip(names, found, strict=True)) == {
        name: name != "COCO_WHOLEBODY_65"  # has toes that MediaPipe does not find
        for name in names
    }
