"""Comparing scored runs, and files of anyone's predictions, on the same clips."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.evaluation.external_predictions import judge
from spobet.evaluation.predictions import Prediction, predictions
from spobet.files import write_whole
from spobet.recognition.evaluate import scores_of
from spobet.reports.comparison import compare, comparison_page, comparison_text
from spobet.runs import RunFolder


def compare_paths(
    first: Path, second: Path, data: Path, splits: Sequence[str], page: Path | None = None
) -> str:
    """Compare two systems on one split or several pooled, as text; `page` names an HTML file to write too.

    first, second: run folders, scored where they are not yet, or CSV files of predictions.
    """
    dataset = Dataset.open(data)
    clips = dataset.manifest.of_splits(*splits)
    one, other = (_answers(path, clips, dataset, "+".join(splits)) for path in (first, second))
    comparison = compare((str(first), str(second)), clips, one, other)
    if page is not None:
        write_whole(page, comparison_page(comparison, dataset))
    return comparison_text(comparison)


def _answers(path: Path, clips: Manifest, dataset: Dataset, name: str) -> tuple[Prediction, ...]:
    if path.is_file():
        return judge(path, clips, dataset.manifest).predictions
    run = RunFolder(path)
    scores = scores_of(run, dataset, clips, name)
    return predictions(clips, scores.vocabulary, scores.logits)
