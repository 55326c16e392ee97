"""The page that `spobet report` writes: sections of figures and tables, each a function of a Report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from spobet.evaluation.accuracy_summary import AccuracySummary, Interval
from spobet.evaluation.scored_runs import SEED, Report
from spobet.evaluation.breakdown import MIN_CLIPS_FOR_PERCENT, UNKNOWN_SIGNER, Group
from spobet.evaluation.probabilities import softmax
from spobet.evaluation.intervals import NUM_RESAMPLES, Spread
from spobet.evaluation.text import percent
from spobet.poses.sequence import PoseSequence
from spobet.reports.chart import learning_curves
from spobet.reports.confidence import confidence_section, coverage_section
from spobet.reports.page import LEGEND, Example, example, film, html_page, section, table, tied
from spobet.reports.rollout import worth_section

NUM_PAIRS, NUM_PAIR_ROWS, NUM_CURVES = 6, 40, 5
NUM_MISSED, NUM_RIGHT = 4, 2
_NOT_CURVES = ("epoch", "seconds")
Poses = Callable[[str], PoseSequence]


def run_page(report: Report, poses: Poses, find_clip: Callable[[str], str | None]) -> str:
    """The whole page. poses: landmarks by clip id. find_clip: some clip of a gloss, from training, None where there is none."""
    sections = [
        headline(report),
        figures_section(report),
        runs_section(report),
        signer_overlap_section(report),
        confidence_section(report),
        coverage_section(report),
        pairs_section(report, poses, find_clip),
        examples_section(report, poses),
        worth_section(report.runs[0].worth),
        tables_section(report),
        curves_section(report),
        provenance(report),
    ]
    return html_page(
        f"Report on {', '.join(run.name for run in report.runs)}", sections, sortable=True
    )


def headline(report: Report) -> str:
    """The one sentence to remember, with its count, intervals and what guessing would reach."""
    top1, runs = report.accuracy_summaries[0], len(report.runs)
    sentence = f"{percent(top1.instance.mean)} % of {top1.count:,} clips are named right."
    counts = (
        f"{top1.hits[0]:,} of {top1.count:,}"
        if runs == 1
        else f"mean of {runs} runs, {_spread(top1.instance)}"
    )
    intervals = f"95 % interval {_span(top1.over_clips)} % over clips, {_span(top1.over_signers)} % over signers"
    guess = f"guessing among {len(report.vocabulary):,} glosses: {percent(1 / len(report.vocabulary))} %"
    facts = escape(tied(f"{report.split} · {counts} · {intervals} · {guess}"))
    kicker = escape(", ".join(run.name for run in report.runs))
    notes = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
    listed = f"<ul>{notes}</ul>" if notes else ""
    return f'<header><p class="kicker">{kicker}</p><h1>{escape(tied(sentence))}</h1><p class="facts">{facts}</p>{listed}</header>'


def figures_section(report: Report) -> str:
    """Accuracy for each k, over clips and over glosses, with three intervals."""
    runs = len(report.runs)
    head = (
        "Right among the",
        "Clips",
        "Wilson",
        "over clips",
        "over signers",
        "Mean over glosses",
        "over clips",
        "over signers",
    )
    rows = [
        _figures_row(summary_of_accuracy, runs) for summary_of_accuracy in report.accuracy_summaries
    ]
    told = (
        f"95 % intervals: Wilson's{', of the mean number of hits' if runs > 1 else ''}, and percentile bootstrap drawing clips or "
        f"whole signers ({NUM_RESAMPLES:,} resamples, seed {SEED}; a clip of an unknown signer counts as a signer of its own). "
        f"Mean over glosses: each of the {len(report.glosses):,} glosses with a clip counts the same."
    )
    deviation = f" ± is the standard deviation over {runs} runs." if runs > 1 else ""
    return section(
        "How often it is right",
        table(head, rows, "accuracy"),
        f'<p class="note">{escape(told + deviation)}</p>',
    )


def runs_section(report: Report) -> str:
    """A row a run; empty for a single one."""
    if len(report.runs) < 2:
        return ""
    head = (
        "Run",
        "seed",
        *(f"best {summary_of_accuracy.k}" for summary_of_accuracy in report.accuracy_summaries),
        "negative log-likelihood",
        "calibration error",
    )
    rows = []
    for number, run in enumerate(report.runs):
        hits = [
            f"{percent(summary_of_accuracy.hits[number] / summary_of_accuracy.count)} %"
            for summary_of_accuracy in report.accuracy_summaries
        ]
        trust = run.trust
        calibrated = (
            ("-", "-")
            if trust is None
            else (f"{trust.after.likelihood:.3f}", f"{percent(trust.after.error)} %")
        )
        cells = "".join(
            f"<td>{escape(cell)}</td>" for cell in (run.facts.get("seed", ""), *hits, *calibrated)
        )
        rows.append(f'<tr><th scope="row">{escape(run.name)}</th>{cells}</tr>')
    return section("Every run", table(head, rows, "every run", sortable=True))


def signer_overlap_section(report: Report) -> str:
    """Accuracy by what training met of the signer."""
    rows = [_group_row(group, (f"<td>{group.clips:,}</td>",)) for group in report.signer_overlap]
    told = f"Below {MIN_CLIPS_FOR_PERCENT} clips the count stands without a percentage."
    unknown = (
        " Some training clips are by signers who are not known." if "" in report.signers else ""
    )
    runs = f" Counts are summed over {len(report.runs)} runs." if len(report.runs) > 1 else ""
    shown = table(
        ("Signer", "Clips", "Named right"), rows, "accuracy by signer_overlap with the signer"
    )
    return section(
        "Signers that training met, and others", shown, f'<p class="note">{told}{unknown}{runs}</p>'
    )


def pairs_section(report: Report, poses: Poses, find_clip: Callable[[str], str | None]) -> str:
    """The glosses most often taken for each other, the first ones with a clip of each drawn; empty without mistakes."""
    if not report.confused:
        return ""
    drawn = [
        _pair(report, number, poses, find_clip)
        for number in range(min(NUM_PAIRS, len(report.confused)))
    ]
    rows = [
        f'<tr><th scope="row">{escape(" · ".join(pair.glosses))}</th><td>{pair.total}</td>'
        f"<td>{pair.times[0]}</td><td>{pair.times[1]}</td></tr>"
        for pair in report.confused[:NUM_PAIR_ROWS]
    ]
    head = ("Glosses", "Confused", "first taken for second", "second for first")
    count = f"The {len(rows)} most confused of {len(report.confused):,} pairs"
    listed = f"<details><summary>{count}</summary>{table(head, rows, 'confused glosses', sortable=True)}</details>"
    return section("What is taken for what", f'<p class="note">{LEGEND}</p>', *drawn, listed)


def examples_section(report: Report, poses: Poses) -> str:
    """Clips of the first run with their ranked answers: its surest mistakes, then clips named right."""
    run, right = report.runs[0], report.places[0] == 1
    chances = softmax(run.logits, run.trust.temperature if run.trust else 1.0)
    surest = np.argsort(-chances.max(axis=1), kind="stable")
    missed = [int(place) for place in surest if not right[place]][:NUM_MISSED]
    named = [int(place) for place in surest[::-1] if right[place]][:NUM_RIGHT]
    shown = [example(_example(report, place, chances[place], poses)) for place in (*missed, *named)]
    note = f"The surest mistakes of {run.name}, then right answers it was least sure of."
    return section("Single clips", f'<p class="note">{escape(note)}</p>', *shown)


def tables_section(report: Report) -> str:
    """Tables by gloss and by signer, each sorted by a press on a head."""
    glosses = [
        _group_row(
            group,
            (f"<td>{group.clips:,}</td>",),
            (f"<td>{escape(report.taken_for.get(group.name, ''))}</td>",),
        )
        for group in report.glosses
    ]
    signers = [
        _group_row(group, (f"<td>{group.clips:,}</td>",), (f"<td>{_met(report, group)}</td>",))
        for group in report.by_signer
    ]
    by_gloss = table(
        ("Gloss", "Clips", "Named right", "Taken for"), glosses, "accuracy by gloss", sortable=True
    )
    by_signer = table(
        ("Signer", "Clips", "Named right", "In training"),
        signers,
        "accuracy by signer",
        sortable=True,
    )
    return section(
        "Every gloss and signer",
        '<p class="note">A press on a head sorts.</p>',
        f"<details><summary>{len(glosses):,} glosses</summary>{by_gloss}</details>",
        f"<details><summary>{len(signers):,} signers</summary>{by_signer}</details>",
    )


def curves_section(report: Report) -> str:
    """Learning curves, a chart a quantity, a curve a run; empty where no run has any."""
    runs = [run for run in report.runs if run.history][:NUM_CURVES]
    quantities = dict.fromkeys(
        name for run in runs for name in run.history if name not in _NOT_CURVES
    )
    figures = ""
    for quantity in quantities:
        curves = {
            run.name: run.history[quantity]
            for run in runs
            if np.isfinite(run.history.get(quantity, ())).any()
        }
        if curves:
            figures += f"<figure>{learning_curves(curves, 'epoch', quantity)}</figure>"
    return section("How it learned", f'<div class="charts">{figures}</div>') if figures else ""


def provenance(report: Report) -> str:
    """Where each run comes from."""
    parts = ""
    for run in report.runs:
        items = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(fact)}</dd></div>"
            for name, fact in run.facts.items()
            if fact
        )
        parts += f"<h3>{escape(run.name)}</h3><dl>{items}</dl>"
    data = f"<h3>data</h3><dl><div><dt>content</dt><dd>{escape(report.data)}</dd></div></dl>"
    return f"<footer><h2>Where this comes from</h2>{parts}{data}</footer>"


def _figures_row(summary_of_accuracy: AccuracySummary, runs: int) -> str:
    counts = (
        f"<small>{summary_of_accuracy.hits[0]:,}/{summary_of_accuracy.count:,}</small>"
        if runs == 1
        else ""
    )
    cells = (
        f"{_spread(summary_of_accuracy.instance)} %{counts}",
        _span(summary_of_accuracy.wilson),
        _span(summary_of_accuracy.over_clips),
        _span(summary_of_accuracy.over_signers),
        f"{_spread(summary_of_accuracy.per_class)} %",
        _span(summary_of_accuracy.class_over_clips),
        _span(summary_of_accuracy.class_over_signers),
    )
    return f'<tr><th scope="row">best {summary_of_accuracy.k}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _group_row(group: Group, before: Sequence[str], after: Sequence[str] = ()) -> str:
    right = f'<td data-sort="{round(1e6 * group.share)}">{escape(str(group))}</td>'
    return f'<tr><th scope="row">{escape(group.name)}</th>{"".join(before)}{right}{"".join(after)}</tr>'


def _met(report: Report, group: Group) -> str:
    if group.name == UNKNOWN_SIGNER:
        return "not known"
    return "yes" if group.name in report.signers else "no"


def _pair(report: Report, number: int, poses: Poses, find_clip: Callable[[str], str | None]) -> str:
    pair = report.confused[number]
    run, place = pair.missed[0]
    clip, named = report.clips.clips[place], report.answers[run][place]
    right = [
        shown.id
        for shown, ok in zip(report.clips, report.places[0] == 1, strict=True)
        if ok and shown.gloss == named
    ]
    other = right[0] if right else find_clip(named)
    figures = _captioned(poses, clip.id, f"{clip.gloss}, taken for {named}")
    figures += (
        _captioned(poses, other, f"{named}{', named right' if right else ', from training'}")
        if other
        else ""
    )
    first, second = pair.glosses
    ways = zip((first, second), (second, first), pair.times, strict=True)
    times = escape(
        "; ".join(f"{shown} taken for {told} {count}×" for shown, told, count in ways if count)
    )
    return f"<article><h3>{escape(f'{first} · {second}')}<small>{times}</small></h3>{figures}</article>"


def _captioned(poses: Poses, clip_id: str, told: str) -> str:
    caption = f"<figcaption>clip {escape(clip_id)}: {escape(told)}</figcaption>"
    return f"<figure>{caption}{film(clip_id, poses(clip_id), height=110)}</figure>"


def _example(report: Report, place: int, chances: np.ndarray, poses: Poses) -> Example:
    clip, best = report.clips.clips[place], np.argsort(-chances, kind="stable")[:5]
    answers = tuple(
        (report.vocabulary.glosses[gloss], float(min(chances[gloss], 1))) for gloss in best
    )
    return Example(clip.id, poses(clip.id), clip.gloss, answers)


def _spread(figure: Spread) -> str:
    return percent(figure.mean) + (
        "" if figure.deviation is None else f" ± {percent(figure.deviation)}"
    )


def _span(interval: Interval) -> str:
    return f"{percent(interval[0])}–{percent(interval[1])}"
