"""Batches: the only place with chance. Every draw comes from [seed, epoch, batch], so a rerun repeats it on any backend."""

from __future__ import annotations

import math
from dataclasses import dataclass

import keras
import numpy as np

from spobet.config import Experiment, PretrainConfig
from spobet.poses.arrays import PoseBank, network_input
from spobet.poses.augment import augment, random_moments

Batch = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Draw:
    """Training clips of one batch, varied: xy (clips, frames, landmarks, 2) with NaN, frame_mask, and their places in the bank."""

    xy: np.ndarray
    frame_mask: np.ndarray
    clips: np.ndarray


class Batches(keras.utils.PyDataset):
    """Every clip once an epoch in a fresh order; the last batch is filled from the front of that order."""

    def __init__(self, bank: PoseBank, experiment: Experiment, batch_size: int) -> None:
        super().__init__()
        self._bank, self._experiment, self._batch_size = bank, experiment, batch_size
        self._epoch = 0

    def __len__(self) -> int:
        return math.ceil(len(self._bank) / self._batch_size)

    def start_at(self, epoch: int) -> None:
        """Give the batches of this epoch from now on (Keras's own on_epoch_end also fires before the first epoch)."""
        self._epoch = epoch

    def _rng(self, batch: int) -> np.random.Generator:
        return np.random.default_rng([self._experiment.seed, self._epoch, batch])

    def _draw(self, batch: int, rng: np.random.Generator) -> Draw:
        order = self._rng(len(self)).permutation(len(self._bank))
        clips = np.resize(order, len(self) * self._batch_size)[batch * self._batch_size :][: self._batch_size]
        choices = self._experiment
        moments, frame_mask = random_moments(
            self._bank.lengths[clips], choices.input.num_frames, choices.input.stretch, choices.augment, rng
        )
        xy = augment(self._bank.read(clips, moments), self._bank.skeleton, choices.augment, rng)
        return Draw(xy, frame_mask, clips)


class LabelledBatches(Batches):
    """(network input, smoothed one-hot glosses (clips, glosses)) a batch."""

    def __init__(self, bank: PoseBank, labels: np.ndarray, num_glosses: int, experiment: Experiment) -> None:
        super().__init__(bank, experiment, experiment.train.schedule.batch_size)
        self._targets = smoothed_one_hot(labels, num_glosses, experiment.train.label_smoothing)

    def __getitem__(self, batch: int) -> tuple[Batch, np.ndarray]:
        draw = self._draw(batch, self._rng(batch))
        return network_input(draw.xy, draw.frame_mask), self._targets[draw.clips]


class MaskedBatches(Batches):
    """(network input with `hidden`, places (clips, frames, landmarks, 2), weights (clips, frames, landmarks)) a batch.

    Weights are 1 where a landmark is hidden and was seen: only there can a restored place be wrong.
    """

    def __init__(self, bank: PoseBank, experiment: Experiment) -> None:
        super().__init__(bank, experiment, experiment.pretrain.schedule.batch_size)

    def __getitem__(self, batch: int) -> tuple[Batch, np.ndarray, np.ndarray]:
        rng = self._rng(batch)
        draw = self._draw(batch, rng)
        inputs = network_input(draw.xy, draw.frame_mask)
        hidden = choose_hidden(draw.frame_mask, _parts(self._bank), self._experiment.pretrain, rng)
        places, seen = inputs["landmarks"][..., :2], inputs["landmarks"][..., 2] > 0
        return {**inputs, "hidden": hidden}, places, (hidden & seen).astype(np.float32)


def smoothed_one_hot(labels: np.ndarray, num_glosses: int, smoothing: float) -> np.ndarray:
    """(clips, glosses) float32 rows that sum to one: 1 - smoothing on the gloss, the rest spread evenly over all."""
    return ((1 - smoothing) * np.eye(num_glosses)[labels] + smoothing / num_glosses).astype(np.float32)


def choose_hidden_frames(frame_mask: np.ndarray, ratio: float, span: int, rng: np.random.Generator) -> np.ndarray:
    """Pick the frames the model must reconstruct.

    frame_mask: (clips, frames), True on real frames. Returns the same shape, True on hidden frames:
    round(ratio * length) of each clip and at least one, in spans of up to `span` frames, never padding.
    """
    hidden = np.zeros_like(frame_mask)
    for clip, real in enumerate(frame_mask):
        frames = np.flatnonzero(real)
        wanted = max(1, round(ratio * len(frames)))
        for start in rng.permutation(len(frames)):
            missing = wanted - int(hidden[clip].sum())
            if not missing:
                break
            hidden[clip, frames[start : start + min(span, missing)]] = True
    return hidden


def choose_hidden(frame_mask: np.ndarray, parts: list[np.ndarray], config: PretrainConfig, rng: np.random.Generator) -> np.ndarray:
    """Pick the landmarks the model must reconstruct: (clips, frames, landmarks), True where hidden.

    In each clip's hidden frames all landmarks are, or, in `hand_share` of the clips, those of one part only.
    parts: positions of the landmarks of each part (each hand); together with what is in none they are all.
    """
    frames = choose_hidden_frames(frame_mask, config.mask_ratio, config.span, rng)
    num_landmarks = 1 + max(int(part.max()) for part in parts)
    landmarks = np.ones((len(frame_mask), num_landmarks), dtype=bool)
    for clip in np.flatnonzero(rng.random(len(frame_mask)) < config.hand_share):
        landmarks[clip] = np.isin(np.arange(num_landmarks), parts[rng.integers(len(parts))])
    return frames[..., None] & landmarks[:, None]


def _parts(bank: PoseBank) -> list[np.ndarray]:
    everything = np.arange(len(bank.skeleton))
    return [*bank.skeleton.hands, everything]


def steady_input(bank: PoseBank, experiment: Experiment) -> Batch:
    """Network input of every clip of a bank as recognition reads it: no chance."""
    return bank.steady_input(np.arange(len(bank)), experiment.input.num_frames, experiment.input.stretch)
