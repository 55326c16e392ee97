// Claims about following hands through a stream, and about frames at an even rate.

import assert from "node:assert/strict";
import test from "node:test";

import { foundHands, handsOnly } from "../../spobet/serving/web/hands.js";
import { EvenFrames, framesOfHands, HandTracks } from "../../spobet/serving/web/tracks.js";

const right = Array.from({ length: 21 }, (_, point) => point);
const left = right.map((point) => point + 21);
const facts = { landmarks: [...right, ...left], hands: { right, left }, unit: "image" };
const SIZE = [640, 480];
const hand = (x, side) => ({ points: right.map((point) => [x, 0.5 - 0.01 * point]), side });
const near = (value, expected) =>
  assert.ok(Math.abs(value - expected) < 1e-5, `${value} ${expected}`);

test("frames come 25 times per second, whatever the camera gives", () => {
  const [tracks, even] = [new HandTracks(facts, SIZE), new EvenFrames()];
  const frames = Array.from({ length: 32 }, (_, step) =>
    even.push(tracks.push([hand(step / 30, 1)]), step / 30).frames).flat();
  assert.equal(frames.length, 26);
  frames.forEach((frame, number) => near(frame[0], number / 25));
});

test("after half a second without a picture a stream begins anew", () => {
  const [tracks, even] = [new HandTracks(facts, SIZE), new EvenFrames()];
  const restarts = [0, 0.04, 0.5, 1.1, 1.14].map((time) =>
    even.push(tracks.push([hand(0.5, 1)]), time).restarted);
  assert.deepEqual(restarts, [true, false, false, true, false]);
});

test("a lone left hand is left from its first picture on", () => {
  const tracks = new HandTracks(facts, SIZE);
  for (let step = 0; step < 10; step += 1) {
    const frame = tracks.push([hand(0.3 + 0.01 * step, -0.9)]);
    assert.ok(Number.isNaN(frame[0]));
    near(frame[2 * 21], 0.3 + 0.01 * step);
  }
});

test("hands that cross keep their sides, in a stream as in a whole clip", () => {
  const pictures = Array.from({ length: 21 }, (_, step) => {
    const found = [hand(0.2 + 0.03 * step, 0.9), hand(0.8 - 0.03 * step, -0.9)];
    return step % 2 ? found : found.reverse();
  });
  const tracks = new HandTracks(facts, SIZE);
  const streamed = pictures.map((found) => tracks.push(found));
  for (const frames of [streamed, framesOfHands(pictures, facts, SIZE)]) {
    frames.forEach((frame, step) => {
      if (step === 10) return; // where they meet, they are one hand found twice
      near(frame[0], 0.2 + 0.03 * step);
      near(frame[42], 0.8 - 0.03 * step);
    });
  }
});

test("distances count the aspect ratio of the picture", () => {
  // a quarter of a palm apart in a tall picture, where they are one hand found twice
  const found = [[hand(0.5, 0.9), hand(0.53, -0.9)]];
  const seen = (size) => framesOfHands(found, facts, size)[0].filter((x) => !Number.isNaN(x)).length;
  assert.equal(seen([300, 400]), 42);
  assert.equal(seen([1600, 400]), 84);
});

test("pixels are what a network of pixels is given", () => {
  const [frame] = framesOfHands([[hand(0.5, 1)]], { ...facts, unit: "pixels" }, SIZE);
  near(frame[0], 320);
  near(frame[1], 240);
});

test("a hand's side comes from the camera's word", () => {
  const points = right.map((point) => ({ x: 0.3 + 0.001 * point, y: 0.5 + 0.01 * point }));
  const side = (categoryName, score) => [{ categoryName, score }];
  const found = foundHands({
    landmarks: [points, points],
    handedness: [side("Right", 0.9), side("Left", 0.7)],
  });
  assert.deepEqual(found.map((one) => one.side), [0.9, -0.7]);
});

test("only networks of two hands and nothing else are for the camera", () => {
  assert.ok(handsOnly(facts));
  assert.ok(!handsOnly({ ...facts, landmarks: [...facts.landmarks, 42] }));
  assert.ok(!handsOnly({ landmarks: right, hands: { right, left: [] } }));
});
