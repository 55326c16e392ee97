"""Hands that rest and sign, frame by frame, as tests/poses/rests.json keeps them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42

FILE = Path(__file__).parent / "rests.json"


def pose_of(case: dict[str, Any], shape: list[list[float]]) -> PoseSequence:
    """The clip of a case: both hands of one shape (21, 2), its wrist at each frame's position."""
    tracks = [
        np.array([[np.nan] * 2 if at is None else at for at in case[side]], np.float64)
        for side in ("right", "left")
    ]
    xy = np.concatenate([track[:, None] + np.array(shape) for track in tracks], axis=1)
    return PoseSequence(xy, np.isfinite(xy[..., 0]), HANDS_42, np.array(case["times"]), "image")


def read_cases() -> list[tuple[dict[str, Any], PoseSequence]]:
    """Every case of the file and its clip."""
    content = json.loads(FILE.read_text())
    return [(case, pose_of(case, content["shape"])) for case in content["cases"]]
