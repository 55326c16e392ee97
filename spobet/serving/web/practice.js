// In what a take of a sign differs from its drawn reference, by the landmarks of the hands:
// spobet.poses.align and spobet.recognition.aspects in Python, where the constants have their
// reasons. Both are held equal by tests.

import { sidesOf } from "./poses.js";
import { median } from "./statistics.js";

const STEPS = 40;
const GAP = 0.15;
const COMPARED = [0, 4, 8, 9, 12, 16, 20];
const ABSENT = 1.5;
const [WRIST, MIDDLE_KNUCKLE, TIPS] = [0, 9, [4, 8, 12, 16, 20]];
const [SHORTEST, LEAST_PATH, ENOUGH] = [0.5, 0.3, 5];
const LIMITS = { handshape: 0.46, orientation: 0.99, movement: 1.17, place: 2.5, hands: 0.47 };
const WORDS = { hands: "number of hands" };

// take: a clip of poses.js, with `aspect` where its coordinates are shares of a picture; facts,
// drawing: landmarks and hands of take and reference. Gives { sentence, aspects, clip }: aspects
// [{ name, difference, alike }], and the two lined up, the reference as `below`; null where no hand
// of theirs can be compared.
export function compare(take, facts, reference, drawing) {
  const [one, other] = [motionOf(take, facts), motionOf(reference, drawing)];
  if (!one || !other) return null;
  const path = warpingPath(other, one);
  const pairs = [path.map(([, at]) => one[at]), path.map(([at]) => other[at])];
  const differences = differencesOf(...pairs);
  const aspects = Object.entries(LIMITS).filter(([name]) => name in differences)
    .map(([name, limit]) => {
      const difference = differences[name] / limit;
      return { name, difference, alike: difference <= 1 };
    });
  return { sentence: sentenceOf(aspects), aspects, clip: drawable(pairs, drawing) };
}

export function sentenceOf(aspects) {
  return [["same", true], ["other", false]].map(([word, wanted]) => {
    const names = aspects.filter(({ alike }) => alike === wanted)
      .map(({ name }) => WORDS[name] ?? name);
    const last = names.pop();
    if (!last) return "";
    return `${word} ${names.length ? `${names.join(", ")} and ${last}` : last}`;
  }).filter((part) => part).join(", ");
}

// STEPS even moments, [right, left] each: 21 points [x, y] in hand lengths about the median right
// wrist, the hand that moves more on the right, NaN where not seen; null without a right hand
function motionOf(clip, facts) {
  const frames = handsOf(clip, facts);
  const palms = frames.flatMap((hands) => hands.map((hand) => apart(hand[9], hand[0])))
    .filter((length) => !Number.isNaN(length));
  const unit = median(palms);
  if (!(unit > 1e-6)) return null;
  const [right, left] = [0, 1].map((side) => travel(frames.map((hands) => hands[side])));
  const leading = left <= right ? frames
    : frames.map((hands) => [hands[1], hands[0]].map((hand) => hand.map(([x, y]) => [-x, y])));
  const wrists = leading.map(([hand]) => hand[WRIST]).filter(([x]) => !Number.isNaN(x));
  if (!wrists.length) return null;
  const times = clip.times ?? frames.map((_, frame) => frame);
  const origin = [0, 1].map((axis) => median(wrists.map((wrist) => wrist[axis])));
  const tracks = [0, 1].map((side) => leading[0][side].map((_, point) =>
    atSteps(leading.map((hands) => hands[side][point]), times)));
  return Array.from({ length: STEPS }, (_, step) => tracks.map((hand) => hand.map((track) =>
    track[step].map((value, axis) => (value - origin[axis]) / unit))));
}

function handsOf({ xy, numFrames, aspect = 1 }, facts) {
  const width = 2 * facts.landmarks.length;
  return Array.from({ length: numFrames }, (_, frame) => sidesOf(facts).map((hand) =>
    hand.map((landmark) => {
      const at = frame * width + 2 * landmark;
      return [xy[at] * aspect, xy[at + 1]];
    })));
}

// how far the middle of a hand goes, along x plus along y
function travel(hands) {
  const middles = hands.map(meanOf);
  return middles.slice(1).reduce((sum, [x, y], at) => {
    const step = Math.abs(x - middles[at][0]) + Math.abs(y - middles[at][1]);
    return sum + (Number.isNaN(step) ? 0 : step);
  }, 0);
}

// a point's track at even times, drawn on over short gaps
function atSteps(track, times) {
  const [first, last] = [times[0], times.at(-1)];
  const frame = (last - first) / Math.max(1, times.length - 1);
  const most = Math.max(frame, GAP * (last - first));
  const seen = track.flatMap((point, at) => (Number.isNaN(point[0]) ? [] : [at]));
  return Array.from({ length: STEPS }, (_, step) => {
    const time = first + (step / (STEPS - 1)) * (last - first);
    const after = seen.find((at) => times[at] >= time) ?? seen.at(-1);
    const before = seen.findLast((at) => times[at] <= time) ?? seen[0];
    if (after === undefined) return [NaN, NaN];
    const [from, to] = [times[before], times[after]];
    if (Math.min(Math.abs(time - from), Math.abs(to - time)) > most) return [NaN, NaN];
    const share = to > from ? (time - from) / (to - from) : 0;
    return [0, 1].map((axis) =>
      track[before][axis] + share * (track[after][axis] - track[before][axis]));
  });
}

// the cheapest way through both by dynamic time warping, pairs of steps
function warpingPath(one, other) {
  const sums = Array.from({ length: STEPS + 1 }, () => new Array(STEPS + 1).fill(Infinity));
  sums[0][0] = 0;
  one.forEach((step, row) => other.forEach((there, column) => {
    const before = Math.min(sums[row][column], sums[row][column + 1], sums[row + 1][column]);
    sums[row + 1][column + 1] = before + cost(step, there);
  }));
  const path = [];
  let [row, column] = [STEPS, STEPS];
  while (row && column) {
    path.push([row - 1, column - 1]);
    const ways = [[row - 1, column - 1], [row - 1, column], [row, column - 1]];
    [row, column] = ways.reduce((best, way) =>
      (sums[way[0]][way[1]] < sums[best[0]][best[1]] ? way : best));
  }
  return path.reverse();
}

function cost(step, other) {
  return step.reduce((sum, hand, side) => {
    const lengths = COMPARED.map((point) => apart(hand[point], other[side][point]));
    const known = lengths.filter((length) => !Number.isNaN(length));
    if (known.length) return sum + known.reduce((total, length) => total + length, 0) / known.length;
    return sum + (whole(hand) || whole(other[side]) ? ABSENT : 0);
  }, 0);
}

function differencesOf(take, reference) {
  const found = ofHand(take.map(([right]) => right), reference.map(([right]) => right));
  const places = [take, reference].map(placeOf);
  if (places.every((place) => place)) found.place = apart(...places);
  const [mine, theirs] = [take, reference].map((clip) =>
    clip.filter(([, left]) => whole(left)).length / clip.length);
  return { ...found, hands: Math.abs(mine - theirs) };
}

function ofHand(take, reference) {
  const both = take.flatMap((hand, at) => (whole(hand) && whole(reference[at]) ? [at] : []));
  if (both.length < ENOUGH) return {};
  const clips = [take, reference].map((clip) => both.map((at) => clip[at]));
  const reaches = clips.map((hands) => meanOf(hands.map(reach)));
  const paths = clips.map((hands) => {
    const middles = hands.map(meanOf);
    const centre = meanOf(middles);
    return middles.map((middle) => middle.map((value, axis) => value - centre[axis]));
  });
  const lengths = paths.map((path) => Math.sqrt(mean(path.map(([x, y]) => x * x + y * y))));
  const moved = mean(paths[0].map((point, at) => apart(point, paths[1][at])));
  return {
    handshape: mean(reaches[0].map((length, tip) => Math.abs(length - reaches[1][tip]))),
    orientation: mean(both.map((_, at) => Math.abs(turn(clips[0][at], clips[1][at])))),
    movement: moved / Math.max(mean(lengths), LEAST_PATH),
  };
}

function placeOf(clip) {
  const both = clip.filter((hands) => hands.every(whole));
  if (both.length < ENOUGH) return null;
  const [right, left] = [0, 1].map((side) => meanOf(both.map((hands) => meanOf(hands[side]))));
  return right.map((value, axis) => value - left[axis]);
}

// how far fingertips are from the wrist, in palms
function reach(hand) {
  const palm = Math.max(apart(hand[MIDDLE_KNUCKLE], hand[WRIST]), SHORTEST);
  return TIPS.map((tip) => apart(hand[tip], hand[WRIST]) / palm);
}

// the angle that turns one hand onto the other best
function turn(hand, other) {
  const [middle, centre] = [hand, other].map(meanOf);
  const sums = hand.reduce(([along, across], [x, y], point) => {
    const [a, b] = [x - middle[0], y - middle[1]];
    const [c, d] = [other[point][0] - centre[0], other[point][1] - centre[1]];
    return [along + a * c + b * d, across + a * d - b * c];
  }, [0, 0]);
  return Math.atan2(sums[1], sums[0]);
}

function drawable(pairs, { landmarks, hands }) {
  const [clip, below] = pairs.map((steps) => {
    const xy = new Float32Array(steps.length * landmarks.length * 2).fill(NaN);
    steps.forEach((sides, step) => sidesOf({ hands }).forEach((hand, side) =>
      hand.forEach((landmark, point) =>
        xy.set(sides[side][point], 2 * (step * landmarks.length + landmark)))));
    return { xy, numFrames: steps.length, times: null };
  });
  return { ...clip, below };
}

const whole = (hand) => hand.every(([x]) => !Number.isNaN(x));
const apart = ([x, y], [a, b]) => Math.hypot(x - a, y - b);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
// of rows of equal length, the mean of each column
const meanOf = (rows) => rows[0].map((_, at) => mean(rows.map((row) => row[at])));
