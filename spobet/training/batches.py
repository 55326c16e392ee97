"""Batches: the only place with chance. Every draw comes from [seed, epoch, batch], so a rerun repeats it on any backend."""

from __future__ import annotations

import math
from dataclasses import dataclass

import keras
import numpy as np

from spobet.config import Experiment, MixConfig, PretrainConfig
from spobet.dataset.phonology import Phonology
from spobet.poses.arrays import PoseBank, network_input
from spobet.poses.augment import augment, mirror_some, random_frame_times
from spobet.training.mixing import Mixer, Shares

Batch = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Draw:
    """Training clips of one batch, varied: xy (clips, frames, landmarks, 2) with NaN, frame_mask, and their places in the bank.

    confidence: (clips, frames, landmarks), how sure the detector was. shares: whose they are where clips were mixed.
    """

    xy: np.ndarray
    frame_mask: np.ndarray
    clips: np.ndarray
    confidence: np.ndarray
    shares: Shares


class Batches(keras.utils.PyDataset):
    """Every clip once an epoch in a fresh order; the last batch is filled from the front of that order.

    num_own, share: of more clips than `num_own` those after them are drawn anew for each epoch, `share` for each of one's own.
    labels: (all clips,) their glosses, where clips may be mixed as the experiment says.
    """

    def __init__(
        self,
        bank: PoseBank,
        experiment: Experiment,
        batch_size: int,
        num_own: int | None = None,
        share: float = 0.0,
        labels: np.ndarray | None = None,
    ) -> None:
        super().__init__()
        mixes = labels is not None and experiment.mix != MixConfig()
        self._mixer = Mixer(bank, labels, experiment.mix) if mixes else None
        self._bank, self._experiment, self._batch_size = bank, experiment, batch_size
        self._num_own = len(bank) if num_own is None else num_own
        self._num_drawn = min(round(share * self._num_own), len(bank) - self._num_own)
        self._epoch = 0

    def __len__(self) -> int:
        return math.ceil((self._num_own + self._num_drawn) / self._batch_size)

    def start_at(self, epoch: int) -> None:
        """Give the batches of this epoch from now on (Keras's own on_epoch_end also fires before the first epoch)."""
        self._epoch = epoch

    def _rng(self, batch: int) -> np.random.Generator:
        return np.random.default_rng([self._experiment.seed, self._epoch, batch])

    def _order(self) -> np.ndarray:
        """The clips of this epoch."""
        rng = self._rng(len(self))
        if self._num_own == len(self._bank):
            return rng.permutation(self._num_own)
        drawn = self._num_own + rng.permutation(len(self._bank) - self._num_own)[: self._num_drawn]
        return rng.permutation(np.concatenate([np.arange(self._num_own), drawn]))

    def _draw(self, batch: int, rng: np.random.Generator) -> Draw:
        order = self._order()
        clips = np.resize(order, len(self) * self._batch_size)[batch * self._batch_size :][
            : self._batch_size
        ]
        choices = self._experiment
        moments, frame_mask = random_frame_times(
            self._bank.lengths[clips],
            choices.input.num_frames,
            choices.input.stretch,
            choices.augment,
            rng,
        )
        skeleton, mirrored = self._bank.skeleton, rng.random(len(clips)) < choices.augment.mirror
        xy, confidence = self._bank.read(clips, moments), self._bank.confidence_at(clips, moments)
        shares = Shares(clips, clips, np.zeros(len(clips), np.float32))
        if self._mixer:
            xy, confidence, shares = self._mixer.mix(clips, xy, confidence, choices.augment, rng)
        xy = augment(mirror_some(xy, skeleton, mirrored), skeleton, choices.augment, rng)
        confidence[mirrored] = confidence[mirrored][..., skeleton.mirror_order]
        return Draw(xy, frame_mask, clips, confidence, shares)


class LabelledBatches(Batches):
    """(network input, smoothed one-hot glosses (clips, glosses)) a batch."""

    def __init__(
        self, bank: PoseBank, labels: np.ndarray, num_glosses: int, experiment: Experiment
    ) -> None:
        super().__init__(bank, experiment, experiment.train.schedule.batch_size, labels=labels)
        self._targets = smoothed_one_hot(labels, num_glosses, experiment.train.label_smoothing)

    def __getitem__(self, batch: int) -> tuple[Batch, np.ndarray]:
        draw = self._draw(batch, self._rng(batch))
        return network_input(draw.xy, draw.frame_mask), draw.shares.of(self._targets)


class AuxiliaryBatches(Batches):
    """(network input, targets, weights) a batch of clips of one's own, drawn first in the bank, and of others.

    Targets by name: `everything`, smoothed one-hot glosses (clips, own + others), and `own`, the same among one's own alone, which
    weighs nothing for a clip of another gloss. num_own, num_own_glosses: clips and glosses of one's own.
    """

    def __init__(
        self,
        bank: PoseBank,
        labels: np.ndarray,
        num_glosses: int,
        experiment: Experiment,
        num_own: int,
        num_own_glosses: int,
    ) -> None:
        super().__init__(
            bank,
            experiment,
            experiment.train.schedule.batch_size,
            num_own,
            experiment.train.auxiliary_share,
        )
        smoothing = experiment.train.label_smoothing
        self._everything = smoothed_one_hot(labels, num_glosses, smoothing)
        self._own = smoothed_one_hot(
            np.where(labels < num_own_glosses, labels, 0), num_own_glosses, smoothing
        )
        self._weights = (labels < num_own_glosses).astype(np.float32)

    def __getitem__(self, batch: int) -> tuple[Batch, Batch, Batch]:
        draw = self._draw(batch, self._rng(batch))
        targets = {"own": self._own[draw.clips], "everything": self._everything[draw.clips]}
        weights = {
            "own": self._weights[draw.clips],
            "everything": np.ones(len(draw.clips), np.float32),
        }
        return network_input(draw.xy, draw.frame_mask), targets, weights


class PretrainingBatches(Batches):
    """(network input with `hidden`, targets, weights) a batch, both by the name of what the network is to tell.

    coordinates, motion (clips, frames, landmarks, 2), weighed where a landmark is hidden and was seen (for its motion: then and
    `motion_step` frames earlier), by how sure the detector was: only there can what is restored be wrong. logits
    (clips, glosses) and phonology (clips, all values), weighed 1 a clip. Only what the experiment gives a weight is there.
    """

    def __init__(
        self,
        bank: PoseBank,
        labels: np.ndarray,
        num_glosses: int,
        experiment: Experiment,
        phonology: Phonology | None = None,
    ) -> None:
        config = experiment.pretrain
        mixable = labels if config.gloss_weight else None
        super().__init__(bank, experiment, config.schedule.batch_size, labels=mixable)
        self._labels, self._num_glosses, self._parts = labels, num_glosses, _parts(bank)
        self._features = phonology.targets[labels] if phonology else None

    def __getitem__(self, batch: int) -> tuple[Batch, Batch, Batch]:
        rng, config = self._rng(batch), self._experiment.pretrain
        draw = self._draw(batch, rng)
        inputs = {
            **network_input(draw.xy, draw.frame_mask),
            "hidden": np.zeros(draw.xy.shape[:-1], bool),
        }
        told: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        if config.reconstructs:
            inputs["hidden"] = choose_hidden(draw.xy, draw.frame_mask, self._parts, config, rng)
            told = _restored(inputs, draw.confidence, config)
        if config.gloss_weight:
            told["logits"] = self._glosses(draw.shares), np.ones(len(draw.clips))
        if self._features is not None:
            told["phonology"] = draw.shares.of(self._features), np.ones(len(draw.clips))
        targets, weights = (
            {name: pair[which].astype(np.float32) for name, pair in told.items()}
            for which in (0, 1)
        )
        return inputs, targets, weights

    def _glosses(self, shares: Shares) -> np.ndarray:
        """Smoothed one-hot glosses of a batch: those of all clips at once would not fit in memory."""
        smoothing, share = self._experiment.train.label_smoothing, shares.shares[:, None]
        own, partners = (
            smoothed_one_hot(self._labels[clips], self._num_glosses, smoothing)
            for clips in (shares.clips, shares.partners)
        )
        return own + share * (partners - own)


def _restored(
    inputs: Batch, confidence: np.ndarray, config: PretrainConfig
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Targets and weights of what is to be restored."""
    places, sure = inputs["landmarks"][..., :2], inputs["landmarks"][..., 2] * confidence
    told = {"coordinates": (places, sure * inputs["hidden"])} if config.coordinates_weight else {}
    if config.motion_weight:
        step = config.motion_step
        motion, both = np.zeros_like(places), np.zeros_like(sure)
        motion[:, step:], both[:, step:] = (
            places[:, step:] - places[:, :-step],
            np.minimum(sure[:, step:], sure[:, :-step]),
        )
        told["motion"] = motion, both * inputs["hidden"]
    return told


def smoothed_one_hot(labels: np.ndarray, num_glosses: int, smoothing: float) -> np.ndarray:
    """(clips, glosses) float32 rows that sum to one: 1 - smoothing on the gloss, the rest spread evenly over all."""
    rows = np.full((len(labels), num_glosses), smoothing / num_glosses, np.float32)
    rows[np.arange(len(labels)), labels] += 1 - smoothing
    return rows


def choose_hidden_frames(
    frame_mask: np.ndarray,
    ratio: float,
    span: int,
    rng: np.random.Generator,
    likely: np.ndarray | None = None,
) -> np.ndarray:
    """Pick the frames the model must reconstruct.

    frame_mask: (clips, frames), True on real frames. likely: of that shape, how likely a span begins there, 0 as little as can
    be; everywhere alike where not given. Returns the same shape, True on hidden frames: round(ratio * length) of each clip and
    at least one, in spans of up to `span` frames, never padding.
    """
    chance = np.ones(frame_mask.shape) if likely is None else likely
    order = np.argsort(
        rng.exponential(size=frame_mask.shape) / np.maximum(chance, 1e-9), axis=1
    )  # likelier starts come first
    hidden = np.zeros_like(frame_mask)
    for clip, real in enumerate(frame_mask):
        length = int(real.sum())
        missing = max(1, round(ratio * length))
        for start in order[clip]:
            if not missing:
                break
            if real[start]:
                chosen = np.arange(start, min(start + min(span, missing), length))
                missing -= int((~hidden[clip, chosen]).sum())
                hidden[clip, chosen] = True
    return hidden


def choose_hidden(
    xy: np.ndarray,
    frame_mask: np.ndarray,
    parts: list[np.ndarray],
    config: PretrainConfig,
    rng: np.random.Generator,
) -> np.ndarray:
    """Pick the landmarks the model must reconstruct: (clips, frames, landmarks), True where hidden.

    In each clip's hidden frames all landmarks are, or, in `hand_share` of the clips, those of one part only.
    xy: (clips, frames, landmarks, 2), NaN = missing. parts: positions of the landmarks of each part (each hand); together with
    what is in none they are all.
    """
    likely = hand_speed(xy, config.span) ** config.follow_motion if config.follow_motion else None
    frames = choose_hidden_frames(frame_mask, config.mask_ratio, config.span, rng, likely)
    landmarks = np.ones((len(xy), xy.shape[2]), dtype=bool)
    for clip in np.flatnonzero(rng.random(len(xy)) < config.hand_share):
        landmarks[clip] = np.isin(np.arange(xy.shape[2]), parts[rng.integers(len(parts))])
    return frames[..., None] & landmarks[:, None]


def hand_speed(xy: np.ndarray, span: int) -> np.ndarray:
    """How far landmarks move on average from each frame to the next, over the `span` frames that begin there: (clips, frames).

    xy: (clips, frames, landmarks, 2), NaN = missing, which moves nowhere.
    """
    steps = np.nan_to_num(np.abs(np.diff(xy, axis=1, append=xy[:, -1:]))).mean(axis=(2, 3))
    sums = np.cumsum(np.pad(steps, ((0, 0), (1, span))), axis=1)
    return sums[:, span : span + xy.shape[1]] - sums[:, : xy.shape[1]]


def _parts(bank: PoseBank) -> list[np.ndarray]:
    everything = np.arange(len(bank.skeleton))
    return [*bank.skeleton.hands, everything]


def steady_input(bank: PoseBank, experiment: Experiment) -> Batch:
    """Network input of every clip of a bank as recognition reads it: no chance."""
    return bank.even_input(
        np.arange(len(bank)), experiment.input.num_frames, experiment.input.stretch
    )
