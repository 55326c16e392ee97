"""Batches: the only place with chance.

Every draw comes from [seed, epoch, batch], so a rerun repeats it on any backend.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import keras
import numpy as np

from spobet.config import Experiment, MixConfig, PretrainConfig
from spobet.dataset.phonology import Phonology
from spobet.poses.arrays import network_input
from spobet.poses.augment import augment, mirror_some, random_frame_times
from spobet.poses.from_rest import add_ways
from spobet.training.masking import choose_hidden
from spobet.training.mixing import Mixer, Shares
from spobet.training.stored_clips import Clips

Batch: TypeAlias = dict[str, np.ndarray]
Targets: TypeAlias = dict[str, tuple[np.ndarray, np.ndarray]]  # target and weight by output


@dataclass(frozen=True, eq=False)
class Draw:
    """Augmented training clips of one batch.

    xy: (clips, frames, landmarks, 2), NaN = missing. frame_mask: (clips, frames). clips: their
    positions in the bank. confidence: (clips, frames, landmarks), the detector's. shares: whose
    they are where clips were mixed.
    """

    xy: np.ndarray
    frame_mask: np.ndarray
    clips: np.ndarray
    confidence: np.ndarray
    shares: Shares


class Batches(keras.utils.PyDataset):
    """Every clip once an epoch in a fresh order, whose front fills up the last batch.

    num_always: so many clips, the first of the bank, come in every epoch; by default all. Of the
    rest, share * num_always are drawn anew for each epoch. labels: (all clips,) their
    glosses, where clips may be mixed. order: the clips of this epoch.
    """

    def __init__(
        self,
        bank: Clips,
        experiment: Experiment,
        batch_size: int,
        num_always: int | None = None,
        share: float = 0.0,
        labels: np.ndarray | None = None,
    ) -> None:
        super().__init__()
        self._mixer: Mixer | None = None
        if labels is not None and experiment.mix != MixConfig():
            self._mixer = Mixer(bank, labels, experiment.mix)
        self._bank, self._experiment, self._batch_size = bank, experiment, batch_size
        self._num_always = len(bank) if num_always is None else num_always
        self._num_drawn = min(round(share * self._num_always), len(bank) - self._num_always)
        self.start_at(0)

    def __len__(self) -> int:
        return math.ceil((self._num_always + self._num_drawn) / self._batch_size)

    def start_at(self, epoch: int) -> None:
        """Give the batches of this epoch from now on.

        Keras's own on_epoch_end also fires before the first epoch.
        """
        self._epoch = epoch
        rng = self._rng(len(self))
        if self._num_always == len(self._bank):
            self.order = rng.permutation(self._num_always)
            return
        rest = rng.permutation(len(self._bank) - self._num_always)[: self._num_drawn]
        always = np.arange(self._num_always)
        self.order = rng.permutation(np.concatenate([always, self._num_always + rest]))

    def _rng(self, batch: int) -> np.random.Generator:
        return np.random.default_rng([self._experiment.seed, self._epoch, batch])

    def _draw(self, batch: int, rng: np.random.Generator) -> Draw:
        positions = np.arange(batch * self._batch_size, (batch + 1) * self._batch_size)
        clips = np.take(self.order, positions, mode="wrap")
        choices, skeleton = self._experiment, self._bank.skeleton
        frame_times, frame_mask = random_frame_times(
            self._bank.lengths[clips],
            choices.input.num_frames,
            choices.input.stretch,
            choices.augment,
            rng,
        )
        mirrored = rng.random(len(clips)) < choices.augment.mirror
        xy = self._bank.read(clips, frame_times)
        confidence = self._bank.confidence_at(clips, frame_times)
        shares = Shares(clips, clips, np.zeros(len(clips), np.float32))
        if self._mixer:
            xy, confidence, shares = self._mixer.mix(clips, xy, confidence, choices.augment, rng)
        if choices.augment.from_rest:
            xy, frames = add_ways(xy, frame_mask, skeleton, choices.augment.from_rest, rng)
            confidence = np.take_along_axis(confidence, frames[..., None], axis=1)
        xy = augment(mirror_some(xy, skeleton, mirrored), skeleton, choices.augment, rng)
        confidence[mirrored] = confidence[mirrored][..., skeleton.mirror_order]
        return Draw(xy, frame_mask, clips, confidence, shares)


class LabelledBatches(Batches):
    """(network input, smoothed one-hot glosses (clips, glosses)) a batch."""

    def __init__(
        self, bank: Clips, labels: np.ndarray, num_glosses: int, experiment: Experiment
    ) -> None:
        super().__init__(bank, experiment, experiment.train.schedule.batch_size, labels=labels)
        self._labels, self._num_glosses = labels, num_glosses

    def __getitem__(self, batch: int) -> tuple[Batch, np.ndarray]:
        draw = self._draw(batch, self._rng(batch))
        smoothing = self._experiment.train.label_smoothing
        targets = shared_one_hot(draw.shares, self._labels, self._num_glosses, smoothing)
        return network_input(draw.xy, draw.frame_mask), targets


class AuxiliaryBatches(Batches):
    """(network input, targets, weights) a batch of the vocabulary's clips and auxiliary ones.

    Targets by output: `all_glosses`, smoothed one-hot (clips, vocabulary + auxiliary glosses), and
    `vocabulary`, the same among the vocabulary alone, which weighs 0 for an auxiliary clip.
    labels: (clips,) below num_glosses in the vocabulary's `num_clips`, which come first.
    """

    def __init__(
        self,
        bank: Clips,
        labels: np.ndarray,
        experiment: Experiment,
        num_clips: int,
        num_glosses: int,
        num_auxiliary: int,
    ) -> None:
        train = experiment.train
        super().__init__(
            bank, experiment, train.schedule.batch_size, num_clips, train.auxiliary_share
        )
        self._labels = labels
        self._num_glosses, self._num_auxiliary = num_glosses, num_auxiliary

    def __getitem__(self, batch: int) -> tuple[Batch, Batch, Batch]:
        draw = self._draw(batch, self._rng(batch))
        labels, smoothing = self._labels[draw.clips], self._experiment.train.label_smoothing
        in_vocabulary = labels < self._num_glosses
        total = self._num_glosses + self._num_auxiliary
        targets = {
            "vocabulary": smoothed_one_hot(
                np.where(in_vocabulary, labels, 0), self._num_glosses, smoothing
            ),
            "all_glosses": smoothed_one_hot(labels, total, smoothing),
        }
        weights = {
            "vocabulary": in_vocabulary.astype(np.float32),
            "all_glosses": np.ones(len(labels), np.float32),
        }
        return network_input(draw.xy, draw.frame_mask), targets, weights


class PretrainingBatches(Batches):
    """(network input with `hidden`, targets, weights) a batch, both by the model's outputs.

    coordinates, motion (clips, frames, landmarks, 2), weighed by the detector's confidence where a
    landmark is hidden and was seen (for its motion: then and `motion_step` frames earlier).
    logits (clips, glosses) and phonology (clips, all values), weighed 1 a clip. Only what the
    experiment gives a weight is there.
    """

    def __init__(
        self,
        bank: Clips,
        labels: np.ndarray,
        num_glosses: int,
        experiment: Experiment,
        phonology: Phonology | None = None,
    ) -> None:
        mixable = labels if experiment.pretrain.gloss_weight else None
        super().__init__(bank, experiment, experiment.pretrain.schedule.batch_size, labels=mixable)
        self._labels, self._num_glosses = labels, num_glosses
        self._features = phonology.targets[labels] if phonology else None
        self._parts = [*bank.skeleton.hands, np.arange(len(bank.skeleton))]

    def __getitem__(self, batch: int) -> tuple[Batch, Batch, Batch]:
        rng, config = self._rng(batch), self._experiment.pretrain
        draw = self._draw(batch, rng)
        inputs = network_input(draw.xy, draw.frame_mask)
        inputs["hidden"] = np.zeros(draw.xy.shape[:-1], bool)
        both: Targets = {}
        if config.reconstructs:
            inputs["hidden"] = choose_hidden(draw.xy, draw.frame_mask, self._parts, config, rng)
            both = _reconstruction_targets(inputs, draw.confidence, config)
        if config.gloss_weight:
            smoothing = self._experiment.train.label_smoothing
            glosses = shared_one_hot(draw.shares, self._labels, self._num_glosses, smoothing)
            both["logits"] = glosses, np.ones(len(draw.clips))
        if self._features is not None:
            both["phonology"] = draw.shares.of(self._features), np.ones(len(draw.clips))
        targets = {name: target.astype(np.float32) for name, (target, _) in both.items()}
        weights = {name: weight.astype(np.float32) for name, (_, weight) in both.items()}
        return inputs, targets, weights


def _reconstruction_targets(
    inputs: Batch, confidence: np.ndarray, config: PretrainConfig
) -> Targets:
    coordinates, hidden = inputs["landmarks"][..., :2], inputs["hidden"]
    sure = inputs["landmarks"][..., 2] * confidence
    both: Targets = {}
    if config.coordinates_weight:
        both["coordinates"] = coordinates, sure * hidden
    if config.motion_weight:
        step = config.motion_step
        motion, weight = np.zeros_like(coordinates), np.zeros_like(sure)
        motion[:, step:] = coordinates[:, step:] - coordinates[:, :-step]
        weight[:, step:] = np.minimum(sure[:, step:], sure[:, :-step])
        both["motion"] = motion, weight * hidden
    return both


def smoothed_one_hot(labels: np.ndarray, num_glosses: int, smoothing: float) -> np.ndarray:
    """(clips, glosses) float32 rows that sum to one: `smoothing` of it spread over all glosses."""
    rows = np.full((len(labels), num_glosses), smoothing / num_glosses)
    rows[np.arange(len(labels)), labels] += 1 - smoothing
    return rows.astype(np.float32)


def shared_one_hot(
    shares: Shares, labels: np.ndarray, num_glosses: int, smoothing: float
) -> np.ndarray:
    """`smoothed_one_hot` of a batch of mixed clips; labels: (all clips,)."""
    clips, partners = (
        smoothed_one_hot(labels[positions], num_glosses, smoothing)
        for positions in (shares.clips, shares.partners)
    )
    return clips + shares.shares[:, None] * (partners - clips)
