"""Claims about rests, evidence and several signs in what a network answers."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from joined_clips import join_clips
from rests_kit import read_cases

from spobet.dataset.references import References
from spobet.evaluation.scores import ModelOutput
from spobet.poses.rests import FAST
from spobet.poses.sequence import PoseSequence
from spobet.recognition.evidence import Evidence
from spobet.recognition.recognizer import Recognizer, load
from spobet.recognition.signs import LEAD, outputs_of_signs, signing_in
from spobet.shipped import find_run

CASES = {case["name"]: (case, pose) for case, pose in read_cases()}


@pytest.fixture(scope="module")
def hands() -> Recognizer:
    return load("wlasl100-hands")


def test_a_clip_is_answered_as_without_its_rests(hands: Recognizer) -> None:
    """By one of the spans that it may have; which one is the next test's claim."""
    pose = CASES["rest, sign, rest"][1]
    signing = signing_in(pose, 0.1)[0]
    spans = (*signing.candidates, signing.whole)
    by_span = hands.network.run(None, hands.preprocessor([pose.frames(*span) for span in spans]))[0]
    best = by_span.max(axis=1) - np.array([0, 0, 0, LEAD])
    [logits] = hands.logits([pose])
    np.testing.assert_allclose(logits, by_span[best.argmax()], atol=1e-5)
    assert np.abs(by_span[3] - logits).max() > 0.1


def test_a_network_trained_without_rests_is_given_the_same_spans(
    hands: Recognizer, tmp_path: Path
) -> None:
    """Else rests would be cut from what is left of a clip once they are cut."""
    pose = CASES["rest, sign, rest"][1]
    folder = tmp_path / "run"
    shutil.copytree(find_run("wlasl100-hands"), folder)
    config = (folder / "config.toml").read_text()
    assert "cut_rests = true" not in config
    config = config.replace("cut_rests = false\n", "")
    (folder / "config.toml").write_text(config.replace("[input]", "[input]\ncut_rests = true"))
    trained_without = load(folder)
    for one, other in zip(
        hands.preprocessor([pose]).values(),
        trained_without.preprocessor([pose]).values(),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(trained_without.logits([pose]), hands.logits([pose]))


@pytest.mark.parametrize(
    ("scores", "chosen"),
    [
        ((1.0, 0.5, 0.6, 1.5), 0),
        ((1.0, 1.1, 0.9, 2.0), 1),
        ((1.0, 1.1, 1.2, 2.0), 2),
        ((1.0, 1.1, 0.9, 2.2), 3),
        ((0.0, 0.0, 0.0, 1.0), 0),
    ],
)
def test_of_the_spans_the_one_with_the_best_score_is_answered(
    scores: tuple[float, ...], chosen: int
) -> None:
    """Without rests, without either way from rest too, and whole, which must lead by 1."""
    poses = [CASES[name][1] for name in ("sign alone", "rest, sign, rest")]
    found = [signing_in(pose, 0.1) for pose in poses]
    signing = found[1][0]
    lengths = [stop - start for start, stop in (*signing.candidates, signing.whole)]
    assert len(set(lengths)) == 4
    of_length = {**dict(zip(lengths, scores, strict=True)), len(poses[0]): 7.0}
    output = outputs_of_signs(
        poses,
        found,
        lambda clips: ModelOutput.of_logits(
            np.array([[of_length[len(clip)], -len(clip)] for clip in clips])
        ),
        lambda output: output.logits[:, 0].copy(),
    )
    assert output.logits.tolist()[0] == [7.0, -len(poses[0])]
    assert output.logits[1, 1] == -lengths[chosen]


@pytest.mark.parametrize("name", CASES)
def test_evidence_is_what_the_page_is_held_to(name: str) -> None:
    case, pose = CASES[name]
    evidence = signing_in(pose, 0.1)[1]
    assert evidence.share == pytest.approx(case["share"], abs=1e-5)
    assert evidence.strength == pytest.approx(case["strength"], abs=1e-5)


def test_hands_that_are_hardly_seen_are_told_and_cost_confidence(hands: Recognizer) -> None:
    pose = CASES["rest, sign, rest"][1]
    lost = pose.xy.copy()
    lost[np.arange(len(pose)) % 8 > 0] = np.nan
    seldom = PoseSequence(
        lost, np.isfinite(lost[..., 0]), pose.skeleton, pose.times, "image", pose.size
    )
    [whole, few] = hands.predict_many([pose, seldom])
    assert whole.advice == ""
    assert few.advice.startswith("your hands were seen in 12 % of the pictures: move back")
    evidence = signing_in(seldom, 0.1)[1]
    assert evidence.strength < 0.5
    sure = replace(hands.outputs([seldom]), evidence=None)
    assert few.confidence < hands.probabilities(sure).confidence[0]


def test_advice_names_what_is_lacking() -> None:
    assert Evidence(1.0, 2.0, FAST, 0.1).advice == ""
    assert "2.5 % of its height): come nearer" in Evidence(0.3, 2.0, FAST, 0.025).advice
    assert "seen for 0.2 seconds only" in Evidence(1.0, 0.2, FAST, 0.1).advice
    assert Evidence(1.0, 2.0, 0.3).advice.startswith("your hands hardly moved")
    assert "seen in 30 % of the pictures" in Evidence(0.3, 2.0, 0.3).advice


@pytest.mark.parametrize("speed", [0.0, 0.25 * FAST, 0.99 * FAST, FAST, 9 * FAST])
def test_hands_that_rest_are_no_sign(speed: float) -> None:
    """Strength grows with the fastest 0.2 seconds up to FAST; the whole clip says how fast."""
    pose = CASES["sign alone"][1]
    rest = np.repeat(pose.xy[:1], 30, axis=0)
    length = np.linalg.norm(rest[0, 9] - rest[0, 0])
    times = np.arange(30) / 25
    rest[:, :, 0] += (speed * length * times)[:, None]
    moved = PoseSequence(rest, np.ones(rest.shape[:2]), pose.skeleton, times, "image", pose.size)
    signing, evidence = signing_in(moved, 0.1)
    assert signing.speed == pytest.approx(speed, rel=1e-3, abs=1e-3)
    assert evidence.strength == pytest.approx(max(0.01, min(1, speed / FAST)), rel=1e-3)


def test_hands_that_stand_still_as_in_a_sign_are_not_accepted(hands: Recognizer) -> None:
    """The middle picture of each drawing, for two seconds: a network alone believes many."""
    references = References.read(find_run("wlasl100-hands") / "references.npz")
    still = []
    for gloss in references.glosses:
        drawn = references.pose(gloss)
        xy = np.repeat(drawn.xy[[len(drawn) // 2]], 50, axis=0)
        times = np.arange(50) / 25
        still.append(PoseSequence(xy, np.isfinite(xy[..., 0]), drawn.skeleton, times, "image"))
    output = hands.outputs(still)
    assert hands.probabilities(replace(output, evidence=None)).accepted.mean() > 0.2
    assert not hands.probabilities(output).accepted.any()


def test_several_signs_are_named_one_by_one(hands: Recognizer) -> None:
    pose = CASES["three signs"][1]
    answers = hands.predict(pose, top=2)
    assert len(answers.signs) == len(answers.to_json()["signs"]) == 3
    spans = CASES["three signs"][0]["signs"]
    alone = hands.predict_many([pose.frames(*span) for span in spans], top=2)
    assert answers.signs == tuple(alone)
    assert str(answers).startswith("three signs: ")
    assert hands.predict(join_clips([("a", pose.frames(*spans[0]))], 0).pose).signs == ()
