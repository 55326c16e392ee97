"""Two scored runs, or files of predictions, compared on the same clips: as text and as a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.evaluation.comparison import Comparison, compare
from spobet.evaluation.external_predictions import judge
from spobet.evaluation.intervals import NUM_RESAMPLES, SEED
from spobet.evaluation.metrics.top_k import TOPS
from spobet.evaluation.predictions import Prediction
from spobet.evaluation.text import percent
from spobet.files import write_whole
from spobet.recognition.evaluate import predictions_of, scores_of
from spobet.reports.page import render
from spobet.runs import RunFolder

MAX_DRAWN = 40
NUM_ANSWERS = 3
METHOD = (
    f"Intervals: 95 %, paired bootstrap ({NUM_RESAMPLES:,} resamples, seed {SEED}) over clips and "
    "over whole signers. McNemar: exact two-sided test on the clips that only one gets right."
)


def compare_paths(
    first: Path, second: Path, data: Path, splits: Sequence[str], page: Path | None = None
) -> str:
    """Compare two systems on one split or several pooled, as text; `page` names an HTML file.

    first, second: run folders, scored where they are not yet, or CSV files of predictions.
    """
    dataset, split = Dataset.open(data), "+".join(splits)
    clips = dataset.manifest.of_splits(*splits)
    one, other = (_answers(path, clips, dataset, split) for path in (first, second))
    comparison = compare((str(first), str(second)), clips, one, other)
    if page is not None:
        write_whole(page, comparison_page(comparison, dataset))
    return comparison_text(comparison)


def comparison_text(comparison: Comparison) -> str:
    """The figures for each k, then the clips that only one of the two gets right."""
    first, second = comparison.names
    lines = [f"{len(comparison.clips):,} clips; A is {first}, B is {second}. {METHOD}"]
    for k in TOPS:
        clips, signers = comparison.over_clips[k], comparison.over_signers[k]
        hits = [int(comparison.hits(system, k).sum()) for system in (0, 1)]
        a, b = (f"{percent(right / clips.count)} % ({right}/{clips.count})" for right in hits)
        spans = f"{_span(clips.interval)} over clips, {_span(signers.interval)} over signers"
        only = f"only A right {clips.only_first}, only B {clips.only_second}"
        lines.append(f"top-{k}: A {a}, B {b}; A - B {_points(clips.share)} points")
        lines.append(f"  95 % interval {spans}")
        lines.append(f"  {only}; McNemar p {_p_value(clips.p_value)}")
    for system, letter in enumerate("AB"):
        only_here = comparison.only(system)
        lines.append(f"only {letter} is right: {len(only_here):,}")
        for position in only_here:
            a, b = (answers[position].answers[0][0] for answers in comparison.answers)
            clip = comparison.clips.clips[position]
            parts = (clip.gloss, clip.split, clip.signer and f"signer {clip.signer}")
            lines.append(f"  {clip.id} ({', '.join(filter(None, parts))}): A {a}, B {b}")
    return "\n".join(lines)


def comparison_page(comparison: Comparison, dataset: Dataset) -> Markup:
    """The same as a page, with at most MAX_DRAWN clips of each list drawn."""
    values = {
        "title": " and ".join(comparison.names),
        "names": comparison.names,
        "sentence": heading(comparison),
        "num_clips": len(comparison.clips),
        "method": METHOD,
        "rows": [(f"top-{k}", _cells(comparison, k)) for k in TOPS],
        "lists": [_drawn(comparison, dataset, system) for system in (0, 1)],
    }
    return render("comparison.html", values)


def heading(comparison: Comparison) -> str:
    """What the intervals allow to say: which system is more accurate, or that it is not clear."""
    difference = comparison.over_clips[1]
    points = f"{percent(abs(difference.share))} points"
    if comparison.certain:
        better, worse = "AB" if difference.share > 0 else "BA"
        return f"{better} is more accurate than {worse}, by {points}"
    if not difference.share:
        return "A and B are equally accurate on these clips"
    better = "A" if difference.share > 0 else "B"
    return f"No clear difference: {better} is {points} ahead, and the interval includes 0"


def _answers(path: Path, clips: Manifest, dataset: Dataset, split: str) -> tuple[Prediction, ...]:
    if path.is_file():
        return judge(path, clips, dataset.manifest).predictions
    run = RunFolder(path)
    return predictions_of(run, clips, scores_of(run, dataset, clips, split))


def _cells(comparison: Comparison, k: int) -> list[str]:
    clips, signers = comparison.over_clips[k], comparison.over_signers[k]
    shares = [f"{percent(comparison.hits(system, k).mean())} %" for system in (0, 1)]
    spans = [_span(clips.interval), _span(signers.interval)]
    only = [str(clips.only_first), str(clips.only_second)]
    return [*shares, _points(clips.share), *spans, *only, _p_value(clips.p_value)]


def _drawn(comparison: Comparison, dataset: Dataset, system: int) -> dict[str, object]:
    """The clips that only this system gets right, with both systems' answers."""
    only, clips = comparison.only(system), []
    for position in only[:MAX_DRAWN]:
        clip = comparison.clips.clips[position]
        ranked = [_ranked(answers[position]) for answers in comparison.answers]
        clips.append({"clip": clip, "pose": dataset.pose(clip.id), "ranked": ranked})
    return {"letter": "AB"[system], "count": len(only), "clips": clips}


def _ranked(prediction: Prediction) -> str:
    """The best answers, with probabilities where they are known, and the rank of the true gloss."""
    words = [
        gloss if math.isnan(probability) else f"{gloss} {percent(probability)} %"
        for gloss, probability in prediction.answers[:NUM_ANSWERS]
    ]
    return f"{', '.join(words)}; true gloss at rank {prediction.rank}"


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"


def _span(interval: tuple[float, float]) -> str:
    return " to ".join(map(_points, interval))


def _p_value(p_value: float) -> str:
    return f"{p_value:.4f}" if p_value >= 0.0001 else "under 0.0001"
