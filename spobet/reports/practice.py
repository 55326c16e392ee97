"""A page that draws a take of a sign over its reference."""

from __future__ import annotations

from markupsafe import Markup

from spobet.recognition.practice import Practice
from spobet.reports.page import render
from spobet.reports.skeletons import double_strip


def practice_page(clip: str, practice: Practice) -> Markup:
    """A page about one take. clip: its name."""
    values = {
        "title": f"{practice.gloss}, signed again",
        "clip": clip,
        "practice": practice,
        "strip": double_strip(practice.take, practice.reference),
    }
    return render("practice.html", values)
