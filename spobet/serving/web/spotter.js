// Where a sign begins and ends in a stream of frames: spobet.recognition.spotting.Spotter, frame by frame, at 25 frames a second.

import { cut, handFrames, median, quantile, sidesOf } from "./poses.js";

export const RATE = 25; // frames a second
const CONFIG = { fast: 4, slow: 1.8, still: 0.3, held: 0.15, low: 2, memory: 20, smooth: 0.2, shortest: 0.5, longest: 8 };
const CUTS = [0, 0.3, 0.6]; // seconds left out at either end, of which the surest counts

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

  // frame: Float32Array (landmarks x 2), NaN where missing. Gives { start, stop, frames } when a sign has ended with it, else null.
  push(frame) {
    keep(this.speeds, this.speed(frame), Math.max(1, Math.round(CONFIG.smooth * RATE)));
    keep(this.frames, frame, Math.round(CONFIG.longest * RATE) + 1);
    this.count += 1;
    const speed = this.speeds.reduce((sum, value) => sum + value, 0) / this.speeds.length;
    this.rest(speed < CONFIG.slow, frame);
    if (!this.signing) {
      if (speed >= CONFIG.fast) this.start = Math.max(0, this.count - this.speeds.length);
      return null;
    }
    const over = this.stillness >= CONFIG.still * RATE || this.count - this.start > CONFIG.longest * RATE;
    return over ? this.finish() : null;
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
    const heights = this.hands.map((hand) => frame[2 * hand[0] + 1]).filter((height) => height === height);
    if (heights.length) keep(this.heights, Math.max(...heights), Math.round(CONFIG.memory * RATE)); // y counts downwards
    this.quiet = still ? this.quiet + 1 : 0;
    this.stillness = still ? this.stillness + (this.areLow() ? 1 : CONFIG.held) : 0;
  }

  areLow() {
    if (!this.heights.length || !this.lengths.length) return true;
    return this.heights.at(-1) > quantile(this.heights, 0.9) - CONFIG.low * median(this.lengths);
  }

  speed(frame) {
    for (const hand of this.hands) {
      const length = Math.hypot(...[0, 1].map((axis) => frame[2 * hand[9] + axis] - frame[2 * hand[0] + axis]));
      if (length === length) keep(this.lengths, length, Math.max(2, Math.round(2 * RATE)));
    }
    if (!this.frames.length || !this.lengths.length) return 0;
    const last = this.frames.at(-1);
    const steps = this.hands.map((hand) => hand.reduce((sum, point) =>
      sum + Math.hypot(frame[2 * point] - last[2 * point], frame[2 * point + 1] - last[2 * point + 1]), 0) / hand.length);
    const moved = steps.filter((step) => step === step);
    return (RATE * Math.max(0, ...moved)) / Math.max(median(this.lengths), 1e-9);
  }
}

export function clipOfFrames(frames) {
  const xy = new Float32Array(frames.length * frames[0].length);
  frames.forEach((frame, number) => xy.set(frame, number * frame.length));
  return { xy, frames: frames.length };
}

// the whole clip, and it without some of its first and last frames, where a hand and half of it are left
export function cutsOf(clip, facts) {
  const handed = handFrames(clip, facts);
  const steps = CUTS.map((seconds) => Math.round(seconds * RATE));
  const spans = steps.flatMap((first) => steps.map((last) => [first, clip.frames - last]));
  const kept = spans.filter(([start, stop]) => stop - start >= clip.frames / 2 && handed.slice(start, stop).includes(true));
  return kept.length ? kept.map(([start, stop]) => cut(clip, start, stop)) : [clip];
}

function keep(list, value, most) {
  list.push(value);
  if (list.length > most) list.shift();
}
