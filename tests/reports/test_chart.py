import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.reports.chart import learning_curves

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
    heights = sorted(float(text.attrib["y"]) for text in texts if text.attrib["x"] == "381.0")
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
