// Hands in a stream: which found hand is which, from picture to picture, and frames at an even rate.

import { RATE } from "./spotter.js";

const FAR = 3; // palm lengths from a track beyond which a found hand is no dearer
const ANEW = 1.5; // price, in palm lengths, of a hand that begins a track
const DISAGREES = 1; // price of a hand whose side is not that of its track so far
const FORGOTTEN = 1; // seconds after which a track that was not seen may begin elsewhere
const GAP = 0.5; // seconds without a picture after which a stream begins anew

// Follows two hands through a stream. A track is no side yet: `sided` puts a clip's tracks where their sides belong.
export class HandTracks {
  constructor(facts, size = [1, 1]) {
    Object.assign(this, { facts, scale: facts.unit === "pixels" ? size : [1, 1], tracks: [null, null], sides: new WeakMap() });
  }

  // found hands -> a frame (landmarks x 2), the first track's points in the place of the right hand
  push(found, seconds) {
    this.tracks = this.tracks.map((track) => (track && seconds - track.seconds < FORGOTTEN ? track : null));
    const ways = found.length === 1 ? [[0], [1]] : [[0, 1], [1, 0]];
    const price = (way) => found.reduce((sum, hand, place) => sum + this.price(hand, this.tracks[way[place]]), 0);
    const [way] = ways.sort((one, other) => price(one) - price(other));
    const frame = new Float32Array(2 * this.facts.landmarks.length).fill(NaN);
    const sides = [0, 0];
    found.forEach((hand, place) => {
      const slot = way[place];
      this.tracks[slot] = { hand, seconds, side: (this.tracks[slot]?.side ?? 0) + hand.side };
      sides[slot] = hand.side;
      const points = slot ? this.facts.hands.left : this.facts.hands.right;
      points.forEach((point, number) => frame.set(hand.points[number].map((value, axis) => value * this.scale[axis]), 2 * point));
    });
    this.sides.set(frame, sides);
    return frame;
  }

  price(hand, track) {
    if (!track) return ANEW;
    return Math.min(apart(hand, track.hand) / palm(track.hand), FAR) + (hand.side * track.side < 0 ? DISAGREES : 0);
  }

  // a clip of some frames of this stream, with its tracks exchanged where the second looks more like a right hand
  sided(clip, frames) {
    const sums = [0, 1].map((slot) => frames.reduce((sum, frame) => sum + (this.sides.get(frame)?.[slot] ?? 0), 0));
    return sums[0] < sums[1] ? exchanged(clip, this.facts) : clip;
  }
}

// Frames at the times of pictures -> frames 25 times a second, on the line between the two around each moment.
export class Steady {
  constructor(tracks) {
    Object.assign(this, { tracks, last: null, begun: 0, given: 0 });
  }

  push(frame, seconds) {
    const { last } = this;
    this.last = { frame, seconds };
    if (!last || seconds - last.seconds > GAP) {
      this.begun = seconds;
      this.given = 1;
      return { frames: [frame], anew: true };
    }
    const frames = [];
    for (; this.begun + this.given / RATE <= seconds; this.given += 1) {
      const share = (this.begun + this.given / RATE - last.seconds) / (seconds - last.seconds);
      const nearer = share < 0.5 ? last.frame : frame;
      const between = frame.map((value, at) => {
        const made = last.frame[at] + share * (value - last.frame[at]);
        return made === made ? made : nearer[at];
      });
      this.tracks.sides.set(between, this.tracks.sides.get(nearer));
      frames.push(between);
    }
    return { frames, anew: false };
  }
}

function exchanged(clip, facts) {
  const landmarks = facts.landmarks.length;
  const xy = clip.xy.slice();
  for (let frame = 0; frame < clip.frames; frame += 1) {
    facts.hands.right.forEach((right, number) => {
      const [one, other] = [right, facts.hands.left[number]].map((point) => 2 * (frame * landmarks + point));
      xy.set(clip.xy.subarray(other, other + 2), one);
      xy.set(clip.xy.subarray(one, one + 2), other);
    });
  }
  return { xy, frames: clip.frames };
}

// wrist to middle knuckle, and the mean distance between two hands
export const palm = ({ points }) => Math.max(Math.hypot(points[9][0] - points[0][0], points[9][1] - points[0][1]), 1e-6);

export function apart(one, other) {
  return one.points.reduce((sum, [x, y], at) => sum + Math.hypot(x - other.points[at][0], y - other.points[at][1]), 0) / one.points.length;
}
