"""Claims about judging anyone's predictions by the rules that our own are judged by."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.dataset.manifest import Clip, Manifest, Vocabulary
from spobet.evaluation.external_predictions import Judged, judge
from spobet.evaluation.predictions import predictions, predictions_csv
from spobet.evaluation.ranks import labels_of
from spobet.evaluation.scoring import score

GLOSSES = tuple(f"sign {letter}" for letter in "abcdefghijkl")
CLIPS = Manifest(
    tuple(Clip(f"{number:03}", GLOSSES[number * 5 % 11], split="test") for number in range(30))
)
KNOWN = Manifest(
    (*CLIPS, Clip("900", GLOSSES[11], split="train"), Clip("901", GLOSSES[0], split="val"))
)


def judged(folder: Path, *lines: str, clips: Manifest = CLIPS) -> Judged:
    path = folder / "theirs.csv"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return judge(path, clips, KNOWN)


def two(folder: Path, *lines: str) -> Judged:
    """Judged on the first two clips, whose glosses are sign a and sign f."""
    return judged(folder, *lines, clips=Manifest(CLIPS.clips[:2]))


@given(st.integers(0, 999), st.booleans())
def test_scores_in_a_file_score_as_they_do_in_memory(
    tmp_path_factory: pytest.TempPathFactory, seed: int, ties: bool
) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.integers(-3, 3, (30, 12)).astype(float) if ties else rng.normal(size=(30, 12))
    rows = [",".join([clip.id, *map(str, row)]) for clip, row in zip(CLIPS, logits, strict=True)]
    found = judged(
        tmp_path_factory.mktemp("theirs"), ",".join(["clip", *GLOSSES]), *rng.permutation(rows)
    )
    vocabulary = Vocabulary(GLOSSES)
    assert found.metrics == score(logits, labels_of(CLIPS, vocabulary), 12)
    ours = predictions(CLIPS, vocabulary, logits)
    assert [(row.clip_id, row.gloss, row.rank) for row in found.predictions] == [
        (row.clip_id, row.gloss, row.rank) for row in ours
    ]
    assert [gloss for gloss, _ in found.predictions[0].answers] == [
        gloss for gloss, _ in ours[0].answers
    ]


def test_our_own_prediction_files_are_ranked_glosses(tmp_path: Path) -> None:
    logits = np.random.default_rng(0).normal(size=(30, 12))
    predictions_csv(
        tmp_path / "predictions-test.csv", predictions(CLIPS, Vocabulary(GLOSSES), logits)
    )
    found = judge(tmp_path / "predictions-test.csv", CLIPS, KNOWN).metrics.top_k.values()
    expected = score(logits, labels_of(CLIPS, Vocabulary(GLOSSES)), 12).top_k.values()
    assert [accuracy.hits for accuracy in found] == [accuracy.hits for accuracy in expected]
    assert [accuracy.per_class for accuracy in found] == pytest.approx(
        [accuracy.per_class for accuracy in expected]
    )


def test_what_a_short_ranking_does_not_list_is_wrong_for_every_k(tmp_path: Path) -> None:
    found = two(tmp_path, "clip,gloss_1,gloss_2", "000,sign b,sign a", "001,sign c,")
    assert [row.rank for row in found.predictions] == [2, 13]
    assert (
        found.metrics.top_k[1].hits,
        found.metrics.top_k[5].hits,
        found.metrics.top_k[10].hits,
    ) == (0, 1, 1)
    assert found.metrics.note.startswith("Some clips have only 1 ranked answers")


def test_glosses_outside_the_data_set_and_rows_not_asked_for_are_in_the_note(
    tmp_path: Path,
) -> None:
    found = two(tmp_path, "clip,gloss_1", "000,sign a", "001,zebra", "900,sign a")
    assert (found.metrics.top_k[1].hits, found.metrics.num_glosses) == (1, 13)
    assert "1 of the 2 glosses it names are not in the data set: zebra." in found.metrics.note
    assert found.metrics.note.endswith("1 rows are of clips that were not asked for.")


def test_a_gloss_without_a_column_counts_as_wrong_and_is_in_the_note(tmp_path: Path) -> None:
    found = two(tmp_path, "clip,sign a,sign b", "000,2,1", "001,1,2")
    assert (found.metrics.top_k[1].hits, found.metrics.top_k[10].hits) == (1, 1)
    assert "no column for the gloss of 1 clips" in found.metrics.note


def test_decimal_commas_and_cells_and_rows_of_nothing_do_no_harm(tmp_path: Path) -> None:
    header = ";".join(["clip", *GLOSSES, ""])
    scores = [";".join([clip, *(f"0,{n + 10}" for n in range(12)), ""]) for clip in ("000", "001")]
    plain = [line.rstrip(";").replace(",", ".").replace(";", ",") for line in (header, *scores)]
    assert two(tmp_path, header, *scores, ";" * 13).metrics == two(tmp_path, *plain).metrics


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_other_systems_encodings_and_separators_are_read(
    encoding: str, separator: str, tmp_path: Path
) -> None:
    lines = ("clip,gloss_1,gloss_2", "000,sign a,th\u00e9", "001,th\u00e9,sign f")
    path = tmp_path / "theirs.csv"
    path.write_text("\r\n".join(lines).replace(",", separator), encoding=encoding)
    found = judge(path, Manifest(CLIPS.clips[:2]), KNOWN)
    assert [row.rank for row in found.predictions] == [1, 2]


def test_a_file_that_is_no_text_is_refused_in_a_line(tmp_path: Path) -> None:
    np.save(tmp_path / "theirs.csv", np.zeros(3))
    (tmp_path / "theirs.csv.npy").rename(tmp_path / "theirs.csv")
    with pytest.raises(ValueError, match=r"theirs\.csv: columns .* expected `clip`"):
        judge(tmp_path / "theirs.csv", CLIPS, KNOWN)


def test_a_byte_order_mark_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    assert (
        two(tmp_path, "\ufeffclip,sign a,sign f", "000,2,1", "", "001,1,2").metrics.top_k[1].hits
        == 2
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((), r"theirs\.csv: columns \[\], expected `clip`, then"),
        (("id,sign a", "000,1"), r"columns \['id', 'sign a'\], expected `clip`"),
        (("clip,sign a,sign a", "000,1,1"), "each once"),
        (("clip,sign a", "000,1", "001"), r"theirs\.csv:3: 1 cells, expected 2"),
        (
            ("clip,sign a", "000,1", "001,1", "000,2"),
            r"theirs\.csv:4: clip 000 occurs twice, first in line 2",
        ),
        (
            ("clip,sign a", "000,1", "001,1", "77,2"),
            r"1 of 3 clips are not in the data set: 77 \(line 4\)",
        ),
        (("clip,sign a", "001,1"), "1 of 2 clips have no row: 000"),
        (
            ("clip,sign a", "000,1", "001,high"),
            r"theirs\.csv:3: score 'high' of gloss 'sign a', expected a number",
        ),
        (
            ("clip,gloss_1,gloss_2", "000,sign a,sign a", "001,sign b,"),
            r"theirs\.csv:2: gloss 'sign a' is ranked twice",
        ),
        (("clip,gloss_1,gloss_2", "000,,", "001,sign b,"), r"theirs\.csv:2: no gloss is ranked"),
        (
            ("clip,gloss_1,gloss_2", "000,,sign a", "001,sign b,"),
            r"theirs\.csv:2: an empty cell comes before a gloss",
        ),
        (
            ("clip,SIGN A", "000,1", "001,1"),
            "none of the glosses of the 2 clips, but 'SIGN A', expected such as 'sign a'",
        ),
    ],
)
def test_a_file_that_cannot_be_judged_is_refused_where_it_fails(
    lines: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        two(tmp_path, *lines)
