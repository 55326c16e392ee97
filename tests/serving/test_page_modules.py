"""Claims about the page's modules without a browser: what they compute is what Python computes."""

from __future__ import annotations

import subprocess
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from node_kit import JS_TESTS, NODE, NODE_TESTS, nan_for_null, run_js
from wandering_hands import wandering

from spobet.poses.preprocess import Preprocessor, PreprocessSettings
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, HOLISTIC_75, Skeleton
from spobet.recognition.spotting import SpotConfig
from spobet.serving.landmarks import landmarks_of

pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytestmark = NODE_TESTS
INPUT = """
const { clipOf, networkInput, normalize, trimmed } = await load("poses.js");
const { facts, clips } = values;
const ready = clips.map(({ landmarks, times }) =>
  normalize(trimmed(clipOf(landmarks, facts, times), facts), facts));
const { landmarks, frame_mask } = networkInput(ready, facts);
return { landmarks: [...landmarks], frame_mask: [...frame_mask] };
"""


def facts_of(skeleton: Skeleton, settings: PreprocessSettings) -> dict[str, Any]:
    """What the page knows of a network of this skeleton and these settings."""
    return {
        **asdict(settings),
        "landmarks": list(skeleton.landmarks),
        "hands": {side: skeleton.hand(side).tolist() for side in ("right", "left")},
        "mirror_order": skeleton.mirror_order.tolist(),
    }


def same_input(poses: list[PoseSequence], settings: PreprocessSettings) -> None:
    """Check that the page makes the same network input of clips as Python does."""
    skeleton = poses[0].skeleton
    clips = [
        {
            "landmarks": landmarks_of(pose),
            "times": None if pose.times is None else pose.times.tolist(),
        }
        for pose in poses
    ]
    here = run_js(INPUT, {"facts": facts_of(skeleton, settings), "clips": clips})
    there = Preprocessor(skeleton, "image", settings)(poses)
    shape = there["landmarks"].shape
    assert np.array_equal(
        np.reshape(here["frame_mask"], shape[:2]).astype(bool), there["frame_mask"]
    )
    found = nan_for_null(here["landmarks"]).reshape(shape)
    np.testing.assert_allclose(found, there["landmarks"], atol=2e-5)


@pytest.mark.parametrize("path", sorted(JS_TESTS.glob("*.test.js")), ids=lambda path: path.stem)
def test_the_claims_about_modules_hold(path: Any) -> None:
    done = subprocess.run(
        [str(NODE), "--test", str(path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout
    assert "# pass 0" not in done.stdout


@pytest.mark.parametrize("num_frames", [1, 2, 47, 200])
@pytest.mark.parametrize("stretch", [True, False])
def test_clips_become_the_same_network_input(num_frames: int, stretch: bool) -> None:
    poses = [wandering(num_frames, seed) for seed in range(6)]
    poses = [pose for pose in poses if pose.seen.any()]
    same_input(poses, PreprocessSettings(num_frames=48, stretch=stretch))


def test_clips_with_a_body_become_the_same_network_input() -> None:
    rng, poses = np.random.default_rng(0), []
    for number in range(4):
        xy = rng.random((20, len(HOLISTIC_75), 2)).astype(np.float32)
        xy[: 3 * number, HOLISTIC_75.hand("right")] = np.nan
        confidence = np.where(np.isnan(xy[..., 0]), 0, 1)
        poses.append(PoseSequence(xy, confidence, HOLISTIC_75, unit="image"))
    same_input(poses, PreprocessSettings(num_frames=16, right_leads=False))


@pytest.mark.parametrize("shape", ["slower at the end", "a pause", "jittered"])
def test_clips_of_a_variable_frame_rate_become_the_same_network_input(shape: str) -> None:
    pose, rng = wandering(60, 1), np.random.default_rng(0)
    intervals = np.full(60, 0.04)
    if shape == "slower at the end":
        intervals[30:] = 0.16
    elif shape == "a pause":
        intervals[20] = 30
    else:
        intervals *= rng.uniform(0.5, 1.5, 60)
    same_input([replace(pose, times=intervals.cumsum())], PreprocessSettings())


def test_even_times_change_nothing() -> None:
    pose = wandering(40, 2)
    clip = {"landmarks": landmarks_of(pose), "times": (np.arange(40) / 25).tolist()}
    facts = facts_of(HANDS_42, PreprocessSettings())
    timed = run_js(INPUT, {"facts": facts, "clips": [clip]})
    assert timed == run_js(INPUT, {"facts": facts, "clips": [{**clip, "times": None}]})


def test_the_spotters_rules_are_those_of_python() -> None:
    rules = run_js("return (await load('spotter.js')).CONFIG;")
    assert rules == {**asdict(SpotConfig()), "cuts": list(SpotConfig().cuts)}
