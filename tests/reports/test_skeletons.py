import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54, Skeleton
from spobet.reports.skeletons import moving_skeleton, overlay_strip, skeleton_strip

SVG = "{http://www.w3.org/2000/svg}"


def random_pose(
    num_frames: int, skeleton: Skeleton = OPENPOSE_54, missing: float = 0.0, seed: int = 0
) -> PoseSequence:
    rng = np.random.default_rng(seed)
    xy = rng.normal(size=(num_frames, len(skeleton), 2)) * 50 + 300
    xy[rng.random(xy.shape[:2]) < missing] = np.nan
    return pose_of(xy, skeleton)


def pose_of(xy: np.ndarray, skeleton: Skeleton) -> PoseSequence:
    return PoseSequence(xy, (~np.isnan(xy[..., 0])).astype(float), skeleton)


def labels(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def numbers_within(svg: str, width: float, height: float) -> bool:
    points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", svg) + re.findall(
        r'cx="(-?[\d.]+)" cy="(-?[\d.]+)"', svg
    )
    return all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in points)


@given(
    num_frames=st.integers(1, 30),
    shown=st.integers(1, 10),
    missing=st.sampled_from([0.0, 0.3, 0.9, 1.0]),
    skeleton=st.sampled_from([OPENPOSE_54, HANDS_42]),
    weighted=st.booleans(),
)
def test_every_strip_is_xml_and_keeps_within_its_frame(
    num_frames: int, shown: int, missing: float, skeleton: Skeleton, weighted: bool
) -> None:
    weights = np.arange(num_frames) if weighted else None
    svg = skeleton_strip(random_pose(num_frames, skeleton, missing), shown, weights=weights)
    root = ElementTree.fromstring(svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert len(root.findall(f"{SVG}g")) <= min(num_frames, shown)
    assert numbers_within(svg, width, height)
    assert (root.attrib["height"], root[0].tag) == ("140", f"{SVG}title")


def test_a_strip_is_small_and_holds_one_decimal() -> None:
    svg = skeleton_strip(random_pose(60), weights=np.ones(60))
    assert len(svg) < 25_000
    assert not re.search(r"\d\.\d\d", svg)


def test_frames_are_evenly_spaced_and_count_from_one() -> None:
    assert labels(skeleton_strip(random_pose(15))) == ["1", "3", "5", "7", "9", "11", "13", "15"]
    assert labels(skeleton_strip(random_pose(3))) == ["1", "2", "3"]


def test_frames_before_and_after_the_sign_are_not_drawn() -> None:
    xy = random_pose(20).xy.copy()
    xy[:5], xy[8], xy[15:] = np.nan, np.nan, np.nan
    shown = labels(skeleton_strip(pose_of(xy, OPENPOSE_54), num_frames=10))
    assert shown == ["6", "7", "8", "none", "9", "10", "11", "12", "13", "14", "15"]


def test_a_clip_without_landmarks_says_so() -> None:
    svg = skeleton_strip(random_pose(9, missing=1.0), num_frames=2)
    assert labels(svg) == ["none", "1", "none", "9"]
    assert "<path" not in svg and "<circle" not in svg


def test_where_and_how_large_the_signer_is_changes_no_stroke() -> None:
    pose = random_pose(4)
    moved = pose_of(pose.xy * 2 + 64, OPENPOSE_54)
    assert skeleton_strip(moved) == skeleton_strip(pose)


def test_all_frames_share_one_scale() -> None:
    square = Skeleton("SQUARE", ("a", "b"), (("a", "b"),))
    xy = np.array([[[0, 0], [10, 10]], [[0, 0], [5, 5]]], dtype=float)
    first, second = re.findall(r'd="M([\d.]+) [\d.]+L([\d.]+)', skeleton_strip(pose_of(xy, square)))
    long, short = (float(end) - float(start) for start, end in (first, second))
    assert long == pytest.approx(2 * short, abs=0.2)


def test_missing_landmarks_and_their_bones_are_not_drawn() -> None:
    chain = Skeleton("CHAIN", ("a", "b", "c", "d"), (("a", "b"), ("b", "c"), ("c", "d")))
    xy = np.array([[[0, 0], [1, 1], [np.nan, np.nan], [3, 3]]])
    svg = skeleton_strip(pose_of(xy, chain))
    assert svg.count("<path") == 1 and svg.count("M") == 1 and svg.count("L") == 1
    assert svg.count("<circle") == 1  # d is seen, yet no bone reaches it


def test_hands_differ_without_colour() -> None:
    groups: dict[str, list[dict[str, str]]] = {"left": [], "right": []}
    for element in ElementTree.fromstring(skeleton_strip(random_pose(1, HANDS_42))).iter():
        if element.attrib.get("class") in groups:
            groups[element.attrib["class"]].append(dict(element.attrib))
    (left_lines, left_dots), (right_lines, right_dots) = groups["left"], groups["right"]
    assert "stroke-dasharray" in left_lines and "stroke-dasharray" not in right_lines
    assert (left_dots["fill"], right_dots["fill"]) == ("none", "currentColor")


def test_weights_are_shares_of_the_whole() -> None:
    svg = skeleton_strip(random_pose(6), num_frames=2, weights=np.array([1, 0, 1, 3, 3, 0]))
    assert labels(svg) == ["1 · 25 %", "6 · 75 %"]
    bars = [float(bar.attrib["width"]) for bar in ElementTree.fromstring(svg).iter(f"{SVG}rect")]
    assert bars[0] == pytest.approx(bars[1] / 3, abs=0.1)
    assert labels(skeleton_strip(random_pose(2), weights=np.zeros(2))) == ["1 · 0 %", "2 · 0 %"]


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="8 of 0 frames"):
        skeleton_strip(random_pose(0))
    with pytest.raises(ValueError, match="0 of 3 frames"):
        skeleton_strip(random_pose(3), num_frames=0)
    for weights in (np.ones(2), np.array([1, -1, 1]), np.array([1, math.nan, 1])):
        with pytest.raises(ValueError, match=r"weights have shape \(\d,\), expected \(3,\)"):
            skeleton_strip(random_pose(3), weights=weights)


def test_reconstructed_frames_lie_over_a_faint_truth() -> None:
    truth, reconstructed = random_pose(4, HANDS_42), random_pose(4, HANDS_42, seed=1)
    hidden = np.array([False, True, True, False])
    svg = overlay_strip(truth, reconstructed, hidden)
    assert labels(svg) == ["1", "2 hidden", "3 hidden", "4"]
    cells = ElementTree.fromstring(svg).findall(f"{SVG}g")
    assert [
        len([group for group in cell if group.attrib.get("opacity") == ".3"]) for cell in cells
    ] == [0, 1, 1, 0]
    root = ElementTree.fromstring(svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert numbers_within(svg, width, height)
    assert "2 of them hidden and reconstructed" in (root[0].text or "")


def test_a_hidden_frame_without_reconstruction_shows_the_truth_alone() -> None:
    truth, nothing = random_pose(2), random_pose(2, missing=1.0)
    assert labels(overlay_strip(truth, nothing, np.array([True, False]))) == ["1 hidden", "2"]
    with pytest.raises(ValueError, match="2 frames of truth, 3 reconstructed, 2 hidden or not"):
        overlay_strip(truth, random_pose(3), np.array([True, False]))


def test_a_moving_clip_shows_every_frame_at_its_time() -> None:
    pose = replace(random_pose(3), times=np.array([0.0, 0.1, 0.3]))
    root = ElementTree.fromstring(moving_skeleton(pose))
    moves = [element.attrib for element in root.iter() if element.tag.endswith("animate")]
    assert [move["keyTimes"] for move in moves] == [
        "0;0.22222",
        "0;0.22222;0.66667",
        "0;0.66667;1.00000",
    ]
    assert {move["dur"] for move in moves} == {"0.450s"}
    with pytest.raises(ValueError, match="0 frames"):
        moving_skeleton(pose.frames(0, 0))
