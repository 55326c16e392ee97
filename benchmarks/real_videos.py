"""What people bring: real videos, clips with rests, hands lost, and signs never met.

    python benchmarks/real_videos.py RUN --data data/wlasl100-hands \\
        --unknown data/wlasl2000-hands-val --videos videos.csv --extracted data/videos

videos.csv names file, gloss, in_wlasl100 and wlasl_id of each video, and `spobet extract` made the
data set --extracted of them. Prints counts with Wilson's 95 % intervals; networks have seen most of
the videos in training, which are a check of the way from video to answer, not an accuracy.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rested_clips import LOSSES, RESTS, rest_alone, with_lost_hands, with_rests

from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset
from spobet.evaluation.intervals import wilson_interval
from spobet.poses.sequence import PoseSequence
from spobet.recognition.answers import GlossProbabilities
from spobet.recognition.recognizer import Recognizer, load

LOST = 0.8  # share of the frames
WRISTS = ("right_hand_wrist", "left_hand_wrist")


def told(name: str, count: int, total: int) -> str:
    """A count as a share with its interval."""
    low, high = wilson_interval(count, total)
    return f"{name} {100 * count / total:.1f} % ({count}/{total}, {100 * low:.1f}-{100 * high:.1f})"


def score(name: str, answered: GlossProbabilities, glosses: Sequence[str]) -> None:
    """Print top-1, top-5, and how many are accepted, and accepted and wrong."""
    ranked = [[answer.gloss for answer in answers] for answers in answered.answers(5)]
    hits = np.array([best[0] == gloss for best, gloss in zip(ranked, glosses, strict=True)])
    five = sum(gloss in best for best, gloss in zip(ranked, glosses, strict=True))
    accepted, total = answered.accepted, len(hits)
    parts = [
        told("top-1", int(hits.sum()), total),
        told("top-5", five, total),
        told("accepted", int(accepted.sum()), total),
        told("accepted and wrong", int((accepted & ~hits).sum()), total),
    ]
    print(f"{name}: {'; '.join(parts)}", flush=True)


def score_clips(recognizer: Recognizer, dataset: Dataset, clips: Sequence[Clip]) -> None:
    """Print what clips are answered with as they are, with rests, hands lost, and as rests."""
    glosses = [clip.gloss for clip in clips]

    def of(change: Callable[[PoseSequence, int], PoseSequence]) -> GlossProbabilities:
        poses = (change(dataset.pose(clip.id), number) for number, clip in enumerate(clips))
        return recognizer.probabilities(recognizer.outputs(poses))

    score("as they are", of(lambda pose, _: pose), glosses)
    for kind in RESTS:
        rested = of(lambda pose, seed, kind=kind: with_rests(pose, kind, seed))  # type: ignore[misc]
        score(f"rests, {kind}", rested, glosses)
    for kind in LOSSES:
        lost = of(lambda pose, seed, kind=kind: with_lost_hands(pose, kind, LOST, seed))  # type: ignore[misc]
        score(f"hands lost in {LOST:.0%} of the frames, {kind}", lost, glosses)
    for kind in RESTS:
        rests = (rest_alone(dataset.pose(clip.id), kind, at) for at, clip in enumerate(clips))
        shown = [rest for rest in rests if rest.seen.any()]
        score_unknown(f"rests without a sign, {kind}", recognizer, shown)


def score_unknown(name: str, recognizer: Recognizer, poses: Sequence[PoseSequence]) -> None:
    """Print how many clips of no sign of the vocabulary are accepted."""
    accepted = recognizer.probabilities(recognizer.outputs(poses)).accepted
    print(f"{name}: {told('accepted', int(accepted.sum()), len(accepted))}", flush=True)


def compare(name: str, ours: PoseSequence, reference: PoseSequence) -> tuple[int, int, list[float]]:
    """Frames with a hand in both and in the reference, and how far wrists are apart.

    The reference names no sides, so the nearer of our wrists counts; files are of one cut.
    """
    one, other = (np.stack([pose[wrist] for wrist in WRISTS], axis=1) for pose in (ours, reference))
    frames = min(len(one), len(other))
    apart = np.linalg.norm(one[:frames, :, None] - other[:frames, None], axis=-1)
    shown = ~np.isnan(other[:frames, :, 0])
    both = shown.any(axis=1) & ~np.isnan(one[:frames, :, 0]).all(axis=1)
    nearest = np.where(np.isnan(apart), np.inf, apart).min(axis=1)[shown]
    nearest = nearest[np.isfinite(nearest)].tolist()
    print(
        f"  {name}: {len(ours)} frames, {int(both.sum())} of {int(shown.any(axis=1).sum())} with "
        f"a hand, wrists {100 * np.median(nearest):.2f} % of the picture apart"
    )
    return int(both.sum()), int(shown.any(axis=1).sum()), nearest


def score_videos(recognizer: Recognizer, listed: Path, extracted: Dataset, data: Dataset) -> None:
    """Print landmarks beside those of the data set, and what each video is answered with."""
    with listed.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = [row for row in rows if row["in_wlasl100"] == "1"]
    poses = {row["file"]: extracted.pose(Path(row["file"]).stem) for row in rows}
    compared = [
        compare(
            row["file"],
            poses[row["file"]].select(recognizer.skeleton),
            data.pose(row["wlasl_id"]),
        )
        for row in known
    ]
    both, reference = (sum(part[column] for part in compared) for column in (0, 1))
    median = 100 * np.median([distance for part in compared for distance in part[2]])
    print(f"landmarks: {told('frames with a hand', both, reference)}; wrists {median:.2f} % apart")
    for row in known:
        print(f"  {row['gloss']}: {recognizer.predict(poses[row['file']], top=3)}")
    answered = recognizer.probabilities(recognizer.outputs(poses[row["file"]] for row in known))
    score("videos of the vocabulary", answered, [row["gloss"] for row in known])
    others = [poses[row["file"]] for row in rows if row["in_wlasl100"] != "1"]
    score_unknown("videos of other signs", recognizer, others)


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--unknown", type=Path)
    parser.add_argument("--videos", type=Path)
    parser.add_argument("--extracted", type=Path)
    parser.add_argument("--split", action="append")
    options = parser.parse_args()
    recognizer, data = load(options.run), Dataset.open(options.data)
    splits = options.split or ["val", "test"]
    if options.videos and options.extracted:
        score_videos(recognizer, options.videos, Dataset.open(options.extracted), data)
    score_clips(recognizer, data, data.manifest.of_splits(*splits).clips)
    if options.unknown:
        unknown = Dataset.open(options.unknown)
        others = [clip for clip in unknown.manifest if clip.gloss not in recognizer.vocabulary]
        score_unknown("signs never met", recognizer, [unknown.pose(clip.id) for clip in others])


if __name__ == "__main__":
    main()
