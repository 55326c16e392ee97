"""Claims about the page of a report and its sections."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
from report_kit import LABELS, report_on, scored_run

from spobet.evaluation.deletion import Curves
from spobet.evaluation.scored_runs import Report, ScoredRun
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.reports.evaluation import evaluation_page

EVIL = "<script src='http://x'>&\"</script>"
CURVES = Curves((0.9,) * 11, (0.1,) * 11, (0.5, 0.4, 0.6), (0.3, 0.2, 0.4), 9)


def pose(_: str) -> PoseSequence:
    xy = np.random.default_rng(0).random((5, 42, 2))
    return PoseSequence(xy, np.ones((5, 42)), HANDS_42)


def page(report: Report) -> str:
    return evaluation_page(report, pose, lambda gloss: "t")


def text(report: Report) -> str:
    root = ElementTree.fromstring(page(report))
    return " ".join("".join(root.itertext()).replace("\u00a0", " ").split())


def test_the_page_is_whole_and_needs_no_network() -> None:
    html = page(report_on(scored_run(0), scored_run(1)))
    root = ElementTree.fromstring(html)
    tags = {element.tag for element in root.iter()}
    assert not {"link", "img", "iframe", "object"} & tags
    assert not any({"src", "href"} & set(element.attrib) for element in root.iter())
    for picture in root.iter("{http://www.w3.org/2000/svg}svg"):
        assert picture.attrib["role"] == "img" and picture[0].text
    assert len(html) < 1_000_000


def test_the_page_has_every_section() -> None:
    run = replace(scored_run(0), attention={"rollout": CURVES, "random": CURVES})
    words = text(report_on(run, scored_run(1)))
    for title in (
        *("Accuracy", "Every run", "Signer overlap with training", "Calibration"),
        *("Selective accuracy", "Confused glosses", "Single clips", "Every gloss and signer"),
        *("Attention weights", "Learning curves", "Where the figures come from"),
        *("mean of 2 runs", "signer in training, with this gloss"),
        *("For at most 30.0 % wrong answers", "± is the standard deviation over 2 runs"),
        *("9 clips. Deletion", "0.5000.400–0.600", "glosses with most wrong answers: a row"),
    ):
        assert title in words


def test_accuracy_coverage_and_confusions_are_drawn_before_any_table() -> None:
    above = page(report_on(scored_run(0), scored_run(1))).split("<table")[0]
    stories = ("with 95 % intervals", "Selective accuracy by coverage", "most wrong answers")
    places = [above.index(f"<title>{start}") for start in ("Accuracy", "Selective", "Answers")]
    assert places == sorted(places)
    assert all(story in above for story in stories)


def test_below_twenty_clips_no_percentage_is_shown() -> None:
    words = text(report_on(scored_run(0)))
    section = words.partition("Signer overlap with training")[2].partition("Calibration")[0]
    assert "%" not in section and " of 8" in section


def test_what_the_report_lacks_is_left_out() -> None:
    words = text(report_on(ScoredRun("right", 9 * np.eye(4)[LABELS])))
    assert "Top-1 accuracy 100.0 % on 24 clips" in words
    for title in (
        *("Every run", "Calibration", "Selective accuracy", "Confused glosses"),
        *("Learning curves", "Attention weights"),
    ):
        assert title not in words


def test_the_headline_of_different_recipes_pools_nothing() -> None:
    runs = [replace(scored_run(seed), recipe="aab"[seed]) for seed in range(3)]
    words = text(report_on(*runs))
    head = words.partition("Wilson")[0]
    assert "3 runs of 2 recipes on 24 clips" in head and "mean of 3 runs" not in words
    for recipe in report_on(*runs).recipes:
        mean = 100 * recipe.top_k[1].instance.mean
        assert f"{', '.join(run.name for run in recipe.runs)}: top-1 accuracy {mean:.1f} %" in head
    assert "Shown: run-0, run-1. Counts are summed over 2 runs." in words


def test_every_text_is_escaped() -> None:
    evil = replace(scored_run(0, commit=EVIL), name=EVIL)
    report = replace(report_on(evil), split=EVIL, data=EVIL, notes=(EVIL,))
    root = ElementTree.fromstring(page(report))
    assert len(list(root.iter("script"))) == 1  # the one that sorts tables
