"""What a network answered, clip by clip, and the file that keeps it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Manifest, Vocabulary
from spobet.errors import UserError
from spobet.evaluation.probabilities import softmax
from spobet.evaluation.ranks import labels_of, rank_true_glosses
from spobet.files import write_csv

NUM_ANSWERS = 10  # top-10 accuracy is the furthest that WLASL's papers report
_COLUMNS = ("clip", "gloss", "rank")


@dataclass(frozen=True)
class Prediction:
    """What a network answered for one clip whose gloss is known.

    rank: of the true gloss, 1 = best; size of the vocabulary + 1 where it is outside.
    answers: (gloss, probability) best first, at most NUM_ANSWERS of them.
    """

    clip_id: str
    gloss: str
    rank: int
    answers: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        if self.rank < 1 or not self.answers:
            raise UserError(
                f"clip {self.clip_id}: rank {self.rank} and {len(self.answers)} answers, "
                "expected at least 1 of each"
            )


def predictions(
    manifest: Manifest,
    vocabulary: Vocabulary,
    logits: np.ndarray,
    probabilities: np.ndarray | None = None,
) -> tuple[Prediction, ...]:
    """The answers for every clip, in manifest order.

    logits, probabilities: (clips, glosses); without the latter they are softmax(logits). Equal
    scores stand in vocabulary order, while ranks count ties against the network. ValueError where
    the sizes disagree.
    """
    logits = np.asarray(logits, dtype=np.float64)
    shape = (len(manifest), len(vocabulary))
    if probabilities is None:
        probabilities = softmax(logits)
    if logits.shape != shape or probabilities.shape != shape:
        shapes = f"logits have shape {logits.shape}, probabilities {probabilities.shape}"
        raise ValueError(f"{shapes}, expected ({shape[0]} clips, {shape[1]} glosses)")
    true_ranks = rank_true_glosses(logits, labels_of(manifest, vocabulary))
    best = np.argsort(-logits, axis=1, kind="stable")[:, :NUM_ANSWERS]
    best_probabilities = np.take_along_axis(probabilities, best, axis=1).tolist()
    rows = zip(manifest, true_ranks, best, strict=True)
    return tuple(
        Prediction(
            clip.id,
            clip.gloss,
            int(rank),
            tuple(zip([vocabulary.glosses[gloss] for gloss in order], answered, strict=True)),
        )
        for (clip, rank, order), answered in zip(rows, best_probabilities, strict=True)
    )


def predictions_csv(path: Path, rows: Sequence[Prediction]) -> None:
    """Write predictions as UTF-8 CSV, one row a clip, probabilities to seven digits.

    UserError where there is none, or where some list more answers than others.
    """
    lengths = {len(row.answers) for row in rows}
    if len(lengths) != 1:
        came = f"{len(rows)} predictions with {sorted(lengths)} answers"
        raise UserError(f"{path}: {came}, expected one number of answers")
    table = []
    for row in rows:
        cells: list[object] = [row.clip_id, row.gloss, row.rank]
        for gloss, probability in row.answers:
            cells += [gloss, f"{probability:.7g}"]
        table.append(cells)
    write_csv(path, _header(len(rows[0].answers)), table)


def read_predictions_csv(path: Path) -> tuple[Prediction, ...]:
    """Read what `predictions_csv` wrote; UserError names file and line of a row that is none."""
    with path.open(newline="", encoding="utf-8") as file:
        table = csv.reader(file)
        header = next(table, [])
        num_answers = (len(header) - len(_COLUMNS)) // 2
        if num_answers < 1 or header != _header(num_answers):
            raise UserError(f"{path}: columns {header}, expected {_header(1)} and so on")
        return tuple(
            _prediction_of_row(row, len(header), f"{path}:{table.line_num}") for row in table
        )


def _header(num_answers: int) -> list[str]:
    numbers = range(1, num_answers + 1)
    pairs = [f"{name}_{number}" for number in numbers for name in ("gloss", "probability")]
    return [*_COLUMNS, *pairs]


def _prediction_of_row(row: list[str], num_columns: int, where: str) -> Prediction:
    if len(row) != num_columns:
        raise UserError(f"{where}: {len(row)} cells, expected {num_columns}")
    try:
        probabilities = [float(cell) for cell in row[4::2]]
        answers = tuple(zip(row[3::2], probabilities, strict=True))
        return Prediction(row[0], row[1], int(row[2]), answers)
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error
