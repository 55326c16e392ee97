"""Claims about the file that says how probabilities are scaled and which answers are accepted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from spobet.recognition.rejection import Rejection
from spobet.shipped import find_run


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    rejection = Rejection(1.5, 0.25, 0.1, 128, 116, 165, "val", 0.02, 0.75)
    rejection.write(tmp_path / "rejection.json")
    assert Rejection.read(tmp_path / "rejection.json") == rejection
    assert str(rejection).endswith("0.250: 128 of 165 clips of val answered, 116 of them right")
    assert "kept" not in str(rejection)
    shared = replace(rejection, known_share=0.68)
    assert str(shared).startswith("temperature 1.500, 32 % kept for other signs, auxiliary")
    shared = replace(shared, first_share=0.07)
    assert str(shared).startswith("temperature 1.500, 25 % kept for other signs, auxiliary")


def test_without_a_file_every_answer_is_accepted(tmp_path: Path) -> None:
    assert Rejection.read(tmp_path / "rejection.json") == Rejection()
    assert Rejection().threshold == 0


def test_a_file_of_version_0_1_counts_auxiliary_glosses_as_trained_at_one_temperature(
    tmp_path: Path,
) -> None:
    old = {"temperature": 1.4, "threshold": 0.23, "error": 0.1, "answered": 1, "hits": 1}
    (tmp_path / "rejection.json").write_text(json.dumps({**old, "count": 2, "split": "val"}))
    rejection = Rejection.read(tmp_path / "rejection.json")
    assert (rejection.temperature, rejection.threshold) == (1.4, 0.23)
    assert (rejection.auxiliary_weight, rejection.temperature_of_confidence) == (1.0, 1.4)


@pytest.mark.parametrize(
    "values",
    [
        '{"threshold": 7}',
        '{"temperature": 0}',
        '{"auxiliary_weight": -1}',
        '{"confidence_temperature": 0}',
        '{"known_share": 0}',
        '{"first_share": 0.1}',
        '{"known_share": 0.5, "first_share": 0.6}',
        '{"other": 1}',
        "[",
    ],
)
def test_a_damaged_file_is_named(values: str, tmp_path: Path) -> None:
    (tmp_path / "rejection.json").write_text(values)
    with pytest.raises(ValueError, match=r"rejection\.json: not what `spobet calibrate` writes"):
        Rejection.read(tmp_path / "rejection.json")


@pytest.mark.parametrize("name", ["wlasl100-hands", "wlasl100-hands-open"])
def test_shipped_networks_accept_few_wrong_answers_and_few_unknown_signs(name: str) -> None:
    rejection = Rejection.read(find_run(name) / "rejection.json")
    assert (rejection.error, rejection.count, rejection.split) == (0.08, 165, "val")
    assert rejection.hits / rejection.answered >= 0.92
    assert (rejection.answered - rejection.hits) / rejection.count <= 0.05
    assert 0.075 < rejection.unknown_answered / rejection.unknown_count <= 0.08
    assert rejection.unknown_count == 2088
    assert rejection.threshold > 0.05
