"""What a network answered, clip by clip, and the file that keeps it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Manifest, Vocabulary
from spobet.errors import UserError
from spobet.evaluation.metrics import labels_of, ranks
from spobet.files import write_whole

NUM_ANSWERS = 10


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
                f"clip {self.clip_id}: rank {self.rank} and {len(self.answers)} answers, expected at least 1 of each"
            )


def predictions(
    manifest: Manifest, vocabulary: Vocabulary, logits: np.ndarray, temperature: float = 1.0
) -> tuple[Prediction, ...]:
    """The answers for every clip, in manifest order; probabilities are softmax(logits / temperature).

    logits: (clips, glosses). Equal scores stand in vocabulary order, while ranks count ties against the
    network. ValueError where the sizes disagree or temperature <= 0.
    """
    logits = np.asarray(logits, dtype=np.float64)
    if logits.shape != (len(manifest), len(vocabulary)):
        raise ValueError(
            f"logits have shape {logits.shape}, expected ({len(manifest)} clips, {len(vocabulary)} glosses)"
        )
    places = ranks(logits, labels_of(manifest, vocabulary))
    best = np.argsort(-logits, axis=1, kind="stable")[:, :NUM_ANSWERS]
    chances = np.take_along_axis(_softmax(logits, temperature), best, axis=1)
    glosses = np.array(vocabulary.glosses, dtype=object)
    return tuple(
        Prediction(
            clip.id, clip.gloss, int(place), tuple(zip(glosses[order], row.tolist(), strict=True))
        )
        for clip, place, order, row in zip(manifest, places, best, chances, strict=True)
    )


def predictions_csv(path: Path, rows: Sequence[Prediction]) -> None:
    """Write predictions as UTF-8 CSV, one row a clip, probabilities to six digits.

    ValueError where there is none, or where some list more answers than others.
    """
    lengths = {len(row.answers) for row in rows}
    if len(lengths) != 1:
        raise UserError(
            f"{path}: {len(rows)} predictions with {sorted(lengths)} answers, expected one number of answers"
        )
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_header(len(rows[0].answers)))
    for row in rows:
        answers = [
            cell for gloss, probability in row.answers for cell in (gloss, f"{probability:.6g}")
        ]
        table.writerow([row.clip_id, row.gloss, row.rank, *answers])
    write_whole(path, text.getvalue())


def read_predictions_csv(path: Path) -> tuple[Prediction, ...]:
    """Read what `predictions_csv` wrote; ValueError names the file and line of a row that is no prediction."""
    with path.open(newline="", encoding="utf-8") as file:
        table = csv.reader(file)
        header = next(table, [])
        if len(header) < 5 or header != _header((len(header) - 3) // 2):
            raise UserError(f"{path}: columns {header}, expected {_header(1)} and so on")
        return tuple(
            _prediction_of_row(row, len(header), f"{path}:{table.line_num}") for row in table
        )


def _header(num_answers: int) -> list[str]:
    places = range(1, num_answers + 1)
    return [
        "clip",
        "gloss",
        "rank",
        *(f"{name}_{place}" for place in places for name in ("gloss", "probability")),
    ]


def _prediction_of_row(row: list[str], num_columns: int, where: str) -> Prediction:
    if len(row) != num_columns:
        raise UserError(f"{where}: {len(row)} cells, expected {num_columns}")
    try:
        answers = tuple(
            (gloss, float(probability))
            for gloss, probability in zip(row[3::2], row[4::2], strict=True)
        )
        return Prediction(row[0], row[1], int(row[2]), answers)
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error


def _softmax(logits: np.ndarray, temperature: float) -> np.ndarray:
    if not temperature > 0:
        raise UserError(f"temperature {temperature}, expected above 0")
    with np.errstate(invalid="ignore"):  # inf - inf is NaN: no probability
        powers = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    shares: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return shares
