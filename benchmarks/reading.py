"""Frames a second of the OpenPose reader on one core: PYTHONPATH=. python benchmarks/reading.py

Makes WLASL trees of two sizes in a temporary folder, reads each with orjson and with the standard
library's json in turn, and prints the best of several rounds. The files lie in the page cache: this
times parsing, not the disk.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from unittest import mock

import numpy as np

from spobet.formats import openpose
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54

NUM_CLIPS = (20, 200)
FRAMES_A_CLIP = 65
ROUNDS = 5


def make_tree(folder: Path, num_clips: int, rng: np.random.Generator) -> list[Path]:
    """Write one clip with a signer in every frame, and copies of it; return the clip folders."""
    shape = (FRAMES_A_CLIP, len(OPENPOSE_54))
    pixels = rng.uniform(1, 256, (*shape, 2)).round(3)
    clips = [folder / f"{number:05d}" for number in range(num_clips)]
    openpose.write(PoseSequence(pixels, rng.uniform(0.01, 1, shape), OPENPOSE_54), clips[0])
    for clip in clips[1:]:
        shutil.copytree(clips[0], clip)
    return clips


def frames_a_second(clips: list[Path]) -> float:
    """Read every clip once."""
    start = time.perf_counter()
    num_frames = sum(len(openpose.read(clip)) for clip in clips)
    return num_frames / (time.perf_counter() - start)


def best_rates(clips: list[Path]) -> tuple[float, float]:
    """The best frames a second of orjson and of json, rounds of both in turn."""
    fast, plain = [], []
    for _ in range(ROUNDS):
        fast.append(frames_a_second(clips))
        with mock.patch.object(openpose, "orjson", json):
            plain.append(frames_a_second(clips))
    return max(fast), max(plain)


def main() -> None:
    """Print one line a tree size."""
    for num_clips in NUM_CLIPS:
        with tempfile.TemporaryDirectory() as folder:
            clips = make_tree(Path(folder), num_clips, np.random.default_rng(0))
            fast, plain = best_rates(clips)
        size = f"{num_clips * FRAMES_A_CLIP:7,d} frames"
        print(
            f"{size}: {fast:7,.0f} frames/s; with json {plain:7,.0f} frames/s ({fast / plain:.2f}x)"
        )


if __name__ == "__main__":
    main()
