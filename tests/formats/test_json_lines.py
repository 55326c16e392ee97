"""Claims about JSON Lines: a frame a line, of MediaPipe, COCO-WholeBody or OpenPose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spobet.formats import read, recognise

HAND = [{"x": 0.5 + 0.01 * point, "y": 0.5} for point in range(21)]
PERSON = {"keypoints": [[100 + point, 200] for point in range(133)]}


def test_each_line_is_a_frame(tmp_path: Path) -> None:
    lines = [{"right_hand_landmarks": HAND}, {"right_hand_landmarks": None}, {"left_hand": HAND}]
    (tmp_path / "clip.jsonl").write_text("\n".join(map(json.dumps, lines)))
    pose = read(tmp_path / "clip.jsonl")
    assert recognise(tmp_path / "clip.jsonl").format == "JSON Lines"
    assert pose.seen[:, pose.skeleton.hand("right")].any(axis=1).tolist() == [True, False, False]
    assert pose.seen[:, pose.skeleton.hand("left")].any(axis=1).tolist() == [False, False, True]


def test_lines_of_people_read_by_any_name(tmp_path: Path) -> None:
    (tmp_path / "clip.json").write_text(f"{json.dumps({'instances': [PERSON]})}\n" * 3)
    assert read(tmp_path / "clip.json")["nose"].tolist() == [[100, 200]] * 3


def test_the_first_line_may_tell_of_the_clip(tmp_path: Path) -> None:
    lines = [{"fps": 50, "width": 640, "height": 480}, *[{"right_hand_landmarks": HAND}] * 2]
    (tmp_path / "clip.jsonl").write_text("\n".join(map(json.dumps, lines)))
    pose = read(tmp_path / "clip.jsonl")
    assert (len(pose), pose.frame_rate, pose.size) == (2, 50, (640, 480))


@pytest.mark.parametrize("lines", [[[], [PERSON]], [{"people": []}, {"people": []}]])
def test_lines_may_be_lists_of_people_or_openposes_frames(
    lines: list[object], tmp_path: Path
) -> None:
    (tmp_path / "clip.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert len(read(tmp_path / "clip.jsonl")) == 2


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "clip.jsonl").write_text(f"{json.dumps({'left_hand_landmarks': HAND})}\n{{x}}\n")
    with pytest.raises(ValueError, match=r"clip\.jsonl: line 2: not JSON"):
        read(tmp_path / "clip.jsonl")
