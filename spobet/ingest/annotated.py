"""Annotated recordings: each annotation of an ELAN file becomes a clip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import numpy as np

from spobet.annotations import Annotation, Annotations, Media, elan, read_annotations
from spobet.dataset.manifest import Clip
from spobet.errors import NotFound, UserError
from spobet.files import check_new_folder
from spobet.formats import read, recognise
from spobet.ingest.folders import files_below, find_file
from spobet.ingest.glosses import one_spelling
from spobet.ingest.report import ImportReport
from spobet.ingest.writing import ReadClip, checked, write_clips
from spobet.poses.sequence import PoseSequence
from spobet.video.frames import SUFFIXES as VIDEO_SUFFIXES

FRAME_RATE = 25.0  # of landmarks without times, as in spotting


@dataclass(frozen=True)
class Recording:
    """Where the landmarks or the video of annotations are.

    origin: seconds of the recording at which the annotations' time begins.
    """

    path: Path
    origin: float = 0.0


@dataclass(frozen=True)
class AnnotatedFile:
    """A file of annotations; the clips that they are to become, in the same order."""

    path: Path
    annotations: tuple[Annotation, ...]
    media: tuple[Media, ...]
    clips: tuple[Clip, ...]


def annotation_files(source: Path) -> list[Path]:
    """The file itself, or every .eaf file below a folder; NotFound where there is none."""
    if source.is_file():
        return [source]
    files, _ = files_below(source)
    found = [path for path in files if path.suffix.lower() in elan.SUFFIXES]
    if not found:
        raise NotFound(f"{source}: no .eaf file in it")
    return found


def import_annotated(
    source: Path,
    out: Path,
    tiers: Sequence[str] = (),
    licence: str = "",
    progress: Callable[[Iterable[AnnotatedFile]], Iterable[AnnotatedFile]] = iter,
) -> ImportReport:
    """Make a data set of the annotated stretches of recordings.

    source: an .eaf file or a folder of them. tiers: those that hold the glosses, as in `elan.read`.
    The landmarks are those of a file beside the .eaf of the same name, or else of its video. A clip
    holds the frames whose times lie in its annotation; landmarks without times count as 25 frames a
    second. The tier's participant is the signer. Problems are reported as by `import_clips`.
    """
    check_new_folder(out)
    files, notes = _annotated_files(source, tiers)
    reading = (clip for file in progress(files) for clip in _read_all(file))
    return write_clips(reading, out, source.name, licence, notes, source)


def recording_of(path: Path, media: Sequence[Media] = ()) -> Recording:
    """The landmarks beside a file of annotations, or else its video.

    Landmarks have the file's name and another suffix, or none. The video is one that the file
    links, or has its name. NotFound where there is neither.
    """
    origin = media[0].origin if media else 0.0
    beside = sorted(one for one in path.parent.iterdir() if one.stem == path.stem and one != path)
    videos = [one for one in beside if one.suffix.lower() in VIDEO_SUFFIXES]
    for candidate in beside:
        try:
            if candidate not in videos and recognise(candidate):
                return Recording(candidate, origin)
        except UserError:
            continue  # ELAN's settings, a sound, a text
    for linked in media:
        for video in _linked_paths(linked, path.parent):
            if video.is_file():
                return Recording(video, linked.origin)
    if videos:
        return Recording(videos[0], origin)
    links = ", ".join(linked.url for linked in media) or "none"
    raise NotFound(
        f"{path}: neither landmarks of the same name beside it nor its video (linked: {links})"
    )


def frame_times(pose: PoseSequence) -> np.ndarray:
    """Seconds of the frames of a recording; without times it counts as 25 frames a second."""
    return np.arange(len(pose)) / FRAME_RATE if pose.times is None else pose.times


def _linked_paths(media: Media, folder: Path) -> Iterator[Path]:
    """Where a linked video can be: as it is linked, or beside the file under the same name."""
    if media.relative:
        yield find_file(folder, unquote(media.relative))
    url = unquote(urlsplit(media.url).path)
    if url:
        yield Path(url)
        yield find_file(folder, PurePosixPath(url.replace("\\", "/")).name)


def _annotated_files(
    source: Path, tiers: Sequence[str]
) -> tuple[list[AnnotatedFile], tuple[str, ...]]:
    """Every file with its clips, each gloss in one spelling, and what is worth a line."""
    names = Counter[str]()
    files: list[AnnotatedFile] = []
    num_left_out = 0
    for path in annotation_files(source):
        read_file: Annotations = read_annotations(path, tiers)
        num_left_out += read_file.left_out
        name = path.with_suffix("")
        name = name.relative_to(source) if source.is_dir() else Path(name.name)
        clips = []
        for one in read_file.annotations:
            clip_id = f"{name.as_posix()}-{round(1000 * one.start):07}"
            names[clip_id] += 1
            clip_id += f"-{names[clip_id]}" if names[clip_id] > 1 else ""
            clips.append(Clip(clip_id, one.gloss, one.signer))
        files.append(AnnotatedFile(path, read_file.annotations, read_file.media, tuple(clips)))
    clips_of_all, notes = one_spelling([clip for file in files for clip in file.clips])
    if not clips_of_all:
        raise UserError(f"{source}: no annotation with a gloss and times")
    remaining = iter(clips_of_all)
    files = [replace(file, clips=tuple(next(remaining) for _ in file.clips)) for file in files]
    if num_left_out:
        notes += (f"left out {num_left_out:,} annotations without text or without times",)
    return files, notes


def _read_all(file: AnnotatedFile) -> Iterator[ReadClip]:
    """The clips of one file: its recording is read once."""
    try:
        recording = recording_of(file.path, file.media)
        pose = read(recording.path)
    except NotFound as error:
        yield from (ReadClip.failed(clip, file.path, "missing", str(error)) for clip in file.clips)
        return
    except (UserError, OSError) as error:
        yield from (ReadClip.failed(clip, file.path, "corrupt", str(error)) for clip in file.clips)
        return
    times = np.round(frame_times(pose) - recording.origin, 6)  # 0.6 - 0.2 is 0.39999...
    for clip, one in zip(file.clips, file.annotations, strict=True):
        first, last = np.searchsorted(times, [one.start, one.stop])
        if first == last:
            detail = f"{recording.path}: no frame from {one.start:.3f} to {one.stop:.3f} s"
            yield ReadClip.failed(clip, recording.path, "empty", detail)
        else:
            yield checked(clip, recording.path, pose.frames(int(first), int(last)))
