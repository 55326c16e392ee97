"""How fast, and in how much memory, OpenPose folders become a data set, beside json.loads alone.

    python benchmarks/importing.py [FRAMES]

Makes a tree of WLASL's form (60 frames a clip, BODY_25 with face and hands) and its split file,
imports it once in a process of its own, and prints seconds, frames a second, peak memory, and how
long json.loads of the same files takes in the same run.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

FRAMES_A_CLIP = 60


def make(folder: Path, num_frames: int) -> Path:
    """A tree of `num_frames` keypoint files and its split file."""
    rng = np.random.default_rng(0)
    sizes = {
        "pose_keypoints_2d": 75,
        "face_keypoints_2d": 210,
        "hand_left_keypoints_2d": 63,
        "hand_right_keypoints_2d": 63,
    }
    texts = []
    for _ in range(20):
        person = {name: rng.uniform(0, 1, size).round(5).tolist() for name, size in sizes.items()}
        texts.append(json.dumps({"version": 1.3, "people": [person]}).encode())
    instances = []
    for clip in range(num_frames // FRAMES_A_CLIP):
        home = folder / "poses" / f"{clip:05d}"
        home.mkdir(parents=True)
        for frame in range(1, FRAMES_A_CLIP + 1):
            (home / f"image_{frame:05d}_keypoints.json").write_bytes(
                texts[(clip + frame) % len(texts)]
            )
        instances.append(
            {"video_id": home.name, "split": "train", "frame_start": 1, "frame_end": -1}
        )
    (folder / "split.json").write_text(json.dumps([{"gloss": "any", "instances": instances}]))
    return folder


def import_it(folder: Path) -> None:
    """Import the tree; prints seconds and peak megabytes."""
    from spobet.ingest.wlasl import import_wlasl

    start = time.perf_counter()
    import_wlasl(folder / "poses", [folder / "split.json"], folder / "data")
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def main() -> None:
    """Measure once."""
    num_frames = int(sys.argv[1]) if len(sys.argv) > 1 else 120_000
    with tempfile.TemporaryDirectory() as place:
        folder = make(Path(place), num_frames)
        start = time.perf_counter()
        for file in (folder / "poses").rglob("*.json"):
            json.loads(file.read_bytes())
        plain = time.perf_counter() - start
        done = subprocess.run(
            [sys.executable, __file__, "--import", place],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds, megabytes = json.loads(done.stdout)
    rate = f"{num_frames / seconds:,.0f} a second"
    print(f"{num_frames:,} frames in {seconds:.1f} s ({rate}), peak {megabytes:,.0f} MB")
    print(f"json.loads of the same files alone: {plain:.1f} s, {plain / seconds:.1f} times as long")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--import"]:
        import_it(Path(sys.argv[2]))
    else:
        main()
