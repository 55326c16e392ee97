"""Claims about the file that keeps all scores of a split."""

from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.manifest import Vocabulary
from spobet.evaluation.scores import Scores

SCORES = Scores(
    ("07", "é"),
    Vocabulary(("book", "drink, cold", "été")),
    np.array([[1, np.nan, -2], [0.5, 0, 3]]),
    "9f3a",
    "c36",
)


def test_scores_survive_the_file_to_the_last_bit(tmp_path: Path) -> None:
    SCORES.write(tmp_path / "scores-test.npz")
    back = Scores.read(tmp_path / "scores-test.npz")
    assert (back.clip_ids, back.vocabulary, back.data, back.weights) == (
        ("07", "é"),
        SCORES.vocabulary,
        "9f3a",
        "c36",
    )
    assert back.logits.dtype == np.float32
    assert back.logits.tobytes() == SCORES.logits.tobytes()


def test_writing_twice_gives_the_same_file(tmp_path: Path) -> None:
    for name in ("one.npz", "two.npz"):
        SCORES.write(tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    path = tmp_path / "scores.npz"
    path.write_bytes(b"no archive")
    with pytest.raises(ValueError, match=r"scores\.npz: not the scores of a split"):
        Scores.read(path)
    np.savez(path, clip=np.array(["a"]))
    with pytest.raises(ValueError, match="not the scores of a split"):
        Scores.read(path)
    objects = {
        name: np.array([{}], dtype=object)
        for name in ("clip", "gloss", "logits", "data", "weights")
    }
    np.savez(path, **objects)  # holds pickled objects, which are never loaded
    with pytest.raises(ValueError, match="not the scores of a split"):
        Scores.read(path)


def test_scores_of_other_clips_are_refused() -> None:
    with pytest.raises(ValueError, match=r"logits have shape \(3, 3\), expected \(2, 3\)"):
        Scores(("a", "b"), SCORES.vocabulary, np.zeros((3, 3)))
