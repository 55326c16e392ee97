// Which found hand is the signer's right, which the left, over all frames of a clip at once: the
// algorithm of spobet/poses/hand_sides.py, whose comments give the reasons for its constants. Both are
// tested on the frames of tests/poses/hand_sides.json.

export const NONE = -1;
const MAX_REACH = 3;
const GUESSED_REACH = 6;
const GUESS = 0.5;
const SAME_HAND = 0.3;
const MIN_VISIBILITY = 0.1;
const UNUSED = 2 * MAX_REACH;
const JUMP = 0.5;
const SWITCH = 0.5;
const SWITCH_MOVE = 0.9;
const VOTE = 0.2;
const MIDDLE_KNUCKLE = 9;

// wrists: a frame [right, left] of the body, each [x, y, visibility] or null. hands: a frame a list
// of hands, each 21 points [x, y] in the same unit, in which width and height count alike. votes: a
// frame a number a hand, from 1 (surely a right hand) to -1. Gives [right, left] a frame: positions
// among the hands found, or NONE.
export function handSides(wrists, hands, votes = null) {
  const sides = hands.map(() => [NONE, NONE]);
  const frames = [...hands.keys()].filter((frame) => hands[frame].length);
  if (!frames.length) return sides;
  const bodySeen = wrists.some((pair) => pair.some(Boolean));
  const words = !votes || bodySeen ? hands.map((found) => found.map(() => 0)) : votes;
  const palm = palmLength(hands);
  const steps = frames.map((frame) => {
    const choices = choicesOf(hands[frame].length);
    const costs = choices.map((choice) =>
      costOf(choice, wrists[frame], hands[frame], words[frame], palm));
    return { frame, choices, costs, back: [] };
  });
  let state = cheapestEnd(steps, hands, palm);
  for (let at = steps.length - 1; at >= 0; at -= 1) {
    sides[steps[at].frame] = steps[at].choices[state];
    state = steps[at].back[state];
  }
  const hasEvidence = bodySeen || words.some((frame) => frame.some((vote) => vote !== 0));
  return hasEvidence ? sides : byPosition(sides, hands);
}

// Viterbi: notes in each step the choice before every choice, and gives the last frame's best
function cheapestEnd(steps, hands, palm) {
  let best = steps[0].costs;
  steps.slice(1).forEach((step, index) => {
    const before = steps[index];
    const distances = hands[before.frame].map((one) =>
      hands[step.frame].map((other) => apart(one, other) / palm));
    best = step.choices.map((after, at) => {
      const totals = before.choices.map((choice, number) =>
        best[number] + moveCost(choice, after, distances));
      step.back[at] = smallest(totals);
      return totals[step.back[at]] + step.costs[at];
    });
  });
  return smallest(best);
}

// every way to fill [right, left] from the hands found
function choicesOf(numFound) {
  const rows = [NONE, ...Array(numFound).keys()];
  const pairs = rows.flatMap((right) => rows.map((left) => [right, left]));
  return pairs.filter(([right, left]) => right !== left || right === NONE);
}

function costOf(choice, wrists, found, votes, palm) {
  const used = choice.filter((row) => row !== NONE);
  if (used.length === 2 && apart(found[used[0]], found[used[1]]) / palm < SAME_HAND) {
    return Infinity;
  }
  const costs = choice.map((row, side) => {
    if (row === NONE) return 0;
    const against = VOTE * Math.max(side ? votes[row] : -votes[row], 0);
    return against + reachCost(wrists[side], found[row], palm);
  });
  return costs[0] + costs[1] + UNUSED * (found.length - used.length);
}

function reachCost(wrist, hand, palm) {
  if (!wrist) return 0;
  const reach = distance(wrist, hand[0]) / palm;
  if (!(reach <= (wrist[2] >= GUESS ? MAX_REACH : GUESSED_REACH))) return Infinity;
  return Math.min(reach, MAX_REACH) * Math.max(wrist[2], MIN_VISIBILITY);
}

function moveCost(before, after, distances) {
  const step = (from, to) => (from === NONE || to === NONE
    ? 0 : JUMP * Math.min(distances[from][to], MAX_REACH));
  const lone = (choice) => (choice.filter((row) => row !== NONE).length === 1
    ? choice.findIndex((row) => row !== NONE) : null);
  const [from, to] = [lone(before), lone(after)];
  const switched = from !== null && to !== null && from !== to;
  const jump = switched ? SWITCH + SWITCH_MOVE * step(before[from], after[to]) : 0;
  return step(before[0], after[0]) + step(before[1], after[1]) + jump;
}

// without wrists and votes the hand further to the left of the picture is the right one
function byPosition(sides, hands) {
  const [right, left] = [0, 1].map((side) => median(sides.flatMap((pair, frame) =>
    (pair[side] === NONE ? [] : [hands[frame][pair[side]][0][0]]))));
  return right > left ? sides.map(([one, other]) => [other, one]) : sides;
}

function palmLength(hands) {
  const palms = hands.flat().map((hand) => distance(hand[0], hand[MIDDLE_KNUCKLE]));
  return Math.max(median(palms), 1e-6);
}

// the mean distance between the points of two hands
function apart(one, other) {
  return one.reduce((sum, point, at) => sum + distance(point, other[at]), 0) / one.length;
}

const distance = ([x, y], [otherX, otherY]) => Math.hypot(x - otherX, y - otherY);

const smallest = (values) => values.indexOf(Math.min(...values));

// NaN of no values, which compares false
function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
