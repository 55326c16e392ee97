"""Peak memory and reading cost of an epoch that streams its clips from disk.

    python benchmarks/memory.py DATASET
    python benchmarks/memory.py --clips 1000000 --folder DIR [--normalise 10928]

The second makes a data set of that many clips of 48 frames in DIR and removes it at the end. Its
manifest, facts and shards are of full size, but only the first 8 shards (10,928 clips) differ: the
others are links to them. The file that training streams from is of full size, 20 KB a clip; with
--normalise only so many clips go into it by way of the preprocessing, and it is copied until it
is full, which spares a slow machine a quarter of an hour.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from spobet.training.stored_clips import StoredClips

EXPERIMENT = Path(__file__).parents[1] / "experiments" / "wlasl100-hands.toml"
NUM_FRAMES, NUM_GLOSSES, NUM_STEPS = 48, 2000, 12
SHARDS_THAT_DIFFER = 8
BYTES_PER_MEGABYTE = 1024 * (
    1 if sys.platform == "linux" else 1024
)  # ru_maxrss is in kilobytes on Linux, bytes on macOS


def main() -> None:
    """Print the peak so far and the processor's seconds of each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--clips", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--normalise", type=int)
    asked = parser.parse_args()
    if asked.data:
        measure(asked.data, asked.data.parent, None)
        return
    folder = asked.folder / "million"
    folder.mkdir()
    try:
        # in another process, so that its memory is not counted
        maker = multiprocessing.get_context("spawn").Process(
            target=make, args=(folder / "data", asked.clips)
        )
        maker.start()
        maker.join()
        measure(folder / "data", folder, asked.normalise)
    finally:
        shutil.rmtree(folder)


def make(path: Path, num_clips: int) -> None:
    """Write a data set of hands that move at random, some landmarks missing or doubtful."""
    from spobet.dataset.manifest import Manifest
    from spobet.dataset.store import MAX_SHARD_FRAMES, Dataset, DatasetWriter
    from spobet.poses.skeleton import HANDS_42

    rng, shape = np.random.default_rng(0), (NUM_FRAMES, len(HANDS_42))
    clips_a_shard = -(-MAX_SHARD_FRAMES // NUM_FRAMES)
    num_drawn = min(SHARDS_THAT_DIFFER * clips_a_shard, num_clips)
    with DatasetWriter(path, HANDS_42, "image", "made", "none") as writer:
        for number in range(num_drawn):
            writer.add(clip_of(number), drawn(shape, rng))
    info = Dataset.open(path).info
    starts = tuple(range(0, num_clips * NUM_FRAMES, clips_a_shard * NUM_FRAMES))
    for shard in range(len(info.shard_starts), len(starts)):
        last = num_clips * NUM_FRAMES - starts[shard]
        for name in ("xy", "confidence", "times"):
            source = path / f"{name}-{shard % SHARDS_THAT_DIFFER:05d}.npy"
            target = path / f"{name}-{shard:05d}.npy"
            if last < clips_a_shard * NUM_FRAMES:
                np.save(target, np.load(source, mmap_mode="r")[:last])
            else:
                os.link(source, target)
    (path / "dataset.json").unlink()
    replace(info, num_frames=(NUM_FRAMES,) * num_clips, shard_starts=starts).write(
        path / "dataset.json"
    )
    Manifest(tuple(map(clip_of, range(num_clips)))).write(path / "manifest.csv")
    _say(f"data set of {num_clips:,} clips made", 0)


def clip_of(number: int) -> object:
    """A clip of one of 2,000 glosses by one of 500 signers."""
    from spobet.dataset.manifest import Clip

    return Clip(f"clip{number}", f"gloss{number % NUM_GLOSSES}", f"signer{number % 500}", "train")


def drawn(shape: tuple[int, int], rng: np.random.Generator) -> object:
    """Hands in which a twentieth of all landmarks is missing and one in two hundred doubtful."""
    from spobet.poses.sequence import PoseSequence
    from spobet.poses.skeleton import HANDS_42

    seen = rng.random(shape) < 0.95
    xy = 0.5 + 0.1 * rng.normal(size=(1, shape[1], 2)) + rng.normal(0, 0.01, (*shape, 2))
    xy = np.where(seen[..., None], xy, np.nan)
    confidence = seen * np.where(rng.random(shape) < 0.005, 0.6, 1.0)
    return PoseSequence(xy, confidence, HANDS_42, unit="image")


def measure(data: Path, folder: Path, num_normalised: int | None) -> None:
    """Go the way of `spobet train` to the end of an epoch's reading, and take some steps."""
    import spobet.training  # noqa: F401  chooses the backend

    import keras  # isort: skip

    from spobet.config import read_experiment
    from spobet.dataset.manifest import Manifest
    from spobet.model.classifier import SignClassifier
    from spobet.runs import RunFolder
    from spobet.training.batches import LabelledBatches
    from spobet.training.fit import optimizer_of
    from spobet.training.networks import new_backbone, new_head
    from spobet.training.run import stored_clips
    from spobet.training.train import TrainingClips

    _say("Keras imported", 0)
    experiment = read_experiment(EXPERIMENT)
    training, seconds = _timed(lambda: TrainingClips.of(experiment, data, None, ()))
    _say(f"{len(training.clips):,} clips found", seconds)
    (source,), run = training.sources, RunFolder(folder)
    few = replace(source, clips=Manifest(source.clips.clips[:num_normalised]))
    clips, seconds = _timed(lambda: stored_clips(experiment, [few], run))
    _say(f"{len(clips):,} clips normalised and stored", seconds)
    repeat(clips, len(training.clips))
    _say(f"{len(clips):,} clips stored", 0)
    num_glosses = len(training.vocabulary)
    batches = LabelledBatches(clips, training.labels, num_glosses, experiment)
    ordering = _timed(lambda: batches.start_at(1))[1]
    size = experiment.train.schedule.batch_size
    every = np.array_split(batches.order, len(batches))
    reading = _timed(lambda: [len(clips.gather(some)) for some in every])[1]
    _say(f"order of an epoch, {len(batches):,} batches", ordering)
    _say("every clip read in that order", reading)
    backbone = new_backbone(experiment, training.dataset, None)
    model = SignClassifier(backbone, new_head(experiment, num_glosses))
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(optimizer_of(experiment.train.schedule, len(batches)), loss)
    made, steps = [], []
    for number in range(NUM_STEPS):
        batch, seconds = _timed(lambda number=number: batches[number])  # type: ignore[misc]
        made.append(seconds)
        steps.append(_timed(lambda batch=batch: model.train_on_batch(*batch))[1])  # type: ignore[misc]
    step = statistics.median(steps[2:])  # the first two compile and warm up
    _say(f"{NUM_STEPS} batches of {size} clips made, one", statistics.median(made))
    _say("as many training steps, one", step)
    share = (ordering + reading) / (len(batches) * step)
    print(f"order and reading take {100 * share:.2f} % of the steps of an epoch")


def repeat(clips: StoredClips, num_clips: int) -> None:
    """Copy the file of some clips behind itself until it holds so many."""
    block, times = clips._file.seek(0, os.SEEK_END), -(-num_clips // len(clips))
    for copy in range(1, times):
        for start in range(0, block, 1 << 24):
            clips._file.seek(start)
            content = clips._file.read(min(1 << 24, block - start))
            clips._file.seek(copy * block + start)
            clips._file.write(content)
    starts = clips._starts + block * np.arange(times)[:, None]
    clips._starts = starts.reshape(-1)[:num_clips]
    clips.lengths = np.tile(clips.lengths, times)[:num_clips]
    clips._doubtful = np.tile(clips._doubtful, times)[:num_clips]


def _timed(work: Callable) -> tuple:
    """What the work gives and the processor's seconds it took, which others' work leaves alone."""
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def _say(stage: str, seconds: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // BYTES_PER_MEGABYTE
    print(f"{stage:42} {seconds:10.4f} s   peak {peak:6,} MB", flush=True)


if __name__ == "__main__":
    main()
