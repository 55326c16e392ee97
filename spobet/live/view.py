"""`spobet live`: a camera or video with landmarks and ranked glosses, in a window or new video."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from spobet.live.picture import drawn
from spobet.live.recognition import RATE, watch
from spobet.recognition.recognizer import Recognizer
from spobet.video.camera import Window, camera_frames
from spobet.video.detector import Detector
from spobet.video.frames import Frame, frame_rate_of, read_frames
from spobet.video.writing import write_pictures


def show_live(
    recognizer: Recognizer,
    detector: Detector,
    source: str,
    out: Path | None,
    top: int,
    tell: Callable[[str], object],
) -> None:
    """Recognise the signs of a source: a camera's number or the path of a video.

    tell: gets a line for each sign when it has ended. out: a video to write; without it a window
    opens, until it is closed. Raises what the source and the window raise.
    """
    camera = int(source) if source.isdigit() else None
    rate = RATE if camera is not None else frame_rate_of(Path(source)) or RATE
    window = None if out else Window()
    frames: Iterable[Frame] = (
        camera_frames(camera) if camera is not None else read_frames(Path(source))
    )
    pictures = _pictures(recognizer, detector, frames, top, tell)
    if out:
        tell(f"{out}: {write_pictures(out, pictures, rate)} pictures")
    elif window:
        try:
            for picture in pictures:
                if not window.show(picture):
                    break
        finally:
            window.close()


def _pictures(
    recognizer: Recognizer,
    detector: Detector,
    frames: Iterable[Frame],
    top: int,
    tell: Callable[[str], object],
) -> Iterator[np.ndarray]:
    answers = None
    for seen in watch(recognizer, frames, detector, top):
        if seen.sign:
            answers = seen.sign.answers
            tell(str(seen.sign))
        yield drawn(seen, answers)
