"""Claims about the way from a network's output to ranked, accepted or rejected glosses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spobet.dataset.manifest import Vocabulary
from spobet.evaluation.scores import ModelOutput
from spobet.recognition.answers import ENROLLED_LEAD, Answer, Answers, gloss_probabilities
from spobet.recognition.enrolment import Enrolled
from spobet.recognition.evidence import DOUBT, DOUBT_OF_CONFIDENCE
from spobet.recognition.rejection import Rejection

TWO = Vocabulary(("book", "drink"))
OUTPUT = ModelOutput(np.log([[6, 2]]), [[1, 0]], np.log([[8]]))  # odds of 6 : 2 : 8


def test_the_auxiliary_logit_takes_part_as_often_as_its_weight_says() -> None:
    for weight, expected in ((1.0, 6 / 16), (0.5, 6 / 12), (0.0, 6 / 8)):
        answered = gloss_probabilities(OUTPUT, TWO, Rejection(auxiliary_weight=weight))
        assert answered.probabilities[0, 0] == pytest.approx(expected)
        assert answered.confidence == pytest.approx([6 / 16])  # whatever the weight


def test_what_is_kept_for_other_signs_is_not_shared_out_and_confidence_is_judged_without() -> None:
    answered = gloss_probabilities(OUTPUT, TWO, Rejection(auxiliary_weight=0, known_share=0.5))
    assert answered.probabilities[0] == pytest.approx([3 / 8, 1 / 8])
    assert answered.confidence == pytest.approx([6 / 16])


def test_the_first_answer_has_its_share_beside_as_far_as_it_was_seen() -> None:
    scaling = Rejection(auxiliary_weight=0, known_share=0.5, first_share=0.1)
    answered = gloss_probabilities(OUTPUT, TWO, scaling)
    assert answered.probabilities[0] == pytest.approx([3 / 8 + 0.1, 1 / 8])
    assert answered.confidence == pytest.approx([6 / 16])
    hardly = replace(OUTPUT, evidence=np.array([0.25]))
    without = gloss_probabilities(hardly, TWO, replace(scaling, first_share=0.0))
    more = gloss_probabilities(hardly, TWO, scaling).probabilities - without.probabilities
    assert more[0] == pytest.approx([0.025, 0])


def test_temperature_scales_the_logits_and_not_the_weight() -> None:
    scaling = Rejection(temperature=2.0, auxiliary_weight=0.5, confidence_temperature=1.0)
    answered = gloss_probabilities(OUTPUT, TWO, scaling)
    powers = np.sqrt([6, 2, 8]) * [1, 1, 0.5]
    assert answered.probabilities[0] == pytest.approx(powers[:2] / powers.sum())
    assert answered.confidence == pytest.approx([6 / 16])


def test_an_enrolled_sign_that_is_best_was_one_of_the_unknown_signs() -> None:
    enrolled = Enrolled("", {"tea": np.array([[1.0, 0.0]], np.float32)})
    best = gloss_probabilities(OUTPUT, TWO, Rejection(), enrolled, prototype_scale=np.log(12))
    assert best.glosses == ("book", "drink", "tea")
    odds = np.array([6, 2, 12 * np.exp(ENROLLED_LEAD)])
    assert best.probabilities[0] == pytest.approx(odds / odds.sum())
    assert best.confidence == pytest.approx([12 / 20])  # without the lead
    scale = np.log(4) - ENROLLED_LEAD
    second = gloss_probabilities(OUTPUT, TWO, Rejection(), enrolled, prototype_scale=scale)
    assert second.probabilities[0] == pytest.approx(np.array([6, 2, 4]) / 20)


def test_an_answer_is_accepted_from_the_threshold_on() -> None:
    for threshold, accepted in ((6 / 16 - 1e-6, True), (6 / 16 + 1e-6, False)):
        answered = gloss_probabilities(OUTPUT, TWO, Rejection(threshold=threshold))
        assert answered.accepted.tolist() == [accepted]
        [answers] = answered.answers(2)
        assert answers.accepted == answers.to_json()["accepted"] == accepted


def test_equal_scores_stand_in_the_order_of_the_vocabulary() -> None:
    equal = ModelOutput.of_logits(np.zeros((1, 2)))
    [answers] = gloss_probabilities(equal, TWO, Rejection()).answers(5)
    assert answers.ranked == (Answer("book", 0.5), Answer("drink", 0.5))


@pytest.mark.parametrize(
    ("confidence", "text"),
    [
        (0.5, "computer (80 %, then book 10 %, cow < 1 %)"),
        (0.49, "perhaps computer (80 %, then book 10 %, cow < 1 %)"),
        (0.25, "perhaps computer (80 %, then book 10 %, cow < 1 %)"),
        (0.24, "not sure (computer 80 %, book 10 %, cow < 1 %)"),
    ],
)
def test_an_answer_below_the_threshold_says_so(confidence: float, text: str) -> None:
    ranked = (Answer("computer", 0.8), Answer("book", 0.1), Answer("cow", 0.004))
    answers = Answers(ranked, confidence, 0.5)
    assert str(answers) == text
    assert answers.to_json()["answer"] == answers.answer == text.partition(" (")[0]
    assert str(Answers(ranked[:1], 0.5)) == "computer (80 %)"


def test_several_signs_are_named_each_and_advice_is_told() -> None:
    signs = [
        Answers((Answer(gloss, 0.9),), 0.9, threshold)
        for gloss, threshold in (("book", 0.5), ("drink", 1.0), ("computer", 2.0))
    ]
    answers = Answers((Answer("cow", 0.2),), 0.1, 0.5, signs=tuple(signs))
    assert str(answers) == "three signs: book, perhaps drink, not sure"
    assert [sign["answer"] for sign in answers.to_json()["signs"]] == [
        "book",
        "perhaps drink",
        "not sure",
    ]
    told = Answers((Answer("cow", 0.2),), 0.1, 0.5, advice="come nearer")
    assert str(told) == "not sure (cow 20 %); come nearer"
    assert told.to_json()["advice"] == "come nearer"


def test_little_evidence_is_little_confidence() -> None:
    rows = [
        np.repeat(np.asarray(part), 3, axis=0)
        for part in (OUTPUT.logits, OUTPUT.embedding, OUTPUT.auxiliary)
    ]
    outputs = ModelOutput(*rows, evidence=np.array([1, 0.5, 0.01]))
    answered = gloss_probabilities(outputs, TWO, Rejection())
    for row, strength in enumerate((1, 0.5, 0.01)):
        powers = np.array([6, 2, 8]) ** strength**DOUBT_OF_CONFIDENCE
        assert answered.confidence[row] == pytest.approx(powers[0] / powers.sum(), rel=1e-6)
        powers = np.array([6, 2, 8]) ** strength**DOUBT
        expected = powers[:2] / powers.sum()
        assert answered.probabilities[row] == pytest.approx(expected, rel=1e-6)
    with pytest.raises(ValueError, match="evidence of"):
        ModelOutput(*rows, evidence=np.zeros(3))


def test_json_holds_what_the_answers_hold() -> None:
    answers = Answers((Answer("computer", 1 / 3),), 0.25, 0.5)
    assert answers.to_json() == {
        "answer": "perhaps computer",
        "accepted": False,
        "confidence": 0.25,
        "answers": [{"gloss": "computer", "probability": 0.3333333}],
    }
    assert (len(answers), answers[0].gloss, [*answers]) == (1, "computer", [*answers.ranked])
