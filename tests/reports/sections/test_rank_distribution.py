"""Claims about the section on ranks."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
from report_kit import LABELS, report_on, scored_run

from spobet.dataset.manifest import Vocabulary
from spobet.reports.page import render
from spobet.reports.sections.context import Context
from spobet.reports.sections.rank_distribution import rank_distribution


def context_of(logits: np.ndarray, glosses: tuple[str, ...]) -> Context:
    run = replace(scored_run(0, with_confidence=False), logits=logits)
    report = replace(report_on(scored_run(0)), runs=(run,), vocabulary=Vocabulary(glosses))
    return Context(report, lambda clip: None, lambda gloss: None)  # type: ignore[arg-type,return-value]


def test_every_clip_is_in_the_row_of_its_rank_and_the_last_row_reaches_all() -> None:
    logits = np.eye(4)[LABELS]
    logits[:6] = -logits[:6]  # last of four
    context = context_of(logits, ("go", "eat <b>", "drink", "moon"))
    values = rank_distribution(context)
    assert [row[:2] for row in values["rows"]] == [("1", 18), ("2", 0), ("3–4", 6)]  # type: ignore[attr-defined]
    assert [row[3] for row in values["rows"]] == [0.75, 0.75, 1.0]  # type: ignore[attr-defined]
    page = render("sections/rank_distribution.html", values)
    assert "Median rank 1." in "".join(ElementTree.fromstring(page).itertext())


def test_clips_outside_the_vocabulary_are_counted_apart() -> None:
    values = rank_distribution(context_of(np.zeros((24, 3)), ("go", "eat <b>", "drink")))
    assert values["num_outside"] == 6
    assert [row[3] for row in values["rows"]] == [0, 0, 0.75]  # type: ignore[attr-defined]
