"""Claims about heat maps and charts of intervals."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from report_kit import CLIPS, GLOSSES

from spobet.evaluation.breakdown import worst_confusions
from spobet.reports.matrix import Measured, heat_map, interval_chart

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_heat_map_has_a_number_for_every_count_that_is_not_zero() -> None:
    svg = heat_map(np.array([[3, 0, 1], [0, 2, 0]]), ("a", "<b>"), ("a", "<b>", "other"), "map")
    assert texts(svg) == ["a", "3", "1", "<b>", "2", "a", "<b>", "other"]
    rects = list(ElementTree.fromstring(svg).iter(f"{SVG}rect"))
    shades = [float(rect.attrib["fill-opacity"]) for rect in rects]
    assert shades[0] > shades[1] and shades[2] == max(shades)
    assert [rect.attrib["class"] for rect in rects] == ["curve-1", "curve-2", "curve-1"]
    with pytest.raises(ValueError, match="counts"):
        heat_map(np.zeros((2, 2)), ("a",), ("a", "b"), "map")


def test_long_names_are_cut_and_stay_within_the_picture() -> None:
    svg = heat_map(np.array([[1]]), ("x" * 50,), ("y" * 50,), "map")
    assert max(map(len, texts(svg))) == 20


def test_the_worst_glosses_are_those_with_most_wrong_answers() -> None:
    right = [clip.gloss for clip in CLIPS]
    first = ["moon" if gloss == "go" else gloss for gloss in right]
    second = ["drink" if gloss in ("go", "moon") else gloss for gloss in right]
    glosses, counts = worst_confusions(CLIPS, [first, second, right], 20)
    assert glosses == ("go", "moon")
    assert counts.tolist() == [[6, 6, 6], [0, 12, 6]]
    glosses, counts = worst_confusions(CLIPS, [first, second], 1)
    assert (glosses, counts.tolist()) == (("go",), [[0, 12]])
    assert set(glosses) < set(GLOSSES)


def test_an_interval_chart_says_each_figure_in_words() -> None:
    svg = interval_chart([Measured("top-1", 0.5, (0.4, 0.6)), Measured("b", 1, (0.9, 1))], "t")
    words = texts(svg)
    assert "50.0 % (40.0–60.0)" in words and "100.0 % (90.0–100.0)" in words
    assert len(list(ElementTree.fromstring(svg).iter(f"{SVG}circle"))) == 2
