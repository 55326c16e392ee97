// Claims about following hands through a stream, and about frames at an even rate.

import assert from "node:assert/strict";
import test from "node:test";

import { foundHands, handsOnly } from "../../spobet/serving/web/hands.js";
import { clipOfFrames } from "../../spobet/serving/web/poses.js";
import { EvenFrames, HandTracks } from "../../spobet/serving/web/tracks.js";

const right = Array.from({ length: 21 }, (_, point) => point);
const left = right.map((point) => point + 21);
const facts = { landmarks: [...right, ...left], hands: { right, left }, unit: "image" };
const hand = (x, side) => ({ points: right.map((point) => [x, 0.5 - 0.01 * point]), side });
const near = (value, expected) =>
  assert.ok(Math.abs(value - expected) < 1e-5, `${value} ${expected}`);

test("frames come 25 times per second, whatever the camera gives", () => {
  const tracks = new HandTracks(facts);
  const even = new EvenFrames(tracks);
  const frames = Array.from({ length: 32 }, (_, step) =>
    even.push(tracks.push([hand(step / 30, 1)], step / 30), step / 30).frames).flat();
  assert.equal(frames.length, 26);
  frames.forEach((frame, number) => near(frame[0], number / 25));
});

test("after half a second without a picture a stream begins anew", () => {
  const tracks = new HandTracks(facts);
  const even = new EvenFrames(tracks);
  const restarts = [0, 0.04, 0.5, 1.1, 1.14].map((time) =>
    even.push(tracks.push([hand(0.5, 1)], time), time).restarted);
  assert.deepEqual(restarts, [true, false, false, true, false]);
});

test("a lone left hand is left, whichever track it began in", () => {
  const tracks = new HandTracks(facts);
  const frames = Array.from({ length: 10 }, (_, step) =>
    tracks.push([hand(0.3 + 0.01 * step, -0.9)], step / 25));
  const { xy } = tracks.sided(clipOfFrames(frames), frames);
  assert.ok(Number.isNaN(xy[0]));
  near(xy[2 * 21], 0.3);
});

test("hands that cross keep their tracks, in whatever order they are found", () => {
  const tracks = new HandTracks(facts);
  const frames = Array.from({ length: 21 }, (_, step) => {
    const found = [hand(0.2 + 0.03 * step, 0.9), hand(0.8 - 0.03 * step, -0.9)];
    return tracks.push(step % 2 ? found : found.reverse(), step / 25);
  });
  const { xy } = tracks.sided(clipOfFrames(frames), frames);
  frames.forEach((_, step) => {
    near(xy[84 * step], 0.2 + 0.03 * step);
    near(xy[84 * step + 42], 0.8 - 0.03 * step);
  });
});

test("a hand that was not seen for a second may begin elsewhere", () => {
  const slot = (pause) => {
    const tracks = new HandTracks(facts);
    tracks.push([hand(0.2, 0.9), hand(0.8, -0.9)], 0);
    const frame = tracks.push([hand(0.25, -0.9)], pause);
    return Number.isNaN(frame[0]) ? "left" : "right";
  };
  assert.equal(slot(0.1), "right"); // the track is nearer than its side is wrong
  const tracks = new HandTracks(facts);
  tracks.push([hand(0.2, 0.9)], 0);
  tracks.push([], 1.5);
  assert.deepEqual(tracks.tracks, [null, null]);
});

test("pixels are what a network of pixels is given", () => {
  const tracks = new HandTracks({ ...facts, unit: "pixels" }, [640, 480]);
  const frame = tracks.push([hand(0.5, 1)], 0);
  near(frame[0], 320);
  near(frame[1], 240);
});

test("a hand that is found twice counts once, and its side comes from the camera's word", () => {
  const points = (x) => right.map((point) => ({ x: x + 0.001 * point, y: 0.5 + 0.01 * point }));
  const side = (categoryName, score) => [{ categoryName, score }];
  const found = foundHands({
    landmarks: [points(0.3), points(0.301), points(0.7)],
    handedness: [side("Right", 0.9), side("Right", 0.8), side("Left", 0.7)],
  });
  assert.deepEqual(found.map((one) => one.side), [0.9, -0.7]);
});

test("only networks of two hands and nothing else are for the camera", () => {
  assert.ok(handsOnly(facts));
  assert.ok(!handsOnly({ ...facts, landmarks: [...facts.landmarks, 42] }));
  assert.ok(!handsOnly({ landmarks: right, hands: { right, left: [] } }));
});
