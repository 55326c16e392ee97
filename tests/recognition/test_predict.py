"""Claims about ranked glosses for clips on disk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.store import Dataset
from spobet.formats import openpose
from spobet.poses.sequence import PoseSequence
from spobet.recognition.predict import predict_paths
from spobet.recognition.recognizer import Recognizer


@pytest.fixture
def clips(tiny_data: Path, tmp_path: Path) -> Path:
    """Two clips as OpenPose folders, 1 and 2."""
    for name, (_, pose) in zip(("1", "2"), Dataset.open(tiny_data).poses(), strict=False):
        openpose.write(pose, tmp_path / "clips" / name)
    return tmp_path / "clips"


def split_file(folder: Path, *instances: dict) -> Path:
    path = folder / "split.json"
    whole = [{"split": "test", **instance} for instance in instances]
    path.write_text(json.dumps([{"gloss": "any", "instances": whole}]))
    return path


def test_clips_are_named_in_the_order_given(
    trained_run: Path, recognizer: Recognizer, clips: Path
) -> None:
    answers = list(predict_paths(trained_run, [clips / "2", clips / "1"], None, top=3, say=print))
    assert [path for path, _ in answers] == [clips / "2", clips / "1"]
    assert answers[1][1] == recognizer.predict(openpose.read(clips / "1"), top=3)


def test_a_split_file_names_clips_and_their_frames(
    trained_run: Path, recognizer: Recognizer, clips: Path
) -> None:
    split = split_file(
        clips.parent, {"video_id": "2"}, {"video_id": "1", "frame_start": 3, "frame_end": 9}
    )
    answers = dict(predict_paths(trained_run, [clips], split, top=2, say=print))
    assert list(answers) == [clips / "2", clips / "1"]
    assert answers[clips / "1"] == recognizer.predict(openpose.read(clips / "1", 3, 9), top=2)


def test_a_range_outside_its_clip_reads_all_of_it_and_says_so(
    trained_run: Path, recognizer: Recognizer, clips: Path
) -> None:
    split = split_file(clips.parent, {"video_id": "1", "frame_start": 9001, "frame_end": 9002})
    said: list[str] = []
    ((_, answers),) = predict_paths(trained_run, [clips], split, top=2, say=said.append)
    whole = openpose.read(clips / "1")
    assert answers == recognizer.predict(whole, top=2)
    assert len(said) == 1
    assert "9001" in said[0]
    assert said[0].endswith(f"; all {len(whole)} frames are read")


def test_a_clip_without_a_hand_is_an_error_that_names_it(trained_run: Path, clips: Path) -> None:
    pose = openpose.read(clips / "1")
    nobody = PoseSequence(
        np.full_like(pose.xy, np.nan), np.zeros_like(pose.confidence), pose.skeleton
    )
    openpose.write(nobody, clips / "3")
    with pytest.raises(ValueError, match=r"clips/3: no hand seen in any of \d+ frames"):
        list(predict_paths(trained_run, [clips / "3"], None, top=1, say=print))


def test_a_split_file_wants_one_folder(trained_run: Path, clips: Path) -> None:
    split = split_file(clips.parent, {"video_id": "1"})
    with pytest.raises(ValueError, match=r"split\.json: names clips of one folder, 2 were given"):
        list(predict_paths(trained_run, [clips, clips], split, top=1, say=print))


def test_a_clip_that_the_folder_lacks_is_an_error_that_names_it(
    trained_run: Path, clips: Path
) -> None:
    split = split_file(clips.parent, {"video_id": "9"})
    with pytest.raises(FileNotFoundError, match="clips/9: no such folder"):
        list(predict_paths(trained_run, [clips], split, top=1, say=print))
