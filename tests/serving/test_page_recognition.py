"""Claims about recognition in the browser: normalisation, network and spotting give what Python's give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import BROWSER_TESTS, Watched, chromium, served

from spobet.formats.packed import read_clips
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.recognition.recognizer import load
from spobet.recognition.spotting import Spotter, spot
from spobet.serving.landmarks import landmarks_of
from spobet.shipped import FOLDER, find_run

pytestmark = BROWSER_TESTS
OPEN = """async (name) => {
  const server = await import('/server.js');
  const {Network} = await import('/network.js');
  const {Taught} = await import('/taught.js');
  const facts = await server.facts(name);
  window.network = await Network.open(facts, await server.network(name), new Taught(facts.network));
}"""
SCORE = """async (clips) => {
  const {clipOf} = await import('/poses.js');
  const scored = await network.score(clips.map((frames) => clipOf(frames, network.facts)));
  return scored.map(({logits, embedding}) => ({logits: [...logits], embedding: [...embedding]}));
}"""
SPOT = """async (frames) => {
  const {clipOf} = await import('/poses.js');
  const {Spotter, cutsOf} = await import('/spotter.js');
  const {xy} = clipOf(frames, network.facts);
  const width = 2 * network.facts.landmarks.length;
  const spotter = new Spotter(network.facts);
  const found = [];
  for (let at = 0; at < xy.length; at += width) found.push(spotter.push(xy.slice(at, at + width)));
  found.push(spotter.finish());
  const signs = [];
  for (const sign of found.filter((one) => one)) {
    const {answers} = await network.answerOfSurest(cutsOf(sign.clip, network.facts));
    signs.push({start: sign.start, stop: sign.stop, answers});
  }
  return signs;
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with (
        served(
            find_run("wlasl100-hands-open"), tmp_path_factory.mktemp("signs") / "enrolled.json"
        ) as address,
        chromium() as browser,
    ):
        yield Watched(browser).open(address)


def wandering(num_frames: int, seed: int, rest: bool = False) -> PoseSequence:
    """Two hands that wander, come and go; with rests low in the picture where asked for."""
    rng = np.random.default_rng(seed)
    hand = 0.03 * rng.normal(size=(2, 21, 2)) + [0, -0.05]
    hand[:, 0], hand[:, 9] = 0, [0, -0.08]
    way = np.array([[0.4, 0.7], [0.6, 0.7]]) + 0.02 * rng.normal(size=(num_frames, 2, 2)).cumsum(
        axis=0
    )
    if rest:
        still = (np.arange(num_frames) // 45) % 2 == 0
        way = np.where(still[:, None, None], [[0.4, 0.9], [0.6, 0.9]], np.clip(way, 0.2, 0.7))
    xy = (
        (way[:, :, None] + hand + 0.002 * rng.normal(size=(num_frames, 2, 21, 2)))
        .reshape(num_frames, 42, 2)
        .astype(np.float32)
    )
    gone = rng.random((num_frames // 10 + 1, 2)) < 0.2
    xy[np.repeat(np.repeat(gone, 10, axis=0)[:num_frames], 21, axis=1)] = np.nan
    xy[num_frames // 2 :: 7, 5] = np.nan
    return PoseSequence(xy, np.where(np.isnan(xy[..., 0]), 0, 1), HANDS_42, unit="image")


def test_the_gallery_is_scored_as_in_python(page: Any) -> None:
    clips = read_clips(FOLDER / "synthetic-20" / "gallery.npz")
    recognizer = load("synthetic-20")
    poses = [clips.pose(number) for number in range(len(clips.facts["label"]))]
    page.evaluate(OPEN, "synthetic-20")
    here = page.evaluate(SCORE, [landmarks_of(recognizer.prepared(pose)) for pose in poses])
    ours = recognizer.outputs(poses)
    np.testing.assert_allclose([row["logits"] for row in here], ours.logits, atol=1e-3)
    np.testing.assert_allclose([row["embedding"] for row in here], ours.embedding, atol=1e-3)


@pytest.mark.parametrize("num_frames", [1, 2, 30, 47, 200])
def test_hands_are_scored_as_in_python(num_frames: int, page: Any) -> None:
    poses = [wandering(num_frames, seed) for seed in range(6)]
    recognizer = load("wlasl100-hands-open")
    seen = [pose for pose in poses if not np.isnan(pose.xy).all()]
    page.evaluate(OPEN, "wlasl100-hands-open")
    here = page.evaluate(SCORE, [landmarks_of(pose) for pose in seen])
    np.testing.assert_allclose(
        [row["logits"] for row in here], recognizer.logits(seen), atol=1e-3
    )


@pytest.mark.parametrize("seed", range(3))
def test_signs_in_a_stream_are_found_and_named_as_in_python(seed: int, page: Any) -> None:
    pose = wandering(500, seed, rest=True)
    page.evaluate(OPEN, "wlasl100-hands-open")
    here = page.evaluate(SPOT, landmarks_of(pose))
    ours = spot(load("wlasl100-hands-open"), pose)
    assert [(sign["start"], sign["stop"]) for sign in here] == [
        (sign.start, sign.stop) for sign in ours
    ]
    assert len(here) > 2
    for sign, other in zip(here, ours, strict=True):
        assert sign["answers"][0]["gloss"] == other.gloss
        assert (
            sum(answer["probability"] for answer in sign["answers"]) < 0.999
        )  # something is left to what it does not know
        chances = [answer["probability"] for answer in sign["answers"]]
        np.testing.assert_allclose(
            chances, [answer.probability for answer in other.answers], atol=1e-3
        )


def test_frames_come_25_times_a_second_whatever_the_camera_gives(page: Any) -> None:
    frames = page.evaluate(
        """async () => {
          const {HandTracks, Steady} = await import('/tracks.js');
          const tracks = new HandTracks(network.facts);
          const steady = new Steady(tracks);
          const hand = (x) => [{points: Array.from({length: 21}, (_, point) => [x, 0.01 * point]), side: 1}];
          const out = [];
          for (let step = 0; step < 32; step += 1) {
            const {frames} = steady.push(tracks.push(hand(step / 30), step / 30), step / 30);
            out.push(...frames.map((frame) => frame[0]));
          }
          return out;
        }"""
    )
    np.testing.assert_allclose(frames[:26], np.arange(26) / 25, atol=1e-5)


def test_two_hands_that_cross_keep_their_tracks_and_a_lone_left_hand_is_left(page: Any) -> None:
    right, left, crossed = page.evaluate(
        """async () => {
          const {HandTracks} = await import('/tracks.js');
          const {clipOfFrames} = await import('/spotter.js');
          const {facts} = network;
          const hand = (x, side) => ({points: Array.from({length: 21}, (_, point) => [x, 0.5 - 0.01 * point]), side});
          const lone = new HandTracks(facts);
          const frames = Array.from({length: 10}, (_, step) => lone.push([hand(0.3 + 0.01 * step, -0.9)], step / 25));
          const sided = lone.sided(clipOfFrames(frames), frames);
          const both = new HandTracks(facts);
          const ways = Array.from({length: 21}, (_, step) => {
            const found = [hand(0.2 + 0.03 * step, 0.9), hand(0.8 - 0.03 * step, -0.9)];
            return both.push(step % 2 ? found : found.reverse(), step / 25);
          });
          const {xy} = both.sided(clipOfFrames(ways), ways);
          const wrists = ways.map((_, frame) => [0, 21].map((point) => xy[2 * (frame * 42 + point)]));
          return [sided.xy[2 * 0], sided.xy[2 * 21], wrists].map((value) => (Number.isNaN(value) ? null : value));
        }"""
    )
    assert right is None and left == pytest.approx(0.3)
    np.testing.assert_allclose(
        crossed,
        np.stack([0.2 + 0.03 * np.arange(21), 0.8 - 0.03 * np.arange(21)], axis=1),
        atol=1e-5,
    )


def test_the_moment_that_decides_is_the_one_that_matters(page: Any) -> None:
    page.evaluate(OPEN, "wlasl100-hands-open")
    spans = page.evaluate(
        """async (frames) => {
          const {clipOf} = await import('/poses.js');
          return network.mattered(clipOf(frames, network.facts));
        }""",
        landmarks_of(wandering(60, 1)),
    )
    assert len(spans) == 12
    assert all(span["loss"] >= 0 for span in spans)
    assert [span["first"] for span in spans[1:]] == [span["stop"] for span in spans[:-1]]


def test_python_streams_as_the_browser_is_compared_with(tmp_path: Path) -> None:
    """The comparison above rests on `spot`; that it is what a stream gives is checked here once more, without a browser."""
    recognizer, pose = load("wlasl100-hands-open"), wandering(500, 0, rest=True)
    spotter = Spotter(recognizer, 25.0)
    found = [sign for sign in [*map(spotter.push, pose.xy), spotter.finish()] if sign]
    assert [sign.start for sign in found] == [sign.start for sign in spot(recognizer, pose)]
