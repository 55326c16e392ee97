"""What single differences between extractors cost: python benchmarks/robustness.py RUN DATASET

The ways in which extractors and recordings differ are made one at a time, on validation and test
clips: a picture of another shape, noise, fewer frames, hands lost, sides exchanged. Prints top-1
and top-5 accuracy and the change of top-1 with its 95 % interval (paired bootstrap over clips,
seed 0).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from spobet.dataset.store import Dataset
from spobet.evaluation.ranks import labels_of
from spobet.poses.normalize import hand_length
from spobet.poses.sequence import PoseSequence
from spobet.recognition.recognizer import load

Change = Callable[[PoseSequence, np.random.Generator], PoseSequence]


def stretched(share: float) -> Change:
    """The picture made so much wider."""
    return lambda pose, rng: replace(pose, xy=pose.xy * np.array([share, 1], np.float32))


def jittered(share: float) -> Change:
    """Every landmark off by chance, sd in hand lengths."""

    def change(pose: PoseSequence, rng: np.random.Generator) -> PoseSequence:
        noise = rng.normal(0, share * np.nan_to_num(hand_length(pose)), pose.xy.shape)
        return replace(pose, xy=pose.xy + noise.astype(np.float32))

    return change


def lost(share: float) -> Change:
    """Both hands missing in so many of the frames, by chance."""

    def change(pose: PoseSequence, rng: np.random.Generator) -> PoseSequence:
        gone = rng.random(len(pose)) < share
        xy = np.where(gone[:, None, None], np.nan, pose.xy)
        return replace(pose, xy=xy, confidence=np.where(gone[:, None], 0, pose.confidence))

    return change


def thinned(step: int) -> Change:
    """Every so many-th frame."""
    return lambda pose, rng: replace(
        pose, xy=pose.xy[::step], confidence=pose.confidence[::step], times=None
    )


def exchanged(pose: PoseSequence, rng: np.random.Generator) -> PoseSequence:
    """Left hand named right, and right left."""
    order = pose.skeleton.mirror_order
    return replace(pose, xy=pose.xy[:, order], confidence=pose.confidence[:, order])


def mirrored(pose: PoseSequence, rng: np.random.Generator) -> PoseSequence:
    """As a mirror shows it, and as a front camera's picture is often kept."""
    return exchanged(replace(pose, xy=pose.xy * np.array([-1, 1], np.float32)), rng)


CHANGES: dict[str, Change] = {
    "as they are": lambda pose, rng: pose,
    "picture wider by 4/3": stretched(4 / 3),
    "picture wider by 16/9": stretched(16 / 9),
    "picture narrower by 3/4": stretched(3 / 4),
    "noise of 0.02 hand lengths": jittered(0.02),
    "noise of 0.05 hand lengths": jittered(0.05),
    "noise of 0.1 hand lengths": jittered(0.1),
    "every second frame": thinned(2),
    "every fourth frame": thinned(4),
    "hands lost in 20 % of the frames": lost(0.2),
    "hands lost in 50 % of the frames": lost(0.5),
    "sides exchanged": exchanged,
    "mirrored": mirrored,
}


def main() -> None:
    """Print a Markdown table."""
    recognizer, dataset = load(sys.argv[1]), Dataset.open(Path(sys.argv[2]))
    clips = dataset.manifest.of_splits("val", "test")
    labels = labels_of(clips, recognizer.vocabulary)
    poses = [dataset.pose(clip.id) for clip in clips]
    draws = np.random.default_rng(0).integers(len(labels), size=(2000, len(labels)))
    unchanged: np.ndarray | None = None
    print(f"| {len(labels)} clips | top-1 % | top-5 % | change of top-1, points |")
    print("|---|---|---|---|")
    for name, change in CHANGES.items():
        rng = np.random.default_rng(0)
        logits = recognizer.logits([change(pose, rng) for pose in poses])
        ranks = (logits >= logits[np.arange(len(labels)), labels][:, None]).sum(axis=1)
        hits, effect = (ranks == 1).astype(float), ""
        if unchanged is None:
            unchanged = hits
        else:
            points = 100 * (hits - unchanged)
            low, high = np.percentile(points[draws].mean(axis=1), [2.5, 97.5])
            effect = f"{points.mean():+.1f} ({low:+.1f} to {high:+.1f})"
        print(f"| {name} | {100 * hits.mean():.1f} | {100 * (ranks <= 5).mean():.1f} | {effect} |")


if __name__ == "__main__":
    main()
