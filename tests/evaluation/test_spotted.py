"""Claims about spotted signs scored against annotations."""

from __future__ import annotations

import pytest

from spobet.annotations import Annotation
from spobet.evaluation.spotted import Detection, score_spotted

ANNOTATED = [
    Annotation(0, 2, "tea"),
    Annotation(4, 6, "book"),
    Annotation(8, 10, "cow"),
    Annotation(12, 14, "zebra"),
]
SPOTTED = [
    Annotation(0.5, 2.5, "TEA", 0.9),  # 1.5 s of 2.5 s shared: right
    Annotation(4, 8, "book", 0.8),  # exactly half: right
    Annotation(8, 9.9, "dog", 0.7),  # the stretch is right, the gloss is not
    Annotation(15, 16, "zebra", 0.6),  # elsewhere
    Annotation(0, 1, "tea", 0.5, accepted=False),  # half of an annotation that is found already
]


def test_the_score_is_the_hand_count() -> None:
    score = score_spotted(SPOTTED, ANNOTATED, vocabulary=["tea", "book", "cow", "dog"])
    assert score.boundaries == Detection(3, 5, 4)
    assert score.signs == Detection(2, 5, 4)
    assert score.accepted == Detection(2, 4, 4)
    assert score.num_outside == 1
    assert (score.signs.precision, score.signs.recall) == (2 / 5, 2 / 4)
    assert score.signs.f1 == pytest.approx(2 * 0.4 * 0.5 / 0.9)
    assert "boundaries and gloss  precision 0.400 (2/5" in score.table()


def test_a_stricter_overlap_finds_fewer_and_pooling_adds_the_counts() -> None:
    strict = score_spotted(SPOTTED, ANNOTATED, overlap=0.61)
    assert strict.signs == Detection(0, 5, 4)
    assert strict.boundaries == Detection(1, 5, 4)
    assert (strict + strict).boundaries == Detection(2, 10, 8)
    assert strict.num_outside is None


@pytest.mark.parametrize("spelling", ["CAFE\u0301", " caf\u00e9 ", "Caf\u00e9"])
def test_glosses_are_one_however_they_are_spelt(spelling: str) -> None:
    """As everywhere: capitals, blanks and decomposed letters do not count."""
    score = score_spotted([Annotation(0, 2, spelling)], [Annotation(0, 2, "caf\u00e9")])
    assert score.signs == Detection(1, 1, 1)


def test_each_annotation_is_found_once_by_what_shares_most() -> None:
    near, nearer = Annotation(0, 3, "tea"), Annotation(0, 2.1, "tea", accepted=False)
    score = score_spotted([near, nearer], ANNOTATED[:1])
    assert score.signs == Detection(1, 2, 1)


def test_nothing_is_no_division_by_zero_and_no_overlap_is_refused() -> None:
    assert score_spotted([], []).signs.f1 == 0
    assert "0 signs spotted, 0 annotated" in score_spotted([], []).table()
    with pytest.raises(ValueError, match="overlap 0, expected more than 0"):
        score_spotted([], [], overlap=0)
