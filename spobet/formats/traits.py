"""What files in the wild have in common, decided once for every reader and importer.

Other systems' leftovers, separators and encodings; what counts as missing; frame rates, frame
numbers and clocks; shares of the picture against pixels.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.formats.delimited import decimal

MAX_FRAMES = 100_000  # over an hour at 25 a second: no single clip of signing
MAX_PEOPLE = 50  # in one frame: a crowd, which is no clip of a sign
MAX_ROWS = 100_000  # people in all frames of a clip together: 160 MB of landmarks
MAX_GAP = 1000  # frames; a longer hole in the numbering is no clip
MAX_FRAME_RATE = 1000.0  # above it a "rate" is a time base, such as MPEG's 90,000
MAX_STEP = 5  # seconds between frames: longer ones are another unit's
MIN_CLOCK_STEP = (
    15  # frame counters of dropped frames lie closer; 60 frames a second are 16 ms apart
)
MAX_SHARE = 4.0  # MediaPipe guesses at feet 3 pictures below the picture; no picture has 4 pixels
SHARE_QUANTILE = 0.9  # a few wild guesses decide nothing
CENTRED_QUANTILE = 0.25  # a signer half outside of the picture has fewer coordinates below 0
MAX_CONFIDENCE = 2.0  # detectors interpolate their confidences and go a little over 1
_LEFTOVERS = {"__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin"}
_CHUNK = 1 << 20
_NUMBER = re.compile(r"\d+")
_LAST_NUMBER = re.compile(r"\d+(?=\D*\Z)")


def is_leftover(name: str) -> bool:
    """Whether a path names what a system left: hidden files, `._x`, `__MACOSX`, Thumbs.db."""
    if "/" not in name and "\\" not in name:  # one of many files of a folder
        return name.startswith(".") or name.lower() in _LEFTOVERS
    parts = [part for part in forward_slashes(name).split("/") if part not in ("", ".", "..")]
    return any(part.startswith(".") or part.lower() in _LEFTOVERS for part in parts)


def is_there(path: Path) -> bool:
    """Whether a file or folder is there; False, unlike `Path.exists`, where a name is too long."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def entries(folder: Path) -> list[Path]:
    """What lies in a folder without leftovers, links followed, `2` before `10`."""
    found = [path for path in folder.iterdir() if not is_leftover(path.name)]
    return sorted(found, key=lambda path: natural_key(path.name))


def check_people(num_people: int, where: str) -> None:
    """UserError where a frame shows more than MAX_PEOPLE."""
    if num_people > MAX_PEOPLE:
        raise UserError(f"{where}: {num_people:,} people, expected at most {MAX_PEOPLE} in a frame")


def check_rows(num_rows: int) -> None:
    """UserError where a clip shows more than MAX_ROWS people in all its frames together."""
    if num_rows > MAX_ROWS:
        raise UserError(
            f"{num_rows:,} people in all frames, expected at most {MAX_ROWS:,} for one clip"
        )


def natural_key(name: str) -> tuple[list[str], list[int], str]:
    """A key that sorts names as people count: `frame2` before `frame10`."""
    return _NUMBER.split(name), [int(number) for number in _NUMBER.findall(name)], name


def forward_slashes(name: str) -> str:
    """A path from an archive or table, whose separators may be those of Windows."""
    return name.replace("\\", "/")


def last_number(name: str) -> int | None:
    """The frame number in a file's name: the last whole number of its stem; None without one."""
    found = _NUMBER.findall(Path(forward_slashes(name)).stem)
    return int(found[-1]) if found and len(found[-1]) <= 18 else None  # 18 digits fit 64 bits


def check_one_clip(names: Sequence[str]) -> None:
    """UserError where the names of a clip's first and last file differ in more than their number.

    Recordings side by side whose numbers do not meet would be read as one.
    """
    stems = [Path(forward_slashes(name)).stem for name in (names[0], names[-1])]
    if len({_LAST_NUMBER.sub("", stem).casefold() for stem in stems}) > 1:
        raise UserError(f"holds {stems[0]!r} and {stems[1]!r}, expected the frames of one clip")


def decode(content: bytes) -> str:
    """Text in UTF-8 or UTF-16, with or without a byte order mark, or else in Windows-1252."""
    return content.decode(encoding_of([content]), errors="replace")


def encoding_of(chunks: Iterable[bytes]) -> str:
    """The encoding of a text from its bytes in order: utf-8-sig, utf-16 or cp1252."""
    unfinished = b""  # the beginning of a character that goes on in the next chunk
    for number, chunk in enumerate(chunks):
        wide = _utf_16(chunk[:1000]) if number == 0 else None
        if wide:
            return wide
        if unfinished or not chunk.isascii():  # most of a table is ASCII, which is quick to see
            try:
                _, length = codecs.utf_8_decode(unfinished + chunk, "strict", False)
            except UnicodeDecodeError:
                return "cp1252"
            unfinished = (unfinished + chunk)[length:]
    return "cp1252" if unfinished else "utf-8-sig"


def text_encoding(path: Path) -> str:
    """The encoding of a file of any size, as `encoding_of`."""
    with path.open("rb") as file:
        return encoding_of(iter(lambda: file.read(_CHUNK), b""))


def _utf_16(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) > 3 and not any(head[1::2]) and all(head[::2]):
        return "utf-16-le"  # ASCII without a mark: every second byte is 0
    return "utf-16-be" if len(head) > 3 and not any(head[::2]) and all(head[1::2]) else None


def missing(points: np.ndarray) -> np.ndarray:
    """Where points (..., 2 or more) are missing: x or y NaN or infinite, or both exactly 0.

    Detectors and tutorials fill with (0, 0) what was not found; no landmark lies there.
    """
    xy = points[..., :2]
    return ~np.isfinite(xy).all(axis=-1) | (xy == 0).all(axis=-1)


def unit_of(xy: np.ndarray, default: str) -> str:
    """ "pixels" or "image" (shares of the picture), by how large the coordinates are.

    xy: (..., 2), NaN = missing. default: what the format says, used where nothing is seen.
    UserError where they are centred on 0, as in world landmarks or after somebody's normalisation:
    neither shares nor pixels.
    """
    seen = xy[np.isfinite(xy)]
    if not seen.size:
        return default
    if np.quantile(np.abs(seen), SHARE_QUANTILE) > MAX_SHARE:
        return "pixels"
    if is_centred(xy):
        raise UserError(
            f"coordinates lie around 0 ({seen.min():.2g} to {seen.max():.2g}), expected shares of "
            "the picture (0 to 1) or pixels; packed arrays can name another unit"
        )
    return "image"


def is_centred(xy: np.ndarray) -> bool:
    """Whether a quarter of the coordinates lies below 0: no picture has its (0, 0) in a corner."""
    seen = xy[np.isfinite(xy)]
    return bool(seen.size) and bool(np.quantile(seen, CENTRED_QUANTILE) < 0)


def confidences(values: np.ndarray, name: str = "confidence") -> np.ndarray:
    """Confidences from 0 to 1: NaN is 0, what is a little over 1 is 1.

    UserError for a negative one and one over MAX_CONFIDENCE: percents, or something else.
    """
    found = np.nan_to_num(values, nan=0, posinf=np.inf, neginf=-np.inf)
    if found.size and not (found.min() >= 0 and found.max() <= MAX_CONFIDENCE):
        raise UserError(f"{name} runs {found.min():g}..{found.max():g}, expected 0..1")
    return np.minimum(found, 1)


def frame_rate(value: Any, name: str = "fps") -> float | None:
    """Frames a second from a number or text; None where absent, 0, NaN or no camera's rate.

    UserError where it is something else than a number.
    """
    rate = _positive(value, name)
    return rate if rate is not None and rate <= MAX_FRAME_RATE else None


def picture_size(width: Any, height: Any) -> tuple[int, int] | None:
    """Width and height in pixels; None where either is absent or 0. UserError for other things."""
    wide, high = _positive(width, "width"), _positive(height, "height")
    return (round(wide), round(high)) if wide and high and min(wide, high) >= 1 else None


def _positive(value: Any, name: str) -> float | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool):
            raise TypeError
        numerator, _, denominator = str(value).partition("/")  # ffprobe writes 30000/1001
        whole = float(denominator) if denominator else 1.0
        number = decimal(numerator) / whole if whole else 0.0
    except (TypeError, ValueError) as error:
        raise UserError(f"{name} is {value!r}, expected a number over 0") from error
    return number if 0 < number < 1e6 else None  # NaN compares False


def rate_times(num_frames: int, rate: float | None) -> np.ndarray | None:
    """Seconds of every frame at an even rate; None where the rate is unknown."""
    return np.arange(num_frames) / rate if rate else None


@dataclass(frozen=True, eq=False)
class FrameOrder:
    """Where numbered frames stand in their clip.

    positions: (files,) the frame of each. num_frames: of the clip, with a frame of missing
    landmarks for every number that is absent. times: (files,) seconds where the numbers are
    milliseconds, None where they count frames.
    """

    positions: np.ndarray
    num_frames: int
    times: np.ndarray | None = None


def frame_order(numbers: Sequence[int]) -> FrameOrder:
    """The frames of ascending numbers, which are milliseconds (`clock_times`) or count frames."""
    times = clock_times(numbers)
    if times is None:
        return counted_frames(numbers)
    return FrameOrder(np.arange(len(times)), len(times), times)


def counted_frames(numbers: Sequence[int]) -> FrameOrder:
    """The frames of ascending numbers that count frames.

    UserError where a hole in the count is longer than MAX_GAP frames.
    """
    ascending = np.array(numbers, dtype=np.int64)
    steps = np.diff(ascending)
    if len(steps) and steps.max() > MAX_GAP:
        before, after = ascending[steps.argmax()], ascending[steps.argmax() + 1]
        raise UserError(
            f"no frame between {before} and {after}, expected gaps of at most {MAX_GAP} frames"
        )
    num_frames = int(ascending[-1] - ascending[0]) + 1
    if num_frames > MAX_FRAMES:
        raise UserError(f"{num_frames:,} frames, expected at most {MAX_FRAMES:,}")
    return FrameOrder(ascending - ascending[0], num_frames)


def stamped_order(stamps: Sequence[float], a_second: float | None = None) -> FrameOrder:
    """The frames of ascending time stamps.

    a_second: how many of the stamps' units are a second; None tells seconds, milliseconds,
    microseconds and nanoseconds by their median step.
    """
    times = np.array(stamps, dtype=np.float64)
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    if a_second is None:
        a_second = next((unit for unit in (1.0, 1e3, 1e6) if step < MAX_STEP * unit), 1e9)
    return FrameOrder(np.arange(len(times)), len(times), (times - times[0]) / a_second)


def clock_times(numbers: Sequence[int]) -> np.ndarray | None:
    """Seconds of frames whose ascending numbers are milliseconds; None where they count frames.

    Milliseconds are known by their steps: no two of at least three lie within MIN_CLOCK_STEP.
    """
    times = np.array(numbers, dtype=np.int64)
    is_clock = len(times) > 2 and np.diff(times).min() >= MIN_CLOCK_STEP
    return times / 1000 if is_clock else None
