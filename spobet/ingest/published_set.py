"""What an importer of a published data set says of it, and what such importers share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from spobet.errors import NotFound, UserError
from spobet.files import check_new_folder
from spobet.ingest.custom import ClipList, import_listed
from spobet.ingest.extract import Workers, extract
from spobet.ingest.folders import files_below, find_file
from spobet.ingest.report import ImportReport
from spobet.ingest.videos import VideoList
from spobet.video.detector import Detector
from spobet.video.frames import SUFFIXES


@dataclass(frozen=True)
class PublishedSet:
    """A data set that others publish, by the name of its import command.

    licence: the terms, or where they are. link: its page. layout: what the folder holds, for help.
    clips: finds the clips in the folder, where its makers publish landmarks. videos: the same,
    where they publish videos. One of the two is there.
    """

    name: str
    title: str
    licence: str
    link: str
    layout: str
    clips: Callable[[Path], ClipList] | None = None
    videos: Callable[[Path], VideoList] | None = None

    @property
    def source(self) -> str:
        """What the data set's info names as its source."""
        return f"{self.title} ({self.link})"


def import_published(
    published: PublishedSet,
    folder: Path,
    out: Path,
    open_detector: Callable[[], Detector],
    num_workers: int = 1,
    progress: Callable[[Iterable], Iterable] = iter,
) -> ImportReport:
    """Make a data set of a published one, as its makers publish it in `folder`.

    open_detector: finds landmarks in videos; opened only where there are videos and clips to find
    them in. Splits and signers are the makers'; clips that are not there are in the report.
    """
    check_new_folder(out)
    if published.clips:
        listed = published.clips(folder)
        return import_listed(listed, out, published.source, published.licence, progress)
    if published.videos is None:
        raise ValueError(f"{published.name}: neither clips nor videos")
    videos = published.videos(folder)
    return extract(
        videos,
        out,
        open_detector(),
        Workers(num_workers),
        published.licence,
        source=published.source,
        progress=progress,
    )


def need_file(folder: Path, *names: str) -> Path:
    """The first of these files that is in the folder; NotFound names all of them."""
    for name in names:
        path = find_file(folder, name)
        if path.is_file():
            return path
    raise NotFound(f"{folder}: {' or '.join(names)} not in it, as its makers publish it")


def videos_by_name(folder: Path) -> dict[str, Path]:
    """Every video below a folder by its name without suffix; UserError where two have one name."""
    videos: dict[str, Path] = {}
    for path in files_below(folder)[0]:
        if path.suffix.lower() in SUFFIXES:
            other = videos.setdefault(path.stem, path)
            if other != path:
                raise UserError(f"{folder}: {other} and {path}, expected one video of each name")
    return videos
