"""Videos made into a data set: in parallel, resumed after a kill, failures listed."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np

from spobet.dataset.store import DatasetWriter
from spobet.errors import AlreadyThere, UserError
from spobet.files import write_whole
from spobet.formats import packed
from spobet.ingest.report import Problem
from spobet.ingest.videos import Job
from spobet.ingest.workers import in_processes, in_turn, on_ray
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HOLISTIC_75
from spobet.video.detector import Detector
from spobet.video.frames import Frame
from spobet.video.pose import read_video

FAILURES = "failures.csv"


@dataclass(frozen=True)
class Outcome:
    """What became of a clip: its landmarks or the reason why not, and how many frames were read."""

    pose: PoseSequence | None
    problem: Problem | None
    num_frames: int = 0


@dataclass(frozen=True)
class Workers:
    """Who does the work: `number` processes here, 1 = this one; or Ray, at an address, "" = on this machine."""

    number: int = 1
    ray: str | None = None


@dataclass(frozen=True)
class ExtractReport:
    """How many clips of how many are in the data set, of which so many were kept from an earlier start, and what failed."""

    read: int
    total: int
    kept: int
    num_frames: int
    seconds: float
    failures: tuple[Problem, ...]

    def summary(self) -> str:
        """One line: `38 of 40 clips (12 from before), 1,234 frames, 27 a second; 2 listed in failures.csv`."""
        before = f" ({self.kept:,} from before)" if self.kept else ""
        listed = f"; {len(self.failures):,} listed in {FAILURES}" if self.failures else ""
        rate = (
            f", {self.num_frames / self.seconds:,.0f} a second"
            if self.num_frames and self.seconds
            else ""
        )
        return f"{self.read:,} of {self.total:,} clips{before}, {self.num_frames:,} frames{rate}{listed}"


def extract(
    jobs: list[Job],
    out: Path,
    detector: Detector,
    workers: Workers | None = None,
    missing: Iterable[Problem] = (),
    licence: str = "",
    unit: str = "image",
    progress: Callable[[Iterable[Outcome]], Iterable[Outcome]] = iter,
) -> ExtractReport:
    """Make a data set at `out` of the landmarks in videos; the same files whoever does the work and however often it was stopped.

    missing: clips that have no video; they are listed with what fails. unit: image or pixels. progress: wraps the outcomes on
    their way through, as they come; their `len` says how many. Finished clips are kept in `.<out>.extracting` until all are done,
    and the same command goes on from there; what is kept counts only for the same video (path, size, time of change), frames, unit
    and detector. Raises FileExistsError where `out` is there already, ValueError where no clip at all can be read.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise AlreadyThere(f"{out}: is there already; name a new folder or remove it first")
    kept = _Kept(out.with_name(f".{out.name}.extracting"), detector.name, unit)
    todo = [job for job in jobs if not kept.has(job)]
    problems: dict[str, Problem] = {}
    num_frames, start = 0, time.perf_counter()
    for outcome in progress(
        _Outcomes(
            todo, partial(extract_clip, detector=detector, unit=unit), workers or Workers(), kept
        )
    ):
        num_frames += outcome.num_frames
        if outcome.problem:
            problems[outcome.problem.clip] = outcome.problem
    seconds = time.perf_counter() - start
    failures = (*missing, *(problems[job.clip.id] for job in jobs if job.clip.id in problems))
    total = len(jobs) + len(failures) - len(problems)
    report = ExtractReport(
        total - len(failures), total, len(jobs) - len(todo), num_frames, seconds, failures
    )
    _finish(jobs, out, kept, report, licence)
    return report


def extract_one(
    video: Path,
    out: Path,
    detector: Detector,
    unit: str = "image",
    progress: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> str:
    """Write the landmarks of one video as a clip that `spobet.read` reads; returns what was seen, in a line.

    Raises what `read_video` raises, FileExistsError where `out` is there already, and ValueError where nobody is found.
    """
    if out.exists():
        raise AlreadyThere(f"{out}: is there already; name a new file")
    pose = read_video(video, detector, progress=progress)
    if not pose.seen.any():
        raise UserError(f"{video}: nobody found in any of {len(pose)} frames")
    packed.write(pose.in_unit(unit), out)
    hands = [
        f"{pose.seen[:, hand].any(axis=1).mean():.0%} with the {side} hand"
        for side, hand in _hands(pose)
    ]
    return f"{len(pose)} frames, {pose.seen[:, pose.skeleton.body].any(axis=1).mean():.0%} with a body, {', '.join(hands)}"


def extract_clip(job: Job, detector: Detector, unit: str = "image") -> Outcome:
    """The landmarks of one clip, or why there are none: `missing`, `corrupt` or `empty` (nobody in any frame)."""
    try:
        pose = read_video(job.video, detector, job.clip.frame_start, job.clip.frame_end).in_unit(
            unit
        )
    except FileNotFoundError as error:
        return Outcome(None, _problem(job, "missing", str(error)))
    except (ValueError, RuntimeError) as error:  # MediaPipe's own are RuntimeErrors
        return Outcome(None, _problem(job, "corrupt", str(error)))
    if not pose.seen.any():
        return Outcome(
            None, _problem(job, "empty", f"nobody in any of {len(pose)} frames"), len(pose)
        )
    return Outcome(pose, None, len(pose))


@dataclass(frozen=True)
class _Outcomes:
    """Every outcome as it comes, its landmarks kept on disk before it is handed on."""

    todo: list[Job]
    work: Callable[[Job], Outcome]
    workers: Workers
    kept: _Kept

    def __len__(self) -> int:
        return len(self.todo)

    def __iter__(self) -> Iterator[Outcome]:
        for job, outcome in self._done():
            if outcome and outcome.pose:
                self.kept.keep(job, outcome.pose)
            yield outcome or Outcome(None, _problem(job, "worker died", "each time it was tried"))

    def _done(self) -> Iterator[tuple[Job, Outcome | None]]:
        if self.workers.ray is not None:
            return on_ray(self.todo, self.work, self.workers.ray or None, self.workers.number)
        return (
            in_processes(self.todo, self.work, self.workers.number)
            if self.workers.number > 1
            else in_turn(self.todo, self.work)
        )


def _hands(pose: PoseSequence) -> list[tuple[str, np.ndarray]]:
    return [(side, pose.skeleton.hand(side)) for side in ("right", "left")]


def _problem(job: Job, what: str, detail: str) -> Problem:
    return Problem(job.clip.id, what, str(job.video), " ".join(detail.split()))


class _Kept:
    """Finished clips on disk, each under a name made of everything its landmarks depend on."""

    def __init__(self, folder: Path, detector: str, unit: str) -> None:
        self.folder, self._detector, self.unit = folder, detector, unit

    def _path(self, job: Job) -> Path:
        facts = job.video.stat()
        key = [
            self._detector,
            self.unit,
            str(job.video),
            facts.st_size,
            facts.st_mtime_ns,
            job.clip.frame_start,
            job.clip.frame_end,
        ]
        return self.folder / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]}.npz"

    def has(self, job: Job) -> bool:
        return job.video.is_file() and self._path(job).is_file()

    def keep(self, job: Job, pose: PoseSequence) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        times = np.zeros(0) if pose.times is None else pose.times
        file = BytesIO()
        np.savez(file, xy=pose.xy, confidence=pose.confidence, times=times)
        write_whole(self._path(job), file.getvalue())

    def pose(self, job: Job) -> PoseSequence:
        with np.load(self._path(job)) as arrays:
            times = arrays["times"] if len(arrays["times"]) else None
            return PoseSequence(arrays["xy"], arrays["confidence"], HOLISTIC_75, times, self.unit)


def _finish(jobs: list[Job], out: Path, kept: _Kept, report: ExtractReport, licence: str) -> None:
    if not report.read:
        counts = Counter(problem.what for problem in report.failures)
        shutil.rmtree(kept.folder, ignore_errors=True)
        told, first = (
            ", ".join(f"{count:,} {what}" for what, count in counts.most_common()),
            report.failures[0],
        )
        raise UserError(
            f"0 of {report.total:,} clips could be read: {told}; the first: {first.detail or first.path}"
        )
    failed = {problem.clip for problem in report.failures}
    with DatasetWriter(out, HOLISTIC_75, kept.unit, "video", licence) as writer:
        for job in jobs:
            if job.clip.id not in failed:
                writer.add(job.clip, kept.pose(job))
        with (writer.folder / FAILURES).open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(field.name for field in fields(Problem))
            table.writerows(astuple(problem) for problem in report.failures)
    shutil.rmtree(kept.folder)
