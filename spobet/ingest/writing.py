"""Clips that were read, or could not be, made into a data set with its report."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from spobet.dataset.manifest import Clip
from spobet.dataset.store import DatasetWriter
from spobet.errors import UserError
from spobet.ingest.report import ImportReport, Problem, counts
from spobet.poses.adapt import on_skeleton
from spobet.poses.sequence import PoseSequence


@dataclass(frozen=True, eq=False)
class ReadClip:
    """A clip, where it was read from, and its landmarks, what is wrong with it, or both."""

    clip: Clip
    path: str
    pose: PoseSequence | None = None
    problem: Problem | None = None

    @classmethod
    def failed(cls, clip: Clip, path: Path | str, what: str, detail: str = "") -> ReadClip:
        """A clip without landmarks, and why it has none."""
        return cls(clip, str(path), problem=Problem(clip.id, what, str(path), detail))


def checked(clip: Clip, path: Path, pose: PoseSequence, problem: Problem | None = None) -> ReadClip:
    """A clip that was read; `empty` where nobody is in it."""
    if pose.seen.any():
        return ReadClip(clip, str(path), pose, problem)
    detail = f"{path}: nobody in any of {len(pose)} frames"
    return ReadClip.failed(clip, path, "empty", detail)


def write_clips(
    clips: Iterable[ReadClip],
    out: Path,
    source: str,
    licence: str,
    notes: tuple[str, ...] = (),
    where: Path | str = "",
    left_over: tuple[str, ...] = (),
) -> ImportReport:
    """Make a data set at `out` of the clips that could be read.

    All are brought to the first one's skeleton and unit; one that lacks its landmarks, or cannot be
    converted, is left out as one that could not be read. Every problem is in the report and in
    problems.csv. where: what was read, for the UserError that no clip could be. left_over: clips
    that are there and that nothing names.
    """
    problems: list[Problem] = []
    total = num_read = 0
    form: PoseSequence | None = None
    writer: DatasetWriter | None = None
    with ExitStack() as stack:
        for read in clips:
            total += 1
            problem, pose = read.problem, read.pose
            if pose and (form is None or writer is None):
                form = pose
                writer = DatasetWriter(out, form.skeleton, form.unit, source, licence)
                stack.enter_context(writer)
            if pose and form and writer:
                try:
                    pose = on_skeleton(pose, form.skeleton).in_unit(form.unit)
                except UserError as error:
                    problem = Problem(read.clip.id, "other landmarks", read.path, str(error))
                else:
                    writer.add(read.clip, pose)
                    num_read += 1
            if problem:
                problems.append(problem)
        if writer is None:
            first = problems[0].detail or f"{problems[0].what}: {problems[0].path}"
            tally = f"none of {total:,} clips could be read: {counts(problems)}"
            raise UserError(f"{where}: {tally}; the first: {first}")
        report = ImportReport(num_read, total, tuple(problems), notes, left_over=left_over)
        report.write(writer.folder)
    return report
