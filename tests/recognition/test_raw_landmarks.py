"""A network's file that reads raw landmarks answers as the Preprocessor and the network do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from landmarks_kit import onnx, raw, session, untouched
from rests_kit import read_cases

from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.poses.preprocess import Preprocessor, PreprocessSettings
from spobet.poses.rests import find_signing
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54, Skeleton
from spobet.recognition.raw_landmarks.network import with_preprocessing
from spobet.recognition.recognizer import load
from spobet.recognition.rejection import Rejection
from spobet.recognition.signs import LEAD, signing_in
from spobet.runs import RunFolder
from spobet.shipped import find_run

SIZE = (1280, 720)
RESTS = [(case["name"], pose) for case, pose in read_cases()]


def random_clip(seed: int, skeleton: Skeleton, uneven: bool = False) -> PoseSequence:
    """Smooth landmarks in shares of a 1280 x 720 picture, with guesses, gaps and empty ends."""
    rng = np.random.default_rng(seed)
    num_frames = int(rng.integers(3, 60))
    steps = rng.normal(0, 0.01, (num_frames, len(skeleton), 2)).cumsum(axis=0)
    xy = (rng.uniform(0.2, 0.8, (len(skeleton), 2)) + steps).astype(np.float32)
    confidence = rng.uniform(0.05, 1, xy.shape[:2]).astype(np.float32)
    gone = rng.random(xy.shape[:2]) < 0.15
    gone[: rng.integers(0, 2)] = True
    xy[gone], confidence[gone] = np.nan, 0
    gaps = rng.uniform(0.01, 0.1, num_frames) if uneven else np.full(num_frames, 0.04)
    return PoseSequence(xy, confidence, skeleton, times=gaps.cumsum(), unit="image", size=SIZE)


@pytest.mark.parametrize("stretch", [True, False])
@pytest.mark.parametrize("right_leads", [True, False])
@pytest.mark.parametrize("skeleton", [HANDS_42, OPENPOSE_54], ids=lambda skeleton: skeleton.name)
def test_the_file_makes_the_input_that_the_preprocessor_makes(
    skeleton: Skeleton, right_leads: bool, stretch: bool
) -> None:
    settings = PreprocessSettings(24, stretch, 0.1, right_leads)
    preprocessor = Preprocessor(skeleton, "image", settings)
    inside = session(with_preprocessing(untouched(skeleton, 24), preprocessor, Rejection(), {}))
    for seed in range(12):
        pose = random_clip(seed, skeleton, uneven=seed % 2 == 1)
        expected = preprocessor([pose])
        made = inside.run(["embedding"], raw(pose))[0].reshape(expected["landmarks"].shape)
        np.testing.assert_array_equal(made[..., 2], expected["landmarks"][..., 2])
        np.testing.assert_allclose(made, expected["landmarks"], atol=1e-5)


def test_the_file_measures_by_the_hands_where_the_network_does() -> None:
    settings = PreprocessSettings(24, reference="hands")
    made = []
    for chosen in (settings, replace(settings, reference="body")):
        preprocessor = Preprocessor(OPENPOSE_54, "image", chosen)
        network = untouched(OPENPOSE_54, 24)
        inside = session(with_preprocessing(network, preprocessor, Rejection(), {}))
        pose = random_clip(1, OPENPOSE_54)
        expected = preprocessor([pose])["landmarks"]
        made.append(inside.run(["embedding"], raw(pose))[0].reshape(expected.shape))
        np.testing.assert_allclose(made[-1], expected, atol=1e-5)
    assert np.abs(made[0] - made[1]).max() > 0.1


def test_the_file_exchanges_hands_by_their_shapes_where_the_network_does() -> None:
    settings = PreprocessSettings(24, sides_by_shape=True)
    preprocessor = Preprocessor(HANDS_42, "image", settings)
    inside = session(with_preprocessing(untouched(HANDS_42, 24), preprocessor, Rejection(), {}))
    by_name = Preprocessor(HANDS_42, "image", replace(settings, sides_by_shape=False))
    different = 0
    for seed in range(24):
        pose = random_clip(seed, HANDS_42)
        expected = preprocessor([pose])["landmarks"]
        made = inside.run(["embedding"], raw(pose))[0].reshape(expected.shape)
        np.testing.assert_allclose(made, expected, atol=1e-5)
        different += np.abs(by_name([pose])["landmarks"] - expected).max() > 0.1
    assert 2 <= different <= 22


def test_pixels_with_their_picture_are_read_as_the_same_shares() -> None:
    preprocessor = Preprocessor(HANDS_42, "image", PreprocessSettings(24))
    inside = session(with_preprocessing(untouched(HANDS_42, 24), preprocessor, Rejection(), {}))
    pose = random_clip(0, HANDS_42)
    shares = inside.run(["embedding"], raw(pose))[0]
    pixels = replace(pose, xy=pose.xy * np.array(SIZE, np.float32), unit="pixels")
    np.testing.assert_allclose(inside.run(["embedding"], raw(pixels, SIZE))[0], shares, atol=1e-5)
    assert np.abs(inside.run(["embedding"], raw(pixels))[0] - shares).max() > 0.1  # size unsaid


def test_uneven_times_count() -> None:
    preprocessor = Preprocessor(HANDS_42, "image", PreprocessSettings(24))
    inside = session(with_preprocessing(untouched(HANDS_42, 24), preprocessor, Rejection(), {}))
    pose = random_clip(3, HANDS_42, uneven=True)
    timed, untimed = (
        inside.run(["embedding"], raw(clip))[0] for clip in (pose, replace(pose, times=None))
    )
    assert np.abs(timed - untimed).max() > 0.05


def test_the_share_of_frames_with_a_hand_is_told() -> None:
    preprocessor = Preprocessor(HANDS_42, "image", PreprocessSettings(24))
    inside = session(with_preprocessing(untouched(HANDS_42, 24), preprocessor, Rejection(), {}))
    pose = random_clip(2, HANDS_42)
    inputs = raw(pose)
    shown = (pose.confidence >= 0.1).any(axis=1).mean()
    assert inside.run(["hands_seen"], inputs)[0] == pytest.approx([shown], abs=1e-6)
    inputs["landmarks"][:] = np.nan
    assert inside.run(["hands_seen"], inputs)[0].tolist() == [0]


@pytest.fixture(scope="module")
def resting() -> onnxruntime.InferenceSession:
    """A file that finds signs between rests."""
    network = untouched(HANDS_42, 24)
    preprocessor = Preprocessor(HANDS_42, "image", PreprocessSettings(24))
    return session(with_preprocessing(network, preprocessor, Rejection(), {}))


@pytest.mark.parametrize("backwards", [False, True], ids=["", "backwards"])
@pytest.mark.parametrize("timed", [True, False], ids=["", "without times"])
@pytest.mark.parametrize(("name", "pose"), RESTS, ids=[name for name, _ in RESTS])
def test_the_file_finds_the_spans_and_the_evidence_that_recognition_finds(
    name: str, pose: PoseSequence, timed: bool, backwards: bool, resting: Any
) -> None:
    if backwards:
        assert pose.times is not None
        xy, times = pose.xy[::-1].copy(), pose.times[-1] - pose.times[::-1]
        pose = replace(pose, xy=xy, confidence=pose.confidence[::-1].copy(), times=times)
    if not timed:
        pose = replace(pose, times=None)
    signing, evidence = signing_in(pose, 0.1)
    spans, leads = [*signing.candidates, signing.whole], [0.0] * len(signing.candidates) + [LEAD]
    if spans[0] == signing.whole:
        spans, leads = spans[:1], leads[:1]
    found = resting.run(["spans", "leads", "evidence", "sign_seen"], raw(pose))
    assert [tuple(span) for span in found[0].tolist()] == spans
    assert found[1].tolist() == leads
    assert found[2] == pytest.approx([evidence.strength], rel=1e-5)
    seen = [evidence.share, evidence.seconds, evidence.speed, evidence.size]
    assert found[3][0] == pytest.approx(seen, rel=1e-5)


def test_some_of_the_clips_with_rests_have_each_number_of_spans() -> None:
    """One where nothing rests or no way from rest is told, two or three where ways are."""
    spans = {len(find_signing(pose).candidates) for _, pose in RESTS}
    assert spans == {1, 2, 3}


def test_a_network_of_a_unit_in_which_nothing_is_recorded_is_refused() -> None:
    preprocessor = Preprocessor(HANDS_42, "hand lengths", PreprocessSettings(24))
    with pytest.raises(UserError, match="unit is 'hand lengths', expected one of: image, pixels"):
        with_preprocessing(untouched(HANDS_42, 24), preprocessor, Rejection(), {})


@pytest.mark.parametrize("name", ["wlasl2000-hands", "wlasl100-hands-open", "synthetic-20"])
def test_shipped_networks_answer_alike_from_raw_landmarks(name: str, tiny_data: Path) -> None:
    run, recognizer = RunFolder(find_run(name)), load(name)
    model = with_preprocessing(onnx.load(run.onnx), run.preprocessor(), recognizer.rejection, {})
    inside = session(model)
    shown = [pose for _, pose in list(Dataset.open(tiny_data).poses())[:6]]
    for pose in [*shown, shown[0].frames(4, 9)]:  # the last: little evidence
        pose = replace(pose, size=(256, 256)).in_unit(run.record().unit)
        answers = recognizer.predict(pose, top=len(recognizer.vocabulary))
        pose = pose.select(recognizer.skeleton)
        probabilities, confidence = inside.run(["probabilities", "confidence"], raw(pose))
        for answer in answers:
            gloss = recognizer.vocabulary.index(answer.gloss)
            assert probabilities[0, gloss] == pytest.approx(answer.probability, abs=1e-5)
        assert confidence[0] == pytest.approx(answers.confidence, abs=1e-5)
