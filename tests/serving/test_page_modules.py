"""Claims about the page's modules without a browser: what they compute is what Python computes."""

from __future__ import annotations

import subprocess
from dataclasses import asdict
from typing import Any

import pytest
from node_kit import JS_TESTS, NODE, NODE_TESTS, run_js

from spobet.recognition.spotting import SpotConfig

pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytestmark = NODE_TESTS


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
