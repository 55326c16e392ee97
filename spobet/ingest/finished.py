"""Clips that an extraction has finished, on disk until all are: a killed one goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np

from spobet.errors import UserError
from spobet.files import write_whole
from spobet.formats.arrays import load_npz
from spobet.ingest.report import Problem
from spobet.ingest.videos import Job
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HOLISTIC_75

_FIELDS = {"xy", "confidence", "times", "size", "problem"}


class FinishedClips:
    """Finished clips on disk, each under a name made of everything its landmarks depend on.

    They are in `.<out>.extracting` beside the data set, or, where nothing can be written there, in
    the folder for temporary files.
    """

    def __init__(self, out: Path, detector: str, unit: str) -> None:
        self.folder = out.with_name(f".{out.name}.extracting")
        if out.parent.is_dir() and not os.access(out.parent, os.W_OK):
            name = hashlib.sha256(str(out.resolve()).encode()).hexdigest()[:16]
            self.folder = Path(tempfile.gettempdir()) / f"spobet-{name}.extracting"
        self._detector, self.unit = detector, unit

    def has(self, job: Job) -> bool:
        """Whether a job is finished already; a file of it that is damaged is removed."""
        if not job.video.is_file() or not self._path(job).is_file():
            return False
        try:
            self.pose(job)
            self.problem(job)
        except UserError:
            self._path(job).unlink()
            return False
        return True

    def add(self, job: Job, pose: PoseSequence, problem: Problem | None) -> None:
        """Keep the landmarks of a job, and what is to be remarked of them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = BytesIO()
        np.savez(
            file,
            xy=pose.xy,
            confidence=pose.confidence,
            times=np.zeros(0) if pose.times is None else pose.times,
            size=np.array(pose.size or (), np.int64),
            problem=np.array([problem.what, problem.detail] if problem else [], str),
        )
        write_whole(self._path(job), file.getvalue())

    def pose(self, job: Job) -> PoseSequence:
        """The landmarks of a finished job."""
        arrays = self._arrays(job)
        times = arrays["times"] if len(arrays["times"]) else None
        size = (int(arrays["size"][0]), int(arrays["size"][1])) if len(arrays["size"]) else None
        return PoseSequence(arrays["xy"], arrays["confidence"], HOLISTIC_75, times, self.unit, size)

    def problem(self, job: Job) -> Problem | None:
        """What is to be remarked of a finished job."""
        found = self._arrays(job)["problem"].tolist()
        return Problem(job.clip.id, found[0], str(job.video), found[1]) if found else None

    def remove(self) -> None:
        """Remove them all."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _arrays(self, job: Job) -> dict[str, np.ndarray]:
        arrays = load_npz(self._path(job))
        if set(arrays) != _FIELDS:
            raise UserError(f"{self._path(job)}: {', '.join(arrays)}, expected {_FIELDS}")
        return arrays

    def _path(self, job: Job) -> Path:
        facts = job.video.stat()
        key = [
            *(2, self._detector, self.unit),  # 2: with picture sizes, and ranges by time
            *(str(job.video), facts.st_size, facts.st_mtime_ns),
            *(job.clip.frame_start, job.clip.frame_end, job.rate),
        ]
        return self.folder / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]}.npz"
