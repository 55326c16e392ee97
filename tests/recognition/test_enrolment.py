"""Claims about signs added without training."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest
from recognition.test_recognizer import random_clip

from spobet.recognition.enrolled_file import EnrolledFile
from spobet.recognition.enrolment import MAX_CLIPS, Enrolled
from spobet.recognition.recognizer import Recognizer, load

SIGNS = '{"format": "spobet enrolled 1", "network": "x", "signs": [{"gloss": "a", "clips": %s}]}'


def test_an_enrolled_clip_is_named_by_its_new_gloss_and_the_others_keep_their_order(
    recognizer: Recognizer,
) -> None:
    clip, before = random_clip(1), recognizer.predict(random_clip(1), top=9)
    after = recognizer.with_sign("tea", [clip]).predict(clip, top=9)
    assert after[0].gloss == "tea"
    assert [answer.gloss for answer in after[1:]] == [answer.gloss for answer in before]
    assert sum(answer.probability for answer in after) == pytest.approx(1)


def test_enrolling_a_trained_gloss_never_lowers_its_score(recognizer: Recognizer) -> None:
    clips = [random_clip(seed) for seed in range(6)]
    gloss = recognizer.vocabulary.glosses[2]
    before = recognizer.logits(clips)
    enrolled = recognizer.with_sign(gloss, clips[:2])
    after = enrolled.probabilities(enrolled.outputs(clips)).scores
    assert enrolled.glosses == recognizer.vocabulary.glosses
    assert (after >= before - 1e-5).all()
    assert (after[:2, 2] > before[:2, 2] - 1e-5).all()


def test_what_is_written_reads_back_and_answers_alike(
    recognizer: Recognizer, trained_run: Path, tmp_path: Path
) -> None:
    written = recognizer.with_sign("tea", [random_clip(1), random_clip(2)])
    written.enrolled.write(tmp_path / "signs.json")
    again = load(trained_run, enrolled=tmp_path / "signs.json")
    assert again.glosses == written.glosses
    for one, other in zip(
        again.predict(random_clip(3)), written.predict(random_clip(3)), strict=True
    ):
        assert one.gloss == other.gloss
        assert one.probability == pytest.approx(other.probability, abs=1e-4)


def test_adding_clips_one_by_one_or_together_is_the_same(recognizer: Recognizer) -> None:
    clips = [random_clip(seed) for seed in range(3)]
    vectors = recognizer.embed(clips)
    together = Enrolled("").with_sign("tea", vectors)
    alone = Enrolled("")
    for vector in vectors:
        alone = alone.with_sign("tea", vector[None])
    np.testing.assert_allclose(alone.prototypes, together.prototypes)
    np.testing.assert_allclose(np.linalg.norm(together.prototypes, axis=1), 1, rtol=1e-6)


def test_a_clip_that_is_enrolled_again_adds_nothing(recognizer: Recognizer, tmp_path: Path) -> None:
    signs = EnrolledFile(tmp_path / "signs.json", recognizer.enrolled.network)
    clips = [random_clip(seed) for seed in range(3)]
    assert signs.add("tea", recognizer.embed(clips[:2]))[1] == 0
    enrolled, known = signs.add("tea", recognizer.embed([clips[2], clips[0], clips[2]]))
    assert (len(enrolled.clips["tea"]), known) == (3, 2)
    enrolled, known = signs.add("milk", recognizer.embed(clips[:1]))
    assert (len(enrolled.clips["milk"]), known) == (1, 0)


def test_a_sign_can_be_removed_and_an_unknown_one_is_named(recognizer: Recognizer) -> None:
    enrolled = recognizer.with_sign("tea", [random_clip(1)]).enrolled
    assert enrolled.without_sign("tea").glosses == ()
    with pytest.raises(KeyError, match="sign 'milk' is not enrolled; there are tea"):
        enrolled.without_sign("milk")


def test_one_gloss_has_one_spelling(recognizer: Recognizer) -> None:
    decomposed = unicodedata.normalize("NFD", "café au lait")
    both = recognizer.with_sign(decomposed, [random_clip(1)])
    both = both.with_sign(" CAFÉ  au lait", [random_clip(2)])
    assert {gloss: len(clips) for gloss, clips in both.enrolled.clips.items()} == {
        "café au lait": 2
    }
    assert both.enrolled.without_sign("Café au lait").glosses == ()
    known = recognizer.vocabulary.glosses[0]
    assert recognizer.with_sign(known.upper(), [random_clip(1)]).enrolled.glosses == (known,)


def test_what_cannot_be_enrolled_is_refused(recognizer: Recognizer) -> None:
    vectors = recognizer.embed([random_clip(seed) for seed in range(MAX_CLIPS + 1)])
    full = Enrolled("").with_sign("tea", vectors[:-1])
    with pytest.raises(
        ValueError, match=f"would have {MAX_CLIPS + 1} clips, expected at most {MAX_CLIPS}"
    ):
        full.with_sign("tea", vectors[-1:])
    with pytest.raises(ValueError, match="without a name"):
        full.with_sign(" ", vectors[:1])
    with pytest.raises(ValueError, match="expected one line"):
        full.with_sign("a\nb", vectors[:1])
    with pytest.raises(ValueError, match="length 0"):
        full.with_sign("milk", np.zeros((1, 4)))


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"format": "other"}', SIGNS % '[["b"]]', SIGNS % "[]", SIGNS % "[[1], [1, 2]]"],
)
def test_a_damaged_file_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "signs.json").write_text(content)
    with pytest.raises(ValueError, match=r"signs\.json: not a file of enrolled signs"):
        Enrolled.read(tmp_path / "signs.json", "x")


def test_signs_of_another_network_are_refused(tmp_path: Path) -> None:
    Enrolled("one", {"tea": np.ones((1, 4), np.float32)}).write(tmp_path / "signs.json")
    assert json.loads((tmp_path / "signs.json").read_text())["network"] == "one"
    with pytest.raises(ValueError, match="enrolled with another network"):
        Enrolled.read(tmp_path / "signs.json", "other")


def test_another_recogniser_with_other_signs_leaves_the_first_as_it_was(
    recognizer: Recognizer,
) -> None:
    clip, before = random_clip(1), recognizer.predict(random_clip(1))
    other = recognizer.with_sign("tea", [clip])
    assert other.predict(clip)[0].gloss == "tea"
    assert recognizer.predict(clip) == before
    with pytest.raises(FrozenInstanceError):
        recognizer.enrolled = other.enrolled  # type: ignore[misc]


def test_a_network_without_prototypes_enrols_nothing(recognizer: Recognizer) -> None:
    plain = replace(recognizer, prototype_scale=0.0)
    with pytest.raises(ValueError, match="has no prototypes"):
        plain.with_sign("tea", [random_clip(1)])
