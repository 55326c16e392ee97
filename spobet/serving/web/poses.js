// Clips as the network reads them: what spobet.poses does in Python, step by step (docs/app.md), checked against it in the tests.
//
// A clip is { xy, frames }: xy a Float32Array (frames x landmarks x 2), NaN where a landmark is missing. `facts` are what the
// server tells of the network: landmarks by name, hands.right and hands.left as places of 21 of them, mirror_order, ...

const SMALLEST_UNIT = 1e-6;
const MIDDLE_KNUCKLE = 9; // of the 21 points of a hand; 0 is its wrist

const seen = (xy, at) => xy[2 * at] === xy[2 * at];
export const sidesOf = (facts) => [facts.hands.right, facts.hands.left].filter((hand) => hand.length);

export function clipOf(frames, facts) {
  const landmarks = facts.landmarks.length;
  const xy = new Float32Array(frames.length * landmarks * 2).fill(NaN);
  frames.forEach((frame, number) => frame?.forEach((point, landmark) => {
    if (point && point[0] !== null && point[1] !== null) xy.set(point, 2 * (number * landmarks + landmark));
  }));
  return { xy, frames: frames.length };
}

export function cut({ xy, frames }, first, stop) {
  const width = xy.length / frames;
  return { xy: xy.slice(first * width, stop * width), frames: stop - first };
}

export function handFrames(clip, facts) {
  const landmarks = facts.landmarks.length;
  const points = sidesOf(facts).flat();
  return Array.from({ length: clip.frames }, (_, frame) => points.some((point) => seen(clip.xy, frame * landmarks + point)));
}

export function normalize(clip, facts) {
  const handed = handFrames(clip, facts);
  if (!handed.includes(true)) throw new Error("no hand was seen in this clip");
  const trimmed = cut(clip, handed.indexOf(true), handed.lastIndexOf(true) + 1);
  for (const { origin, length } of [bodyFrame(trimmed, facts), handsFrame(trimmed, facts)]) {
    if (length > SMALLEST_UNIT && Number.isFinite(origin[0]) && Number.isFinite(origin[1])) {
      const xy = trimmed.xy.map((value, at) => (value - origin[at % 2]) / length);
      const framed = { xy, frames: trimmed.frames };
      return facts.right_leads ? leadWithRight(framed, facts) : framed;
    }
  }
  return { xy: trimmed.xy.map(() => NaN), frames: trimmed.frames };
}

export function networkInput(clips, facts) {
  const landmarks = facts.landmarks.length;
  const values = new Float32Array(clips.length * facts.num_frames * landmarks * 3);
  const mask = new Uint8Array(clips.length * facts.num_frames);
  clips.forEach((clip, number) => {
    const { moments, real } = steadyMoments(clip.frames, facts);
    moments.forEach((moment, frame) => {
      if (!real[frame]) return;
      mask[number * facts.num_frames + frame] = 1;
      for (let landmark = 0; landmark < landmarks; landmark += 1) {
        const [x, y] = placeAt(clip, landmarks, landmark, moment);
        if (x === x && y === y) values.set([x, y, 1], 3 * ((number * facts.num_frames + frame) * landmarks + landmark));
      }
    });
  });
  return { landmarks: values, frame_mask: mask };
}

function steadyMoments(frames, facts) {
  const fill = facts.stretch ? facts.num_frames : Math.min(frames, facts.num_frames);
  const steps = Array.from({ length: facts.num_frames }, (_, step) => step);
  const moments = steps.map((step) => Math.min((step * (frames - 1)) / Math.max(fill - 1, 1), frames - 1));
  return { moments, real: steps.map((step) => step < fill) };
}

function placeAt(clip, landmarks, landmark, moment) {
  const before = Math.floor(moment);
  const share = moment - before;
  const at = (frame) => 2 * (frame * landmarks + landmark);
  const [earlier, later] = [at(before), at(Math.ceil(moment))];
  return [0, 1].map((axis) => {
    const [from, to] = [clip.xy[earlier + axis], clip.xy[later + axis]];
    const between = from + share * (to - from);
    return between === between ? between : share < 0.5 ? from : to; // the nearer where one is missing
  });
}

function bodyFrame(clip, facts) {
  const [nose, neck] = ["nose", "neck"].map((name) => facts.landmarks.indexOf(name));
  if (nose < 0 || neck < 0) return { origin: [NaN, NaN], length: NaN };
  return { origin: medianPoint(clip, facts, [neck]), length: medianLength(clip, facts, [[nose, neck]]) };
}

function handsFrame(clip, facts) {
  const hands = sidesOf(facts);
  return {
    origin: medianPoint(clip, facts, hands.map((hand) => hand[0])),
    length: medianLength(clip, facts, hands.map((hand) => [hand[MIDDLE_KNUCKLE], hand[0]])),
  };
}

function places(clip, facts, points) {
  const landmarks = facts.landmarks.length;
  return points.flatMap((point) =>
    Array.from({ length: clip.frames }, (_, frame) => 2 * (frame * landmarks + point)).map((at) => [clip.xy[at], clip.xy[at + 1]]));
}

function medianPoint(clip, facts, points) {
  const found = places(clip, facts, points).filter(([x]) => x === x);
  return [0, 1].map((axis) => median(found.map((place) => place[axis])));
}

function medianLength(clip, facts, bones) {
  const lengths = bones.flatMap(([end, start]) => {
    const ends = places(clip, facts, [end]);
    return places(clip, facts, [start]).map(([x, y], frame) => Math.hypot(ends[frame][0] - x, ends[frame][1] - y));
  });
  return median(lengths.filter((length) => length === length));
}

export function median(values) {
  return quantile(values, 0.5);
}

export function quantile(values, share) {
  if (!values.length) return NaN;
  const sorted = [...values].sort((one, other) => one - other);
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (place - Math.floor(place)) * (high - low);
}

function leadWithRight(clip, facts) {
  return handTravel(clip, facts, facts.hands.left) <= handTravel(clip, facts, facts.hands.right) ? clip : mirrored(clip, facts);
}

function mirrored(clip, facts) {
  const landmarks = facts.landmarks.length;
  const xy = new Float32Array(clip.xy.length);
  for (let frame = 0; frame < clip.frames; frame += 1) {
    facts.mirror_order.forEach((twin, landmark) => {
      const [from, to] = [2 * (frame * landmarks + twin), 2 * (frame * landmarks + landmark)];
      xy[to] = -clip.xy[from];
      xy[to + 1] = clip.xy[from + 1];
    });
  }
  return { xy, frames: clip.frames };
}

function handTravel(clip, facts, hand) {
  const landmarks = facts.landmarks.length;
  const middle = (frame) => [0, 1].map((axis) =>
    hand.reduce((sum, point) => sum + clip.xy[2 * (frame * landmarks + point) + axis], 0) / hand.length);
  let travelled = 0;
  for (let frame = 1; hand.length && frame < clip.frames; frame += 1) {
    const [before, after] = [middle(frame - 1), middle(frame)];
    const step = Math.abs(after[0] - before[0]) + Math.abs(after[1] - before[1]);
    if (step === step) travelled += step;
  }
  return travelled;
}
