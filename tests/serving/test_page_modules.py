"""Claims about the page's modules without a browser: what they compute is what Python computes."""

from __future__ import annotations

import subprocess
from dataclasses import asdict
from typing import Any

import pytest
from node_kit import JS_TESTS, NODE, NODE_TESTS, run_js
from rests_kit import read_cases

from spobet.poses.skeleton import HANDS_42
from spobet.recognition.spotting import SpotConfig
from spobet.serving.landmarks import landmarks_of

pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytestmark = NODE_TESTS
FIND_SIGNING = """
const { clipOf } = await load("poses.js");
const { findSigning } = await load("rests.js");
const { facts, clips } = values;
return clips.map(({ frames, times }) => findSigning(clipOf(frames, facts, times), facts));
"""


@pytest.mark.parametrize("path", sorted(JS_TESTS.glob("*.test.js")), ids=lambda path: path.stem)
def test_the_claims_about_modules_hold(path: Any) -> None:
    done = subprocess.run(
        [str(NODE), "--test", str(path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout
    assert "# pass 0" not in done.stdout


def test_the_spotters_rules_are_those_of_python() -> None:
    rules = run_js("return (await load('spotter.js')).CONFIG;")
    assert rules == {**asdict(SpotConfig()), "cuts": list(SpotConfig().cuts)}


def test_rests_are_left_out_and_evidence_is_weighed_as_in_python() -> None:
    hands = {side: HANDS_42.hand(side).tolist() for side in ("right", "left")}
    facts = {"landmarks": list(HANDS_42.landmarks), "hands": hands}
    cases = read_cases()
    clips = [{"frames": landmarks_of(pose), "times": pose.times.tolist()} for _, pose in cases]
    found = run_js(FIND_SIGNING, {"facts": facts, "clips": clips})
    for (case, _), here in zip(cases, found, strict=True):
        assert here["candidates"] == case["candidates"], case["name"]
        assert here["strength"] == pytest.approx(case["strength"], abs=1e-3), case["name"]
    assert any(len(case["candidates"]) > 1 for case, _ in cases)
