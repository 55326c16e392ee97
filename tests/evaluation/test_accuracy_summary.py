"""Claims about where runs stand, and about the page and JSON that tell it."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from spobet.dataset.manifest import Clip, Manifest, Vocabulary
from spobet.evaluation.accuracy_summary import Report, ScoredRun
from spobet.evaluation.confidence import cross_fitted
from spobet.evaluation.metrics import score, wilson_interval
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.reports.evaluation_page import run_page

GLOSSES = ("go", "eat <b>", "drink", "moon")
CLIPS = Manifest(
    tuple(Clip(f"c{n}", GLOSSES[n % 4], ("ann", "bob", "")[n % 3], "test") for n in range(24))
)
LABELS = np.arange(24) % 4
EVIL = "<script src='http://x'>&\"</script>"


def run(seed: int, trusted: bool = True, **facts: str) -> ScoredRun:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(24, 4)) + 1.5 * np.eye(4)[LABELS]
    trust = cross_fitted(logits, LABELS, np.arange(24) % 5, 0.3) if trusted else None
    history = {"epoch": [1.0, 2.0], "loss": [2.0, 1.0], "accuracy": [float("nan")] * 2}
    return ScoredRun(f"run-{seed}", logits, trust, {"seed": str(seed), **facts}, history)


def report(*runs: ScoredRun) -> Report:
    return Report(
        "test",
        "9f3a",
        CLIPS,
        Vocabulary(GLOSSES),
        runs,
        (Clip("t", "go", "ann"),),
        frozenset({"ann"}),
    )


def pose(_: str) -> PoseSequence:
    xy = np.random.default_rng(0).random((5, 42, 2))
    return PoseSequence(xy, np.ones((5, 42)), HANDS_42)


def page(told: Report) -> str:
    return run_page(told, pose, lambda gloss: "t")


def text(told: Report) -> str:
    return " ".join(
        "".join(ElementTree.fromstring(page(told)).itertext()).replace("\u00a0", " ").split()
    )


def test_one_run_stands_as_it_is_scored() -> None:
    told = report(run(0))
    metrics = score(told.runs[0].logits, LABELS, 4)
    for summary_of_accuracy in told.accuracy_summaries:
        accuracy = metrics.tops[summary_of_accuracy.k]
        assert (
            summary_of_accuracy.hits,
            summary_of_accuracy.instance.mean,
            summary_of_accuracy.wilson,
        ) == ((accuracy.hits,), accuracy.instance, accuracy.interval)
        assert summary_of_accuracy.per_class.mean == pytest.approx(accuracy.per_class)
        for low, high in (
            summary_of_accuracy.over_clips,
            summary_of_accuracy.over_signers,
            summary_of_accuracy.class_over_clips,
            summary_of_accuracy.class_over_signers,
        ):
            assert 0 <= low <= high <= 1
    assert told.accuracy_summaries[0].over_clips != told.accuracy_summaries[0].over_signers


def test_several_runs_stand_with_mean_and_deviation() -> None:
    told = report(run(0), run(1), run(2))
    top1 = told.accuracy_summaries[0]
    singles = [report(one).accuracy_summaries[0].hits[0] for one in told.runs]
    assert top1.hits == tuple(singles)
    assert top1.instance.mean == pytest.approx(np.mean(singles) / 24)
    assert top1.instance.deviation == pytest.approx(np.std(singles, ddof=1) / 24)
    assert top1.wilson == wilson_interval(round(np.mean(singles)), 24)
    assert sum(group.hits for group in told.glosses) == sum(singles)


def test_a_tie_is_told_as_the_answer_that_is_wrong() -> None:
    tied = replace(run(0, trusted=False), logits=np.zeros((24, 4)))
    told = report(tied)
    assert told.accuracy_summaries[0].hits == (0,)
    assert all(named != clip.gloss for named, clip in zip(told.answers[0], CLIPS, strict=True))


def test_the_json_holds_the_same_figures() -> None:
    told = report(run(0), run(1))
    stored = json.loads(json.dumps(told.to_json(), allow_nan=False))
    assert (stored["num_clips"], stored["split"], len(stored["runs"])) == (24, "test", 2)
    assert (
        stored["accuracy"]["top1"]["instance"]["mean"] == told.accuracy_summaries[0].instance.mean
    )
    assert stored["runs"][0]["calibration"]["after"]["error"] == told.runs[0].trust.after.error  # type: ignore[union-attr]
    assert sum(group["clips"] for group in stored["signer_overlap"]) == 24


def test_the_page_is_whole_and_needs_no_network() -> None:
    html = page(report(run(0), run(1)))
    root = ElementTree.fromstring(html)
    tags = {element.tag for element in root.iter()}
    assert not {"link", "img", "iframe", "object"} & tags
    assert not any({"src", "href"} & set(element.attrib) for element in root.iter())
    for picture in root.iter("{http://www.w3.org/2000/svg}svg"):
        assert picture.attrib["role"] == "img" and picture[0].text
    assert len(html) < 1_000_000


def test_the_page_tells_every_section() -> None:
    words = text(report(run(0), run(1)))
    for title in (
        "How often it is right", "Every run", "Signers that training met", "Is it as sure as it is right?",
        "What declining to answer gains", "What is taken for what", "Single clips", "Every gloss and signer",
        "How it learned", "Where this comes from", "mean of 2 runs", "signer in training, with this gloss",
        "For at most 30.0 % wrong answers", "± is the standard deviation over 2 runs",
    ):  # fmt: skip
        assert title in words


def test_below_twenty_clips_no_percentage_stands() -> None:
    section = (
        text(report(run(0))).partition("Signers that training met")[2].partition("Is it as sure")[0]
    )
    assert "%" not in section and " of 8" in section


def test_what_cannot_be_told_is_left_out() -> None:
    perfect = ScoredRun("right", 9 * np.eye(4)[LABELS])
    words = text(report(perfect))
    assert "100.0 % of 24 clips are named right." in words
    for title in (
        "Every run",
        "Is it as sure",
        "What declining",
        "What is taken for what",
        "How it learned",
    ):
        assert title not in words


def test_every_text_is_escaped() -> None:
    evil = replace(
        report(replace(run(0, commit=EVIL), name=EVIL)), split=EVIL, data=EVIL, notes=(EVIL,)
    )
    root = ElementTree.fromstring(page(evil))
    assert len(list(root.iter("script"))) == 1  # the one that sorts tables


def test_scores_of_other_clips_are_refused() -> None:
    with pytest.raises(ValueError, match=r"run-0: scores \(23, 4\), expected \(24, 4\)"):
        report(replace(run(0), logits=np.zeros((23, 4))))
    with pytest.raises(ValueError, match="no run to report on"):
        report()
