"""Claims about landmarks drawn over the pictures they were found in."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from formats.clips import made_clip
from video_kit import waving, write_video

from spobet.cli import main
from spobet.formats import packed
from spobet.poses.skeleton import HANDS_42
from spobet.reports.skeletons import shown_frames, strip_over_pictures
from spobet.video.pictures import pictures_of

pytest.importorskip("av", reason="the extra video is not installed")


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "sign.mp4", waving(6))


def test_the_frames_asked_for_come_as_jpeg_with_the_videos_size(video: Path) -> None:
    pictures = pictures_of(video, [0, 3, 5], 32)
    assert [size for _, size in pictures] == [(64, 48)] * 3
    assert all(
        content.startswith(b"\xff\xd8") and content.endswith(b"\xff\xd9") for content, _ in pictures
    )
    with pytest.raises(
        ValueError, match="6 frames, expected at least 10: is it the video of this clip"
    ):
        pictures_of(video, [9], 32)


def test_each_frame_lies_over_its_picture_at_its_place(video: Path) -> None:
    pose = made_clip(HANDS_42, num_frames=6)
    pictures = pictures_of(video, shown_frames(pose, 3).tolist(), 80)
    root = ElementTree.fromstring(strip_over_pictures(pose, pictures, 100))
    images = [element for element in root.iter() if element.tag.endswith("image")]
    assert len(images) == 3
    assert base64.b64decode(images[0].attrib["href"].split(",")[1]) == pictures[0][0]
    assert float(images[0].attrib["width"]) == pytest.approx(80 * 64 / 48, abs=0.1)
    dots = [
        float(x) for x in re.findall(r'cx="([-\d.]+)"', strip_over_pictures(pose, pictures, 100))
    ]
    places = pose.xy[shown_frames(pose, 3)][..., 0] * 80 * 64 / 48
    assert min(dots) >= np.nanmin(places) - 0.1
    assert max(dots) <= np.nanmax(places) + 0.1


def test_the_command_draws_over_a_video(video: Path, tmp_path: Path) -> None:
    packed.write(made_clip(HANDS_42, num_frames=6), tmp_path / "clip.npz")
    words = [
        "show",
        str(tmp_path / "clip.npz"),
        str(tmp_path / "out.svg"),
        "--video",
        str(video),
        "--frames",
        "3",
    ]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out.svg").read_text().count("<image ") == 3
    assert CliRunner().invoke(main, [*words[:-1], "0"]).exit_code == 2
