"""Some pictures of a video as JPEG, to draw landmarks over."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.video.frames import read_frames


def pictures_of(
    path: Path, frames: Sequence[int], height: int
) -> list[tuple[bytes, tuple[int, int]]]:
    """(JPEG, size of the video's picture) of the frames at these positions, `height` pixels high.

    frames: from 0 and ascending. UserError where the video has fewer, and as `read_frames` says;
    ExtraNeeded without PyAV.
    """
    wanted, found = set(frames), []
    for number, frame in enumerate(read_frames(path)):
        if number in wanted:
            found.append(
                (_jpeg(frame.picture, height), (frame.picture.shape[1], frame.picture.shape[0]))
            )
        if len(found) == len(wanted):
            return found
    raise UserError(
        f"{path}: {number + 1} frames, expected at least {max(frames) + 1}: "
        "is it the video of this clip?"
    )


def _jpeg(picture: np.ndarray, height: int) -> bytes:
    av = extra_module("av", "video", "reading video")
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    high = min(height, frame.height) // 2 * 2
    wide = max(2, round(frame.width * high / frame.height) // 2 * 2)
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = wide, high, "yuvj420p"
    codec.time_base = Fraction(1, 25)  # any: one picture has no time
    packets = codec.encode(frame.reformat(wide, high, format="yuvj420p"))
    return b"".join(bytes(packet) for packet in [*packets, *codec.encode(None)])
