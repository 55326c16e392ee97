"""The pictures of a video file, upright and with their times (PyAV)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from spobet.errors import NotFound, UserError
from spobet.extras import extra_module

Fact = TypeVar("Fact")
TO_THE_END = -1
_SUFFIXES = "3gp avi flv gif m4v mkv mov mp4 mpeg mpg mts ogv swf ts webm wmv"
_HEAD = 16
_BEGINNINGS = {
    "mp4 or mov": (4, (b"ftyp", b"moov", b"mdat", b"wide")),
    "webm or mkv": (0, (b"\x1a\x45\xdf\xa3",)),
    "avi": (8, (b"AVI ",)),
    "gif": (0, (b"GIF87a", b"GIF89a")),
    "flv": (0, (b"FLV\x01",)),
    "wmv": (0, (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",)),
    "mpeg": (0, (b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3")),
}
MAX_PIXELS = 8192 * 8192  # 200 MB a picture: more is a mistake or an attack
_WHOLE = 0.95  # share of frames or seconds with which a file is whole: edit lists drop a few
_LONG_FRAME = 0.1  # seconds by which a duration may be rounded up: a frame at ten a second
_MICROSECONDS = 1e6
SUFFIXES = frozenset(f".{suffix}" for suffix in _SUFFIXES.split())


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture: (height, width, 3) uint8 RGB, upright; time in seconds, None where unknown."""

    picture: np.ndarray
    time: float | None


def looks_like(path: Path) -> str:
    """Why this is a video; "" where it is not: it begins as one does, or its name ends as one's."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    kinds = [
        kind for kind, (offset, starts) in _BEGINNINGS.items() if head[offset:].startswith(starts)
    ]
    if kinds:
        return f"a beginning of {kinds[0]}"
    suffix = path.suffix.lower()
    return f"its ending {suffix}" if suffix in SUFFIXES else ""


def read_frames(path: Path, first: int = 1, last: int = TO_THE_END) -> Iterator[Frame]:
    """The frames first..last of a video, upright as its metadata says.

    first, last: counted from 1, both included, -1 = to the end. Raises NotFound, and UserError
    where the file holds no video, is damaged, is shorter than it says, has pictures of more than
    MAX_PIXELS, or ends before `first`.
    """
    if not path.is_file():
        raise NotFound(f"{path}: no such file")
    number = 0
    for number, frame in enumerate(_decoded(path), start=1):
        if number >= first:
            yield frame
        if number == last:
            return
    if number < first:
        expected = f"{first}..{last if last != TO_THE_END else 'end'}"
        raise UserError(f"{path}: {number or 'no'} frames, expected frames {expected}")


def count_frames(path: Path) -> int | None:
    """How many frames the file says it holds; None where it does not say or is no video."""
    return _stream_fact(path, lambda stream: stream.frames or None)


def frame_rate_of(path: Path) -> float | None:
    """Frames a second on average, as the file says; None where it does not say or is no video."""
    rate = _stream_fact(path, lambda stream: stream.average_rate)
    return float(rate) if rate else None


def _stream_fact(path: Path, fact: Callable[[Any], Fact | None]) -> Fact | None:
    """A fact of a file's video stream; None where there is none."""
    av = extra_module("av", "video", "reading video")
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            film = film_in(container)
            return None if film is None else fact(film)
    except (av.FFmpegError, IndexError, OSError, ValueError):
        return None


def film_in(container: Any) -> Any:
    """The first stream of moving pictures in an opened file; None where there is none.

    The cover picture of a sound is no film.
    """
    cover = extra_module("av.stream", "video", "reading video").Disposition.attached_pic
    films = (stream for stream in container.streams.video if not stream.disposition & cover)
    return next(films, None)


def _decoded(path: Path) -> Iterator[Frame]:
    av = extra_module("av", "video", "reading video")
    number = 0
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            stream = film_in(container)
            if stream is None:
                raise UserError(f"{path}: no video in it")
            stream.thread_type = "AUTO"
            if stream.codec_context is None:
                raise UserError(f"{path}: its codec is not one that FFmpeg can read")
            if stream.width * stream.height > MAX_PIXELS:
                raise UserError(
                    f"{path}: pictures of {stream.width} x {stream.height}, "
                    f"expected {MAX_PIXELS:,} pixels at most"
                )
            end, num_discarded = 0.0, 0
            for packet in container.demux(stream):
                num_discarded += packet.is_discard
                for frame in packet.decode():
                    number += 1
                    end = (frame.time or 0.0) + float((frame.duration or 0) * frame.time_base)
                    upright = _upright(frame.to_ndarray(format="rgb24"), frame)
                    yield Frame(np.ascontiguousarray(upright), frame.time)
            promised = max(0, stream.frames - num_discarded)
            _check_whole(path, container, number, promised, end)
    except av.FFmpegError as error:
        where = f"damaged after {number} frames" if number else "not a video that FFmpeg can read"
        raise UserError(f"{path}: {where} ({error.strerror or error})") from error


def _upright(picture: np.ndarray, frame: Any) -> np.ndarray:
    """A picture turned and flipped as the file's matrix says: x' = ax + cy, y' = bx + dy."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return picture
    a, b, c, d = np.frombuffer(bytes(matrix), np.int32).reshape(3, 3)[:2, :2].ravel()
    across, down = a, d
    if abs(b) > abs(a):
        picture, across, down = picture.swapaxes(0, 1), c, b
    return picture[:: -1 if down < 0 else 1, :: -1 if across < 0 else 1]


def _check_whole(path: Path, container: Any, number: int, promised: int, end: float) -> None:
    """UserError where much less was decoded than the file promises: FFmpeg reads what a cut left.

    number, end: how many frames were decoded, and the second in which the last of them ends.
    promised: how many there should be, those before the start of a trimmed video left out.
    """
    if "mp4" in container.format.name and promised:  # other formats count gaps as frames
        if number < _WHOLE * promised - 1:
            raise UserError(f"{path}: cut short, {number} of {promised} frames are in it")
    elif container.duration and len(container.streams) == 1:  # sound may well be longer
        seconds = end - (container.start_time or 0) / _MICROSECONDS
        duration = container.duration / _MICROSECONDS
        if seconds < _WHOLE * duration - _LONG_FRAME:
            raise UserError(f"{path}: cut short, {seconds:.1f} of {duration:.1f} seconds are in it")
