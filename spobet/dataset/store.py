"""Poses on disk: memory-mapped shards beside manifest.csv and dataset.json, written once."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType

import numpy as np

from spobet.dataset.info import DatasetInfo
from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.shards import (
    ARRAYS,
    Shards,
    checksum,
    location,
    shard_file,
    write_array,
)
from spobet.errors import NotFound, UserError
from spobet.files import new_folder
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

MAX_SHARD_FRAMES = 65_536  # of 75 landmarks: 60 MB, which a machine of any size can map and sync


class Dataset:
    """A folder of clips: `manifest` and, read from memory-mapped files on demand, their poses."""

    def __init__(self, path: Path, manifest: Manifest, info: DatasetInfo) -> None:
        self.path, self.manifest, self.info = path, manifest, info
        self._firsts = np.concatenate([[0], np.cumsum(info.num_frames)]).astype(np.int64)
        self._shards = Shards(path, info)

    @classmethod
    def open(cls, path: str | Path) -> Dataset:
        """Open what DatasetWriter wrote; NotFound or UserError where it is not a whole data set.

        path: a folder, or an address such as s3://bucket/folder (extra `remote`).
        """
        path = location(path)
        for name in ("manifest.csv", "dataset.json"):
            if not (path / name).is_file():
                raise NotFound(
                    f"{path}: not a data set, {name} is not there (make one with `spobet import`)"
                )
        manifest = Manifest.read(path / "manifest.csv")
        info = DatasetInfo.read(path / "dataset.json")
        if len(manifest) != len(info.num_frames):
            counts = f"{len(manifest)} clips, dataset.json {len(info.num_frames)}"
            raise UserError(f"{path}: manifest.csv lists {counts}")
        return cls(path, manifest, info)

    def __len__(self) -> int:
        return len(self.manifest)

    @property
    def skeleton(self) -> Skeleton:
        """The skeleton of every clip."""
        return self.info.skeleton

    def num_frames(self, clip_id: str) -> int:
        """Length of one clip in frames."""
        return self.info.num_frames[self.manifest.position(clip_id)]

    def pose(self, clip_id: str) -> PoseSequence:
        """The landmarks of one clip, with its frame times and picture size where they are known.

        Raises UnknownName for an unknown id.
        """
        position = self.manifest.position(clip_id)
        first = int(self._firsts[position])
        shard = bisect_right(self.info.shard_starts, first) - 1
        start = first - self.info.shard_starts[shard]
        span = slice(start, start + self.info.num_frames[position])
        arrays = self._shards[shard]
        times = np.array(arrays["times"][span])
        return PoseSequence(
            xy=arrays["xy"][span],
            confidence=arrays["confidence"][span],
            skeleton=self.skeleton,
            times=None if np.isnan(times).any() else times,
            unit=self.info.unit,
            size=self.info.sizes[position] if self.info.sizes else None,
        )

    def poses(self) -> Iterator[tuple[Clip, PoseSequence]]:
        """Every clip with its landmarks, in manifest order."""
        for clip in self.manifest:
            yield clip, self.pose(clip.id)


class DatasetWriter:
    """Writes a data set clip by clip: it appears whole when the `with` block ends, or not at all.

    Inside the block `folder` is where it grows: what else belongs to the data set goes there.
    All clips share `skeleton` and `unit`; UserError for a pose of another kind or without frames.
    """

    def __init__(
        self, path: Path, skeleton: Skeleton, unit: str, source: str, licence: str
    ) -> None:
        self._skeleton = skeleton
        self._info = DatasetInfo(skeleton, unit, source, licence, (), (), "")
        self._block = self._filling(path)
        self._clips: list[Clip] = []
        self._lengths: list[int] = []
        self._sizes: list[tuple[int, int] | None] = []
        self._shard_starts: list[int] = []
        self._pending: list[PoseSequence] = []
        self._checksums: dict[str, int] = {}
        self._hash = hashlib.sha256()

    def __enter__(self) -> DatasetWriter:
        return self._block.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._block.__exit__(kind, error, trace)

    @contextmanager
    def _filling(self, path: Path) -> Iterator[DatasetWriter]:
        with new_folder(path) as self.folder:
            yield self
            self._finish()

    def add(self, clip: Clip, pose: PoseSequence) -> None:
        """Append one clip."""
        if pose.skeleton != self._skeleton or pose.unit != self._info.unit:
            expected = f"{self._skeleton.name} in {self._info.unit}"
            found = f"{pose.skeleton.name} in {pose.unit}"
            raise UserError(f"clip {clip.id}: pose is {found}, expected {expected}")
        if not len(pose):
            raise UserError(f"clip {clip.id}: no frames")
        self._clips.append(clip)
        self._lengths.append(len(pose))
        self._sizes.append(pose.size)
        self._pending.append(pose)
        if sum(map(len, self._pending)) >= MAX_SHARD_FRAMES:
            self._write_shard()

    def _write_shard(self) -> None:
        number = len(self._shard_starts)
        self._shard_starts.append(sum(self._lengths) - sum(map(len, self._pending)))
        arrays = {
            "xy": [pose.xy for pose in self._pending],
            "confidence": [pose.confidence for pose in self._pending],
            "times": [
                np.full(len(pose), np.nan) if pose.times is None else pose.times
                for pose in self._pending
            ],
        }
        for name, parts in arrays.items():
            values = np.concatenate(parts).astype(ARRAYS[name])
            self._hash.update(values.tobytes())
            file = shard_file(self.folder, name, number)
            write_array(file, values)
            self._checksums[file.name] = checksum(file)
        self._pending = []

    def _finish(self) -> None:
        if not self._clips:
            raise UserError("no clip to write: a data set needs at least one")
        if self._pending:
            self._write_shard()
        manifest = self.folder / "manifest.csv"
        Manifest(tuple(self._clips)).write(manifest)
        self._hash.update(manifest.read_bytes())
        sizes = tuple(self._sizes) if any(self._sizes) else ()
        meaning = {
            "skeleton": asdict(self._skeleton),
            "unit": self._info.unit,
            "num_frames": self._lengths,
        }
        if sizes:  # without any, the hash is that of older data sets
            meaning["sizes"] = sizes
        self._hash.update(json.dumps(meaning).encode())
        info = replace(
            self._info,
            num_frames=tuple(self._lengths),
            shard_starts=tuple(self._shard_starts),
            content_hash=self._hash.hexdigest(),
            sizes=sizes,
            checksums=self._checksums,
        )
        info.write(self.folder / "dataset.json")
