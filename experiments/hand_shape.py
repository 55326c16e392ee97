"""Train what tells a right hand from a left one by its shape, and compare sides with a body's.

    python experiments/hand_shape.py train --landmarks FOLDER
    python experiments/hand_shape.py compare --landmarks FOLDER

FOLDER holds wlasl2000-hands-train.npz, wlasl100-hands.npz and wlasl50-body-hands.npz. Where both
hands are seen apart, the picture's left one is taken for the right hand: of such frames the network
learns, from clips that are not in wlasl50-body-hands. There sides are known by the body, for
comparison: on its training clips.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from body import BODY
from other_language import share

import spobet.training  # noqa: F401  chooses the backend

import keras  # isort: skip

from spobet.formats.packed import PackedClips, read_clips, sides_by_position
from spobet.poses.hand_shape import WEIGHTS, shape_of, side_by_shape
from spobet.poses.skeleton import HANDS_42

WIDTH, EPOCHS = 16, 30
APART = 0.08  # widths of the picture between the wrists of two hands whose sides are sure
FRAMES_A_CLIP = 6
NEAR = 0.05  # widths of the picture between one wrist as two extractors saw it
folder_option = click.option(
    "--landmarks", type=click.Path(exists=True, path_type=Path), required=True
)


@click.group()
def main() -> None:
    """Train, or compare."""


@main.command()
@folder_option
def train(landmarks: Path) -> None:
    """Train on pairs of hands, print accuracy on pairs of other clips, and store the weights."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    hands, clips = pairs(landmarks, rng)
    labels = np.tile([1.0, 0.0], len(hands) // 2).astype(np.float32)
    held_out = clips % 10 == 0
    inner = [keras.layers.Dense(WIDTH, activation="silu") for _ in range(2)]
    inner.append(keras.layers.Dense(1))
    shape, mirrored = keras.Input((40,)), keras.Input((40,))
    values = []
    for x in (shape, mirrored):
        for layer in inner:
            x = layer(x)
        values.append(x)
    model = keras.Model([shape, mirrored], values[0] - values[1])
    rate = keras.optimizers.schedules.CosineDecay(3e-3, EPOCHS * (~held_out).sum() // 512)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=0.02), loss=loss)
    chosen = np.flatnonzero(~held_out)
    for _ in range(EPOCHS):
        order = rng.permutation(chosen)
        for batch in np.array_split(order, len(order) // 512):
            varied = vary(hands[batch], rng)
            model.train_on_batch([shape_of(varied), shape_of(flipped(varied))], labels[batch, None])
    arrays = {}
    for number, layer in enumerate(inner):
        arrays[f"matrix_{number}"], arrays[f"shift_{number}"] = layer.get_weights()
    np.savez_compressed(WEIGHTS, **arrays)
    right = (side_by_shape(hands[held_out]) > 0) == (labels[held_out] > 0)
    click.echo(f"{len(chosen):,} hands; of other clips' hands right: {share(right)}")


def pairs(landmarks: Path, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Hands (n, 21, 2), a right one and then the left one of a frame, and their clips (n,)."""
    packed = read_clips(landmarks / "wlasl2000-hands-train.npz")
    compared = set(np.load(landmarks / BODY)["video_id"].astype(str))
    hands, clips = [], []
    for clip, video in enumerate(packed.facts["video_id"].astype(str)):
        if video in compared:
            continue
        xy = tracks(packed, clip)
        frames = np.flatnonzero(np.abs(xy[:, 1, 0, 0] - xy[:, 0, 0, 0]) > APART)
        for frame in rng.permutation(frames)[:FRAMES_A_CLIP]:
            order = [0, 1] if xy[frame, 0, 0, 0] < xy[frame, 1, 0, 0] else [1, 0]
            hands += [*xy[frame, order]]
            clips += [clip, clip]
    return np.array(hands), np.array(clips)


def vary(hands: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same as other cameras see them: wider or narrower, turned, less exact."""
    count = len(hands)
    shape = shape_of(hands).reshape(count, -1, 2)
    shape = shape * np.exp(rng.uniform(-0.35, 0.35, (count, 1, 2)) * [1, 0])
    angle = rng.uniform(-0.35, 0.35, count)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    shape = np.einsum("npi,ijn->npj", shape, turn) + rng.normal(0, 0.03, shape.shape)
    return np.concatenate([np.zeros((count, 1, 2)), shape], axis=1).astype(np.float32)


def flipped(hands: np.ndarray) -> np.ndarray:
    """Mirror images."""
    return hands * np.array([-1, 1], np.float32)


def tracks(packed: PackedClips, clip: int) -> np.ndarray:
    """A clip's two tracks as they stand in the file: (frames, 2, 21, 2)."""
    return packed.xy[slice(*packed.offsets[clip : clip + 2])].reshape(-1, 2, 21, 2)


@main.command()
@folder_option
def compare(landmarks: Path) -> None:
    """Print how many hands, and clips, have the side that MediaPipe Holistic gave them."""
    packed = read_clips(landmarks / "wlasl100-hands.npz")
    made = dict(np.load(landmarks / BODY))
    clips = {str(video): clip for clip, video in enumerate(packed.facts["video_id"])}
    found: dict[str, list[tuple[int, int]]] = {"by position": [], "by shape": []}
    for row in np.flatnonzero(made["split"] == 0):
        clip = clips.get(str(made["video_id"][row]))
        if clip is None:
            continue
        frames = slice(*made["offsets"][row : row + 2])
        numbers = made["frame"][frames]
        known = (numbers >= 0) & (numbers < packed.num_frames(clip))
        wrists = np.where(made["hand_mask"][frames], made["hands"][frames][:, :, 0, 0], np.nan)
        theirs = wrists[known, ::-1] / made["scale"]  # the right one first
        span = slice(*packed.offsets[clip : clip + 2])
        by_position = sides_by_position(packed.xy[span], packed.confidence[span])[0]
        for name, xy in (("by position", by_position), ("by shape", packed.pose(clip).xy)):
            ours = xy[numbers[known]][:, HANDS_42.indices(["right_hand_wrist", "left_hand_wrist"])]
            same, other = (np.abs(ours[..., 0] - t) < NEAR for t in (theirs, theirs[:, ::-1]))
            found[name].append((int((same & ~other).sum()), int((other & ~same).sum())))
    for name, counts in found.items():
        same, other = np.array(counts).T
        hands = f"{same.sum()} of {same.sum() + other.sum()} hands"
        click.echo(f"{name}: {hands}; most hands of a clip: {share((same > other)[same != other])}")


if __name__ == "__main__":
    main()
