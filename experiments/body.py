"""Body beside the hands: the data set of all 423 clips, and what a network does without the body.

    python experiments/body.py data --landmarks FOLDER
    spobet sweep experiments/wlasl50-body-hands.toml --data data/wlasl50-all --out sweeps/body \\
        --seeds 1 --folds 5 --set input.skeleton=HANDS_42,HANDS_AND_TORSO_46
    python experiments/body.py score sweeps/body

FOLDER holds wlasl50-body-hands.npz. `score` pools the folds of every setting: on the clips as
they are, and with the body taken away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from spobet.dataset.folds import NUM_FOLDS, hold_out
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.evaluation.intervals import wilson_interval
from spobet.ingest.packed import import_packed
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, hand_landmarks
from spobet.recognition.recognizer import load

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
    made = np.load(landmarks / "wlasl50-body-hands.npz")
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
@click.argument("sweep", type=click.Path(exists=True, path_type=Path))
@data_option
def score(sweep: Path, data: Path) -> None:
    """Print accuracy over all folds of each setting, with the body and without it."""
    dataset = Dataset.open(data)
    for setting, runs in _runs_by_setting(sweep):
        for told, alone in (("as they are", False), ("without the body", True)):
            ranks = np.concatenate([_ranks(run, dataset, fold, alone) for fold, run in runs])
            shares = []
            for k in (1, 5):
                count = int((ranks <= k).sum())
                low, high = (100 * end for end in wilson_interval(count, len(ranks)))
                percent = 100 * count / len(ranks)
                shares.append(
                    f"top-{k} {percent:.1f} % ({count}/{len(ranks)}, {low:.1f}-{high:.1f})"
                )
            click.echo(f"{setting}, {told}: {', '.join(shares)}")


def _runs_by_setting(sweep: Path) -> Iterator[tuple[str, list[tuple[int, Path]]]]:
    """Each setting of a sweep with the (fold, run folder) of its first seed."""
    for skeleton in ("HANDS_42", "HANDS_AND_TORSO_46"):
        where = sweep / f"skeleton={skeleton}"
        yield skeleton, [(fold, where / f"seed-0-fold-{fold}") for fold in range(NUM_FOLDS)]


def _ranks(run: Path, dataset: Dataset, fold: int, alone: bool) -> np.ndarray:
    """The rank of each held-out clip's gloss, (clips,); alone: of the hands alone."""
    recognizer = load(run)
    _, held_out = hold_out(dataset.manifest.of_splits("train"), fold)
    poses: list[PoseSequence] = [dataset.pose(clip.id) for clip in held_out]
    if alone:
        poses = [pose.select(HANDS_42) for pose in poses]
    logits = recognizer.outputs(poses).logits
    labels = [recognizer.vocabulary.index(clip.gloss) for clip in held_out]
    own = logits[np.arange(len(labels)), labels][:, None]
    return (logits >= own).sum(axis=1)  # ties count against the network


if __name__ == "__main__":
    main()
