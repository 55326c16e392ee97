"""Claims about clips that training streams: the same numbers, and no array of all clips."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from spobet.config import Experiment, MixConfig
from spobet.dataset.store import Dataset
from spobet.poses.preprocess import Preprocessor, PreprocessSettings
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.training import stored_clips
from spobet.training.batches import LabelledBatches, PretrainingBatches
from spobet.training.stored_clips import StoredClips

HANDS = Preprocessor(HANDS_42, "image", PreprocessSettings())


def hands(seed: int, num_frames: int, doubtful: bool) -> PoseSequence:
    rng = np.random.default_rng(seed)
    seen = rng.random((num_frames, len(HANDS_42))) < 0.9
    seen[[0, -1], 0] = True  # so that trimming leaves every frame
    xy = np.where(seen[..., None], rng.random((num_frames, len(HANDS_42), 2)), np.nan)
    return PoseSequence(xy, seen * (0.5 if doubtful else 1.0), HANDS_42, unit="image")


def clips_of_all_kinds() -> list[PoseSequence]:
    """Long and short ones, sure and doubtful ones, and one in which nothing was seen."""
    clips = [hands(seed, 2 + 3 * seed, doubtful=seed % 2 == 1) for seed in range(7)]
    nothing = np.full((4, len(HANDS_42), 2), np.nan)
    return [*clips, PoseSequence(nothing, np.zeros(nothing.shape[:2]), HANDS_42, unit="image")]


@pytest.mark.parametrize("doubtful", [False, True])
def test_they_are_read_as_clips_in_memory_are(doubtful: bool, tmp_path: Path) -> None:
    clips = clips_of_all_kinds() if doubtful else clips_of_all_kinds()[::2]
    bank, stored = HANDS.bank(clips), StoredClips(iter(clips), HANDS, tmp_path)
    np.testing.assert_array_equal(stored.lengths, bank.lengths)
    assert (bank.confidence is not None) == doubtful
    rng = np.random.default_rng(0)
    for _ in range(5):
        chosen = rng.integers(len(bank), size=6)
        times = rng.random((6, 9)) * (bank.lengths[chosen, None] - 1)
        np.testing.assert_array_equal(stored.read(chosen, times), bank.read(chosen, times))
        np.testing.assert_array_equal(
            stored.confidence_at(chosen, times), bank.confidence_at(chosen, times)
        )


@pytest.mark.parametrize("kind", [LabelledBatches, PretrainingBatches])
def test_batches_are_those_of_clips_in_memory_bit_for_bit(
    kind: type, tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    mix = MixConfig(exchange_hand=0.3, exchange_span=0.3, paste=0.2)
    pretrain = replace(tiny_experiment.pretrain, gloss_weight=1.0, motion_weight=1.0)
    experiment = replace(tiny_experiment, mix=mix, pretrain=pretrain)
    dataset = Dataset.open(tiny_data)
    poses = [pose for _, pose in dataset.poses()]
    preprocessor = Preprocessor(dataset.skeleton, dataset.info.unit, experiment.input)
    labels = np.arange(len(poses)) % 4
    ours, expected = (
        kind(clips, labels, 4, experiment)
        for clips in (StoredClips(poses, preprocessor, tmp_path), preprocessor.bank(poses))
    )
    for epoch in range(2):
        ours.start_at(epoch)
        expected.start_at(epoch)
        for batch in range(len(expected)):
            one, other = keras.tree.flatten(ours[batch]), keras.tree.flatten(expected[batch])
            for values, same in zip(one, other, strict=True):
                np.testing.assert_array_equal(values, same)


def peak_memory(num_clips: int, folder: Path) -> int:
    """Bytes at most while clips are stored and an epoch of them is read; lengths apart."""

    def drawn() -> Iterator[PoseSequence]:
        for _ in range(num_clips):
            yield clip

    clip, rng = hands(0, 50, doubtful=True), np.random.default_rng(0)
    tracemalloc.start()
    stored = StoredClips(drawn(), HANDS, folder)
    for chosen in np.split(rng.permutation(num_clips), num_clips // 4):
        stored.read(chosen, np.zeros((4, 2)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_clips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_clips, "CLIPS_AT_ONCE", 4)
    clip = hands(0, 50, doubtful=True)
    few, many = (peak_memory(num_clips, tmp_path) for num_clips in (8, 80))
    assert many - few < 0.1 * 72 * clip.xy.nbytes  # of the clips that are more


def test_the_file_goes_with_the_clips(tmp_path: Path) -> None:
    stored = StoredClips([hands(0, 5, doubtful=False)], HANDS, tmp_path)
    file = stored._file
    del stored
    assert file.closed
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_cut_off_is_an_error(tmp_path: Path) -> None:
    stored = StoredClips([hands(0, 5, doubtful=False)], HANDS, tmp_path)
    stored._file.truncate(100)
    with pytest.raises(OSError, match="100 bytes of a clip could be read, expected 1680"):
        stored.gather(np.array([0]))
