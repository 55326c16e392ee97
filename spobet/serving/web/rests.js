// Where in a clip somebody signs, and how much of it was seen: spobet.poses.rests and
// spobet.recognition.evidence in Python, where the constants have their reasons. Both are held to
// tests/poses/rests.json.

import { cut, handFrames, sidesOf } from "./poses.js";
import { median } from "./statistics.js";

const RATE = 25;
const WINDOW = 0.2;
const FAST = 2;
const REST = 0.3;
const FROM_REST = 0.7;
const LONGEST_WAY = 0.4;
const WHOLE_SECONDS = 0.8;
const LEAST = 0.01;
const [WRIST, MIDDLE_KNUCKLE] = [0, 9];
const SMALLEST_UNIT = 1e-6;
const ROUNDING = 1e-6;

// { candidates, whole, strength }: candidates are one or two spans [start, stop] of frames, of which
// that is right that the network is surer of; whole is the clip with its rests, where there are any,
// else null; strength is 0.01 to 1, where enough was seen of the hands
export function findSigning(clip, facts) {
  const handed = handFrames(clip, facts);
  const [first, last] = handed.includes(true)
    ? [handed.indexOf(true), handed.lastIndexOf(true) + 1] : [0, clip.numFrames];
  const spans = candidatesOf(trackOf(cut(clip, first, last), facts));
  const candidates = spans.map((span) => span.map((frame) => first + frame));
  const [start, stop] = candidates[0];
  const whole = start === first && stop === last ? null : [first, last];
  return { candidates, whole, strength: strengthOf(clip, handed, candidates[0]) };
}

function strengthOf({ numFrames, times }, handed, [start, stop]) {
  const rate = times && numFrames > 1 ? (numFrames - 1) / (times.at(-1) - times[0]) : RATE;
  const shown = handed.slice(start, stop).filter((seen) => seen).length / rate;
  return Math.min(1, Math.max(LEAST, shown / WHOLE_SECONDS));
}

function candidatesOf(track) {
  const count = track.frames.length;
  if (!(track.unit > SMALLEST_UNIT) || count < 2) return [[0, count]];
  const backwards = reversed(track);
  let [start, stop] = [firstMotion(track), count - firstMotion(backwards)];
  if (start >= stop) [start, stop] = [0, count];
  const way = wayFromRest(track, start, stop);
  const wayBack = wayFromRest(backwards, count - stop, count - start);
  const whole = [start, stop];
  return way || wayBack ? [whole, [start + way, stop - wayBack]] : [whole];
}

// frames as Float32Arrays (landmarks x 2), their seconds, hands, and the median hand length
function trackOf({ xy, numFrames, times }, facts) {
  const width = xy.length / numFrames;
  const frames = Array.from({ length: numFrames }, (_, frame) =>
    xy.subarray(frame * width, (frame + 1) * width));
  const seconds = frames.map((_, frame) => (times ? times[frame] - times[0] : frame / RATE));
  const hands = sidesOf(facts);
  const palms = hands.flatMap((hand) => frames.map((frame) =>
    apart(frame, frame, hand[MIDDLE_KNUCKLE], hand[WRIST])));
  return { frames, seconds, hands, unit: median(palms.filter((length) => !Number.isNaN(length))) };
}

function reversed({ frames, seconds, ...more }) {
  const backwards = seconds.map((second) => seconds.at(-1) - second).reverse();
  return { ...more, frames: [...frames].reverse(), seconds: backwards };
}

// the frame in which a rest at the beginning ends; 0 where there is none
function firstMotion(track) {
  const { seconds } = track;
  const frames = held(track.frames);
  const moving = frames.findIndex((frame, number) => {
    const later = seconds.findIndex((second) => second >= seconds[number] + WINDOW - ROUNDING);
    const end = later < 0 ? frames.length - 1 : later;
    const lasting = Math.max(seconds[end] - seconds[number], WINDOW);
    return moved(frames[end], frame, track) >= FAST * lasting;
  });
  return moving > 0 && seconds[moving] >= REST ? moving : 0;
}

// how many frames from `start` on the hands take from a rest to a sign; 0 without a rest
function wayFromRest(track, start, stop) {
  if (start === 0) return 0;
  const frames = held(track.frames.slice(0, stop)).slice(start);
  const away = frames.map((frame) => moved(frame, frames[0], track));
  const middle = FROM_REST * median(away);
  const left = away.findIndex((distance) => distance >= middle);
  const seconds = track.seconds.slice(start, stop);
  const longest = seconds.filter((second) => second - seconds[0] <= LONGEST_WAY).length - 1;
  return Math.min(left, longest, Math.floor(frames.length / 3));
}

// each landmark where it was last seen
function held(frames) {
  let last = null;
  return frames.map((frame) => {
    last = last ? frame.map((value, at) => (Number.isNaN(value) ? last[at] : value)) : frame;
    return last;
  });
}

// how far a hand's landmarks are apart in the mean, of the hand with the larger, in hand lengths
function moved(frame, other, { hands, unit }) {
  const means = hands.map((hand) => {
    const steps = hand.map((landmark) => apart(frame, other, landmark, landmark));
    const seen = steps.filter((step) => !Number.isNaN(step));
    return seen.length ? seen.reduce((sum, step) => sum + step, 0) / seen.length : 0;
  });
  return Math.max(...means) / unit;
}

const apart = (frame, other, one, another) =>
  Math.hypot(frame[2 * one] - other[2 * another], frame[2 * one + 1] - other[2 * another + 1]);
