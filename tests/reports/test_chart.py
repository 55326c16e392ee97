import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.evaluation.calibration import reliability
from spobet.evaluation.selective import operating_points
from spobet.reports.chart import coverage_curve, histogram, learning_curves, reliability_diagram

SVG = "{http://www.w3.org/2000/svg}"


def labels(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def numbers_within(svg: str, width: float, height: float) -> bool:
    points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", svg) + re.findall(
        r'cx="(-?[\d.]+)" cy="(-?[\d.]+)"', svg
    )
    return all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in points)


VALUES = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(math.nan)), min_size=1, max_size=20)
NAMES = st.text("ab<&\"' é", min_size=1, max_size=8)
CURVES = st.dictionaries(
    NAMES, VALUES.filter(lambda curve: not all(map(math.isnan, curve))), min_size=1, max_size=7
)


@given(CURVES)
def test_every_chart_is_xml_and_keeps_within_its_frame(curves: dict[str, list[float]]) -> None:
    svg = learning_curves(curves, "epoch", "loss <mean>")
    root = ElementTree.fromstring(svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert numbers_within(svg, width, height)
    assert set(curves) <= set(labels(svg)) and {"epoch", "loss <mean>"} <= set(labels(svg))


@given(CURVES)
def test_names_of_curves_never_overlap(curves: dict[str, list[float]]) -> None:
    texts = ElementTree.fromstring(learning_curves(curves, "x", "y")).iter(f"{SVG}text")
    heights = sorted(float(text.attrib["y"]) for text in texts if text.attrib["x"] == "381")
    assert len(heights) == len(curves)
    assert all(high - low >= 15.8 for low, high in pairwise(heights))


def test_ticks_are_round_numbers_around_the_values() -> None:
    shown = labels(learning_curves({"training": [0.93, 0.42, 0.13]}, "epoch", "loss"))
    assert shown == [
        "0",
        "0.2",
        "0.4",
        "0.6",
        "0.8",
        "1",
        "1",
        "2",
        "3",
        "epoch",
        "loss",
        "training",
    ]


def test_curves_differ_without_colour_and_follow_the_text_colour() -> None:
    svg = learning_curves({name: [1.0, 2.0] for name in "abcde"}, "epoch", "loss")
    groups = [
        group for group in ElementTree.fromstring(svg).iter(f"{SVG}g") if "class" in group.attrib
    ]
    lines = [group.find(f"{SVG}path") for group in groups]
    assert len({line.attrib.get("stroke-dasharray", "") for line in lines if line is not None}) == 5
    assert not re.search(r'(fill|stroke)="(?!currentColor|none)', svg)


def test_a_nan_leaves_a_gap_and_a_lonely_value_a_dot() -> None:
    svg = learning_curves({"a": [1, 2, math.nan, 3, math.nan, 4, 5]}, "epoch", "loss")
    line = next(ElementTree.fromstring(svg).iter(f"{SVG}circle"))
    assert svg.count("<circle") == 2 and float(line.attrib["cx"]) == pytest.approx(46 + 300 * 3 / 6)


def test_charts_without_a_value_are_refused() -> None:
    with pytest.raises(ValueError, match="0 curves"):
        learning_curves({}, "epoch", "loss")
    with pytest.raises(ValueError, match="without a finite value: empty, nan;"):
        learning_curves({"full": [1], "empty": [], "nan": [math.nan]}, "epoch", "loss")


CLIPS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)


def check_picture(picture: str) -> ElementTree.Element:
    root = ElementTree.fromstring(picture)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", picture) + re.findall(
        r'c?x="(-?[\d.]+)" c?y="(-?[\d.]+)"', picture
    )
    assert all(-0.1 <= float(x) <= width and -0.1 <= float(y) <= height for x, y in points)
    assert not re.search(r'(fill|stroke)="(?!currentColor|none)', picture)
    assert root[0].tag == f"{SVG}title" and root[0].text
    return root


@given(CLIPS, CLIPS)
def test_every_reliability_diagram_keeps_within_its_frame(
    first: list[tuple[float, bool]], second: list[tuple[float, bool]]
) -> None:
    before, after = (
        reliability(*map(np.array, zip(*clips, strict=True))) for clips in (first, second)
    )
    root = check_picture(reliability_diagram(before, after))
    assert len(list(root.iter(f"{SVG}rect"))) == len(before) + 1  # one in the legend
    assert len(list(root.iter(f"{SVG}circle"))) == len(after) + 1


@given(CLIPS)
def test_every_coverage_curve_keeps_within_its_frame(clips: list[tuple[float, bool]]) -> None:
    points = operating_points(*map(np.array, zip(*clips, strict=True)))
    root = check_picture(coverage_curve(points, points[-1:]))
    assert len(list(root.iter(f"{SVG}circle"))) == 1


def test_titles_say_in_words_what_is_drawn() -> None:
    points = operating_points(np.array([0.9, 0.4]), np.array([True, False]))
    assert "50.0 % at a coverage of 100.0 %" in coverage_curve(points, points[-1:])
    bins = reliability(np.array([0.9]), np.array([True]))
    expected = "before scaling: 100.0 % at 90.0 %; after: 100.0 % at 90.0 %"
    assert expected in reliability_diagram(bins, bins)


def test_bars_of_a_histogram_are_as_high_as_their_counts() -> None:
    root = ElementTree.fromstring(histogram([1, 4, 0], ("0", "12 frames"), "clips"))
    heights = [float(bar.attrib["height"]) for bar in root.iter(f"{SVG}rect")]
    assert heights == [22.5, 90, 0]
    assert [text.text for text in root.iter(f"{SVG}text")] == ["0", "12 frames"]
