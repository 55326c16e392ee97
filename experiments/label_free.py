"""Pretraining without labels: hidden hands decoded from the vector of the clip.

Two kinds of target at each position: continuous (joint angles, palm direction, distances between
fingertips, change of the wrist) and codes (nearest of k-means centroids of hand shapes, wrist moves
and how the hands stand to each other). The decoder serves nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import keras
import numpy as np
from keras import ops

from spobet.config import Experiment
from spobet.model.backbone import SignBackbone
from spobet.model.blocks.attention import AttentionBlock
from spobet.model.layers import SinusoidalPositions
from spobet.poses.arrays import network_input
from spobet.poses.skeleton import Skeleton
from spobet.training.batches import Batches

TOKEN, RATIO, TEMPERATURE = 4, 0.8, 0.8  # frames a token; share hidden; of drawing by motion
WHOLE, REPLACED = 0.2, 0.1  # shares of unhidden clips, and of hidden tokens from another clip
MOVE = 3  # frames over which a wrist's change is told
WIDTH = 96  # of the decoder
SHAPES, MOVES, RELATIONS = 256, 64, 32  # codes of each stream
NEAREST, SMOOTHING = 4, 0.1  # centroids that share a code's target, and how much of it
CHAINS = [[0, *range(start, start + 4)] for start in range(1, 21, 4)]  # wrist, then a finger
TIPS = (4, 8, 12, 16, 20)
KNUCKLES = (5, 17)


def hand_features(xy: np.ndarray, hand: np.ndarray) -> np.ndarray:
    """Sine and cosine of angles, fingertip distances, change of the wrist: (clips, frames, 44).

    xy: (clips, frames, landmarks, 2), NaN = missing, as what depends on it is then.
    """
    points = xy[..., hand, :]
    directions = []
    for chain in CHAINS:
        bones = np.diff(points[..., chain, :], axis=-2)
        angles = np.arctan2(bones[..., 1], bones[..., 0])
        directions.append(np.diff(angles, axis=-1))
    palm = palm_angle(points)[..., None]
    angles = np.concatenate([*directions, palm], axis=-1)
    pairs = np.array(list(combinations(TIPS, 2)))
    gaps = np.linalg.norm(points[..., pairs[:, 0], :] - points[..., pairs[:, 1], :], axis=-1)
    gaps = gaps / hand_length(points)[..., None]
    return np.concatenate([np.sin(angles), np.cos(angles), gaps, wrist_move(points)], axis=-1)


def palm_angle(points: np.ndarray) -> np.ndarray:
    """Direction from the wrist to the middle of the knuckles, in radians: (clips, frames)."""
    palm = points[..., KNUCKLES, :].mean(axis=-2) - points[..., 0, :]
    return np.arctan2(palm[..., 1], palm[..., 0])


def hand_length(points: np.ndarray) -> np.ndarray:
    """From the wrist to the knuckle of the middle finger: (clips, frames)."""
    return np.maximum(np.linalg.norm(points[..., 9, :] - points[..., 0, :], axis=-1), 1e-3)


def wrist_move(points: np.ndarray) -> np.ndarray:
    """Change of the wrist over MOVE frames: (clips, frames, 2), NaN in the first."""
    wrist = points[..., 0, :]
    move = np.full_like(wrist, np.nan)
    move[:, MOVE:] = wrist[:, MOVE:] - wrist[:, :-MOVE]
    return move


def hand_shape(xy: np.ndarray, hand: np.ndarray, mirrored: bool) -> np.ndarray:
    """A hand from its wrist, of length 1, palm up; a left one mirrored: (clips, frames, 40)."""
    points = xy[..., hand, :] * ((-1, 1) if mirrored else (1, 1))
    relative = (points[..., 1:, :] - points[..., :1, :]) / hand_length(points)[..., None, None]
    turn = np.pi / 2 - palm_angle(points)[..., None]
    x, y = relative[..., 0], relative[..., 1]
    turned = np.stack(
        [x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=-1
    )
    return turned.reshape(*turned.shape[:-2], -1)


def code_streams(xy: np.ndarray, hands: Sequence[np.ndarray]) -> list[np.ndarray]:
    """What codes are made of: right and left shape, right and left move, relation."""
    right, left = (xy[..., hand, :] for hand in hands)
    relation = right[..., 0, :] - left[..., 0, :]
    shapes = [hand_shape(xy, hand, side == 1) for side, hand in enumerate(hands)]
    moves = [wrist_move(right), wrist_move(left) * (-1, 1)]
    return [*shapes, *moves, relation]


def kmeans(values: np.ndarray, count: int, rounds: int = 10) -> np.ndarray:
    """Centroids (count, width) of values (n, width), by Lloyd's algorithm from seed 0."""
    rng = np.random.default_rng(0)
    centroids = values[rng.permutation(len(values))[:count]]
    for _ in range(rounds):
        nearest = np.argmin(square_distances(values, centroids), axis=1)
        counts = np.bincount(nearest, minlength=count)
        sums = np.zeros_like(centroids)
        np.add.at(sums, nearest, values)
        centroids = np.where(counts[:, None], sums / np.maximum(counts, 1)[:, None], centroids)
    return centroids


def square_distances(values: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Less what is the same for all centroids: (n, centroids)."""
    return (centroids**2).sum(axis=1) - 2 * values @ centroids.T


@dataclass(frozen=True, eq=False)
class Target:
    """What is decoded at each position, and how it is judged: `angles` or `codes`."""

    kind: str
    hands: Sequence[np.ndarray]
    mean: np.ndarray  # (hands * 44,)
    deviation: np.ndarray
    codebooks: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, kind: str, bank: Any, experiment: Experiment) -> Target:
        """Standardised, or clustered, over clips of the bank."""
        clips = np.random.default_rng(0).permutation(len(bank))[:3000]
        frames = experiment.input.num_frames
        drawn = bank.gather(clips).even_input(np.arange(len(clips)), frames, stretch=True)
        landmarks = drawn["landmarks"]
        xy = np.where(landmarks[..., 2:] > 0, landmarks[..., :2], np.nan)
        hands = bank.skeleton.hands
        features = np.concatenate([hand_features(xy, hand) for hand in hands], axis=-1)
        mean, deviation = np.nanmean(features, axis=(0, 1)), np.nanstd(features, axis=(0, 1))
        codebooks = []
        if kind == "codes":
            right, left, right_move, left_move, relation = code_streams(xy, hands)
            for values, count in (
                ((right, left), SHAPES),
                ((right_move, left_move), MOVES),
                ((relation,), RELATIONS),
            ):
                rows = np.concatenate([value.reshape(-1, value.shape[-1]) for value in values])
                rows = rows[~np.isnan(rows).any(axis=1)].astype(np.float32)
                rows = rows[np.random.default_rng(0).permutation(len(rows))[:60_000]]
                codebooks.append(kmeans(rows, count))
        return cls(kind, hands, mean, deviation, tuple(codebooks))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Values of each stream, right before left."""
        if self.kind == "angles":
            return (len(self.mean) // 2, len(self.mean) // 2)
        return (SHAPES, SHAPES, MOVES, MOVES, RELATIONS)

    def angles(self, xy: np.ndarray, stride: int) -> tuple[np.ndarray, np.ndarray]:
        """Targets and where they are known, each (clips, positions, hands * 44)."""
        values = np.concatenate([hand_features(xy, hand) for hand in self.hands], axis=-1)
        values = ((values - self.mean) / self.deviation)[:, ::stride]
        known = ~np.isnan(values)
        values = np.nan_to_num(values)
        tokens = (len(xy), -1, TOKEN // stride, len(self.hands), values.shape[-1] // 2)
        parts, parts_known = values.reshape(tokens), known.reshape(tokens)
        count = np.maximum(parts_known.sum(axis=(2, 4), keepdims=True), 1)
        mean = (parts * parts_known).sum(axis=(2, 4), keepdims=True) / count
        square = (((parts - mean) * parts_known) ** 2).sum(axis=(2, 4), keepdims=True) / count
        return ((parts - mean) / np.sqrt(square + 1e-2)).reshape(values.shape), known

    def codes(self, xy: np.ndarray, stride: int) -> tuple[np.ndarray, np.ndarray]:
        """Smoothed one-hot targets (clips, positions, all codes), zero where not known."""
        books = [self.codebooks[index] for index in (0, 0, 1, 1, 2)]
        targets, known = [], []
        for values, book in zip(code_streams(xy[:, :], self.hands), books, strict=True):
            rows = values[:, ::stride]
            there = ~np.isnan(rows).any(axis=-1)
            distances = square_distances(np.nan_to_num(rows).reshape(-1, rows.shape[-1]), book)
            nearest = np.argpartition(distances, NEAREST, axis=1)[:, :NEAREST]
            soft = np.zeros(distances.shape, np.float32)
            np.put_along_axis(soft, nearest, SMOOTHING / NEAREST, axis=1)
            soft[np.arange(len(soft)), np.argmin(distances, axis=1)] += 1 - SMOOTHING
            targets.append(soft.reshape(*there.shape, -1) * there[..., None])
            known.append(there)
        return np.concatenate(targets, axis=-1), np.stack(known, axis=-1)


class LabelFreeBatches(Batches):
    """(network input with `hidden` and `reads`, targets, weights) a batch.

    reads: (clips, positions, 1), 1 where the decoder reads the sequence: where nothing is hidden,
    in the second half of the batch. The first half is decoded from the vector of the clip alone.
    """

    def __init__(self, bank: Any, experiment: Experiment, target: Target, stride: int) -> None:
        super().__init__(bank, experiment, experiment.pretrain.schedule.batch_size)
        self._target, self._stride = target, stride

    def __getitem__(self, batch: int) -> tuple[dict, dict, dict]:
        rng = self._rng(batch)
        draw = self._draw(batch, rng)
        skeleton, target = self._bank.skeleton, self._target
        xy, half = draw.xy, len(draw.xy) // 2
        length = TOKEN if target.kind == "angles" else 3 * self._stride
        hidden = hide_tokens(xy, skeleton, length, RATIO, TEMPERATURE, rng)
        hidden[rng.random(len(xy)) < WHOLE] = False
        spans = np.repeat(rng.random((len(xy), xy.shape[1] // TOKEN)), TOKEN, axis=1)
        replaced = hidden & (spans < REPLACED)[..., None]
        shown = np.where(replaced[..., None], np.roll(xy, 1, axis=0), xy)
        inputs = network_input(shown, draw.frame_mask)
        inputs["hidden"] = hidden & ~replaced
        by_hand = np.stack([hidden[..., hand].any(axis=2) for hand in target.hands], axis=-1)
        by_hand = by_hand[:, :: self._stride]  # (clips, positions, hands)
        reads = ~by_hand.any(axis=2, keepdims=True)
        reads[:half] = False
        inputs["reads"] = reads.astype(np.float32)
        asked = by_hand | ~reads
        values, known = getattr(target, target.kind)(xy, self._stride)
        if target.kind == "angles":
            weight = known * np.repeat(asked, known.shape[-1] // 2, axis=-1)
        else:
            weight = known * np.concatenate([asked, asked, asked.any(axis=2, keepdims=True)], -1)
        targets = {"decoded": values.astype(np.float32), "clip": np.zeros((len(xy), 1))}
        weights = {"decoded": np.ones(len(xy)), "clip": np.ones(len(xy))}
        targets["decoded"] = np.concatenate([targets["decoded"], weight], axis=-1)
        return inputs, targets, {name: w.astype(np.float32) for name, w in weights.items()}


def label_free_model(
    backbone: SignBackbone, experiment: Experiment, target: Target, optimizer: Any
) -> keras.Model:
    """The backbone with a decoder of two blocks, compiled."""
    positions = backbone.num_frames // backbone.stride
    reads = keras.Input((positions, 1), name="reads")
    sequence = backbone(backbone.input)["sequence"]
    clip, frames = sequence[:, :1], sequence[:, 1:]
    x = keras.layers.Dense(WIDTH, name="from_clip")(clip)
    x = x + reads * keras.layers.Dense(WIDTH, name="from_frames")(frames)
    x = SinusoidalPositions()(x)
    mask = backbone.position_mask(backbone.input["frame_mask"])
    for number in range(2):
        block = AttentionBlock(4, 2 * WIDTH, "silu", 0.0, True, name=f"decoder_{number}")
        x = block(x, mask)
    x = keras.layers.LayerNormalization(epsilon=1e-6)(x)
    decoded = keras.layers.Dense(sum(target.sizes), name="decoded", dtype="float32")(x)
    clip = keras.layers.Activation("linear", dtype="float32", name="clip")(clip[:, 0])
    model = keras.Model({**backbone.input, "reads": reads}, {"decoded": decoded, "clip": clip})
    loss = absolute_error if target.kind == "angles" else code_entropy(target.sizes)
    model.compile(optimizer, loss={"decoded": loss, "clip": spread_loss})
    return model


def absolute_error(wanted: Any, decoded: Any) -> Any:
    """Mean over what is weighed; wanted: values, then their weights (..., 2 * values)."""
    values, weight = ops.split(wanted, 2, axis=-1)
    error = ops.sum(weight * ops.abs(values - decoded)) / ops.maximum(ops.sum(weight), 1.0)
    return error + ops.zeros_like(decoded[:, 0, 0])


def code_entropy(sizes: Sequence[int]) -> Any:
    """Cross entropy of every stream, mean over what is weighed; wanted: targets, then weights."""

    def loss(wanted: Any, decoded: Any) -> Any:
        total, first, last = 0.0, 0, sum(sizes)
        for number, size in enumerate(sizes):
            target = wanted[..., first : first + size]
            weight = wanted[..., last + number]
            scores = ops.log_softmax(decoded[..., first : first + size], axis=-1)
            entropy = -ops.sum(target * scores, axis=-1)
            total = total + ops.sum(weight * entropy) / ops.maximum(ops.sum(weight), 1.0)
            first += size
        return total / len(sizes) + ops.zeros_like(decoded[:, 0, 0])

    return loss


def spread_loss(wanted: Any, clip: Any) -> Any:
    """Variance (hinge at 1, weight 1) and covariance (weight .04) of clip vectors (VICReg)."""
    centred = clip - ops.mean(clip, axis=0, keepdims=True)
    count = ops.cast(ops.shape(clip)[0], clip.dtype)
    deviation = ops.sqrt(ops.sum(centred**2, axis=0) / (count - 1) + 1e-4)
    covariance = ops.matmul(ops.transpose(centred), centred) / (count - 1)
    off = ops.sum(covariance**2) - ops.sum(ops.diagonal(covariance) ** 2)
    loss = ops.mean(ops.relu(1.0 - deviation)) + 0.04 * off / clip.shape[-1]
    return loss + ops.zeros_like(clip[:, 0])


def hide_tokens(
    xy: np.ndarray,
    skeleton: Skeleton,
    token_frames: int,
    ratio: float,
    temperature: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Pick tokens, each a hand over `token_frames` frames: (clips, frames, landmarks).

    True where hidden. Of the tokens in which anything is seen, round(ratio * number) of each clip,
    without replacement. Where a skeleton has no hands, a token holds all landmarks.
    """
    hands: Sequence[np.ndarray] = skeleton.hands or [np.arange(len(skeleton))]
    num_frames = xy.shape[1]
    starts = np.arange(0, num_frames, token_frames)
    speed, seen = landmark_speed(xy), ~np.isnan(xy[..., 0])
    energy, there = (
        np.stack(
            [np.add.reduceat(x[..., hand].mean(axis=2), starts, axis=1) for hand in hands], axis=2
        ).reshape(len(xy), -1)  # (clips, tokens), hand after hand of every span
        for x in (speed, seen)
    )
    scores = softmax_draw(energy, there > 0, temperature, rng)
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1)
    counts = np.round(ratio * (there > 0).sum(axis=1)).astype(int)
    chosen = (ranks < counts[:, None]).reshape(len(xy), len(starts), len(hands))
    hidden = np.zeros(seen.shape, bool)
    by_frame = np.repeat(chosen, token_frames, axis=1)[:, :num_frames]
    for number, hand in enumerate(hands):
        hidden[..., hand] = by_frame[..., number, None]
    return hidden


def landmark_speed(xy: np.ndarray) -> np.ndarray:
    """How far each landmark moves into each frame: (clips, frames, landmarks), 0 where unseen."""
    steps = np.diff(xy, axis=1, prepend=xy[:, :1])
    return np.nan_to_num(np.hypot(steps[..., 0], steps[..., 1]))


def softmax_draw(
    energy: np.ndarray, allowed: np.ndarray, temperature: float, rng: np.random.Generator
) -> np.ndarray:
    """Energies by the largest of the clip, with Gumbel noise; highest first is a softmax draw."""
    largest = np.maximum(energy.max(axis=1, keepdims=True), 1e-9)
    scores = energy / (temperature * largest) + rng.gumbel(size=energy.shape)
    return np.where(allowed, scores, -np.inf)
