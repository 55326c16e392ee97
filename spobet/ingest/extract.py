"""Videos made into a data set: in parallel, resumed after a kill, failures listed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from spobet.dataset.store import DatasetWriter
from spobet.errors import UserError
from spobet.files import check_new_file, check_new_folder
from spobet.formats import packed
from spobet.ingest.finished import FinishedClips
from spobet.ingest.ranges import RangeOutsideVideo, span_of
from spobet.ingest.report import ImportReport, Problem, counts
from spobet.ingest.videos import Job, VideoList
from spobet.ingest.workers import in_processes, in_turn, on_ray
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HOLISTIC_75
from spobet.video.detector import Detector
from spobet.video.frames import Frame
from spobet.video.pose import read_video

FAILURES = "failures.csv"


@dataclass(frozen=True)
class Outcome:
    """What became of a clip: its landmarks or the reason why not, and how many frames were read.

    Both where the landmarks are not quite what was asked for.
    """

    pose: PoseSequence | None
    problem: Problem | None
    num_frames: int = 0


@dataclass(frozen=True)
class Workers:
    """Who does the work: `number` processes here, 1 = this one; or Ray.

    ray: the address of a cluster, "" = on this machine, None = no Ray.
    """

    number: int = 1
    ray: str | None = None


def extract(
    videos: VideoList,
    out: Path,
    detector: Detector,
    workers: Workers | None = None,
    licence: str = "",
    unit: str = "image",
    source: str = "video",
    progress: Callable[[Iterable[Outcome]], Iterable[Outcome]] = iter,
) -> ImportReport:
    """Make a data set at `out` of the landmarks in videos.

    The files are the same whoever does the work and however often it was stopped: finished clips
    wait in `.<out>.extracting` until all are done, and the same command goes on from there. A
    finished clip counts only for the same video (path, size, time of change), frames, unit and
    detector. unit: image or pixels. progress: wraps the outcomes on their way through, as they
    come. Raises AlreadyThere where `out` is there already, UserError where no clip can be read.
    """
    check_new_folder(out)
    finished = FinishedClips(out, detector.name, unit)
    todo = [job for job in videos.jobs if not finished.has(job)]
    work = partial(extract_clip, detector=detector, unit=unit)
    outcomes = _Outcomes(todo, work, workers or Workers(), finished)
    failed: dict[str, Problem] = {}
    num_frames, start = 0, time.perf_counter()
    for outcome in progress(outcomes):
        num_frames += outcome.num_frames
        if outcome.problem and not outcome.pose:
            failed[outcome.problem.clip] = outcome.problem
    report = ImportReport(
        read=len(videos.jobs) - len(failed),
        total=len(videos.jobs) + len(videos.missing),
        problems=_problems(videos, failed, finished),
        notes=videos.notes,
        resumed=len(videos.jobs) - len(todo),
        num_frames=num_frames,
        seconds=time.perf_counter() - start,
        listed_in=FAILURES,
    )
    if not report.read:
        finished.remove()
        first = report.problems[0].detail or report.problems[0].path
        tally = f"{report.total:,} clips could be read: {counts(report.problems)}"
        raise UserError(f"none of {tally}; the first: {first}")
    with DatasetWriter(out, HOLISTIC_75, unit, source, licence) as writer:
        for job in videos.jobs:
            if job.clip.id not in failed:
                writer.add(job.clip, finished.pose(job))
        report.write(writer.folder)
    finished.remove()
    return report


def _problems(
    videos: VideoList, failed: dict[str, Problem], finished: FinishedClips
) -> tuple[Problem, ...]:
    """What is wrong with clips, in their order, those without a video first."""
    found = (failed.get(job.clip.id) or finished.problem(job) for job in videos.jobs)
    return (*videos.missing, *(problem for problem in found if problem))


def extract_one(
    video: Path,
    out: Path,
    detector: Detector,
    unit: str = "image",
    progress: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> str:
    """Write the landmarks of one video as a clip that `spobet.read` reads; returns a line about it.

    Raises what `read_video` raises, AlreadyThere where `out` is there already, and UserError where
    nobody is found.
    """
    check_new_file(out)
    pose = read_video(video, detector, progress=progress)
    if not pose.seen.any():
        raise UserError(f"{video}: nobody found in any of {len(pose)} frames")
    packed.write(pose.in_unit(unit), out)
    hands = [
        f"{pose.seen[:, pose.skeleton.hand(side)].any(axis=1).mean():.0%} with the {side} hand"
        for side in ("right", "left")
    ]
    bodies = pose.seen[:, pose.skeleton.body].any(axis=1).mean()
    return f"{len(pose)} frames, {bodies:.0%} with a body, {', '.join(hands)}"


def extract_clip(job: Job, detector: Detector, unit: str = "image") -> Outcome:
    """The landmarks of one clip, or why there are none.

    `missing`, `corrupt`, `range outside clip`, or `empty`: nobody in any frame.
    """

    def problem(what: str, detail: str) -> Problem:
        return Problem(job.clip.id, what, str(job.video), " ".join(detail.split()))

    try:
        span = span_of(job.clip, job.video, job.rate)
        pose = read_video(job.video, detector, span.first, span.last).in_unit(unit)
    except FileNotFoundError as error:
        return Outcome(None, problem("missing", str(error)))
    except RangeOutsideVideo as error:
        return Outcome(None, problem("range outside clip", str(error)))
    except (ValueError, RuntimeError) as error:  # RuntimeErrors are MediaPipe's
        return Outcome(None, problem("corrupt", str(error)))
    if not pose.seen.any():
        return Outcome(None, problem("empty", f"nobody in any of {len(pose)} frames"), len(pose))
    remark = problem("range outside clip", span.remark) if span.remark else None
    return Outcome(pose, remark, len(pose))


@dataclass(frozen=True)
class _Outcomes:
    """Every outcome as it comes, its landmarks on disk before it is handed on."""

    todo: list[Job]
    work: Callable[[Job], Outcome]
    workers: Workers
    finished: FinishedClips

    def __len__(self) -> int:
        return len(self.todo)

    def __iter__(self) -> Iterator[Outcome]:
        for job, outcome in self._done():
            if outcome is None:
                detail = "each time it was tried"
                outcome = Outcome(None, Problem(job.clip.id, "worker died", str(job.video), detail))
            if outcome.pose:
                self.finished.add(job, outcome.pose, outcome.problem)
            yield outcome

    def _done(self) -> Iterator[tuple[Job, Outcome | None]]:
        number, ray = self.workers.number, self.workers.ray
        if ray is not None:
            return on_ray(self.todo, self.work, ray or None, number)
        if number > 1 and len(self.todo) > 1:
            return in_processes(self.todo, self.work, min(number, len(self.todo)))
        return in_turn(self.todo, self.work)
