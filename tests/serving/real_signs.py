"""Three real signs with rests between them, as a video file and for a fake camera."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

VIDEOS = ("wlasl-05732.mp4", "wlasl-69283.mp4", "wlasl-69298.mp4")  # before, cow, dog
SIZE = (640, 480)
REST = 1.0  # seconds before and after each sign: its first and its last picture stand still
GREY = 128


def pictures(shared: Path, rate: int) -> list[np.ndarray]:
    """Each sign between two rests, (height, width, 3) uint8, at a rate of pictures a second."""
    still, together = round(REST * rate), []
    for name in VIDEOS:
        file = shared / "videos" / name
        if not file.is_file():
            pytest.skip(f"{file} is not there")
        sign = _read(file, rate)
        together += [sign[0]] * still + sign + [sign[-1]] * still
    return together


def _read(file: Path, rate: int) -> list[np.ndarray]:
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with av.open(str(file)) as container:
        frames = list(container.decode(video=0))
    times = np.array([frame.time for frame in frames]) - frames[0].time
    wanted = np.arange(0, times[-1], 1 / rate)
    return [_fitted(frames[int(np.abs(times - time).argmin())]) for time in wanted]


def _fitted(frame: object) -> np.ndarray:
    """The whole picture in the middle of one of SIZE."""
    width, height = SIZE
    scale = min(width / frame.width, height / frame.height)
    inner = (int(frame.width * scale) // 2 * 2, int(frame.height * scale) // 2 * 2)
    small = frame.reformat(*inner, format="rgb24").to_ndarray()
    whole = np.full((height, width, 3), GREY, np.uint8)
    top, left = (height - inner[1]) // 2, (width - inner[0]) // 2
    whole[top : top + inner[1], left : left + inner[0]] = small
    return whole


def write_camera(file: Path, shown: list[np.ndarray], rate: int) -> None:
    """Pictures as Chromium's fake camera takes them, again and again."""
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with file.open("wb") as out:
        out.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for picture in shown:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            out.write(b"FRAME\n" + frame.reformat(format="yuvj420p").to_ndarray().tobytes())


def write_video(file: Path, shown: list[np.ndarray], rate: int) -> None:
    """Pictures as an mp4 file of hardly any loss."""
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with av.open(str(file), "w") as container:
        stream = container.add_stream("h264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = (*SIZE, "yuv420p")
        stream.options = {"crf": "16"}
        for picture in shown:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
