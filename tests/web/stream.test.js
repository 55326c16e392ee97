// Claims about signs in a stream: they end by the clock, whatever the camera's rate, and are
// answered with the pictures that were taken, at the times at which they were.

import assert from "node:assert/strict";
import test from "node:test";

import { clipOfFrames } from "../../spobet/serving/web/poses.js";
import { cutsOf } from "../../spobet/serving/web/spotter.js";
import { SignStream } from "../../spobet/serving/web/stream.js";

const right = Array.from({ length: 21 }, (_, point) => point);
const left = right.map((point) => point + 21);
const facts = { landmarks: [...right, ...left], hands: { right, left }, unit: "image" };
const [BEGIN, END] = [1, 2.2]; // seconds in which the hand moves, between two rests

// a hand that rests low, rises and circles, and rests again
function handAt(seconds) {
  const moving = seconds > BEGIN && seconds < END;
  const angle = 4 * Math.PI * (seconds - BEGIN);
  const [x, y] = moving ? [0.5 + 0.1 * Math.sin(angle), 0.6 - 0.1 * Math.cos(angle)] : [0.5, 0.9];
  return { points: right.map((point) => [x, y - 0.01 * point]), side: 0.9 };
}

function signsAt(rate, jitter = 0) {
  const stream = new SignStream(facts, [640, 480]);
  const signs = [];
  for (let count = 0; count / rate < 4; count += 1) {
    const seconds = 100 + count / rate + (jitter * (count % 3)) / rate;
    const clip = stream.push([handAt(seconds - 100)], seconds);
    if (clip) signs.push({ ...clip, found: seconds - 100 });
  }
  return signs;
}

test("a sign is found at every rate of the camera, and soon after its end", () => {
  for (const rate of [10, 15, 25, 30, 60]) {
    const [sign, ...more] = signsAt(rate);
    assert.equal(more.length, 0, `${rate} pictures per second`);
    assert.ok(Math.abs(sign.times[0] - 100 - BEGIN) < 0.25, `${rate}: from ${sign.times[0]}`);
    assert.ok(Math.abs(sign.times.at(-1) - 100 - END) < 0.25, `${rate}: to ${sign.times.at(-1)}`);
    assert.ok(sign.found - END < 0.8, `${rate}: found at ${sign.found}`);
  }
});

test("what is answered are the pictures that were taken, at their times", () => {
  const [{ xy, times, numFrames }] = signsAt(15, 0.4);
  assert.equal(times.length, numFrames);
  times.forEach((seconds, number) => {
    const [x, y] = handAt(seconds - 100).points[0];
    assert.ok(Math.abs(xy[84 * number] - x) < 1e-6);
    assert.ok(Math.abs(xy[84 * number + 1] - y) < 1e-6);
  });
  const intervals = times.slice(1).map((seconds, number) => seconds - times[number]);
  assert.ok(Math.max(...intervals) > 2 * Math.min(...intervals)); // as uneven as they came
});

test("cuts leave out seconds, not pictures", () => {
  const times = [0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9];
  const frames = times.map((seconds) => new Float32Array(84).fill(seconds));
  const spans = cutsOf(clipOfFrames(frames, times), facts).map((clip) =>
    [clip.times[0], clip.times.at(-1)]);
  assert.deepEqual(spans, [[0, 0.9], [0, 0.6], [0.3, 0.9], [0.3, 0.6]]);
});
