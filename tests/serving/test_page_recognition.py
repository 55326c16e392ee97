"""Claims about recognition in the browser: network, answers and spotting give what Python's do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from browsing import BROWSER_TESTS
from node_kit import NODE_TESTS, run_js
from wandering_hands import holding, wandering

from spobet.formats.packed import read_clips
from spobet.recognition.recognizer import load
from spobet.recognition.spotting import Spotter, spot
from spobet.serving.landmarks import landmarks_of
from spobet.shipped import FOLDER

OPEN = """async (name) => {
  window.networks ??= {}; // kept: opening one takes seconds
  window.network = window.networks[name];
  if (window.network) return;
  const server = await import('/server.js');
  const {Network} = await import('/network.js');
  const {Taught} = await import('/taught.js');
  const facts = await server.facts(name);
  const file = await fetch(`/api/networks/${name}/landmarks`);
  window.network = await Network.open(facts, await file.arrayBuffer(), new Taught(facts.network));
  window.networks[name] = window.network;
}"""
OUTPUTS = """async (clips) => {
  const {clipOf} = await import('/poses.js');
  const outputs = [];
  for (const {landmarks, times} of clips) {
    outputs.push((await network.sign(clipOf(landmarks, network.facts, times))).output);
  }
  return outputs;
}"""
ANSWERS = """async (clips) => {
  const {clipOf} = await import('/poses.js');
  const answers = [];
  for (const frames of clips) answers.push(await network.answer([clipOf(frames, network.facts)]));
  return answers.map(({answers, accepted, confidence, advice}) =>
    ({answers, accepted, confidence, advice}));
}"""
FIND = """
  const {clipOf} = await load('poses.js');
  const {Spotter} = await load('spotter.js');
  const {xy} = clipOf(values.frames, values.facts);
  const width = 2 * values.facts.landmarks.length;
  const spotter = new Spotter(values.facts);
  const found = [];
  for (let at = 0; at < xy.length; at += width) found.push(spotter.push(xy.slice(at, at + width)));
  found.push(spotter.finish());
  return found.filter((sign) => sign).map(({start, stop}) => [start, stop]);
"""
NAME = """async ([frames, spans]) => {
  const {clipOf, cut} = await import('/poses.js');
  const {cutsOf} = await import('/spotter.js');
  const clip = clipOf(frames, network.facts);
  const answers = [];
  for (const [start, stop] of spans) {
    answers.push((await network.answer(cutsOf(cut(clip, start, stop), network.facts))).answers);
  }
  return answers;
}"""


@BROWSER_TESTS
def test_the_gallery_is_scored_as_in_python(network_page: Any) -> None:
    clips = read_clips(FOLDER / "synthetic-20" / "gallery.npz")
    recognizer = load("synthetic-20")
    poses = [clips.pose(number) for number in range(len(clips.facts["label"]))]
    network_page.evaluate(OPEN, "synthetic-20")
    sent = []
    for pose in map(recognizer.prepared, poses):
        times = None if pose.times is None else pose.times.tolist()
        sent.append({"landmarks": landmarks_of(pose), "times": times})
    here = network_page.evaluate(OUTPUTS, sent)
    ours = recognizer.outputs(poses)
    np.testing.assert_allclose([row["logits"] for row in here], ours.logits, atol=1e-3)
    np.testing.assert_allclose([row["embedding"] for row in here], ours.embedding, atol=1e-3)


@BROWSER_TESTS
def test_probabilities_on_the_page_are_those_of_python(network_page: Any) -> None:
    poses = [wandering(num_frames, num_frames) for num_frames in (2, 30, 47, 90, 200)]
    xy = np.repeat(poses[-1].xy[:1], 200, axis=0)
    poses.append(replace(poses[-1], xy=xy, confidence=np.isfinite(xy[..., 0])))
    network_page.evaluate(OPEN, "wlasl100-hands-open")
    here = network_page.evaluate(ANSWERS, [landmarks_of(pose) for pose in poses])
    for answer, ours in zip(here, load("wlasl100-hands-open").predict_many(poses), strict=True):
        expected = ours.to_json()
        names = [[one["gloss"] for one in each["answers"]] for each in (answer, expected)]
        assert names[0] == names[1]
        values = [[one["probability"] for one in each["answers"]] for each in (answer, expected)]
        np.testing.assert_allclose(values[0], values[1], atol=1e-5)
        assert answer["confidence"] == pytest.approx(expected["confidence"], abs=1e-5)
        assert answer["accepted"] == expected["accepted"]
        assert answer["advice"] == ours.advice
    assert here[-1]["advice"].startswith("your hands hardly moved")
    assert here[2]["advice"] == ""


@NODE_TESTS
@pytest.mark.parametrize("seed", [0, 1, 2, None], ids=str)
def test_signs_in_a_stream_are_found_where_python_finds_them(seed: int | None) -> None:
    recognizer = load("wlasl100-hands-open")
    pose = holding() if seed is None else wandering(500, seed, rest=True)
    skeleton = recognizer.skeleton
    hands = {side: skeleton.hand(side).tolist() for side in ("right", "left")}
    facts = {"landmarks": list(skeleton.landmarks), "hands": hands}
    here = run_js(FIND, {"frames": landmarks_of(pose), "facts": facts})
    assert here == [[sign.start, sign.stop] for sign in spot(recognizer, pose)]
    assert len(here) > 2


@BROWSER_TESTS
def test_signs_in_a_stream_are_named_as_in_python(network_page: Any) -> None:
    pose = wandering(500, 0, rest=True)
    ours = spot(load("wlasl100-hands-open"), pose)
    network_page.evaluate(OPEN, "wlasl100-hands-open")
    spans = [[sign.start, sign.stop] for sign in ours]
    for answers, other in zip(
        network_page.evaluate(NAME, [landmarks_of(pose), spans]), ours, strict=True
    ):
        assert [one["gloss"] for one in answers] == [answer.gloss for answer in other.answers]
        expected = [answer.probability for answer in other.answers]
        np.testing.assert_allclose([one["probability"] for one in answers], expected, atol=1e-4)


@BROWSER_TESTS
def test_the_moment_that_decides_is_the_one_that_matters(network_page: Any) -> None:
    network_page.evaluate(OPEN, "wlasl100-hands-open")
    clip, spans = network_page.evaluate(
        """async (frames) => {
          const {clipOf} = await import('/poses.js');
          const {clip, spans} = await network.occlusion(clipOf(frames, network.facts));
          return [clip.numFrames, spans];
        }""",
        landmarks_of(wandering(60, 1)),
    )
    assert len(spans) == 12
    assert all(span["loss"] >= 0 for span in spans) and any(span["loss"] > 0 for span in spans)
    assert [span["first"] for span in spans[1:]] == [span["stop"] for span in spans[:-1]]
    assert (spans[0]["first"], spans[-1]["stop"]) == (0, clip)


def test_python_streams_as_the_browser_is_compared_with() -> None:
    """The comparisons above rest on `spot`: it finds what a stream gives."""
    recognizer, pose = load("wlasl100-hands-open"), wandering(500, 0, rest=True)
    spotter = Spotter(recognizer, 25.0)
    found = [sign for sign in [*map(spotter.push, pose.xy), spotter.finish()] if sign]
    assert [sign.start for sign in found] == [sign.start for sign in spot(recognizer, pose)]
