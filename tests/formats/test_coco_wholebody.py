"""Claims about COCO-WholeBody's 133 landmarks: MMPose's JSON, lists of people, and arrays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from formats.clips import assert_same, made_clip

from spobet.formats import read, recognise
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import COCO_WHOLEBODY_65

SPLIT = {"right": 112, "left": 91}  # where each hand begins in the 133


def as_133(pose: PoseSequence) -> np.ndarray:
    """x, y, score (frames, 133, 3), 0 where missing; the face is somewhere."""
    values = np.full((len(pose), 133, 3), 7.0)
    ours = np.concatenate([np.nan_to_num(pose.xy), pose.confidence[..., None]], axis=-1)
    values[:, :23] = ours[:, :23]
    for side, start in SPLIT.items():
        values[:, start : start + 21] = ours[:, COCO_WHOLEBODY_65.hand(side)]
    return values


def person(values: np.ndarray, **more: Any) -> dict[str, Any]:
    return {"keypoints": values[:, :2].tolist(), "keypoint_scores": values[:, 2].tolist(), **more}


def save(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path


CLIP = made_clip(COCO_WHOLEBODY_65, unit="pixels")
MMPOSE = [
    {"frame_id": number, "instances": [person(frame)]} for number, frame in enumerate(as_133(CLIP))
]


@pytest.mark.parametrize(
    "content",
    [
        {"meta_info": {}, "instance_info": MMPOSE},
        MMPOSE,
        [frame["instances"] for frame in MMPOSE],
        [[{"keypoints": frame.ravel().tolist()}] for frame in as_133(CLIP)],
        [[{"keypoints": frame.tolist()}] for frame in as_133(CLIP)],
        {"predictions": [frame["instances"] for frame in MMPOSE]},
        [
            {"keypoints": [frame[:, :2].tolist()], "scores": [frame[:, 2].tolist()]}
            for frame in as_133(CLIP)
        ],
    ],
)
def test_every_spelling_reads_alike(content: Any, tmp_path: Path) -> None:
    path = save(tmp_path / "clip.json", content)
    assert_same(read(path), CLIP)
    assert recognise(path).format == "COCO-WholeBody landmarks"


def test_an_array_reads_alike(tmp_path: Path) -> None:
    np.save(tmp_path / "clip.npy", as_133(CLIP))
    assert_same(read(tmp_path / "clip.npy"), CLIP)


def test_hands_are_the_signers_own_and_the_left_one_comes_first(tmp_path: Path) -> None:
    values = np.ones((1, 133, 3))
    values[:, 91, 0] = 50
    np.save(tmp_path / "clip.npy", values)
    assert read(tmp_path / "clip.npy")["left_hand_wrist"].tolist() == [[50, 1]]


def test_the_signer_is_the_large_person_and_a_frame_without_anyone_stays(tmp_path: Path) -> None:
    frames = as_133(CLIP)[1:]
    small = frames.copy()
    small[..., :2] = 5 + frames[..., :2] / 20
    content = [[person(one), person(other)] for one, other in zip(small, frames, strict=True)]
    pose = read(save(tmp_path / "clip.json", [*content, []]))
    np.testing.assert_array_equal(pose.xy[:-1], CLIP.xy[1:])
    assert not pose.seen[-1].any()


def test_scores_over_one_count_as_one(tmp_path: Path) -> None:
    values = np.ones((1, 133, 3)) * [3, 4, 5.5]
    np.save(tmp_path / "clip.npy", values)
    assert set(read(tmp_path / "clip.npy").confidence.ravel().tolist()) == {1.0}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (
            [[{"keypoints": [[0, 0]] * 17}]],
            r"frame 1: keypoints of shape \(17, 3\), expected \(133 or 136, 2 or 3\)",
        ),
        ([[], [{"keypoint_scores": []}]], "frame 2: a person without keypoints"),
        (
            [[{"keypoints": [[0, 0]] * 133, "keypoint_scores": [1]}]],
            "frame 1: 1 keypoint_scores, expected 133",
        ),
        (
            [{"keypoints": [[[0, 0]] * 133] * 2, "scores": [[1] * 133]}],
            "frame 1: keypoints of 2 people, expected as many scores",
        ),
        ({"annotations": [{"keypoints": []}]}, "no instances or keypoints in any frame"),
        ([[{"keypoints": "all"}]], "frame 1, keypoints: expected numbers"),
        ({"instance_info": 3}, "expected a list of 1 to"),
        ([{"instances": [3]}], "frame 1: expected a list of people"),
    ],
)
def test_what_is_not_as_it_should_be_is_named(content: Any, error: str, tmp_path: Path) -> None:
    path = save(tmp_path / "clip.json", content)
    with pytest.raises(ValueError, match=f"clip.json: {error}"):
        read(path)


def test_detections_without_frames_are_refused_but_for_one_person(tmp_path: Path) -> None:
    people = [person(frame) for frame in as_133(CLIP)]
    with pytest.raises(ValueError, match="4 people in one list and no image_id with a number"):
        read(save(tmp_path / "clip.json", people))
    assert len(read(save(tmp_path / "clip.json", people[:1]))) == 1


def test_detections_stand_at_the_number_of_their_picture(tmp_path: Path) -> None:
    people = [
        person(frame, image_id=f"v_{n}.jpg") for n, frame in enumerate(as_133(CLIP)) if n != 2
    ]
    pose = read(save(tmp_path / "clip.json", people[::-1]))
    np.testing.assert_array_equal(pose.xy[[0, 1, 3]], CLIP.xy[[0, 1, 3]])
    assert not pose.seen[2].any()


def test_halpes_136_landmarks_read_by_their_names(tmp_path: Path) -> None:
    values = np.ones((1, 136, 3)) * 100
    values[0, [20, 24, 25, 94, 115], 0] = [1, 2, 3, 4, 5]
    np.save(tmp_path / "clip.npy", values)
    pose = read(tmp_path / "clip.npy")
    names = ("left_big_toe", "left_heel", "right_heel", "left_hand_wrist", "right_hand_wrist")
    assert [pose[name][0, 0] for name in names] == [1, 2, 3, 4, 5]


def test_one_picture_with_two_people_is_one_frame(tmp_path: Path) -> None:
    people = [{"keypoints": (as_133(CLIP)[1, :, :2] + np.array([x, 0])).tolist()} for x in (0, 900)]
    assert len(read(save(tmp_path / "clip.json", {"instance_info": people}))) == 1


def test_scores_of_0_and_below_are_missing(tmp_path: Path) -> None:
    scores = np.where(np.arange(133) < 91, 1.0, -0.01)  # SimCC's, of hands that are not seen
    one = person(np.column_stack([np.full((133, 2), 5.0), scores]))
    pose = read(save(tmp_path / "clip.json", [[one]]))
    assert pose.seen[0, COCO_WHOLEBODY_65.body].all()
    assert not pose.seen[0, COCO_WHOLEBODY_65.hand("right")].any()


def test_arrays_may_lack_scores_and_an_npz_is_read_as_its_npy(tmp_path: Path) -> None:
    stacked = np.ones((2, 133, 3))
    np.save(tmp_path / "a.npy", stacked[..., :2])
    np.savez(tmp_path / "b.npz", stacked[..., :2])
    for name in ("a.npy", "b.npz"):
        pose = read(tmp_path / name)
        np.testing.assert_allclose(pose["nose"], stacked[:, 0, :2])
        assert (pose.confidence == 1).all()
    np.savez(tmp_path / "c.npz", keypoints=stacked[..., :2], scores=stacked[:, :50, 2])
    with pytest.raises(ValueError, match=r"scores has shape \(2, 50\), keypoints \(2, 133, 2\)"):
        read(tmp_path / "c.npz")
