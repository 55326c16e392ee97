"""The report on finished runs: scores are read, or made where there are none, for page and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from markupsafe import Markup

from spobet.dataset.folds import fold_of_clips
from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.evaluation.confidence import (
    ConfidenceReport,
    as_answered,
    cross_fitted,
    fitted_elsewhere,
)
from spobet.evaluation.deletion import Curves
from spobet.evaluation.ranks import OUTSIDE_VOCABULARY, labels_of
from spobet.evaluation.scored_runs import Report, ScoredRun
from spobet.evaluation.scores import Scores
from spobet.files import write_whole
from spobet.poses.sequence import PoseSequence
from spobet.recognition.answers import gloss_probabilities
from spobet.recognition.evaluate import scores_of
from spobet.recognition.network import network_hash
from spobet.recognition.rejection import Rejection
from spobet.recognition.seen_in_training import chosen_on
from spobet.reports.page import render
from spobet.reports.sections import SECTIONS
from spobet.reports.sections.context import Context
from spobet.runs import RunFolder, RunRecord

PAGE, VALUES = "report.html", "report.json"
FIT_ON = "val"


def report(
    runs: Sequence[Path], data: Path, splits: Sequence[str], out: Path, wanted_error: float = 0.1
) -> Path:
    """Write report.html and report.json on runs of one vocabulary into `out`; returns the page.

    Runs that differ in more than their seed are not pooled. Temperature and threshold come from the
    run's rejection.json; without one, from the split `val` where it is not scored itself and no run
    was trained on it, else from other folds of the scored clips. UserError where runs have
    different glosses, or as `evaluate` says.
    """
    dataset = Dataset.open(data)
    found = gather([RunFolder(run) for run in runs], dataset, splits, wanted_error)
    known = [clip for clip in dataset.manifest if clip.split in ("train", "")]
    training = {clip.gloss: clip.id for clip in reversed(known)}  # the first clip of each gloss
    page = evaluation_page(found, dataset.pose, training.get)
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / VALUES, json.dumps(found.to_json(), indent=1, ensure_ascii=False) + "\n")
    write_whole(out / PAGE, page)
    return out / PAGE


def evaluation_page(
    found: Report,
    pose: Callable[[str], PoseSequence],
    find_clip: Callable[[str], str | None],
) -> Markup:
    """The whole page: every section that has something to show. Arguments as in `Context`."""
    context, sections = Context(found, pose, find_clip), []
    for name, section in SECTIONS.items():
        values = section(context)
        if values is not None:
            sections.append(render(f"sections/{name}.html", values))
    title = f"Report on {', '.join(run.name for run in found.runs)}"
    return render("evaluation.html", {"title": title, "sections": sections})


def gather(
    runs: Sequence[RunFolder], dataset: Dataset, splits: Sequence[str], wanted_error: float
) -> Report:
    """The scores of every run on the same clips, with what follows from them.

    Of a run that `spobet calibrate` has fitted, the probabilities and the threshold that it answers
    with are reported, else those that fitting it here would give.
    """
    split, clips = "+".join(splits), dataset.manifest.of_splits(*splits)
    all_scores = [scores_of(run, dataset, clips, split) for run in runs]
    vocabulary, records = all_scores[0].vocabulary, [run.record() for run in runs]
    names, scored = _names(runs), []
    for name, run, record, scores in zip(names, runs, records, all_scores, strict=True):
        order, rejection = _columns(run, scores, all_scores[0]), Rejection.read(run.rejection)
        answered = gloss_probabilities(scores.output, scores.vocabulary, rejection)
        one = ScoredRun(
            name=name,
            logits=scores.logits[:, order],
            confidence=_confidence(run, record, dataset, clips, scores, splits, wanted_error),
            facts=_facts(record),
            history=run.read_history() if run.history.is_file() else {},
            attention=_attention(run, dataset, split),
            recipe=_recipe(run, record),
            probabilities=answered.probabilities[:, order],
            accepted=answered.accepted,
        )
        scored.append(one)
    seen = frozenset(clip_id for record in records for clip_id in record.clips)
    notes = [note for record in records for note in chosen_on(record.chosen, split)]
    return Report(
        split=split,
        data=dataset.info.content_hash,
        clips=clips,
        vocabulary=vocabulary,
        runs=tuple(scored),
        trained=tuple(clip for clip in dataset.manifest if clip.id in seen),
        signers=frozenset(signer for record in records for signer in record.signers),
        notes=tuple(dict.fromkeys(notes)),
    )


def _columns(run: RunFolder, scores: Scores, first: Scores) -> list[int]:
    """The columns of a run's logits in the order of the first run's glosses."""
    if set(scores.vocabulary.glosses) != set(first.vocabulary.glosses):
        sizes = f"{len(scores.vocabulary)} glosses, the first run {len(first.vocabulary)}"
        raise UserError(f"{run.path}: {sizes}; the runs of a report have the same glosses")
    return [scores.vocabulary.index(gloss) for gloss in first.vocabulary.glosses]


def _confidence(
    run: RunFolder,
    record: RunRecord,
    dataset: Dataset,
    clips: Manifest,
    scores: Scores,
    splits: Sequence[str],
    wanted_error: float,
) -> ConfidenceReport | None:
    logits, labels = scores.logits.astype(np.float64), labels_of(clips, scores.vocabulary)
    if run.rejection.is_file():
        return _as_answered(run, scores, logits, labels, clips)
    validation = tuple(clip for clip in dataset.manifest if clip.split == FIT_ON)
    unseen = not any(clip.id in set(record.clips) for clip in validation)
    if FIT_ON not in splits and validation and unseen:
        others = Manifest(validation)
        fitting = scores_of(run, dataset, others, FIT_ON)
        fit_on = (fitting.logits.astype(np.float64), labels_of(others, fitting.vocabulary))
        if (fit_on[1] != OUTSIDE_VOCABULARY).any():
            return fitted_elsewhere(logits, labels, fit_on, FIT_ON, wanted_error)
    fold_of = fold_of_clips(clips)
    folds = np.array([fold_of[clip.id] for clip in clips])
    if len(np.unique(folds[labels != OUTSIDE_VOCABULARY])) < 2:
        return None
    return cross_fitted(logits, labels, folds, wanted_error)


def _as_answered(
    run: RunFolder,
    scores: Scores,
    logits: np.ndarray,
    labels: np.ndarray,
    clips: Manifest,
) -> ConfidenceReport:
    rejection = Rejection.read(run.rejection)
    answered = gloss_probabilities(scores.output, scores.vocabulary, rejection)
    fitted_on = f"fitted by spobet calibrate on the {rejection.count:,} clips of {rejection.split}"
    fitted_here = np.array([clip.split in rejection.split.split("+") for clip in clips])
    if fitted_here.any():
        fitted_on += ", some of which are scored here too"
    return as_answered(
        logits,
        labels,
        (answered.probabilities, answered.confidence),
        fitted_on,
        rejection.temperature,
        rejection.threshold,
        rejection.error,
        fitted_here,
    )


def _names(runs: Sequence[RunFolder]) -> list[str]:
    """The folder's name of each run, its path where two have the same name."""
    names = [run.path.resolve().name for run in runs]
    return [
        name if names.count(name) == 1 else str(run.path)
        for name, run in zip(names, runs, strict=True)
    ]


def _recipe(run: RunFolder, record: RunRecord) -> str:
    """Equal for runs with the same settings but the seed, trained on the same clips."""
    head = record.head_from.partition(" from ")[0]  # the name of the other run differs by seed
    settings = replace(run.experiment(), seed=0)
    clips = hash(frozenset(record.clips))
    return f"{settings} {clips} {record.epochs} {record.fold} {record.left_out} {head}"


def _facts(record: RunRecord) -> dict[str, str]:
    machine = record.machine or "an unknown machine"
    return {
        "seed": str(record.seed),
        "commit": record.commit,
        "command": record.command,
        "epochs": f"{record.epochs}, {record.chosen}",
        "time": f"{record.minutes:.1f} minutes on {machine}, {record.backend}",
        "held out": record.fold,
        "left out": record.left_out,
        "head": record.head_from,
        "versions": ", ".join(f"{name} {version}" for name, version in record.versions.items()),
    }


def _attention(run: RunFolder, dataset: Dataset, split: str) -> Mapping[str, Curves]:
    """What `spobet rollout` measured of this network on these clips, {} where it did not."""
    if not run.rollout(split).is_file():
        return {}
    values = json.loads(run.rollout(split).read_text(encoding="utf-8"))
    if (values.get("data"), values.get("weights")) != (
        dataset.info.content_hash,
        network_hash(run),
    ):
        return {}
    return {kind: Curves.from_json(curves) for kind, curves in values["curves"].items()}
