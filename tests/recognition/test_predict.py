"""Claims about ranked glosses for clips on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.store import Dataset
from spobet.formats import openpose
from spobet.poses.preprocess import UnknownPictureSize
from spobet.poses.sequence import PoseSequence
from spobet.recognition.predict import predict_paths
from spobet.recognition.recognizer import Recognizer, load
from spobet.shipped import find_run


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


def test_clips_are_answered_in_the_order_given(
    trained_run: Path, recognizer: Recognizer, clips: Path
) -> None:
    one, other = predict_paths(trained_run, [clips / "2", clips / "1"], None, top=3, say=print)
    assert (one.path, other.path) == (clips / "2", clips / "1")
    assert other.answers == recognizer.predict(openpose.read(clips / "1"), top=3)
    assert other.to_json() == {"clip": str(clips / "1"), **other.answers.to_json()}


def test_a_split_file_names_clips_and_their_frames(
    trained_run: Path, recognizer: Recognizer, clips: Path
) -> None:
    split = split_file(
        clips.parent, {"video_id": "2"}, {"video_id": "1", "frame_start": 3, "frame_end": 9}
    )
    one, other = predict_paths(trained_run, [clips], split, top=2, say=print)
    assert (one.path, other.path) == (clips / "2", clips / "1")
    assert other.answers == recognizer.predict(openpose.read(clips / "1", 3, 9), top=2)
    with pytest.raises(ValueError, match="names clips of one folder, 2 were given"):
        list(predict_paths(trained_run, [clips, clips], split, top=2, say=print))


def test_a_range_outside_its_clip_reads_all_of_it_and_says_so(
    trained_run: Path, recognizer: Recognizer, clips: Path
) -> None:
    split = split_file(clips.parent, {"video_id": "1", "frame_start": 9001, "frame_end": 9002})
    said: list[str] = []
    [predicted] = predict_paths(trained_run, [clips], split, top=2, say=said.append)
    whole = openpose.read(clips / "1")
    assert predicted.answers == recognizer.predict(whole, top=2)
    [line] = said
    assert "9001" in line
    assert line.endswith(f"; all {len(whole)} frames are read")


def test_a_batch_goes_on_after_a_clip_that_is_not_there_damaged_or_without_a_hand(
    trained_run: Path, clips: Path
) -> None:
    pose = openpose.read(clips / "1")
    nobody = PoseSequence(
        np.full_like(pose.xy, np.nan), np.zeros_like(pose.confidence), pose.skeleton
    )
    openpose.write(nobody, clips / "3")
    (clips / "4.json").write_text("{")
    names = ["9", "3", "4.json", "1"]
    paths = [clips / name for name in names]
    *failed, last = predict_paths(trained_run, paths, None, top=2, say=print)
    assert last.answers is not None
    for predicted, name in zip(failed, names, strict=False):
        assert predicted.answers is None
        assert str(clips / name) in predicted.error
        assert "\n" not in predicted.error
        assert predicted.to_json() == {"clip": str(clips / name), "error": predicted.error}
    assert "no hand seen in any of" in failed[1].error


def test_a_stated_picture_size_is_that_of_clips_that_do_not_come_with_theirs(clips: Path) -> None:
    path, network = clips / "1", find_run("wlasl100-hands")  # it reads shares of the picture
    pose, recognizer = openpose.read(path), load("wlasl100-hands")
    assert pose.size is None
    [predicted] = predict_paths(network, [path], None, 5, say=print, size=(512, 256))
    assert predicted.answers == recognizer.predict(replace(pose, size=(512, 256)))
    with pytest.warns(UnknownPictureSize):
        [distorted] = predict_paths(network, [path], None, 5, say=print)
    assert distorted.answers != predicted.answers


def test_enrolled_signs_come_from_the_file_that_is_named(
    trained_run: Path, recognizer: Recognizer, clips: Path, tmp_path: Path
) -> None:
    recognizer.with_sign("tea", [clips / "1"]).enrolled.write(tmp_path / "signs.json")
    [predicted] = predict_paths(
        trained_run, [clips / "1"], None, 5, say=print, enrolled=tmp_path / "signs.json"
    )
    assert predicted.answers is not None
    assert predicted.answers[0].gloss == "tea"
