// Clips as the network reads them: what spobet.poses does in Python, step by step (docs/app.md),
// and checked against it in the tests.
//
// A clip is { xy, numFrames, times }: xy a Float32Array (frames x landmarks x 2), NaN where a
// landmark is missing; times the seconds of its frames, null where they are even. `facts` are what
// the server knows of the network: landmarks by name, hands.right and hands.left as the positions
// of 21 of them, mirror_order, num_frames, ...

import { median } from "./statistics.js";

const SMALLEST_UNIT = 1e-6; // shorter: all landmarks in one point, no length at all
const MIDDLE_KNUCKLE = 9; // of the 21 landmarks of a hand; 0 is its wrist
const EVEN_TOLERANCE = 1e-4; // frame intervals, far below the rounding in a file's times
const MAX_GROWTH = 4; // times as many frames as the clip has: a pause must not fill the memory

export const sidesOf = ({ hands }) => [hands.right, hands.left].filter((hand) => hand.length);

// frames of landmarks of [x, y] or null, or null for a whole frame
export function clipOf(frames, facts, times = null) {
  const landmarks = facts.landmarks.length;
  const xy = new Float32Array(frames.length * landmarks * 2).fill(NaN);
  frames.forEach((frame, number) => frame?.forEach((point, landmark) => {
    if (!point || point[0] === null || point[1] === null) return;
    xy.set(point, 2 * (number * landmarks + landmark));
  }));
  return { xy, numFrames: frames.length, times };
}

// frames as Float32Arrays (landmarks x 2)
export function clipOfFrames(frames, times = null) {
  const xy = new Float32Array(frames.length * frames[0].length);
  frames.forEach((frame, number) => xy.set(frame, number * frame.length));
  return { xy, numFrames: frames.length, times };
}

export function cut({ xy, numFrames, times }, first, stop) {
  const width = xy.length / numFrames;
  return {
    xy: xy.slice(first * width, stop * width),
    numFrames: stop - first,
    times: times && times.slice(first, stop),
  };
}

// of every frame whether a landmark of a hand is seen in it
export function handFrames({ xy, numFrames }, facts) {
  const landmarks = facts.landmarks.length;
  const hands = sidesOf(facts).flat();
  return Array.from({ length: numFrames }, (_, frame) =>
    hands.some((landmark) => !Number.isNaN(xy[2 * (frame * landmarks + landmark)])));
}

// from the first to the last frame with a hand, at even times
export function trimmed(clip, facts) {
  const handed = handFrames(clip, facts);
  if (!handed.includes(true)) throw new Error("No hand was seen in this clip.");
  return onEvenTimes(cut(clip, handed.indexOf(true), handed.lastIndexOf(true) + 1));
}

// a trimmed clip in the signer's frame of reference
export function normalize(clip, facts) {
  for (const { origin, length } of [bodyFrame(clip, facts), handsFrame(clip, facts)]) {
    if (length > SMALLEST_UNIT && origin.every(Number.isFinite)) {
      const xy = clip.xy.map((value, at) => (value - origin[at % 2]) / length);
      const framed = { ...clip, xy };
      return facts.right_leads ? leadWithRight(framed, facts) : framed;
    }
  }
  return { ...clip, xy: clip.xy.map(() => NaN) };
}

// normalised clips -> landmarks (clips x frames x landmarks x 3: x, y, seen) and frame_mask
export function networkInput(clips, facts) {
  const landmarks = facts.landmarks.length;
  const values = new Float32Array(clips.length * facts.num_frames * landmarks * 3);
  const mask = new Uint8Array(clips.length * facts.num_frames);
  clips.forEach((clip, number) => {
    const fill = facts.stretch ? facts.num_frames : Math.min(clip.numFrames, facts.num_frames);
    const last = clip.numFrames - 1;
    for (let frame = 0; frame < fill; frame += 1) {
      const row = number * facts.num_frames + frame;
      mask[row] = 1;
      const read = frameAt(clip, Math.min((frame * last) / Math.max(fill - 1, 1), last));
      for (let landmark = 0; landmark < landmarks; landmark += 1) {
        const [x, y] = [read[2 * landmark], read[2 * landmark + 1]];
        if (Number.isNaN(x) || Number.isNaN(y)) continue;
        values.set([x, y, 1], 3 * (row * landmarks + landmark));
      }
    }
  });
  return { landmarks: values, frame_mask: mask };
}

// what lies between two frames, on the line from one to the other; the nearer where one is missing
export function between(earlier, later, share) {
  return earlier.map((from, at) => {
    const value = from + share * (later[at] - from);
    return Number.isNaN(value) ? (share < 0.5 ? from : later[at]) : value;
  });
}

function frameAt({ xy, numFrames }, position) {
  const width = xy.length / numFrames;
  const before = Math.floor(position);
  const frame = (number) => xy.subarray(number * width, (number + 1) * width);
  return between(frame(before), frame(Math.ceil(position)), position - before);
}

// frames as close together as those of the clip mostly are, so that none of them are lost
function onEvenTimes(clip) {
  const { numFrames, times } = clip;
  if (!times || numFrames < 3) return { ...clip, times: null };
  const [begin, duration] = [times[0], times.at(-1) - times[0]];
  const tolerance = (EVEN_TOLERANCE * duration) / (numFrames - 1);
  const even = (number, count) => begin + (number * duration) / (count - 1);
  if (times.every((time, number) => Math.abs(time - even(number, numFrames)) <= tolerance)) {
    return { ...clip, times: null };
  }
  const interval = median(times.slice(1).map((time, number) => time - times[number]));
  const wanted = 1 + Math.round(duration / interval);
  const count = Math.min(Math.max(wanted, numFrames), MAX_GROWTH * numFrames);
  const frames = Array.from({ length: count }, (_, number) =>
    frameAt(clip, positionOf(even(number, count), times)));
  return clipOfFrames(frames);
}

// the fractional number of the frame at a time
function positionOf(time, times) {
  const after = times.findIndex((other) => other >= time);
  if (after <= 0) return after === 0 ? 0 : times.length - 1;
  return after - 1 + (time - times[after - 1]) / (times[after] - times[after - 1]);
}

function bodyFrame(clip, facts) {
  const [nose, neck] = ["nose", "neck"].map((name) => facts.landmarks.indexOf(name));
  if (nose < 0 || neck < 0) return { origin: [NaN, NaN], length: NaN };
  return { origin: medianPoint(clip, [neck]), length: medianLength(clip, [[nose, neck]]) };
}

function handsFrame(clip, facts) {
  const hands = sidesOf(facts);
  return {
    origin: medianPoint(clip, hands.map((hand) => hand[0])),
    length: medianLength(clip, hands.map((hand) => [hand[MIDDLE_KNUCKLE], hand[0]])),
  };
}

// [x, y] of a landmark in every frame
function track({ xy, numFrames }, landmark) {
  const width = xy.length / numFrames;
  return Array.from({ length: numFrames }, (_, frame) => {
    const at = frame * width + 2 * landmark;
    return [xy[at], xy[at + 1]];
  });
}

function medianPoint(clip, landmarks) {
  const points = landmarks.flatMap((landmark) => track(clip, landmark));
  const seen = points.filter(([x]) => !Number.isNaN(x));
  return [0, 1].map((axis) => median(seen.map((point) => point[axis])));
}

function medianLength(clip, bones) {
  const lengths = bones.flatMap(([end, start]) => {
    const ends = track(clip, end);
    return track(clip, start).map(([x, y], frame) =>
      Math.hypot(ends[frame][0] - x, ends[frame][1] - y));
  });
  return median(lengths.filter((length) => !Number.isNaN(length)));
}

function leadWithRight(clip, facts) {
  const left = handTravel(clip, facts.hands.left);
  return left <= handTravel(clip, facts.hands.right) ? clip : mirrored(clip, facts);
}

function mirrored(clip, facts) {
  const landmarks = facts.landmarks.length;
  const xy = new Float32Array(clip.xy.length);
  for (let frame = 0; frame < clip.numFrames; frame += 1) {
    facts.mirror_order.forEach((opposite, landmark) => {
      const [from, to] = [opposite, landmark].map((one) => 2 * (frame * landmarks + one));
      xy[to] = -clip.xy[from];
      xy[to + 1] = clip.xy[from + 1];
    });
  }
  return { ...clip, xy };
}

// how far the middle of a hand moves, over the frames in which all of it is seen
function handTravel({ xy, numFrames }, hand) {
  const width = xy.length / numFrames;
  const middle = (frame) => [0, 1].map((axis) =>
    hand.reduce((sum, landmark) => sum + xy[frame * width + 2 * landmark + axis], 0) / hand.length);
  let travelled = 0;
  for (let frame = 1; hand.length && frame < numFrames; frame += 1) {
    const [before, after] = [middle(frame - 1), middle(frame)];
    const step = Math.abs(after[0] - before[0]) + Math.abs(after[1] - before[1]);
    if (!Number.isNaN(step)) travelled += step;
  }
  return travelled;
}
