"""Claims about reading and writing OpenPose clip folders."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spobet.formats import openpose
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54

NUM_LANDMARKS = len(OPENPOSE_54)
TRUNK = [(0, -60), (0, 0), (-45, 0), (-50, 70), (-30, 100), (45, 0), (50, 70), (30, 100)]
FACE = [(-8, -70), (8, -70), (-20, -65), (20, -65)]
pixels = st.floats(-2000, -10, width=32) | st.floats(10, 2000, width=32)  # less are shares
confidences = st.floats(2**-10, 1, width=32)


def points(positions: list[tuple[float, float]], confidence: float) -> list[float]:
    return [value for x, y in positions for value in (x, y, confidence)]


def person(
    x: float = 100, size: float = 1, confidence: float = 0.8, model: int = 25, **changes: Any
) -> dict[str, Any]:
    """One person with the neck at (x, 100) and both hands at the wrists."""
    trunk, face = (
        [(x + size * across, 100 + size * down) for across, down in part] for part in (TRUNK, FACE)
    )
    legs = [0] * 3 * (7 if model == 25 else 6)
    body = (
        points(trunk, confidence)
        + legs
        + points(face, confidence)
        + [0] * 3 * (model - 19 if model == 25 else 0)
    )
    hands = {
        f"hand_{side}_keypoints_2d": points([trunk[wrist]] * 21, confidence)
        for side, wrist in (("right", 4), ("left", 7))
    }
    return {"pose_keypoints_2d": body, "face_keypoints_2d": [], **hands, **changes}


def write_frame(
    folder: Path, number: int, *people: dict[str, Any], name: str = "image_{:05d}_keypoints.json"
) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name.format(number)
    file.write_text(json.dumps({"version": 1.3, "people": list(people)}))
    return file


def write_clip(folder: Path, *frames: list[dict[str, Any]]) -> None:
    for number, people in enumerate(frames, start=1):
        write_frame(folder, number, *people)


def neck_x(pose: PoseSequence) -> list[float | None]:
    return [None if np.isnan(x) else float(x) for x in pose["neck"][:, 0]]


@st.composite
def poses(draw: st.DrawFn) -> PoseSequence:
    shape = (draw(st.integers(1, 4)), NUM_LANDMARKS)
    xy = draw(arrays(np.float32, (*shape, 2), elements=pixels, fill=pixels))
    confidence = draw(arrays(np.float32, shape, elements=confidences, fill=confidences))
    missing = draw(arrays(np.bool_, shape))
    missing[draw(st.integers(0, len(missing))) :] = True
    return PoseSequence(
        np.where(missing[..., None], np.nan, xy), np.where(missing, 0, confidence), OPENPOSE_54
    )


@given(pose=poses())
def test_what_is_written_reads_back_exactly(pose: PoseSequence) -> None:
    with tempfile.TemporaryDirectory() as parent:
        openpose.write(pose, Path(parent) / "clip")
        again = openpose.read(Path(parent) / "clip")
    np.testing.assert_array_equal(again.xy, pose.xy)
    np.testing.assert_array_equal(again.confidence, pose.confidence)


@given(
    numbers=st.sets(st.integers(1, 30), min_size=1),
    start=st.integers(1, 30),
    length=st.integers(0, 30),
)
def test_a_range_reads_the_frames_with_its_numbers_and_gaps_are_missing_frames(
    numbers: set[int], start: int, length: int
) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        for number in numbers:
            write_frame(folder, number, person(x=number))
        chosen = [number for number in numbers if start <= number <= start + length]
        try:
            pose = openpose.read(folder, start, start + length)
        except openpose.RangeOutsideClip:
            assert not chosen or start + length > max(numbers)
        else:
            assert neck_x(pose) == [
                number if number in numbers else None
                for number in range(min(chosen), max(chosen) + 1)
            ]


@given(
    order=st.permutations(["signer", "left", "right"]),
    swaps=st.lists(st.booleans(), min_size=2, max_size=6),
)
def test_the_order_of_the_people_does_not_matter(order: list[str], swaps: list[bool]) -> None:
    people = {
        "signer": person(x=300),
        "left": person(x=100, size=0.6),
        "right": person(x=500, size=0.6),
    }
    with tempfile.TemporaryDirectory() as parent:
        for number, swap in enumerate(swaps, start=1):
            frame = [people[name] for name in order]
            write_frame(Path(parent), number, *(frame[::-1] if swap else frame))
        assert neck_x(openpose.read(Path(parent))) == [300] * len(swaps)


def test_body_25_and_the_18_point_model_read_alike(tmp_path: Path) -> None:
    write_clip(tmp_path, [person(model=25)], [person(model=18)])
    pose = openpose.read(tmp_path)
    np.testing.assert_array_equal(pose.xy[0], pose.xy[1])
    assert [pose["right_eye"][0].tolist(), pose["left_ear"][1].tolist()] == [[92, 30], [120, 35]]


def test_a_real_frame_reads_as_openpose_wrote_it(shared: Path, tmp_path: Path) -> None:
    shutil.copy(
        shared / "fixtures/openpose/69241_image_00030_keypoints.json",
        tmp_path / "image_00030_keypoints.json",
    )
    pose = openpose.read(tmp_path)
    assert (len(pose), pose.skeleton, pose.unit, pose.times) == (1, OPENPOSE_54, "pixels", None)
    assert pose.seen.all()
    assert pose["nose"].tolist() == [[np.float32(128.335), np.float32(76.2409)]]
    assert pose["left_ear"].tolist() == [[np.float32(154.74), np.float32(69.2919)]]
    assert pose["right_little_tip"].tolist() == [[np.float32(114.816), np.float32(181.46)]]
    assert pose["left_thumb_tip"].tolist() == [[np.float32(188.269), np.float32(163.335)]]
    assert pose.confidence[0, OPENPOSE_54.index("left_hand_wrist")] == np.float32(0.424776)


def test_an_absent_hand_is_missing_and_a_guessed_one_keeps_its_confidence(
    shared: Path, tmp_path: Path
) -> None:
    shutil.copy(
        shared / "fixtures/openpose/00335_image_00001_keypoints.json",
        tmp_path / "image_00001_keypoints.json",
    )
    pose = openpose.read(tmp_path)
    left, right = OPENPOSE_54.hand("left"), OPENPOSE_54.hand("right")
    assert not pose.seen[0, left].any()
    assert pose.seen[0, right].all()
    assert 0 < pose.confidence[0, right].max() < 0.013
    assert not pose.without_guesses(0.05).seen[0, right].any()
    assert np.isnan(pose["left_wrist"]).all()


@pytest.mark.parametrize(
    "face", [{"face_keypoints_2d": points([(1, 1)] * 70, 1)}, {"face_keypoints_2d": []}, {}]
)
def test_openpose_runs_with_or_without_faces_and_hands_are_read(
    tmp_path: Path, face: dict[str, Any]
) -> None:
    someone = person()
    write_clip(
        tmp_path, [someone | face], [{"pose_keypoints_2d": someone["pose_keypoints_2d"]} | face]
    )
    whole, body_only = openpose.read(tmp_path).seen
    assert whole.all()
    assert np.flatnonzero(body_only).tolist() == OPENPOSE_54.body.tolist()


def test_names_of_openpose_itself_are_read_and_count_from_one(tmp_path: Path) -> None:
    for number in range(3):
        write_frame(tmp_path, number, person(x=number), name="my_video_{:012d}_keypoints.json")
    assert neck_x(openpose.read(tmp_path)) == [0, 1, 2]
    assert neck_x(openpose.read(tmp_path, 2, 2)) == [1]


def test_interpolated_confidences_above_one_are_one(tmp_path: Path) -> None:
    write_frame(tmp_path, 1, person(confidence=1.04))
    assert (openpose.read(tmp_path).confidence == 1).all()


def test_a_bystander_who_appears_first_is_not_the_signer(tmp_path: Path) -> None:
    bystander = person(x=400, size=0.8)
    write_clip(tmp_path, [bystander], *[[bystander, person(x=100)]] * 3)
    assert neck_x(openpose.read(tmp_path)) == [None, 100, 100, 100]


def test_a_bystander_who_is_larger_for_one_frame_is_not_the_signer(tmp_path: Path) -> None:
    sizes = (0.7, 0.7, 3, 0.7, 0.7)
    write_clip(
        tmp_path,
        *([person(x=400, size=size), person(x=100 + frame)] for frame, size in enumerate(sizes)),
    )
    assert neck_x(openpose.read(tmp_path)) == [100, 101, 102, 103, 104]


def test_a_signer_who_is_not_found_in_a_frame_is_not_replaced_by_the_bystander(
    tmp_path: Path,
) -> None:
    both = [person(x=400, size=0.7), person(x=100)]
    write_clip(tmp_path, both, both, both[:1], both, both)
    assert neck_x(openpose.read(tmp_path)) == [100, 100, None, 100, 100]


def test_of_two_people_alike_the_one_whose_hands_are_seen_is_the_signer(tmp_path: Path) -> None:
    write_clip(
        tmp_path,
        [person(x=400, hand_left_keypoints_2d=[], hand_right_keypoints_2d=[]), person(x=100)],
    )
    assert neck_x(openpose.read(tmp_path)) == [100]


def test_a_lone_signer_who_jumps_is_kept(tmp_path: Path) -> None:
    write_clip(
        tmp_path,
        [person(x=100)],
        [person(x=100), person(x=500, size=0.3)],
        [person(x=900)],
        [person(x=900)],
    )
    assert neck_x(openpose.read(tmp_path)) == [100, 100, 900, 900]


def test_frames_stand_in_the_order_of_their_numbers_not_of_the_listing(tmp_path: Path) -> None:
    for number in (10, 2, 1, 9):
        write_frame(tmp_path, number, person(x=number), name="image_{}_keypoints.json")
    assert [x for x in neck_x(openpose.read(tmp_path)) if x is not None] == [1, 2, 9, 10]


def test_frame_end_minus_one_reads_to_the_last_frame(tmp_path: Path) -> None:
    write_clip(tmp_path, *([person(x=number)] for number in (1, 2, 3, 4)))
    assert neck_x(openpose.read(tmp_path, 1, -1)) == [1, 2, 3, 4]
    assert neck_x(openpose.read(tmp_path, 3, -1)) == [3, 4]


def test_a_frame_without_a_person_stays_as_a_missing_frame(tmp_path: Path) -> None:
    write_clip(tmp_path, [person(x=1)], [], [person(x=3)])
    pose = openpose.read(tmp_path)
    assert neck_x(pose) == [1, None, 3]
    assert not pose.seen[1].any()
    write_clip(tmp_path, [], [], [])
    assert neck_x(openpose.read(tmp_path)) == [None, None, None]


def test_clips_of_more_than_249_frames_are_read_whole(tmp_path: Path) -> None:
    write_clip(tmp_path, *([person(x=number)] for number in range(1, 301)))
    assert neck_x(openpose.read(tmp_path)) == list(range(1, 301))


def test_a_corrupt_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    write_frame(tmp_path, 2).write_text('{"people": [')
    with pytest.raises(ValueError, match=r"image_00002_keypoints\.json: not JSON: "):
        openpose.read(tmp_path)


def test_a_range_that_picks_no_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    write_clip(tmp_path, [person()], [person()])
    with pytest.raises(
        openpose.RangeOutsideClip, match=r"frames 7\.\.9 asked for, files are numbered 1\.\.2"
    ):
        openpose.read(tmp_path, 7, 9)


def test_a_clip_that_was_cut_to_its_range_already_is_not_cut_again(tmp_path: Path) -> None:
    write_clip(tmp_path, *[[person()]] * 10)
    with pytest.raises(
        openpose.RangeOutsideClip,
        match=r"frames 6\.\.15 asked for, its 10 frames seem to be cut already",
    ):
        openpose.read(tmp_path, 6, 15)
    assert len(openpose.read(tmp_path, 6, 11)) == 5


@pytest.mark.parametrize(("start", "end"), [(0, 5), (5, 4), (1, 0), (1, -2)])
def test_a_range_that_is_none_is_refused(tmp_path: Path, start: int, end: int) -> None:
    write_clip(tmp_path, [])
    with pytest.raises(
        ValueError, match=rf"frames {start}\.\.{end}, expected 1 <= start <= end \(or end -1\)"
    ):
        openpose.read(tmp_path, start, end)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ('{"version": 1.3}', "no `people` in it"),
        ('{"people": [3]}', "`people` is no list of objects"),
        ('{"people": [{}]}', r"0 body values, expected 75 \(BODY_25\) or 54 \(18-point model\)"),
        ('{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}', "3 body values, expected 75"),
        (
            '{"people": [{"pose_keypoints_2d": "many"}]}',
            "pose_keypoints_2d is str, expected a list of numbers",
        ),
    ],
)
def test_a_file_that_is_not_of_openpose_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    write_frame(tmp_path, 1).write_text(content)
    with pytest.raises(ValueError, match=rf"image_00001_keypoints\.json: {message}"):
        openpose.read(tmp_path)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, 2.0], "2 left hand values, expected 63 or none"),
        (["1"] * 63, "keypoint values must be numbers"),
        ([[1]] * 63, "keypoint values must be numbers"),
        (
            [1e300, 1, 1] + [0] * 60,
            r"left_hand_wrist is \(1e\+300, 1, 1\), expected finite x and y and a confidence",
        ),
        ([0] * 3 + [5, 5, 200] + [0] * 57, r"left_thumb_cmc is \(5, 5, 200\)"),
        ([5, 5, -0.5] + [0] * 60, r"left_hand_wrist is \(5, 5, -0\.5\)"),
    ],
)
def test_wrong_hand_values_are_refused(tmp_path: Path, values: list[Any], message: str) -> None:
    write_clip(
        tmp_path, [person(hand_left_keypoints_2d=[])], [person(hand_left_keypoints_2d=values)]
    )
    with pytest.raises(ValueError, match=rf"image_00002_keypoints\.json: {message}"):
        openpose.read(tmp_path)


def test_folders_without_keypoint_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder"):
        openpose.read(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"no \*_keypoints.json file in this folder"):
        openpose.read(tmp_path)
    with pytest.raises(ValueError, match=r"\.py: a file, expected a folder"):
        openpose.read(Path(__file__))


def test_two_files_of_one_frame_are_refused(tmp_path: Path) -> None:
    write_frame(tmp_path, 1, name="one_{:05d}_keypoints.json")
    write_frame(tmp_path, 1, name="two_{:05d}_keypoints.json")
    with pytest.raises(ValueError, match="has the same frame number, expected one clip a folder"):
        openpose.read(tmp_path)


def test_hands_without_a_body_are_read_and_a_person_without_anything_is_nobody(
    tmp_path: Path,
) -> None:
    hands = person(pose_keypoints_2d=[])
    nobody = person(pose_keypoints_2d=[], hand_left_keypoints_2d=[], hand_right_keypoints_2d=[])
    write_clip(tmp_path, [hands], [nobody])
    pose = openpose.read(tmp_path)
    assert pose.seen[0, OPENPOSE_54.hand("left")].all() and pose.seen[0].sum() == 42
    assert not pose.seen[1].any()


def test_of_two_people_of_whom_only_hands_are_seen_one_is_followed(tmp_path: Path) -> None:
    signer = person(x=300, pose_keypoints_2d=[])
    other = person(x=600, size=0.7, pose_keypoints_2d=[])
    write_clip(tmp_path, [signer, other], [other, signer], [signer, other])
    pose = openpose.read(tmp_path)
    assert pose["left_hand_wrist"][:, 0].tolist() == [330] * 3


def test_more_people_than_a_crowd_are_refused(tmp_path: Path) -> None:
    write_clip(tmp_path, [{"pose_keypoints_2d": []}] * 51)
    with pytest.raises(ValueError, match=r"_keypoints\.json: 51 people, expected at most 50"):
        openpose.read(tmp_path)


def test_a_range_of_files_numbered_by_milliseconds_counts_files(tmp_path: Path) -> None:
    for number in (0, 40, 80, 120):
        write_frame(tmp_path, number, person(x=number), name="v_{}_keypoints.json")
    pose = openpose.read(tmp_path, 2, 3)
    assert neck_x(pose) == [40, 80]
    assert pose.times is not None and pose.times.tolist() == [0.04, 0.08]


def test_a_hole_that_no_clip_has_is_refused(tmp_path: Path) -> None:
    write_frame(tmp_path, 1)
    write_frame(tmp_path, 10**9)
    with pytest.raises(
        ValueError,
        match="no frame between 1 and 1000000000, expected gaps of at most 1000 frames",
    ):
        openpose.read(tmp_path)


def test_only_pixels_are_written(tmp_path: Path) -> None:
    pose = PoseSequence(
        np.zeros((1, NUM_LANDMARKS, 2)), np.ones((1, NUM_LANDMARKS)), OPENPOSE_54, unit="image"
    )
    with pytest.raises(ValueError, match="pose is in image, expected pixels"):
        openpose.write(pose, tmp_path / "clip")


def test_a_clip_folder_is_recognised_by_its_files(tmp_path: Path) -> None:
    assert not openpose.looks_like(tmp_path)
    file = write_frame(tmp_path, 1)
    assert openpose.looks_like(tmp_path)
    assert not openpose.looks_like(file)
    assert not openpose.looks_like(tmp_path / "nowhere")
