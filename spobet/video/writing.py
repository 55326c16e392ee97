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
    """Write RGB pictures (height, width, 3) uint8, all of one size, as they come; their number.

    The suffix chooses the format: .mp4 and .mov in H.264, .webm in VP9. UserError for another
    suffix, or where there is no picture.
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
                height, width = (side // 2 * 2 for side in picture.shape[:2])  # yuv420p's are even
                if not number:
                    stream.height, stream.width = height, width
                pixels = np.ascontiguousarray(picture[:height, :width])
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                container.mux(stream.encode(frame))
                number += 1
            if number:
                container.mux(stream.encode(None))
        if not number:
            raise UserError(f"{path}: no pictures to write")
    return number
