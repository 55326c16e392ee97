"""OpenPose clip folders inside one .zip, as WLASL publishes them: read where they lie."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from spobet.errors import NotFound, UserError
from spobet.formats import openpose, traits
from spobet.formats.arrays import DAMAGED_ZIP, archive_names
from spobet.formats.names import Names
from spobet.formats.openpose_json import MAX_BYTES, File
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
        size = self.info.file_size
        if size > MAX_BYTES:
            raise UserError(f"{self}: {size:,} bytes, expected at most {MAX_BYTES:,} for one frame")
        try:
            return self.archive.read(self.info)
        except DAMAGED_ZIP as error:  # RuntimeError: encrypted
            raise UserError(f"{self}: cannot be unpacked ({error})") from error


class ClipArchive:
    """The clip folders of an archive by name: `clips["69241"]` are its files by frame number.

    A clip is the folder that keypoint files lie in, however deep; files outside any folder are a
    clip of the archive's name. UserError where two clips have one name, for a name that leads out
    of the archive, and for a file that is no archive.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except (*DAMAGED_ZIP, ValueError) as error:
            raise UserError(f"{path}: not a .zip that can be read ({error})") from error

    @cached_property
    def clips(self) -> dict[str, dict[int, File]]:
        """Frame files of every clip, by the clip's name."""
        clips: dict[str, dict[int, File]] = {}
        folders: dict[str, PurePosixPath] = {}
        for info in self._archive.infolist():
            file = PurePosixPath(traits.forward_slashes(info.filename))
            number = openpose.frame_number(str(file))
            if number is None:  # or a leftover
                continue
            if file.is_absolute() or ".." in file.parts:
                raise UserError(
                    f"{self.path}: {info.filename!r}, "
                    "expected files in clip folders inside the archive"
                )
            folder = file.parent
            clip = folder.name or self.path.stem
            if folders.setdefault(clip, folder) != folder:
                raise UserError(f"{self.path}: clip {clip} lies in {folders[clip]} and in {folder}")
            member = _Member(self._archive, info)
            if clips.setdefault(clip, {}).setdefault(number, member) is not member:
                raise UserError(
                    f"{self.path}: {info.filename} has a frame number "
                    "that another file of its clip has"
                )
        return clips

    def read(self, clip: str, frame_start: int = 1, frame_end: int = -1) -> PoseSequence:
        """One clip, as `openpose.read` reads a folder; ClipNotThere where it is not there."""
        name = self.names.find(clip)
        if name is None:
            raise ClipNotThere(
                f"{self.path}: no clip {clip!r} among the {len(self.clips)} of the archive"
            )
        return openpose.read_frames(self.clips[name], self.path / name, frame_start, frame_end)

    @cached_property
    def names(self) -> Names:
        """The names of the clips."""
        return Names(self.clips)


def looks_like(path: Path) -> str:
    """Why this is an archive of OpenPose folders; "" where it is not."""
    for name in archive_names(path):
        file = traits.forward_slashes(name)
        if openpose.frame_number(file) is not None:
            return f"an archive with {name}"
    return ""


def read(path: Path) -> PoseSequence:
    """The one clip of an archive; UserError where it holds several."""
    archive = ClipArchive(path)
    if len(archive.clips) != 1:
        raise UserError(
            f"{path}: holds {len(archive.clips)} clips, expected one; "
            "make a data set of it with `spobet import wlasl`"
        )
    return archive.read(next(iter(archive.clips)))
