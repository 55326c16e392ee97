"""Claims about one input and one answer: a clip gives the same, however it comes to the network.

The reference is the clip in shares of its picture, as `predict` takes it. Input is compared as a
network gets it (a file whose network only shows its input), answers as probabilities by gloss.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import BROWSER_TESTS
from clients import client_of
from held_out import FEW, NUM_CLIPS, held_out_clips
from landmarks_kit import onnx, raw, session, untouched

from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.poses.preprocess import UnknownPictureSize
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.recognition.raw_landmarks.file import landmarks_file
from spobet.recognition.raw_landmarks.network import with_preprocessing
from spobet.recognition.recognizer import Recognizer, load
from spobet.recognition.rejection import Rejection
from spobet.runs import RunFolder
from spobet.serving.landmarks import landmarks_of, pose_of
from spobet.serving.schemas import ClipBody
from spobet.shipped import find_run

NAME = "wlasl100-hands-open"
WITH_KERAS = "wlasl2000-hands"  # the shipped network whose attention can be rolled out
SIZE = (1280, 720)
NEAR = 1e-5
ROUNDING = 1e-6  # share of a coordinate: pixels as float32 are a 3e-8th of a picture's width apart
OPEN = """async ([name, window_name]) => {
  const server = await import('/server.js');
  const {Network} = await import('/network.js');
  const {Taught} = await import('/taught.js');
  const facts = await server.facts('wlasl100-hands-open');
  const file = await fetch(`/api/networks/${name}/landmarks`);
  window[window_name] = await Network.open(facts, await file.arrayBuffer(), new Taught(''));
}"""
RUN = """async (clips) => {
  const {clipOf} = await import('/poses.js');
  const results = [];
  for (const {landmarks, times} of clips) {
    const clip = clipOf(landmarks, answering.facts, times);
    const {probabilities} = await answering.run(clip);
    const {answers} = await answering.answer([clip], answering.glosses.length);
    const found = Object.fromEntries(answers.map((one) => [one.gloss, one.probability]));
    const answered = answering.glosses.map((gloss) => found[gloss]);
    const {spans} = await showing.run(clip);
    results.push([spans.at(-1).embedding, probabilities, answered]); // the last is the whole clip
  }
  return results;
}"""


@dataclass(frozen=True, eq=False)
class Way:
    """What a way to the network gives, clip by clip: its input, and probabilities by gloss."""

    inputs: np.ndarray | None
    answers: np.ndarray | None = None


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return load(NAME)


@pytest.fixture(
    scope="module",
    params=[FEW, pytest.param(NUM_CLIPS, marks=pytest.mark.slow)],
    ids=["a few clips", "all clips"],
)
def clips(request: pytest.FixtureRequest, shared: Path) -> list[PoseSequence]:
    """Clips of real signers in shares of their pictures."""
    return [pose for _, pose in held_out_clips(shared, request.param)]


@pytest.fixture(scope="module")
def reference(clips: list[PoseSequence], recognizer: Recognizer) -> Way:
    return predicted(recognizer, clips)


def predicted(recognizer: Recognizer, clips: list[PoseSequence]) -> Way:
    inputs = recognizer.preprocessor(clips)["landmarks"]
    return Way(inputs, recognizer.probabilities(recognizer.outputs(clips)).probabilities)


def in_pixels(clips: list[PoseSequence]) -> list[PoseSequence]:
    return [replace(clip, size=SIZE).in_unit("pixels") for clip in clips]


def same(found: Way, expected: Way) -> None:
    """Check that a way gives the input and the answers of another."""
    for name in ("inputs", "answers"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        if ours is None:
            continue
        ours = np.reshape(ours, theirs.shape)
        print(f"{name} of {len(ours)} clips: at most {np.abs(ours - theirs).max():.1e} apart")
        np.testing.assert_allclose(ours, theirs, atol=NEAR, rtol=ROUNDING)


def test_pixels_with_their_picture_s_size(
    clips: list[PoseSequence], recognizer: Recognizer, reference: Way
) -> None:
    same(predicted(recognizer, in_pixels(clips)), reference)


@pytest.mark.parametrize("convert", [list, in_pixels], ids=["shares", "pixels"])
def test_a_data_set(
    convert: Callable[[list[PoseSequence]], list[PoseSequence]],
    clips: list[PoseSequence],
    recognizer: Recognizer,
    reference: Way,
    tmp_path: Path,
) -> None:
    poses = convert(clips)
    with DatasetWriter(tmp_path / "data", HANDS_42, poses[0].unit, "WLASL", "C-UDA") as writer:
        for number, pose in enumerate(poses):
            writer.add(Clip(f"clip-{number}", "sign"), pose)
    stored = [pose for _, pose in Dataset.open(tmp_path / "data").poses()]
    same(predicted(recognizer, stored), reference)


def test_what_rollout_explains(
    clips: list[PoseSequence],
    recognizer: Recognizer,
    reference: Way,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keras = pytest.importorskip("keras", reason="the extra train is not installed")
    from spobet.explain.attention import _Opened

    run = RunFolder(find_run(WITH_KERAS))
    monkeypatch.setattr(keras.saving, "load_model", lambda path: None)  # its input is asked for
    assert run.preprocessor().with_rests() == recognizer.preprocessor
    same(Way(_Opened.open(run, in_pixels(clips)).inputs["landmarks"]), reference)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A client of a server of the network."""
    return client_of(tmp_path_factory.mktemp("signs") / "enrolled.json", run=NAME)


@pytest.mark.parametrize("unit", ["image", "pixels"])
def test_requests(
    unit: str, clips: list[PoseSequence], recognizer: Recognizer, reference: Way, server: Any
) -> None:
    inputs, answers = [], []
    for pose in in_pixels(clips) if unit == "pixels" else clips:
        size = list(SIZE) if unit == "pixels" else None
        body = {"landmarks": landmarks_of(pose), "unit": unit, "size": size}
        body |= {"times": None if pose.times is None else pose.times.tolist(), "top": 100}
        sent = pose_of(ClipBody(**body), recognizer.skeleton, recognizer.preprocessor.unit)
        inputs.append(recognizer.preprocessor([sent])["landmarks"])
        reply = server.post("/api/predict", json=body).json()
        assert "warnings" not in reply
        ranked = {one["gloss"]: one["probability"] for one in reply["answers"]}
        answers.append([ranked[gloss] for gloss in recognizer.glosses])
    same(Way(np.concatenate(inputs), np.array(answers)), reference)


@pytest.fixture(scope="module")
def showing(recognizer: Recognizer) -> bytes:
    """A file that reads raw landmarks, whose embedding is the input that its network would get."""
    num_frames = recognizer.preprocessor.settings.num_frames
    shown = untouched(recognizer.skeleton, num_frames)
    return with_preprocessing(shown, recognizer.preprocessor, Rejection(), {}).SerializeToString()


@pytest.mark.parametrize("unit", ["image", "pixels"])
def test_the_file_that_reads_raw_landmarks(
    unit: str, clips: list[PoseSequence], recognizer: Recognizer, showing: bytes, reference: Way
) -> None:
    answering = landmarks_file(RunFolder(find_run(NAME)), recognizer)
    sessions = [session(onnx.load_from_string(content)) for content in (showing, answering)]
    inputs, answers = [], []
    for pose in in_pixels(clips) if unit == "pixels" else clips:
        feeds = raw(pose, SIZE if unit == "pixels" else (1, 1))
        inputs.append(sessions[0].run(["span_embedding"], feeds)[0][-1])  # of the whole clip
        answers.append(sessions[1].run(["probabilities"], feeds)[0])
    same(Way(np.array(inputs), np.concatenate(answers)), reference)


@pytest.fixture(scope="module")
def page(opened: Any, showing: bytes) -> Any:
    """The page with two networks: one that answers, and one that shows its input."""
    page = opened.page
    page.route("**/api/networks/showing/landmarks", lambda route: route.fulfill(body=showing))
    page.evaluate(OPEN, [NAME, "answering"])
    page.evaluate(OPEN, ["showing", "showing"])
    return page


@BROWSER_TESTS
def test_the_same_file_in_the_browser(clips: list[PoseSequence], page: Any, reference: Way) -> None:
    bodies = [
        {
            "landmarks": landmarks_of(pose),
            "times": None if pose.times is None else pose.times.tolist(),
        }
        for pose in clips
    ]
    found = []
    for start in range(0, len(bodies), FEW):
        found += page.evaluate(RUN, bodies[start : start + FEW])
    inputs, from_file, answers = zip(*found, strict=True)
    same(Way(np.array(inputs), np.array(from_file)), reference)
    same(Way(None, np.array(answers)), reference)


def test_pixels_of_a_picture_of_unknown_size_are_another_input_and_warned_of(
    clips: list[PoseSequence], recognizer: Recognizer, reference: Way, server: Any
) -> None:
    pose = replace(in_pixels(clips)[0], size=None)
    with pytest.warns(UnknownPictureSize, match="state the picture's size"):
        found = recognizer.preprocessor([pose])["landmarks"]
    assert np.abs(found - reference.inputs[:1]).max() > 0.1
    body = {"landmarks": landmarks_of(pose), "unit": "pixels"}
    with pytest.warns(UnknownPictureSize):
        reply = server.post("/api/predict", json=body).json()
    [warning] = reply["warnings"]
    assert "the size of the picture is unknown" in warning
