"""Body beside the hands: the data set of all 423 clips, and what a network does without the body.

    python experiments/body.py data --landmarks FOLDER
    spobet sweep experiments/wlasl50-body-hands.toml --data data/wlasl50-all --out sweeps/hands \\
        --seeds 1 --folds 5 --set arms.width=0 --set input.skeleton=HANDS_42
    spobet sweep experiments/wlasl50-body-hands.toml --data data/wlasl50-all --out sweeps/arms \\
        --seeds 1 --folds 5
    python experiments/body.py score sweeps/hands sweeps/arms
    python experiments/body.py holistic wlasl100-hands --landmarks FOLDER
    python experiments/body.py views --landmarks FOLDER

FOLDER holds wlasl50-body-hands.npz (and, for `holistic`, wlasl100-hands.npz). `score` pools the
folds of every sweep: on the clips as they are, and with the body taken away. `holistic` asks a
network for the held-out clips as two extractors saw them: MediaPipe Hands in every frame, and
Holistic in some, on its own time line. `views` writes what Holistic saw of all clips as a data set,
for `spobet train --views`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from other_language import share

from spobet.dataset.folds import NUM_FOLDS, hold_out
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.evaluation.intervals import mcnemar
from spobet.evaluation.ranks import rank_true_glosses
from spobet.ingest.packed import import_packed
from spobet.poses.rests import FRAME_RATE
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, hand_landmarks
from spobet.recognition.recognizer import load

BODY = "wlasl50-body-hands.npz"
FACTS = ("offsets", "label", "gloss", "split", "split_names", "video_id", "signer_id")
data_option = click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data/wlasl50-all"), show_default=True
)


@click.group()
def main() -> None:
    """Make the data set, and score what was trained on it."""


@main.command("data")
@click.option("--landmarks", type=click.Path(exists=True, path_type=Path), required=True)
@data_option
def make_data(landmarks: Path, data: Path) -> None:
    """Name the landmarks, import the clips, and put all of them into the split `train`."""
    made = np.load(landmarks / BODY)
    hands = np.where(made["hand_mask"][..., None, None], made["hands"] / made["scale"], np.nan)
    body = made["body"] / made["scale"]
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / "wlasl50.npz"
        np.savez(
            named,
            coords=np.concatenate([body[..., :2], hands[:, 0, :, :2], hands[:, 1, :, :2]], axis=1),
            landmark=[*made["body_names"], *hand_landmarks("left"), *hand_landmarks("right")],
            **{name: made[name] for name in FACTS},
        )
        import_packed(named, Path(folder) / "official", "C-UDA 1.0")
        official = Dataset.open(Path(folder) / "official")
        with DatasetWriter(
            data,
            official.skeleton,
            official.info.unit,
            official.info.source,
            official.info.licence,
        ) as writer:
            for clip, pose in official.poses():
                writer.add(replace(clip, split="train"), pose)


@main.command()
@click.argument("sweeps", type=click.Path(exists=True, path_type=Path), nargs=-1)
@data_option
def score(sweeps: Sequence[Path], data: Path) -> None:
    """Print accuracy over all folds of each sweep, with the body and without it.

    A sweep is of one setting and any number of seeds; bodies are paired with their lack.
    """
    dataset = Dataset.open(data)
    for sweep in sweeps:
        for first in sorted(sweep.glob("*/seed-*-fold-0")):
            seed = first.name.removesuffix("-fold-0")
            folds = [first.with_name(f"{seed}-fold-{fold}") for fold in range(NUM_FOLDS)]
            whole, alone = (
                np.concatenate([_ranks(run, dataset, at, lost) for at, run in enumerate(folds)])
                for lost in (False, True)
            )
            won, lost = (
                (one <= 1) & (other > 1) for one, other in ((whole, alone), (alone, whole))
            )
            paired = f"{won.sum()} won, {lost.sum()} lost"
            click.echo(f"{sweep.name}, {seed}, as they are: {_shares(whole)}")
            click.echo(f"{sweep.name}, {seed}, without the body: {_shares(alone)}")
            p = mcnemar(won.sum(), lost.sum())
            click.echo(f"{sweep.name}, {seed}: by the body {paired}, McNemar p {p:.2g}")


@main.command()
@click.argument("network")
@click.option("--landmarks", type=click.Path(exists=True, path_type=Path), required=True)
def holistic(network: str, landmarks: Path) -> None:
    """Print what NETWORK makes of the same held-out clips by either extractor."""
    made, recognizer = dict(np.load(landmarks / BODY)), load(network)
    with tempfile.TemporaryDirectory() as folder:
        import_packed(landmarks / "wlasl100-hands.npz", Path(folder) / "hands", "C-UDA 1.0")
        hands = Dataset.open(Path(folder) / "hands")
        ids = {clip.id for clip in hands.manifest}
        held_out = [
            clip for clip in np.flatnonzero(made["split"] > 0) if str(made["video_id"][clip]) in ids
        ]
        every = [hands.pose(str(made["video_id"][clip])) for clip in held_out]
    packed = [_hands_of(made, clip) for clip in held_out]
    timed = [_on_time_line(made, clip) for clip in held_out]
    glosses = [str(made["gloss"][made["label"][clip]]) for clip in held_out]
    labels = np.array([recognizer.vocabulary.index(gloss) for gloss in glosses])
    for told, poses in (
        ("MediaPipe Hands, every frame", every),
        ("Holistic, as packed", packed),
        ("Holistic, on its time line", timed),
    ):
        ranks = rank_true_glosses(recognizer.outputs(poses).logits, labels)
        click.echo(f"{told}: {_shares(ranks)}")


@main.command()
@click.option("--landmarks", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--data", type=click.Path(path_type=Path), default=Path("data/wlasl50-holistic"))
def views(landmarks: Path, data: Path) -> None:
    """Write the hands of all clips as Holistic saw them, on their time lines."""
    write_views(landmarks, data)


def write_views(landmarks: Path, data: Path) -> None:
    """The data set of `views`, also for `reproduce.py`."""
    made = dict(np.load(landmarks / BODY))  # each array is read once, not for each clip
    splits = [str(name) for name in made["split_names"]]
    source = f"{BODY}, hands on their time line"
    with DatasetWriter(data, HANDS_42, "image", source, "C-UDA 1.0") as writer:
        for number, video in enumerate(made["video_id"]):
            gloss = str(made["gloss"][made["label"][number]])
            signer = str(made["signer_id"][number]) if made["signer_id"][number] >= 0 else ""
            clip = Clip(str(video), gloss, signer, splits[made["split"][number]])
            writer.add(clip, _on_time_line(made, number))


def _hands_of(made: Mapping[str, np.ndarray], clip: int) -> PoseSequence:
    """The hands of a clip as Holistic found them, frame after frame."""
    rows = slice(*made["offsets"][clip : clip + 2])
    found = np.where(made["hand_mask"][rows][..., None, None], made["hands"][rows], np.nan)
    left, right = np.moveaxis(found[..., :2] / made["scale"], 1, 0)
    xy = np.concatenate([right, left], axis=1).astype(np.float32)
    seen = np.isfinite(xy[..., 0]).astype(np.float32)
    return PoseSequence(xy, seen, HANDS_42, unit="image")


def _on_time_line(made: Mapping[str, np.ndarray], clip: int) -> PoseSequence:
    """The same at the times of its frames in the whole clip, unseen between them.

    Frames of unknown number (1.2 %) lie evenly between their neighbours.
    """
    pose = _hands_of(made, clip)
    numbers = made["frame"][slice(*made["offsets"][clip : clip + 2])].astype(float)
    known = np.flatnonzero(numbers >= 0)
    if len(known) < 2:
        return pose
    numbers = np.interp(np.arange(len(numbers)), known, numbers[known])
    kept = np.flatnonzero(np.append(True, np.diff(np.maximum.accumulate(numbers)) > 0))
    times = numbers[kept] / FRAME_RATE
    return replace(pose, xy=pose.xy[kept], confidence=pose.confidence[kept], times=times)


def _shares(ranks: np.ndarray) -> str:
    """Top-1 and top-5 of ranks (clips,), with counts and Wilson's 95 % intervals."""
    return ", ".join(f"top-{k} {share(ranks <= k)}" for k in (1, 5))


def _ranks(run: Path, dataset: Dataset, fold: int, alone: bool) -> np.ndarray:
    """The rank of each held-out clip's gloss, (clips,); alone: of the hands alone."""
    recognizer = load(run)
    _, held_out = hold_out(dataset.manifest.of_splits("train"), fold)
    poses: list[PoseSequence] = [dataset.pose(clip.id) for clip in held_out]
    if alone:
        poses = [pose.select(HANDS_42) for pose in poses]
    logits = recognizer.outputs(poses).logits
    labels = np.array([recognizer.vocabulary.index(clip.gloss) for clip in held_out])
    return rank_true_glosses(logits, labels)


if __name__ == "__main__":
    main()
