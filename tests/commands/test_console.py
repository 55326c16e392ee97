"""Claims about what reaches a console or a file: no answer is lost to an old code page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Clip
from spobet.dataset.store import DatasetWriter
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42


def test_a_letter_that_a_code_page_lacks_is_escaped_and_the_rest_is_printed(tmp_path: Path) -> None:
    xy = np.random.default_rng(0).random((2, 3, len(HANDS_42), 2))
    with DatasetWriter(tmp_path / "set", HANDS_42, "image", "made", "none") as writer:
        for clip, values in zip((Clip("1", "go", split="train"), _UNSEEN), xy, strict=True):
            writer.add(clip, PoseSequence(values, np.ones((3, 42)), HANDS_42, unit="image"))
    printed = subprocess.run(
        [sys.executable, "-m", "spobet", "info", str(tmp_path / "set")],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=True,
    ).stdout.decode("cp1252")
    assert "caf\u00e9 \\U0001f642" in printed
    assert printed.rstrip().endswith("signers in both train and test: 0")


_UNSEEN = Clip("2", "caf\u00e9 \U0001f642", split="test")
