"""Recognition in the browser beside Python's on the same clips, in one run.

    python benchmarks/page.py [NETWORK]

Opens the page in a headless Chromium (with playwright), answers the clips of the gallery, and one
of 64 frames with NETWORK, there and here, one thread each; prints how far the logits are apart and
the median times.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "serving"))
from browsing import CHROMIUM, page_of

from spobet.formats.packed import read_clips
from spobet.poses.sequence import PoseSequence
from spobet.recognition.recognizer import Recognizer, load
from spobet.serving.landmarks import landmarks_of
from spobet.shipped import FOLDER

TIMES = 60
RUN = """async ([name, clips, times]) => {
  const server = await import('/server.js');
  const {Network} = await import('/network.js');
  const {Taught} = await import('/taught.js');
  const {clipOf} = await import('/poses.js');
  const facts = await server.facts(name);
  const file = await (await fetch(`/api/networks/${name}/landmarks`)).arrayBuffer();
  const network = await Network.open(facts, file, new Taught(facts.network));
  const ready = clips.map(({landmarks, times}) => clipOf(landmarks, facts, times));
  const logits = [];
  for (const clip of ready) logits.push((await network.sign(clip)).output.logits);
  const took = [];
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    await network.answer([ready[time % ready.length]]);
    took.push(performance.now() - began);
  }
  return {logits, took};
}"""


def main() -> None:
    """Measure the gallery's network, then the one that is named."""
    name = sys.argv[1] if len(sys.argv) > 1 else "wlasl100-hands"
    clips = read_clips(FOLDER / "synthetic-20" / "gallery.npz")
    gallery = [clips.pose(number) for number in range(len(clips.facts["label"]))]
    recognizer, rng = load(name), np.random.default_rng(0)
    walk = 0.5 + 0.01 * rng.normal(size=(64, len(recognizer.skeleton), 2)).cumsum(axis=0)
    if CHROMIUM is None:
        sys.exit("no browser here")
    with page_of(name) as page:
        compare(page, load("synthetic-20"), "synthetic-20", gallery)
        compare(page, recognizer, name, [recognizer.pose_of(walk)])


def compare(page: Any, recognizer: Recognizer, name: str, poses: list[PoseSequence]) -> None:
    """Print one network's figures."""
    poses = [recognizer.prepared(pose) for pose in poses]
    clips = [
        {
            "landmarks": landmarks_of(pose),
            "times": None if pose.times is None else pose.times.tolist(),
        }
        for pose in poses
    ]
    there = page.evaluate(RUN, [name, clips, TIMES])
    took = []
    for number in range(TIMES):
        began = time.perf_counter()
        recognizer.predict(poses[number % len(poses)])
        took.append(1e3 * (time.perf_counter() - began))
    apart = np.abs(np.array(there["logits"]) - recognizer.logits(poses)).max()
    python = statistics.median(took[TIMES // 4 :])
    browser = statistics.median(there["took"][TIMES // 4 :])
    speed = f"browser {browser:.1f} ms, Python {python:.1f} ms, ratio {browser / python:.1f}"
    print(f"{name}, {len(poses)} clips: logits {apart:.1e} apart; {speed}")


if __name__ == "__main__":
    main()
