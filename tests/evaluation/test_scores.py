"""Claims about what a network gave for a split, and the file that keeps it."""

from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.manifest import Vocabulary
from spobet.evaluation.scores import ModelOutput, Scores

OUTPUT = ModelOutput(
    np.array([[1, np.nan, -2], [0.5, 0, 3]]),
    np.array([[0.25, -7], [1e-9, 3]]),
    np.array([[5], [6]]),
)
SCORES = Scores(("07", "é"), Vocabulary(("book", "drink, cold", "été")), OUTPUT, "9f3a", "c36")


def test_scores_survive_the_file_to_the_last_bit(tmp_path: Path) -> None:
    SCORES.write(tmp_path / "scores-test.npz")
    back = Scores.read(tmp_path / "scores-test.npz")
    assert (back.clip_ids, back.vocabulary, back.data, back.weights) == (
        ("07", "é"),
        SCORES.vocabulary,
        "9f3a",
        "c36",
    )
    for name in ("logits", "embedding", "auxiliary"):
        read, written = getattr(back.output, name), getattr(OUTPUT, name)
        assert read.dtype == np.float32
        assert (read.shape, read.tobytes()) == (written.shape, written.tobytes())


def test_a_file_of_version_0_1_is_read_without_what_it_lacks(tmp_path: Path) -> None:
    names = {"clip": ["07", "é"], "gloss": ["book", "drink, cold", "été"]}
    origin = {"data": np.array("9f3a"), "weights": np.array("c36")}
    np.savez(tmp_path / "old.npz", logits=OUTPUT.logits, **names, **origin)
    back = Scores.read(tmp_path / "old.npz")
    assert back.logits.tobytes() == OUTPUT.logits.tobytes()
    assert (back.output.embedding.shape, back.output.auxiliary.shape) == ((2, 0), (2, 0))


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
    three = ModelOutput.of_logits(np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"logits have shape \(3, 3\), expected \(2, 3\)"):
        Scores(("a", "b"), SCORES.vocabulary, three)
    with pytest.raises(ValueError, match="expected a row a clip"):
        ModelOutput(np.zeros((3, 3)), np.zeros((2, 4)), np.zeros((3, 0)))
    with pytest.raises(ValueError, match="2 auxiliary logits, expected 0 or 1"):
        ModelOutput(np.zeros((3, 3)), np.zeros((3, 4)), np.zeros((3, 2)))


def test_outputs_are_joined_and_parted_clip_by_clip() -> None:
    joined = ModelOutput.joined([OUTPUT.clip(1), OUTPUT.clip(0)])
    assert (len(joined), joined.auxiliary.tolist()) == (2, [[6], [5]])
    np.testing.assert_array_equal(joined.embedding, OUTPUT.embedding[::-1])
    np.testing.assert_array_equal(joined.logits, OUTPUT.logits[::-1])
