"""Claims about writing SVG elements."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.reports.svg import dot, drawing, line, tag, text

WORDS = st.text("ab<>&\"' é", max_size=9)


@given(WORDS, WORDS, WORDS)
def test_text_title_and_attributes_are_read_back_as_they_were_given(
    words: str, title: str, name: str
) -> None:
    root = ElementTree.fromstring(drawing((9, 9), title, text(words, 1, 2), class_=name))
    assert root.attrib["class"] == name
    assert [element.text or "" for element in root] == [title, words]


def test_numbers_have_one_decimal_and_markup_is_not_escaped_twice() -> None:
    group = tag("g", line("M0 0"), stroke_width=1.26, x=-0.01, fill=None)
    assert group.startswith('<g stroke-width="1.3" x="0"><path d="M0 0"')


@pytest.mark.parametrize(("style", "sized"), [({}, True), ({"style": "width:100%"}, False)])
def test_a_drawing_has_a_size_unless_a_style_scales_it(style: dict[str, str], sized: bool) -> None:
    assert ('width="30"' in drawing((30.0, 20.0), "", **style)) == sized


def test_a_dot_has_the_colour_of_the_text_around_it() -> None:
    root = ElementTree.fromstring(drawing((9, 9), "", dot(1, 2, 3)))
    assert root.attrib["fill"] == "currentColor"
    assert "fill" not in root[1].attrib
