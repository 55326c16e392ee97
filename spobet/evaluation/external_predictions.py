"""Predictions of any system, scored by the rules for ours: a CSV file with a row a clip.

Two kinds. Scores: columns `clip` and one a gloss, larger is better. Ranked glosses: columns `clip`,
`gloss_1`, `gloss_2`, ..., best first, the last ones may be empty; every other column (such as those
of predictions-<split>.csv) is ignored.
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
from spobet.evaluation.metrics.top_k import TOPS
from spobet.evaluation.predictions import NUM_ANSWERS, Prediction
from spobet.evaluation.ranks import OUTSIDE_VOCABULARY, labels_of, rank_true_glosses
from spobet.evaluation.scoring import Metrics, score_ranks
from spobet.formats.delimited import csv_rows, decimal
from spobet.formats.traits import text_encoding

SHOWN = 5
_MAX_COLUMNS = 100_000  # glosses; the largest dictionaries have a tenth
_UNKNOWN = float("nan")  # a score or a rank is no probability


@dataclass(frozen=True, eq=False)
class Judged:
    """Predictions for the clips of a manifest, in its order, and their metrics.

    The probabilities are NaN: they are not known.
    """

    predictions: tuple[Prediction, ...]
    metrics: Metrics


def judge(path: Path, clips: Manifest, known: Manifest) -> Judged:
    """Score a file of predictions on `clips`.

    known: all clips of the data set; rows for others of them are ignored and counted in the note.
    UserError names the file and line, or the clips, where a clip is unknown, occurs twice or has no
    row, where a score is no number or a gloss is ranked twice, and where the file holds no gloss of
    the clips.
    """
    header, rows = _read(path)
    _check_clips(path, rows, clips, known)
    ranked = list(takewhile(lambda name: name in header, (f"gloss_{rank}" for rank in count(1))))
    chosen = {clip.id: rows[clip.id] for clip in clips}
    table = (
        _read_ranked(path, clips, known, chosen, ranked)
        if ranked
        else _read_scores(path, clips, chosen, header[1:])
    )
    if not table.glosses & {clip.gloss for clip in clips}:
        example = f"{sorted(table.glosses)[0]!r}, expected such as {clips.clips[0].gloss!r}"
        raise UserError(f"{path}: none of the glosses of the {len(clips)} clips, but {example}")
    predictions = tuple(
        Prediction(
            clip.id,
            clip.gloss,
            int(rank),
            tuple((gloss, _UNKNOWN) for gloss in best[:NUM_ANSWERS]),
        )
        for clip, rank, best in zip(clips, table.ranks, table.answers, strict=True)
    )
    metrics = score_ranks(table.ranks, table.labels, table.num_glosses)
    notes = [*table.notes, *_notes(table.glosses, known, len(rows) - len(clips))]
    return Judged(predictions, replace(metrics, note=" ".join(notes)))


@dataclass(frozen=True, eq=False)
class _Table:
    """What a file holds for each clip asked for: rank of the true gloss and answers, best first.

    glosses: all that the file names.
    """

    ranks: np.ndarray
    labels: np.ndarray
    num_glosses: int
    answers: Sequence[Sequence[str]]
    glosses: set[str]
    notes: list[str]


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]


def _read(path: Path) -> tuple[list[str], dict[str, _Row]]:
    """The header and each clip's row; UserError for rows of another length and repeated clips."""
    rows: dict[str, _Row] = {}
    with path.open(newline="", encoding=text_encoding(path), errors="replace") as file:
        table = csv_rows(file, _MAX_COLUMNS)
        try:
            header = [name.strip() for name in next(table, (1, []))[1]]
            while header and not header[-1]:
                header.pop()  # every row ends with a separator
            if header[:1] != ["clip"] or len(set(header)) < len(header) or len(header) < 2:
                shown = f"columns {header[:SHOWN]}{' and so on' if len(header) > SHOWN else ''}"
                expected = "`clip`, then a column a gloss or gloss_1, gloss_2, ..., each once"
                raise UserError(f"{path}: {shown}, expected {expected}")
            for line, cells in table:
                where, width = f"{path}:{line}", len(header)
                if len(cells) < width or any(cells[width:]):
                    raise UserError(f"{where}: {len(cells)} cells, expected {width}")
                if cells[0] in rows:
                    first = f"first in line {rows[cells[0]].line}"
                    raise UserError(f"{where}: clip {cells[0]} occurs twice, {first}")
                rows[cells[0]] = _Row(line, dict(zip(header, cells, strict=False)))
        except csv.Error as error:
            raise UserError(f"{path}: not a CSV ({error})") from error
    return header, rows


def _check_clips(path: Path, rows: dict[str, _Row], clips: Manifest, known: Manifest) -> None:
    ids = {clip.id for clip in known}
    unknown = [
        f"{clip_id} (line {row.line})" for clip_id, row in rows.items() if clip_id not in ids
    ]
    if unknown:
        counts = f"{len(unknown)} of {len(rows)} clips are not in the data set"
        raise UserError(f"{path}: {counts}: {_first(unknown)}")
    missing = [clip.id for clip in clips if clip.id not in rows]
    if missing:
        counts = f"{len(missing)} of {len(clips)} clips have no row"
        raise UserError(f"{path}: {counts}: {_first(missing)}")


def _read_ranked(
    path: Path, clips: Manifest, known: Manifest, rows: dict[str, _Row], columns: list[str]
) -> _Table:
    answers = []
    for clip in clips:
        row = rows[clip.id]
        answers.append(_ranked(f"{path}:{row.line}", [row.cells[column] for column in columns]))
    named = {gloss for ranked in answers for gloss in ranked}
    num_glosses = len(named | set(known.vocabulary.glosses))
    ranks = [
        ranked.index(clip.gloss) + 1 if clip.gloss in ranked else num_glosses + 1
        for clip, ranked in zip(clips, answers, strict=True)
    ]
    shortest, notes = min(map(len, answers)), []
    if shortest < min(max(TOPS), num_glosses):
        few = f"Some clips have only {shortest} ranked answers"
        notes = [f"{few}: a true gloss that is not listed counts as wrong for every k."]
    labels = labels_of(clips, known.vocabulary)
    return _Table(np.array(ranks), labels, num_glosses, answers, named, notes)


def _ranked(where: str, cells: Sequence[str]) -> list[str]:
    answers = list(takewhile(bool, cells))
    if not answers or any(cells[len(answers) :]):
        what = "an empty cell comes before a gloss" if any(cells) else "no gloss is ranked"
        raise UserError(f"{where}: {what}")
    twice = [gloss for index, gloss in enumerate(answers) if gloss in answers[:index]]
    if twice:
        raise UserError(f"{where}: gloss {twice[0]!r} is ranked twice")
    return answers


def _read_scores(path: Path, clips: Manifest, rows: dict[str, _Row], columns: list[str]) -> _Table:
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
    ranks = rank_true_glosses(scores, labels)
    return _Table(ranks, labels, len(columns), answers, set(columns), notes)


def _scores(where: str, cells: dict[str, str], columns: list[str]) -> list[float]:
    found = []
    for gloss in columns:
        try:
            found.append(decimal(cells[gloss]))
        except ValueError:
            came = f"score {cells[gloss]!r} of gloss {gloss!r}"
            raise UserError(f"{where}: {came}, expected a number") from None
    return found


def _notes(glosses: set[str], known: Manifest, num_unused: int) -> list[str]:
    """What was left out of the figures: glosses outside the data set and rows of other clips."""
    notes, outside = [], sorted(glosses - set(known.vocabulary.glosses))
    if outside:
        counts = f"{len(outside)} of the {len(glosses)} glosses it names"
        notes.append(f"{counts} are not in the data set: {_first(outside)}.")
    if num_unused:
        notes.append(f"{num_unused} rows are of clips that were not asked for.")
    return notes


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
