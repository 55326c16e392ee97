// Where a sign begins and ends in a stream of frames: spobet.recognition.spotting.Spotter, frame by
// frame, at 25 frames per second.

import { clipOfFrames, cut, handFrames, sidesOf } from "./poses.js";
import { median, quantile } from "./statistics.js";

export const RATE = 25; // frames per second
const ROUNDING = 1e-6; // seconds
// SpotConfig's defaults, with their reasons there
export const CONFIG = {
  fast: 4,
  slow: 1.8,
  still: 0.3,
  held: 0.15,
  low: 2,
  memory: 20,
  smooth: 0.2,
  shortest: 0.5,
  longest: 8,
  cuts: [0, 0.3, 0.6],
};

export class Spotter {
  constructor(facts) {
    this.facts = facts;
    this.hands = sidesOf(facts);
    this.frames = [];
    this.speeds = [];
    this.lengths = [];
    this.heights = [];
    this.count = 0;
    this.start = -1;
    this.quiet = 0;
    this.stillness = 0;
  }

  get signing() {
    return this.start >= 0;
  }

  // frame: Float32Array (landmarks x 2), NaN where missing. Gives { start, stop, frames, clip }
  // when a sign ended with it, else null.
  push(frame) {
    keepLast(this.speeds, this.speed(frame), Math.max(1, Math.round(CONFIG.smooth * RATE)));
    keepLast(this.frames, frame, Math.round(CONFIG.longest * RATE) + 1);
    this.count += 1;
    const speed = this.speeds.reduce((sum, value) => sum + value, 0) / this.speeds.length;
    this.rest(speed < CONFIG.slow, frame);
    if (!this.signing) {
      if (speed >= CONFIG.fast) this.start = Math.max(0, this.count - this.speeds.length);
      return null;
    }
    const long = this.count - this.start > CONFIG.longest * RATE;
    return long || this.stillness >= CONFIG.still * RATE ? this.finish() : null;
  }

  finish() {
    if (!this.signing) return null;
    const [start, stop] = [this.start, this.count - this.quiet];
    this.start = -1;
    this.quiet = 0;
    this.stillness = 0;
    if (stop - start < CONFIG.shortest * RATE) return null;
    const end = this.frames.length + stop - this.count;
    const frames = this.frames.slice(this.frames.length + start - this.count, end);
    const clip = clipOfFrames(frames);
    return handFrames(clip, this.facts).includes(true) ? { start, stop, frames, clip } : null;
  }

  rest(still, frame) {
    const wrists = this.hands.map((hand) => frame[2 * hand[0] + 1]);
    const seen = wrists.filter((height) => !Number.isNaN(height));
    // y counts downwards
    if (seen.length) keepLast(this.heights, Math.max(...seen), Math.round(CONFIG.memory * RATE));
    this.quiet = still ? this.quiet + 1 : 0;
    this.stillness = still ? this.stillness + (this.areLow() ? 1 : CONFIG.held) : 0;
  }

  areLow() {
    if (!this.heights.length || !this.lengths.length) return true;
    const lowest = quantile(this.heights, 0.9);
    return this.heights.at(-1) > lowest - CONFIG.low * median(this.lengths);
  }

  speed(frame) {
    for (const hand of this.hands) {
      const palm = [0, 1].map((axis) => frame[2 * hand[9] + axis] - frame[2 * hand[0] + axis]);
      const length = Math.hypot(...palm);
      if (!Number.isNaN(length)) keepLast(this.lengths, length, Math.max(2, Math.round(2 * RATE)));
    }
    if (!this.frames.length || !this.lengths.length) return 0;
    const last = this.frames.at(-1);
    const step = (at) => Math.hypot(frame[at] - last[at], frame[at + 1] - last[at + 1]);
    const steps = this.hands.map((hand) =>
      hand.reduce((sum, landmark) => sum + step(2 * landmark), 0) / hand.length);
    const moved = steps.filter((length) => !Number.isNaN(length));
    return (RATE * Math.max(0, ...moved)) / Math.max(median(this.lengths), 1e-9);
  }
}

// the whole clip, and it without some of its first and last seconds, where a hand and half of it
// remain
export function cutsOf(clip, facts) {
  const { numFrames } = clip;
  const handed = handFrames(clip, facts);
  const times = clip.times ?? Array.from({ length: numFrames }, (_, frame) => frame / RATE);
  const first = (seconds) => times.findIndex((time) => time >= times[0] + seconds - ROUNDING);
  const stop = (seconds) =>
    1 + times.findLastIndex((time) => time <= times.at(-1) - seconds + ROUNDING);
  const spans = CONFIG.cuts.flatMap((before) =>
    CONFIG.cuts.map((after) => [first(before), stop(after)]));
  const usable = spans.filter(([start, end]) =>
    start >= 0 && end - start >= numFrames / 2 && handed.slice(start, end).includes(true));
  return usable.length ? usable.map(([start, end]) => cut(clip, start, end)) : [clip];
}

function keepLast(list, value, most) {
  list.push(value);
  if (list.length > most) list.shift();
}
