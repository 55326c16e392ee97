"""Pictures written to a video file (PyAV)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.files import new_file


def write_pictures(path: Path, pictures: Iterable[np.ndarray], rate: float = 25.0) -> int:
    """Write RGB pictures (height, width, 3) uint8, all of one size, as they come; returns how many there were.

    The suffix tells the format: .mp4 and .mov in H.264, .webm in VP9. ValueError for another suffix, or where there is no picture.
    """
    codecs = {".mp4": "libx264", ".mov": "libx264", ".mkv": "libx264", ".webm": "libvpx-vp9"}
    if path.suffix.lower() not in codecs:
        raise UserError(
            f"{path}: a video ending in {path.suffix!r}, expected one of: {', '.join(codecs)}"
        )
    av = extra_module("av", "video", "writing video")
    number = 0
    with new_file(path) as partial:
        with av.open(str(partial), "w") as container:
            stream = container.add_stream(
                codecs[path.suffix.lower()], rate=Fraction(rate).limit_denominator(1001)
            )
            stream.pix_fmt = "yuv420p"
            for picture in pictures:
                even = picture[
                    : picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2
                ]  # what yuv420p can hold
                if not number:
                    stream.height, stream.width = even.shape[:2]
                container.mux(
                    stream.encode(
                        av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
                    )
                )
                number += 1
            if number:
                container.mux(stream.encode(None))
        if not number:
            raise UserError(f"{path}: no pictures to write")
    return number
