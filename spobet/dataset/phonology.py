"""How signs are made: the phonological features that a lexicon gives of glosses (ASL-LEX 2.0)."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.errors import UserError

FEATURES = {
    "handshape": "Handshape.2.0",
    "other_handshape": "NonDominantHandshape.2.0",
    "selected_fingers": "SelectedFingers.2.0",
    "flexion": "Flexion.2.0",
    "flexion_change": "FlexionChange.2.0",
    "spread": "Spread.2.0",
    "spread_change": "SpreadChange.2.0",
    "thumb_position": "ThumbPosition.2.0",
    "thumb_contact": "ThumbContact.2.0",
    "sign_type": "SignType.2.0",
    "movement": "Movement.2.0",
    "repeated_movement": "RepeatedMovement.2.0",
    "ulnar_rotation": "UlnarRotation.2.0",
    "major_location": "MajorLocation.2.0",
}
UNKNOWN = ("", "NA")


@dataclass(frozen=True, eq=False)
class Phonology:
    """The features of some glosses.

    names: the features. values: of each feature, the values it may have. targets: (glosses, all
    values) float32, feature after feature; of each feature a distribution over its values, or zeros
    where the lexicon does not give it.
    """

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    targets: np.ndarray

    @property
    def num_values(self) -> tuple[int, ...]:
        """The number of values of each feature."""
        return tuple(len(values) for values in self.values)


def read_phonology(path: Path, glosses: Sequence[str]) -> Phonology:
    """The features of each gloss, as the mean of the lexicon's entries of that name.

    path: a table with the columns EntryID, DominantTranslation and those of FEATURES. Names are
    compared without case, punctuation and the number of a variant (`bank_2`); a gloss that is no
    entry's name may be a translation. UserError where a column is missing.
    """
    rows = read_lexicon(path)
    entries: dict[str, list[dict[str, str]]] = {}
    translations: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        entries.setdefault(_plain(re.sub(r"_\d+$", "", row["EntryID"])), []).append(row)
        translations.setdefault(_plain(row["DominantTranslation"]), []).append(row)
    found = [entries.get(_plain(gloss)) or translations.get(_plain(gloss), []) for gloss in glosses]
    values = {name: _known_values(rows, column) for name, column in FEATURES.items()}
    values = {name: known for name, known in values.items() if known}
    targets = [
        np.stack([_distribution(of_gloss, FEATURES[name], known) for of_gloss in found])
        for name, known in values.items()
    ]
    return Phonology(tuple(values), tuple(values.values()), np.concatenate(targets, axis=1))


def read_lexicon(path: Path) -> list[dict[str, str]]:
    """The entries of a lexicon's table; UserError where a column is missing."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = list(csv.DictReader(file))
    for column in ("EntryID", "DominantTranslation", *FEATURES.values()):
        if not rows or column not in rows[0]:
            raise UserError(f"{path}: no column {column!r}, expected a table of ASL-LEX 2.0")
    return rows


def _known_values(rows: Sequence[dict[str, str]], column: str) -> tuple[str, ...]:
    return tuple(sorted({row[column] for row in rows} - set(UNKNOWN)))


def _distribution(rows: Sequence[dict[str, str]], column: str, values: Sequence[str]) -> np.ndarray:
    counts = np.zeros(len(values), np.float32)
    for row in rows:
        if row[column] not in UNKNOWN:
            counts[values.index(row[column])] += 1
    return counts / max(counts.sum(), 1)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
