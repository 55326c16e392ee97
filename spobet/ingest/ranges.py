"""Which frames of a video a clip is: ranges counted at another rate, or in a longer recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import TO_THE_END, Clip
from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.video.frames import film_in

SLACK = 2  # frames by which ranges of sound data end after their video: encoders drop the last


class RangeOutsideVideo(UserError):
    """The frame range of a clip does not lie in its video."""


@dataclass(frozen=True)
class Span:
    """Frames of a video, counted from 1, both included, -1 = to the end; and a remark on them."""

    first: int = 1
    last: int = TO_THE_END
    remark: str = ""


def span_of(clip: Clip, video: Path, rate: float | None = None) -> Span:
    """The frames of `video` that the clip's range means.

    rate: frames a second at which the range counts; None where it counts the video's frames. A
    video that is by its length rather the clip alone than the recording the range counts in is
    taken whole, with a remark. RangeOutsideVideo where the range fits neither way.
    """
    if (clip.frame_start, clip.frame_end) == (1, TO_THE_END):
        return Span()
    times = frame_times(video)
    if times is None or not len(times):
        return Span(clip.frame_start, clip.frame_end)  # reading it says what is wrong
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    if rate is None or not step:
        rate, times = 1.0, np.arange(len(times), dtype=np.float64)
        step = 1.0
    num_frames = round(float(times[-1] - times[0] + step) * rate)
    asked = f"frames {clip.frame_start}..{clip.frame_end}, the video has {num_frames}"
    asked += f" at {rate:g} a second" if rate != 1 else ""
    if clip.frame_end != TO_THE_END and clip.frame_end > num_frames + SLACK:
        num_asked = clip.frame_end - clip.frame_start + 1
        about_as_long = abs(num_frames - num_asked) <= num_asked / 2
        if clip.frame_start == 1 or about_as_long:
            return Span(remark=f"{video}: {asked}: seems to be cut already, taken whole")
        raise RangeOutsideVideo(f"{video}: {asked}")
    start = times[0] + (clip.frame_start - 1) / rate - step / 2  # the frame nearest to that time
    end = np.inf if clip.frame_end == TO_THE_END else times[0] + clip.frame_end / rate - step / 2
    chosen = np.flatnonzero((times >= start) & (times < end))
    if not len(chosen):
        raise RangeOutsideVideo(f"{video}: {asked}")
    last = TO_THE_END if clip.frame_end == TO_THE_END else int(chosen[-1]) + 1
    return Span(int(chosen[0]) + 1, last)


def frame_times(video: Path) -> np.ndarray | None:
    """Seconds of the frames of a video in their order, read from its packets without decoding.

    Packets without times are spread at the average rate. None where it is no video.
    """
    av = extra_module("av", "video", "reading video")
    try:
        with av.open(str(video), metadata_errors="replace") as container:
            stream = film_in(container)
            if stream is None:
                return None
            packets = [
                packet
                for packet in container.demux(stream)
                if packet.size and not packet.is_discard
            ]
            if all(packet.pts is not None for packet in packets):
                return np.sort([float(packet.pts * packet.time_base) for packet in packets])
            return np.arange(len(packets)) / float(stream.average_rate or 1)
    except (av.FFmpegError, IndexError, OSError, ValueError):
        return None
