"""Comparing scored runs, and files of anyone's predictions, on the same clips."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.evaluation.comparison import compare, comparison_page, comparison_text
from spobet.evaluation.outside import judge
from spobet.evaluation.predictions import Prediction, read_predictions_csv
from spobet.files import write_whole
from spobet.runs import RunFolder


def compare_paths(first: Path, second: Path, data: Path, splits: Sequence[str], page: Path | None = None) -> str:
    """Compare two systems on one split or several pooled, as text; `page` names an HTML file to write too.

    first, second: run folders that `spobet evaluate` scored on these splits, or CSV files of predictions.
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
    run.record()
    if not run.predictions(name).is_file() or not run.metrics(name).is_file():
        words = " ".join(f"--split {split}" for split in name.split("+"))
        raise FileNotFoundError(f"{path}: not scored on {name}; give spobet evaluate {path} --data {dataset.path} {words}")
    scored_on = json.loads(run.metrics(name).read_text(encoding="utf-8")).get("data")
    if scored_on != dataset.info.content_hash:
        raise ValueError(f"{path}: was scored on another data set ({str(scored_on)[:12]}), score it on {dataset.path} first")
    rows = {row.clip_id: row for row in read_predictions_csv(run.predictions(name))}
    missing = [clip.id for clip in clips if clip.id not in rows]
    if missing:
        raise ValueError(f"{run.predictions(name)}: {len(missing)} of {len(clips)} clips have no row: {', '.join(missing[:5])}")
    return tuple(rows[clip.id] for clip in clips)
