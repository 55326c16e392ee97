"""Claims about the description of a data set."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import numpy as np

from spobet.audit.summary import look
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, Skeleton
from spobet.reports.data_set import data_page, describe


def made(path: Path, skeleton: Skeleton = HANDS_42) -> Path:
    with DatasetWriter(path, skeleton, "image", "made", "") as writer:
        for number, split in enumerate(("train", "train", "test")):
            xy = np.full((10 * (number + 1), len(skeleton), 2), 0.5, np.float32)
            xy[: 5 * number] = np.nan  # half of the frames of the second, and so on
            confidence = np.where(np.isnan(xy[..., 0]), 0, 1)
            writer.add(
                Clip(str(number), f"sign <{number}>", split=split),
                PoseSequence(xy, confidence, skeleton, unit="image"),
            )
    return path


def page_of(path: Path, text: str = "") -> str:
    dataset = Dataset.open(path)
    return data_page(dataset, look(dataset), text)


def test_the_page_counts_frames_without_hands_split_by_split(tmp_path: Path) -> None:
    page = page_of(made(tmp_path / "data"), "in words <")
    assert "3 clips, 3 glosses, 60 frames" in page
    assert "2 clips of train: 10 to 20 frames, median 15" in page
    assert "16.7 %" in page  # 5 of 30 training frames
    assert "33.3 %" in page  # 10 of 30 test frames
    assert "in words &lt;" in page
    HTMLParser().feed(page)


def test_a_skeleton_without_hands_misses_them_always(tmp_path: Path) -> None:
    body = Skeleton("body", ("nose", "left_eye", "right_eye"))
    assert page_of(made(tmp_path / "data", body)).count("<td>100.0 %") == 2


def test_the_text_is_the_summary_and_the_page_is_written_whole(tmp_path: Path) -> None:
    text = describe(made(tmp_path / "data"), tmp_path / "info.html")
    assert "skeleton  HANDS_42" in text
    assert "HANDS_42" in (tmp_path / "info.html").read_text()
