"""How well signs are found and named in long clips, beside the same clips one by one.

    python benchmarks/spotting.py RUN DATASET [--fold K]

Joins ten clips at a time with rests and transitions (joined_clips, seed 0): validation and test
clips, or a held-out fold of the training clips. Prints the F1 of the boundaries (half of the
frames shared), how often gloss and boundaries are right, the same over the top-1 accuracy on the
clips alone, false alarms a minute, the delay after a sign's last frame, frames a second, and
memory after 10,000 frames.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from joined_clips import FRAME_RATE, Joined, join_clips, matched

from spobet.dataset.folds import hold_out
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset
from spobet.recognition.recognizer import load
from spobet.recognition.spotting import Spotter

CLIPS_A_STREAM = 10


def streams(dataset: Dataset, clips: Sequence[Clip]) -> Iterator[Joined]:
    """Long clips of ten clips each, in an order by chance."""
    order = np.random.default_rng(0).permutation(len(clips))
    for start in range(0, len(order), CLIPS_A_STREAM):
        chosen = [clips[number] for number in order[start : start + CLIPS_A_STREAM]]
        yield join_clips([(clip.gloss, dataset.pose(clip.id)) for clip in chosen], start)


def main() -> None:
    """Measure once."""
    recognizer, dataset = load(sys.argv[1]), Dataset.open(Path(sys.argv[2]))
    clips = dataset.manifest.of_splits("val", "test").clips
    if "--fold" in sys.argv:
        clips = hold_out(dataset.manifest.of_splits("train"), int(sys.argv[4]))[1].clips
    found = right = alarms = num_signs = num_frames = 0
    delays: list[float] = []
    began = time.perf_counter()
    for joined in streams(dataset, clips):
        spotter, spotted = Spotter(recognizer, FRAME_RATE), []
        for number, frame in enumerate(joined.pose.xy):
            if sign := spotter.push(frame):
                spotted.append((sign, number + 1))
        if sign := spotter.finish():
            spotted.append((sign, len(joined.pose)))
        covered = matched([(sign.start, sign.stop) for sign, _ in spotted], joined.signs)
        for position, (sign, answered_at) in zip(covered, spotted, strict=True):
            found, alarms = found + (position >= 0), alarms + (position < 0)
            if position >= 0:
                right += joined.signs[position].gloss == sign.gloss
                delays.append((answered_at - joined.signs[position].stop) / FRAME_RATE)
        num_signs, num_frames = num_signs + len(joined.signs), num_frames + len(joined.pose)
    seconds = time.perf_counter() - began
    answers = recognizer.predict_many([dataset.pose(clip.id) for clip in clips], 1)
    isolated = np.mean(
        [ranked[0].gloss == clip.gloss for ranked, clip in zip(answers, clips, strict=True)]
    )
    precision, recall = found / max(found + alarms, 1), found / num_signs
    f1 = 2 * precision * recall / (precision + recall)
    print(f"{num_signs} signs in {num_frames / FRAME_RATE / 60:.1f} minutes")
    print(f"boundaries: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
    for name, share in (("all signs", right / num_signs), ("signs found", right / found)):
        print(
            f"gloss right, of {name}: {share:.3f}, {share / isolated:.3f} of {isolated:.3f} alone"
        )
    print(f"false alarms: {60 * FRAME_RATE * alarms / num_frames:.2f} a minute")
    late = np.quantile(delays, [0.5, 0.9])
    print(f"answered {late[0]:.2f} s after the sign's last frame (median; 90 %: {late[1]:.2f})")
    print(f"{num_frames / seconds:,.0f} frames a second, one thread")
    _memory(recognizer, joined)


def _memory(recognizer: object, joined: Joined) -> None:
    """Print what 10,000 frames hold beyond the first 1,000."""
    spotter, held = Spotter(recognizer, FRAME_RATE), []  # type: ignore[arg-type]
    tracemalloc.start()
    for number in range(10_000):
        spotter.push(joined.pose.xy[number % len(joined.pose)])
        if number in (999, 9_999):
            held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    more = (held[1] - held[0]) / 1e3
    print(f"a stream of 10,000 frames holds {more:+.0f} kB beside the first 1,000")


if __name__ == "__main__":
    main()
