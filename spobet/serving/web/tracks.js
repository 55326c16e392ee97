// Hands in a stream: a frame of landmarks for each picture, and frames at an even rate.

import { bodyOf, middleOf, wristsOf } from "./body.js";
import { between } from "./poses.js";
import { handSides, NONE } from "./sides.js";
import { RATE } from "./spotter.js";

const REMEMBERED = 50; // pictures over which hands are followed: about two seconds
const GAP = 0.5; // seconds without a picture after which a stream begins anew

// A frame (landmarks x 2) for each picture, in the network's unit. pictures: the hands found in
// each, { points, side }: 21 points in shares of the picture, side from 1 (surely a right hand) to
// -1. size: of the picture, since distances count its aspect ratio. bodies: of each picture, as
// foundBody gives it, where the body was looked for.
export function framesOfHands(pictures, facts, [width, height], bodies = []) {
  const wrists = pictures.map((_, at) => wristsOf(bodies[at], width / height));
  const votes = pictures.map((found) => found.map(({ side }) => side));
  const hands = pictures.map((found) => found.map(({ points }) =>
    points.map(([x, y]) => [(x * width) / height, y])));
  const scale = facts.unit === "pixels" ? [width, height] : [1, 1];
  const scaled = (point) => point.map((value, axis) => value * scale[axis]);
  const parts = bodies.some(Boolean) ? bodyOf(facts) : [];
  return handSides(wrists, hands, votes).map((rows, at) => {
    const frame = new Float32Array(2 * facts.landmarks.length).fill(NaN);
    [facts.hands.right, facts.hands.left].forEach((landmarks, side) => {
      if (rows[side] === NONE) return;
      const { points } = pictures[at][rows[side]];
      landmarks.forEach((landmark, point) => {
        frame.set(scaled(points[point]), 2 * landmark);
      });
    });
    for (const { landmark, points } of bodies[at] ? parts : []) {
      const middle = middleOf(bodies[at], points, facts.min_confidence);
      if (middle) frame.set(scaled(middle), 2 * landmark);
    }
    return frame;
  });
}

// Follows the hands of a stream: each picture's frame in the light of the pictures before.
export class HandTracks {
  constructor(facts, size) {
    Object.assign(this, { facts, size, recent: [], bodies: [] });
  }

  push(found, body = null) {
    this.recent = [...this.recent, found].slice(-REMEMBERED);
    this.bodies = [...this.bodies, body].slice(-REMEMBERED);
    return framesOfHands(this.recent, this.facts, this.size, this.bodies).at(-1);
  }
}

// Frames at the times of pictures -> 25 frames per second, on the line between their neighbours.
export class EvenFrames {
  constructor() {
    Object.assign(this, { last: null, begin: 0, count: 0 });
  }

  // restarted: the stream begins anew with this frame
  push(frame, seconds) {
    const { last } = this;
    this.last = { frame, seconds };
    if (!last || seconds - last.seconds > GAP) {
      this.begin = seconds;
      this.count = 1;
      return { frames: [frame], restarted: true };
    }
    const frames = [];
    for (; this.begin + this.count / RATE <= seconds; this.count += 1) {
      const time = this.begin + this.count / RATE;
      const share = (time - last.seconds) / (seconds - last.seconds);
      frames.push(between(last.frame, frame, share));
    }
    return { frames, restarted: false };
  }
}
