import math
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.manifest import Clip, Manifest, Vocabulary
from spobet.evaluation.predictions import predictions, predictions_csv, read_predictions_csv
from spobet.evaluation.ranks import labels_of

MANIFEST = Manifest(
    tuple(
        Clip(id, gloss)
        for id, gloss in (("c7", "drink"), ("a1", 'say "no", twice'), ("b2", "moon"))
    )
)
VOCABULARY = Vocabulary(('say "no", twice', "drink", "été"))
LOGITS = np.array([[0.0, 2.0, 1.0], [0.0, 2.0, 1.0], [3.0, 0.0, 0.0]])


def test_predictions_stand_in_manifest_order_best_answer_first() -> None:
    assert labels_of(MANIFEST, VOCABULARY).tolist() == [1, 0, -1]
    rows = predictions(MANIFEST, VOCABULARY, LOGITS)
    assert [(row.clip_id, row.rank) for row in rows] == [("c7", 1), ("a1", 3), ("b2", 4)]
    assert [gloss for gloss, _ in rows[0].answers] == ["drink", "été", 'say "no", twice']
    total = math.exp(2) + math.exp(1) + 1
    assert [chance for _, chance in rows[0].answers] == pytest.approx(
        [math.exp(2) / total, math.exp(1) / total, 1 / total]
    )


def test_probabilities_beside_the_scores_are_written_and_ranks_come_from_the_scores() -> None:
    calibrated = np.array([[0.1, 0.5, 0.2], [0.1, 0.5, 0.2], [0.6, 0.1, 0.1]])
    rows = predictions(MANIFEST, VOCABULARY, LOGITS, calibrated)
    assert [row.answers[0] for row in rows] == [
        ("drink", 0.5),
        ("drink", 0.5),
        ('say "no", twice', 0.6),
    ]
    assert [row.rank for row in rows] == [
        row.rank for row in predictions(MANIFEST, VOCABULARY, LOGITS)
    ]
    with pytest.raises(
        ValueError, match=r"probabilities \(3, 2\), expected \(3 clips, 3 glosses\)"
    ):
        predictions(MANIFEST, VOCABULARY, LOGITS, calibrated[:, :2])


def test_at_most_ten_answers_are_kept() -> None:
    vocabulary = Vocabulary(tuple(f"gloss {number}" for number in range(25)))
    (row,) = predictions(Manifest((Clip("a", "gloss 24"),)), vocabulary, -np.arange(25.0)[None])
    assert ([gloss for gloss, _ in row.answers], row.rank) == (
        [f"gloss {number}" for number in range(10)],
        25,
    )


def test_predictions_survive_the_file(tmp_path: Path) -> None:
    path = tmp_path / "predictions-test.csv"
    rows = predictions(MANIFEST, VOCABULARY, LOGITS)
    predictions_csv(path, rows)
    back = read_predictions_csv(path)
    assert [(row.clip_id, row.gloss, row.rank) for row in back] == [
        (row.clip_id, row.gloss, row.rank) for row in rows
    ]
    for old, new in zip(rows, back, strict=True):
        assert [gloss for gloss, _ in new.answers] == [gloss for gloss, _ in old.answers]
        assert [chance for _, chance in new.answers] == pytest.approx(
            [chance for _, chance in old.answers], rel=1e-5
        )
    assert path.read_text(encoding="utf-8").splitlines()[0] == (
        "clip,gloss,rank,gloss_1,probability_1,gloss_2,probability_2,gloss_3,probability_3"
    )


def test_scores_without_a_number_are_written_and_ranked_last(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    logits = np.array([[math.nan, 1.0, 0.0], [math.inf, math.inf, 0.0], [0.0, 0.0, 0.0]])
    predictions_csv(path, predictions(MANIFEST, VOCABULARY, logits))
    first, second, _ = read_predictions_csv(path)
    assert (first.rank, second.rank) == (2, 2)
    assert math.isnan(first.answers[0][1])


def test_a_file_that_holds_no_predictions_is_named(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    with pytest.raises(ValueError, match="0 predictions"):
        predictions_csv(path, ())
    path.write_text("clip,gloss\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"predictions\.csv: columns"):
        read_predictions_csv(path)
    path.write_text(
        "clip,gloss,rank,gloss_1,probability_1\na,b,1,c,0.5\na,b,first,c,0.5\n", encoding="utf-8"
    )
    with pytest.raises(ValueError, match=r"predictions\.csv:3: invalid literal"):
        read_predictions_csv(path)
    path.write_text("clip,gloss,rank,gloss_1,probability_1\na,b,1,c\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"predictions\.csv:2: 4 cells, expected 5"):
        read_predictions_csv(path)


def test_logits_of_another_manifest_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(3 clips, 3 glosses\)"):
        predictions(MANIFEST, VOCABULARY, LOGITS[:2])
