"""Claims about how a lexicon says that signs are made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.phonology import FEATURES, Phonology, read_phonology
from spobet.errors import UserError

COLUMNS = ["EntryID", "DominantTranslation", *FEATURES.values()]


def table(path: Path, *rows: dict[str, str], columns: list[str] = COLUMNS) -> Path:
    """A made lexicon: what a row does not say is NA."""
    lines = [",".join(row.get(column, "NA") for column in columns) for row in rows]
    path.write_text("\n".join([",".join(columns), *lines]) + "\n", encoding="utf-8")
    return path


def small(path: Path) -> Path:
    hand, movement = FEATURES["handshape"], FEATURES["movement"]
    return table(
        path / "lexicon.csv",
        {"EntryID": "bank_1", hand: "a", movement: "Straight"},
        {"EntryID": "bank_2", hand: "b", movement: "Straight"},
        {"EntryID": "ice_cream", hand: "b"},
        {"EntryID": "abbreviate", "DominantTranslation": "short", hand: "h"},
    )


def feature(phonology: Phonology, name: str, gloss: int) -> dict[str, float]:
    place = phonology.names.index(name)
    first = sum(phonology.num_values[:place])
    values = phonology.values[place]
    row = phonology.targets[gloss, first : first + len(values)]
    return dict(zip(values, row.tolist(), strict=True))


def test_variants_of_a_gloss_share_its_target(tmp_path: Path) -> None:
    phonology = read_phonology(small(tmp_path), ["Bank"])
    assert feature(phonology, "handshape", 0) == {"a": 0.5, "b": 0.5, "h": 0.0}
    assert feature(phonology, "movement", 0) == {"Straight": 1.0}


def test_names_are_compared_without_punctuation_and_translations_stand_in(tmp_path: Path) -> None:
    phonology = read_phonology(small(tmp_path), ["ice cream", "short"])
    assert feature(phonology, "handshape", 0)["b"] == 1.0
    assert feature(phonology, "handshape", 1)["h"] == 1.0


def test_what_the_lexicon_does_not_say_is_zero(tmp_path: Path) -> None:
    phonology = read_phonology(small(tmp_path), ["ice cream", "zebra"])
    assert sum(feature(phonology, "movement", 0).values()) == 0
    assert not phonology.targets[1].any()
    assert phonology.targets.dtype == np.float32
    assert phonology.targets.shape == (2, sum(phonology.num_values))


def test_a_table_without_a_column_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "other.csv", {"EntryID": "bank"}, columns=COLUMNS[:-1])
    with pytest.raises(UserError, match=r"no column 'MajorLocation\.2\.0'"):
        read_phonology(path, ["bank"])
