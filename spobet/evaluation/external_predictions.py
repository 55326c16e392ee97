"""Anyone's predictions, judged by the same rules as our own: a CSV file with a row a clip.

Two kinds. Scores: columns `clip` and one a gloss, larger is better. Ranked glosses: columns `clip`, `gloss_1`, `gloss_2`,
..., best first, the last ones may be empty; every other column (such as those of predictions-<split>.csv) is left alone.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, takewhile
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Manifest, Vocabulary
from spobet.errors import UserError
from spobet.evaluation.metrics import (
    OUTSIDE_VOCABULARY,
    TOPS,
    Metrics,
    labels_of,
    ranks,
    score_places,
)
from spobet.evaluation.predictions import NUM_ANSWERS, Prediction

SHOWN = 5
_UNKNOWN = float("nan")  # a score or a place is no probability


@dataclass(frozen=True, eq=False)
class Judged:
    """Somebody's predictions for the clips of a manifest, in its order, and their figures; probabilities are NaN (not known)."""

    predictions: tuple[Prediction, ...]
    metrics: Metrics


def judge(path: Path, clips: Manifest, known: Manifest) -> Judged:
    """Judge a file of predictions on `clips`.

    known: all clips of the data set: rows for others of them are left alone and counted in the note.
    ValueError names the file and line, or the clips, where a clip is unknown, stands twice or has no row, where a score is no
    number or a gloss is ranked twice, and where the file names no gloss of the clips.
    """
    header, rows = _read(path)
    _check_clips(path, rows, clips, known)
    ranked = _ranked_columns(header)
    chosen = {clip.id: rows[clip.id] for clip in clips}
    told = (
        _read_ranked(path, clips, known, chosen, ranked)
        if ranked
        else _read_scores(path, clips, chosen, header[1:])
    )
    if not told.named & {clip.gloss for clip in clips}:
        example = f"{sorted(told.named)[0]!r}, expected such as {clips.clips[0].gloss!r}"
        raise UserError(
            f"{path}: names none of the glosses of the {len(clips)} clips, but {example}"
        )
    predictions = tuple(
        Prediction(
            clip.id,
            clip.gloss,
            int(place),
            tuple((gloss, _UNKNOWN) for gloss in best[:NUM_ANSWERS]),
        )
        for clip, place, best in zip(clips, told.places, told.answers, strict=True)
    )
    note = " ".join([*told.notes, *_strangers(told.named, known), *_unused(rows, clips)])
    return Judged(
        predictions, replace(score_places(told.places, told.labels, told.num_glosses), note=note)
    )


@dataclass(frozen=True, eq=False)
class _Told:
    """What a file says of each clip asked for: place of the true gloss and answers, best first; and every gloss it names."""

    places: np.ndarray
    labels: np.ndarray
    num_glosses: int
    answers: Sequence[Sequence[str]]
    named: set[str]
    notes: list[str]


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]


def _read(path: Path) -> tuple[list[str], dict[str, _Row]]:
    """The header and each clip's row; ValueError for rows of another length and clips that stand twice."""
    rows: dict[str, _Row] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        table = csv.reader(file)
        header = next(table, [])
        if header[:1] != ["clip"] or len(set(header)) < len(header) or len(header) < 2:
            shown = f"columns {header[:SHOWN]}{' and so on' if len(header) > SHOWN else ''}"
            raise UserError(
                f"{path}: {shown}, expected `clip`, then a column a gloss or gloss_1, gloss_2, ..., each once"
            )
        for cells in filter(None, table):
            where = f"{path}:{table.line_num}"
            if len(cells) != len(header):
                raise UserError(f"{where}: {len(cells)} cells, expected {len(header)}")
            if cells[0] in rows:
                raise UserError(
                    f"{where}: clip {cells[0]} stands twice, first in line {rows[cells[0]].line}"
                )
            rows[cells[0]] = _Row(table.line_num, dict(zip(header, cells, strict=True)))
    return header, rows


def _check_clips(path: Path, rows: dict[str, _Row], clips: Manifest, known: Manifest) -> None:
    ids = {clip.id for clip in known}
    unknown = [
        f"{clip_id} (line {row.line})" for clip_id, row in rows.items() if clip_id not in ids
    ]
    if unknown:
        raise UserError(
            f"{path}: {len(unknown)} of {len(rows)} clips are not in the data set: {_first(unknown)}"
        )
    missing = [clip.id for clip in clips if clip.id not in rows]
    if missing:
        raise UserError(
            f"{path}: {len(missing)} of {len(clips)} clips have no row: {_first(missing)}"
        )


def _ranked_columns(header: list[str]) -> list[str]:
    return list(
        takewhile(lambda column: column in header, (f"gloss_{place}" for place in count(1)))
    )


def _read_ranked(
    path: Path, clips: Manifest, known: Manifest, rows: dict[str, _Row], columns: list[str]
) -> _Told:
    answers = [
        _ranked(f"{path}:{rows[clip.id].line}", [rows[clip.id].cells[column] for column in columns])
        for clip in clips
    ]
    named, glosses = {gloss for ranked in answers for gloss in ranked}, known.vocabulary
    num_glosses = len(named | set(glosses.glosses))
    places = [
        _place(ranked, clip.gloss, num_glosses + 1)
        for clip, ranked in zip(clips, answers, strict=True)
    ]
    short = min(map(len, answers))
    few = f"Some clips have only {short} ranked answers: a true gloss that is not listed counts as wrong for every k."
    notes = [few] if short < min(max(TOPS), num_glosses) else []
    return _Told(np.array(places), labels_of(clips, glosses), num_glosses, answers, named, notes)


def _ranked(where: str, cells: Sequence[str]) -> list[str]:
    answers = list(takewhile(bool, cells))
    if not answers or any(cells[len(answers) :]):
        raise UserError(
            f"{where}: {'no gloss is ranked' if not any(cells) else 'an empty place stands before a gloss'}"
        )
    twice = [gloss for place, gloss in enumerate(answers) if gloss in answers[:place]]
    if twice:
        raise UserError(f"{where}: gloss {twice[0]!r} is ranked twice")
    return answers


def _place(answers: list[str], gloss: str, otherwise: int) -> int:
    return answers.index(gloss) + 1 if gloss in answers else otherwise


def _read_scores(path: Path, clips: Manifest, rows: dict[str, _Row], columns: list[str]) -> _Told:
    scores = np.array(
        [_scores(f"{path}:{rows[clip.id].line}", rows[clip.id].cells, columns) for clip in clips]
    )
    labels = labels_of(clips, Vocabulary(tuple(columns)))
    answers = [
        [columns[gloss] for gloss in order[:NUM_ANSWERS]]
        for order in np.argsort(-scores, axis=1, kind="stable")
    ]
    outside = int((labels == OUTSIDE_VOCABULARY).sum())
    notes = (
        [f"The file has no column for the gloss of {outside} clips, which count as wrong."]
        if outside
        else []
    )
    return _Told(ranks(scores, labels), labels, len(columns), answers, set(columns), notes)


def _scores(where: str, cells: dict[str, str], columns: list[str]) -> list[float]:
    for gloss in columns:
        try:
            float(cells[gloss])
        except ValueError:
            raise UserError(
                f"{where}: score {cells[gloss]!r} of gloss {gloss!r}, expected a number"
            ) from None
    return [float(cells[gloss]) for gloss in columns]


def _strangers(named: set[str], known: Manifest) -> list[str]:
    strangers = sorted(named - set(known.vocabulary.glosses))
    return (
        [
            f"{len(strangers)} of the {len(named)} glosses it names are not in the data set: {_first(strangers)}."
        ]
        if strangers
        else []
    )


def _unused(rows: dict[str, _Row], clips: Manifest) -> list[str]:
    unused = len(rows) - len(clips)
    return [f"{unused} rows are of clips that were not asked for."] if unused else []


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
