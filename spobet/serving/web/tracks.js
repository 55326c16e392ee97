// Hands in a stream: which is which, from picture to picture, and frames at an even rate.

import { between } from "./poses.js";
import { RATE } from "./spotter.js";

const FAR = 3; // palm lengths from a track beyond which a hand costs no more: it may have jumped
const NEW_TRACK = 1.5; // cost, in palm lengths, of a hand that begins a track
const OTHER_SIDE = 1; // cost of a hand whose side is not that of its track so far
const FORGOTTEN = 1; // seconds unseen after which a track may begin elsewhere
const GAP = 0.5; // seconds without a picture after which a stream begins anew

// Follows two hands through a stream. A track has no side yet: `sided` puts the tracks of a clip
// where their sides belong. A hand is { points, side }: 21 points in shares of the picture, side
// from 1 (surely a right hand) to -1.
export class HandTracks {
  constructor(facts, size = [1, 1]) {
    this.facts = facts;
    this.scale = facts.unit === "pixels" ? size : [1, 1];
    this.tracks = [null, null];
    this.sides = new WeakMap();
  }

  // found hands -> a frame (landmarks x 2), the first track where the right hand belongs
  push(found, seconds) {
    this.tracks = this.tracks.map((track) =>
      (track && seconds - track.seconds < FORGOTTEN ? track : null));
    const orders = found.length === 1 ? [[0], [1]] : [[0, 1], [1, 0]];
    const cost = (order) =>
      found.reduce((sum, hand, at) => sum + this.cost(hand, this.tracks[order[at]]), 0);
    const [order] = orders.sort((one, other) => cost(one) - cost(other));
    const frame = new Float32Array(2 * this.facts.landmarks.length).fill(NaN);
    const sides = [0, 0];
    found.forEach((hand, at) => {
      const slot = order[at];
      this.tracks[slot] = { hand, seconds, side: (this.tracks[slot]?.side ?? 0) + hand.side };
      sides[slot] = hand.side;
      const landmarks = slot ? this.facts.hands.left : this.facts.hands.right;
      landmarks.forEach((landmark, point) => {
        frame.set(hand.points[point].map((value, axis) => value * this.scale[axis]), 2 * landmark);
      });
    });
    this.sides.set(frame, sides);
    return frame;
  }

  cost(hand, track) {
    if (!track) return NEW_TRACK;
    const distance = Math.min(apart(hand, track.hand) / palm(track.hand), FAR);
    return distance + (hand.side * track.side < 0 ? OTHER_SIDE : 0);
  }

  // a clip of some frames of this stream, its tracks exchanged where the second looks more like a
  // right hand
  sided(clip, frames) {
    const [first, second] = [0, 1].map((slot) =>
      frames.reduce((sum, frame) => sum + (this.sides.get(frame)?.[slot] ?? 0), 0));
    return first < second ? exchanged(clip, this.facts) : clip;
  }
}

// Frames at the times of pictures -> 25 frames per second, on the line between their neighbours.
export class EvenFrames {
  constructor(tracks) {
    Object.assign(this, { tracks, last: null, begin: 0, count: 0 });
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
      const made = between(last.frame, frame, share);
      this.tracks.sides.set(made, this.tracks.sides.get(share < 0.5 ? last.frame : frame));
      frames.push(made);
    }
    return { frames, restarted: false };
  }
}

function exchanged(clip, facts) {
  const landmarks = facts.landmarks.length;
  const xy = clip.xy.slice();
  for (let frame = 0; frame < clip.numFrames; frame += 1) {
    facts.hands.right.forEach((right, point) => {
      const pair = [right, facts.hands.left[point]];
      const [one, other] = pair.map((landmark) => 2 * (frame * landmarks + landmark));
      xy.set(clip.xy.subarray(other, other + 2), one);
      xy.set(clip.xy.subarray(one, one + 2), other);
    });
  }
  return { ...clip, xy };
}

// from wrist to middle knuckle
export const palm = ({ points }) =>
  Math.max(Math.hypot(points[9][0] - points[0][0], points[9][1] - points[0][1]), 1e-6);

// the mean distance between the points of two hands
export function apart(one, other) {
  const distances = one.points.map(([x, y], point) =>
    Math.hypot(x - other.points[point][0], y - other.points[point][1]));
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}
