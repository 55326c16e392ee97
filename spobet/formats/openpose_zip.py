"""OpenPose clip folders inside one .zip, as WLASL publishes them: read where they lie, nothing is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from spobet.errors import NotFound, UserError
from spobet.formats import openpose
from spobet.poses.sequence import PoseSequence

NOT_KEPT = openpose.NOT_KEPT


class ClipNotThere(NotFound):
    """There is nothing of a clip where clips are."""


@dataclass(frozen=True)
class _Member:
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    def __str__(self) -> str:
        return f"{self.archive.filename}/{self.info.filename}"

    def read(self) -> bytes:
        if self.info.file_size > openpose.MAX_BYTES:
            raise UserError(
                f"{self}: {self.info.file_size:,} bytes, expected at most {openpose.MAX_BYTES:,} for one frame"
            )
        try:
            return self.archive.read(self.info)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:  # RuntimeError: encrypted
            raise UserError(f"{self}: cannot be unpacked ({error})") from error


class ClipArchive:
    """The clip folders of an archive by name: `clips["69241"]` are its keypoint files by frame number.

    A clip is the folder that keypoint files lie in, however deep; ValueError where two have one name, for a name that leads out of
    the archive, and for a file that is no archive.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError) as error:
            raise UserError(f"{path}: not a .zip that can be read ({error})") from error

    @cached_property
    def clips(self) -> dict[str, dict[int, openpose.File]]:
        """Frame files of every clip, by the clip's name."""
        clips: dict[str, dict[int, openpose.File]] = {}
        homes: dict[str, PurePosixPath] = {}
        for info in self._archive.infolist():
            number = openpose.frame_number(info.filename.rsplit("/", 1)[-1])
            if number is None:
                continue
            home = PurePosixPath(info.filename).parent
            if home.is_absolute() or ".." in home.parts or not home.name:
                raise UserError(
                    f"{self.path}: {info.filename!r}, expected files in clip folders inside the archive"
                )
            if homes.setdefault(home.name, home) != home:
                raise UserError(
                    f"{self.path}: clip {home.name} lies in {homes[home.name]} and in {home}"
                )
            member = _Member(self._archive, info)
            if clips.setdefault(home.name, {}).setdefault(number, member) is not member:
                raise UserError(
                    f"{self.path}: {info.filename} has a frame number that another file of its clip has"
                )
        return clips

    def read(self, clip: str, frame_start: int = 1, frame_end: int = -1) -> PoseSequence:
        """One clip, as `openpose.read` reads a folder; ClipNotThere where the archive does not hold it."""
        if clip not in self.clips:
            raise ClipNotThere(
                f"{self.path}: no clip {clip!r} among the {len(self.clips)} of the archive"
            )
        return openpose.read_frames(self.clips[clip], self.path / clip, frame_start, frame_end)


def looks_like(path: Path) -> str:
    """Why this is an archive of OpenPose folders; "" where it is not."""
    if not (path.is_file() and zipfile.is_zipfile(path)):
        return ""
    with zipfile.ZipFile(path) as archive:
        first = next(
            (name for name in archive.namelist() if openpose.frame_number(name) is not None), ""
        )
    return f"an archive with {first}" if first else ""


def read(path: Path) -> PoseSequence:
    """The one clip of an archive; ValueError where it holds several."""
    archive = ClipArchive(path)
    if len(archive.clips) != 1:
        raise UserError(
            f"{path}: holds {len(archive.clips)} clips, expected one; make a data set of it with `spobet import wlasl`"
        )
    return archive.read(next(iter(archive.clips)))
