"""Normalised clips in a file: training holds those of one batch, however many there are."""

from __future__ import annotations

import tempfile
import weakref
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import numpy as np

from spobet.poses.arrays import PoseBank
from spobet.poses.preprocess import Preprocessor
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

CLIPS_AT_ONCE = 64


class StoredClips:
    """Read as a `PoseBank` of the same clips, to the same numbers, from an unnamed file.

    Each clip is normalised once, when this is made; lengths: (clips,) frames of each then. The file
    goes with its process, however that ends. For one thread at a time.

    It is read and not memory-mapped: the pages of a mapping that is read in random order stay in
    the process until it holds every clip.
    """

    def __init__(
        self, poses: Iterable[PoseSequence], preprocessor: Preprocessor, folder: Path
    ) -> None:
        self.skeleton: Skeleton = preprocessor.skeleton
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  closed below
        weakref.finalize(self, self._file.close)
        lengths, starts, doubtful = array("q"), array("q", [0]), array("b")
        for some in _in_lots(poses):
            bank = preprocessor.bank(some)
            for first, length in zip(bank.firsts, bank.lengths, strict=True):
                frames = slice(first, first + length)
                parts = [bank.xy[frames]]
                if bank.confidence is not None:
                    parts.append(bank.confidence[frames])
                starts.append(starts[-1] + sum(self._file.write(part.data) for part in parts))
                lengths.append(length)
                doubtful.append(len(parts) == 2)
        self.lengths = np.array(lengths, np.int64)
        self._starts = np.array(starts[:-1], np.int64)
        self._doubtful = np.array(doubtful, bool)
        self._last: tuple[np.ndarray, PoseBank] | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    def read(self, clips: np.ndarray, frame_times: np.ndarray) -> np.ndarray:
        """As `PoseBank.read`."""
        return self.gather(clips).read(np.arange(len(clips)), frame_times)

    def confidence_at(self, clips: np.ndarray, frame_times: np.ndarray) -> np.ndarray:
        """As `PoseBank.confidence_at`."""
        return self.gather(clips).confidence_at(np.arange(len(clips)), frame_times)

    def even_input(
        self, clips: np.ndarray, num_frames: int, stretch: bool
    ) -> dict[str, np.ndarray]:
        """As `PoseBank.even_input`."""
        return self.gather(clips).even_input(np.arange(len(clips)), num_frames, stretch)

    def gather(self, clips: np.ndarray) -> PoseBank:
        """The clips at these positions (n,), in this order, in memory."""
        if self._last and np.array_equal(self._last[0], clips):
            return self._last[1]  # coordinates and confidence are asked for one after the other
        lengths = self.lengths[clips]
        ends = np.cumsum(lengths)
        num_frames, num_landmarks = int(lengths.sum()), len(self.skeleton)
        xy = np.empty((num_frames, num_landmarks, 2), np.float32)
        confidence = None
        if self._doubtful.any():
            confidence = np.ones((num_frames, num_landmarks), np.float16)
        for clip, first, end in zip(clips, ends - lengths, ends, strict=True):
            self._file.seek(self._starts[clip])
            self._fill(xy[first:end])
            if confidence is not None and self._doubtful[clip]:
                self._fill(confidence[first:end])
        bank = PoseBank(xy, ends - lengths, lengths, self.skeleton, confidence)
        self._last = clips, bank
        return bank

    def _fill(self, array: np.ndarray) -> None:
        """Read the bytes of an array from where the file stands."""
        num_bytes = self._file.readinto(array.data.cast("B"))
        if num_bytes != array.nbytes:
            raise OSError(f"{num_bytes} bytes of a clip could be read, expected {array.nbytes}")


def _in_lots(poses: Iterable[PoseSequence]) -> Iterator[list[PoseSequence]]:
    """The clips some at a time: normalising each alone takes half as long again."""
    remaining = iter(poses)
    while some := list(islice(remaining, CLIPS_AT_ONCE)):
        yield some


Clips: TypeAlias = PoseBank | StoredClips
