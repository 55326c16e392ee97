"""Claims about the pictures of calibration and coverage."""

import re
from xml.etree import ElementTree

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spobet.evaluation.calibration import reliability
from spobet.evaluation.selective import operating_points
from spobet.reports.plots import coverage_curve, reliability_diagram

SVG = "{http://www.w3.org/2000/svg}"
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
    assert "50.0 % right where 100.0 % are answered" in coverage_curve(points, points[-1:])
    bins = reliability(np.array([0.9]), np.array([True]))
    assert "before scaling: 100.0 % right at 90.0 % sure; after: 100.0 %" in reliability_diagram(
        bins, bins
    )
