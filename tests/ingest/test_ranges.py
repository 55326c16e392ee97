"""Claims about which frames of a video a clip is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from video_kit import Blocks, waving, write_video

from spobet.dataset.manifest import Clip
from spobet.ingest.extract import extract_clip
from spobet.ingest.ranges import RangeOutsideVideo, frame_times, span_of
from spobet.ingest.videos import Job

pytest.importorskip("av", reason="the extra video (PyAV) is not installed")


def video_of(path: Path, num_frames: int, rate: float) -> Path:
    times = [round(1000 * number / rate) for number in range(num_frames)]
    return write_video(path, waving(num_frames), times_ms=times)


def clip(start: int, end: int) -> Clip:
    return Clip("7", "go", frame_start=start, frame_end=end)


@pytest.mark.parametrize(
    ("rate", "frames"), [(25, (11, 20)), (30, (13, 24)), (50, (21, 40)), (12.5, (6, 10))]
)
def test_a_range_counted_at_25_a_second_is_the_same_time_of_every_video(
    rate: float, frames: tuple[int, int], tmp_path: Path
) -> None:
    video = video_of(tmp_path / "7.mp4", round(2 * rate), rate)
    span = span_of(clip(11, 20), video, rate=25)  # the seconds 0.4 to 0.8
    assert (span.first, span.last, span.remark) == (*frames, "")
    assert span_of(clip(11, 20), video).first == 11  # without a rate, frames are frames


def test_a_range_in_a_video_of_uneven_times_is_found_by_time(tmp_path: Path) -> None:
    times = [*range(0, 400, 100), *range(400, 800, 20), *range(800, 1200, 100)]
    video = write_video(tmp_path / "7.mp4", waving(len(times)), times_ms=times)
    np.testing.assert_allclose(frame_times(video), np.array(times) / 1000, atol=1e-3)
    span = span_of(clip(11, 20), video, rate=25)
    assert (span.first, span.last) == (5, 24)  # 20 frames, of 0.4 to 0.8 seconds


@pytest.mark.parametrize("rate", [25, 30])
@pytest.mark.parametrize(("start", "end"), [(1733, 1779), (21, 67)])
def test_a_video_that_is_cut_already_is_taken_whole_and_remarked(
    rate: int, start: int, end: int, tmp_path: Path
) -> None:
    video = video_of(tmp_path / "7.mp4", round(47 * rate / 25), rate)
    outcome = extract_clip(Job(clip(start, end), video, rate=25), Blocks())
    assert outcome.pose and len(outcome.pose) == round(47 * rate / 25)
    assert outcome.problem and outcome.problem.what == "range outside clip"
    assert f"frames {start}..{end}, the video has 47 at 25 a second" in outcome.problem.detail
    assert "cut already, taken whole" in outcome.problem.detail


def test_a_range_that_fits_neither_way_is_refused_with_what_came(tmp_path: Path) -> None:
    video = video_of(tmp_path / "7.mp4", 40, 25)
    for start, end in ((101, 111), (101, 300), (60, -1)):
        with pytest.raises(RangeOutsideVideo, match=rf"7\.mp4: frames {start}\.\.{end}, the video"):
            span_of(clip(start, end), video, rate=25)
    outcome = extract_clip(Job(clip(101, 300), video, rate=25), Blocks())
    assert outcome.pose is None
    assert outcome.problem and outcome.problem.what == "range outside clip"


def test_a_range_that_ends_a_frame_late_is_no_remark(tmp_path: Path) -> None:
    span = span_of(clip(11, 41), video_of(tmp_path / "7.mp4", 40, 25), rate=25)
    assert (span.first, span.last, span.remark) == (11, 40, "")
    whole = span_of(clip(1, -1), tmp_path / "7.mp4", rate=25)
    assert (whole.first, whole.last) == (1, -1)
