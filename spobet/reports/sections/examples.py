"""Single clips of the first run with their ranked answers."""

from __future__ import annotations

import numpy as np

from spobet.evaluation.probabilities import softmax
from spobet.reports.page import Example
from spobet.reports.sections.context import Context, Values

NUM_WRONG, NUM_RIGHT, NUM_ANSWERS = 4, 2, 5


def examples(context: Context) -> Values:
    """The wrong answers of most confidence, then the right ones of least."""
    report, run = context.report, context.report.runs[0]
    right = context.shown.ranks[0] == 1
    probabilities = softmax(run.logits) if run.probabilities is None else run.probabilities
    order = np.argsort(-probabilities.max(axis=1), kind="stable").tolist()
    wrong = [position for position in order if not right[position]][:NUM_WRONG]
    unsure = [position for position in reversed(order) if right[position]][:NUM_RIGHT]
    shown = []
    for position in (*wrong, *unsure):
        clip, of_clip = report.clips.clips[position], probabilities[position]
        best = np.argsort(-of_clip, kind="stable")[:NUM_ANSWERS]
        answers = tuple((report.vocabulary.glosses[i], float(min(of_clip[i], 1))) for i in best)
        shown.append(Example(clip.id, context.pose(clip.id), clip.gloss, answers))
    return {"name": run.name, "examples": shown}
