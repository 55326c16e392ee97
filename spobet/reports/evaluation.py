"""Reports on finished runs: scores are read, or made where they are not there, and told on one page and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spobet.dataset.folds import fold_of_clips
from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.evaluation.scored_runs import Report, ScoredRun
from spobet.evaluation.confidence import ConfidenceReport, cross_fitted, fitted_elsewhere
from spobet.evaluation.deletion import Curves
from spobet.evaluation.ranks import OUTSIDE_VOCABULARY, labels_of
from spobet.evaluation.scores import Scores
from spobet.files import write_whole
from spobet.recognition.evaluate import chosen_here, scores_of
from spobet.recognition.network import network_hash
from spobet.reports.evaluation_page import run_page
from spobet.runs import RunFolder, RunRecord

PAGE, VALUES = "report.html", "report.json"
FIT_ON = "val"


def report(
    runs: Sequence[Path], data: Path, splits: Sequence[str], out: Path, wanted_error: float = 0.1
) -> Path:
    """Write report.html and report.json on runs of one vocabulary into the folder `out`; returns the page.

    Temperature and threshold come from the split `val` where it is not scored itself and no run was trained on it,
    else from other folds of the scored clips. ValueError where runs name different glosses, or as `evaluate` says.
    """
    dataset = Dataset.open(data)
    told = gather([RunFolder(run) for run in runs], dataset, splits, wanted_error)
    page = run_page(told, dataset.pose, lambda gloss: _some_clip(dataset.manifest, gloss))
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / VALUES, json.dumps(told.to_json(), indent=1, ensure_ascii=False) + "\n")
    write_whole(out / PAGE, page)
    return out / PAGE


def gather(
    runs: Sequence[RunFolder], dataset: Dataset, splits: Sequence[str], wanted_error: float
) -> Report:
    """The scores of every run on the same clips, with all that is told of them."""
    name, clips = "+".join(splits), dataset.manifest.of_splits(*splits)
    scored = [scores_of(run, dataset, clips, name) for run in runs]
    vocabulary, records = scored[0].vocabulary, [run.record() for run in runs]
    columns = [_columns(run, scores, scored[0]) for run, scores in zip(runs, scored, strict=True)]
    told = tuple(
        ScoredRun(
            name=_name(run, runs),
            logits=scores.logits[:, order],
            trust=_trust(run, record, dataset, clips, scores, splits, wanted_error),
            facts=_facts(record),
            history=run.read_history() if run.history.is_file() else {},
            worth=_worth(run, dataset, name),
        )
        for run, record, scores, order in zip(runs, records, scored, columns, strict=True)
    )
    met = frozenset(clip_id for record in records for clip_id in record.clips)
    return Report(
        split=name,
        data=dataset.info.content_hash,
        clips=clips,
        vocabulary=vocabulary,
        runs=told,
        trained=tuple(clip for clip in dataset.manifest if clip.id in met),
        signers=frozenset(signer for record in records for signer in record.signers),
        notes=tuple(
            dict.fromkeys(note for record in records for note in chosen_here(record.chosen, name))
        ),
    )


def _columns(run: RunFolder, scores: Scores, first: Scores) -> list[int]:
    if set(scores.vocabulary.glosses) != set(first.vocabulary.glosses):
        sizes = f"{len(scores.vocabulary)} glosses, the first run {len(first.vocabulary)}"
        raise UserError(f"{run.path}: names {sizes}; runs of one report name the same glosses")
    return [scores.vocabulary.index(gloss) for gloss in first.vocabulary.glosses]


def _trust(
    run: RunFolder,
    record: RunRecord,
    dataset: Dataset,
    clips: Manifest,
    scores: Scores,
    splits: Sequence[str],
    wanted: float,
) -> ConfidenceReport | None:
    logits, labels = scores.logits.astype(np.float64), labels_of(clips, scores.vocabulary)
    met = frozenset(record.clips)
    others = Manifest(
        tuple(clip for clip in dataset.manifest if clip.split == FIT_ON and clip.id not in met)
    )
    if (
        FIT_ON not in splits
        and len(others)
        and len(others) == sum(clip.split == FIT_ON for clip in dataset.manifest)
    ):
        fitting = scores_of(run, dataset, others, FIT_ON)
        fit_on = (fitting.logits.astype(np.float64), labels_of(others, fitting.vocabulary))
        if (fit_on[1] != OUTSIDE_VOCABULARY).any():
            return fitted_elsewhere(logits, labels, fit_on, FIT_ON, wanted)
    fold_of = fold_of_clips(clips)
    folds = np.array([fold_of[clip.id] for clip in clips])
    if len(np.unique(folds[labels != OUTSIDE_VOCABULARY])) < 2:
        return None
    return cross_fitted(logits, labels, folds, wanted)


def _name(run: RunFolder, runs: Sequence[RunFolder]) -> str:
    names = [other.path.resolve().name for other in runs]
    own = run.path.resolve().name
    return own if names.count(own) == 1 else str(run.path)


def _facts(record: RunRecord) -> dict[str, str]:
    return {
        "seed": str(record.seed),
        "commit": record.commit,
        "command": record.command,
        "epochs": f"{record.epochs}, {record.chosen}",
        "time": f"{record.minutes:.1f} minutes on {record.machine or 'a machine that is not named'}, {record.backend}",
        "held out": record.fold,
        "left out": record.left_out,
        "head": record.head_from,
        "versions": ", ".join(f"{name} {version}" for name, version in record.versions.items()),
    }


def _worth(run: RunFolder, dataset: Dataset, name: str) -> dict[str, Curves]:
    """What `spobet rollout` measured of this network on these clips, {} where it did not."""
    if not run.rollout(name).is_file():
        return {}
    values = json.loads(run.rollout(name).read_text(encoding="utf-8"))
    if (values.get("data"), values.get("weights")) != (dataset.info.content_hash, network_hash(run)):
        return {}
    return {kind: Curves.from_json(curves) for kind, curves in values["curves"].items()}


def _some_clip(manifest: Manifest, gloss: str) -> str | None:
    clips: list[Clip] = [
        clip for clip in manifest if clip.gloss == gloss and clip.split in ("train", "")
    ]
    return clips[0].id if clips else None
