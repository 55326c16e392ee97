// Hands over the camera's picture, and frames of a clip as drawings.

import { POINTS } from "./body.js";
import { between } from "./poses.js";
import { quantile } from "./statistics.js";

const FINGERS = [
  [0, 1, 2, 3, 4],
  [0, 5, 6, 7, 8],
  [0, 9, 10, 11, 12],
  [0, 13, 14, 15, 16],
  [0, 17, 18, 19, 20],
  [5, 9, 13, 17],
];
const ARMS = [ // from hand to hand
  ["left_wrist", "left_elbow", "left_shoulder", "right_shoulder", "right_elbow", "right_wrist"],
].map((line) => line.map((name) => POINTS.indexOf(name)));
const PALM = [0, 1, 5, 9, 13, 17];
const RIM = [7, "#101418"]; // a dark rim, so that the hand stands out of any picture
const LINE = [3.5, "#ffd166"];
const MARGIN = 0.12; // of a drawing, around the signer
const OUTER = 0.03; // share of landmarks that may lie beyond a drawing's margin, at each side
const SMALLEST = 0.012; // of a drawing: the thinnest stroke that is seen
const THINNEST = 4; // pixels, for the same reason in a small one
const FAINT = 0.45; // opacity of what lies below
const PALE = 0.35; // opacity of a palm
const THICK = 0.16; // of a palm's length: a finger

// hands, and the arms of the body or null, over a picture
export function drawFound(canvas, { hands, body }) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  if (body) drawLines(canvas, body, ARMS);
  for (const { points } of hands) drawLines(canvas, points, FINGERS);
}

function drawLines(canvas, points, lines) {
  const pen = canvas.getContext("2d");
  for (const [lineWidth, strokeStyle] of [RIM, LINE]) {
    Object.assign(pen, { lineWidth, strokeStyle, lineCap: "round", lineJoin: "round" });
    for (const line of lines) {
      pen.beginPath();
      line.forEach((point) => {
        pen.lineTo(points[point][0] * canvas.width, points[point][1] * canvas.height);
      });
      pen.stroke();
    }
  }
}

// The square that holds a clip but for its outermost landmarks, such as those of a hand on its way
// from the lap; aspect: width over height of its picture where its coordinates are shares of that,
// else 1
export function boundsOf({ xy, aspect = 1 }) {
  const ends = [0, 1].map((axis) => {
    const values = xy.filter((value, at) => at % 2 === axis && !Number.isNaN(value));
    return [quantile(values, OUTER), quantile(values, 1 - OUTER)];
  });
  const middle = ends.map(([low, high]) => (low + high) / 2);
  const [width, height] = ends.map(([low, high]) => high - low);
  return { middle, size: Math.max(width * aspect, height, 1e-6), aspect };
}

// A frame of a clip on a square canvas; frame: may lie between two. facts: landmarks, bones and
// hands of the clip. What the clip has `below` it is drawn first, faint.
export function drawFrame(canvas, clip, facts, frame, bounds) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  if (clip.below) draw(canvas, clip.below, facts, frame, bounds, FAINT);
  draw(canvas, clip, facts, frame, bounds, 1);
}

function draw(canvas, clip, facts, frame, bounds, opacity) {
  const size = canvas.width;
  const pen = canvas.getContext("2d");
  const points = pointsAt(clip, facts, frame, bounds).map((value) => value * size);
  const style = getComputedStyle(document.body);
  const thinnest = Math.max(THINNEST, SMALLEST * size);
  const seen = (landmark) => !Number.isNaN(points[2 * landmark]);
  const line = (landmarks) => {
    pen.beginPath();
    landmarks.forEach((landmark) => pen.lineTo(points[2 * landmark], points[2 * landmark + 1]));
  };
  pen.globalAlpha = opacity;
  Object.assign(pen, { lineCap: "round", lineJoin: "round", lineWidth: thinnest });
  pen.strokeStyle = style.getPropertyValue("--quiet");
  const inHands = new Set([...facts.hands.right, ...facts.hands.left]);
  for (const bone of facts.bones) {
    if (inHands.has(bone[1]) || !bone.every(seen)) continue;
    line(bone);
    pen.stroke();
  }
  for (const side of ["left", "right"]) {
    const hand = facts.hands[side];
    if (!hand.length || !hand.every(seen)) continue;
    pen.strokeStyle = style.getPropertyValue(opacity < 1 ? "--quiet" : `--${side}`);
    pen.fillStyle = pen.strokeStyle;
    const [wrist, knuckle] = [hand[0], hand[9]].map((at) => [points[2 * at], points[2 * at + 1]]);
    const palm = Math.hypot(knuckle[0] - wrist[0], knuckle[1] - wrist[1]);
    pen.lineWidth = Math.max(thinnest, THICK * palm);
    line(PALM.map((point) => hand[point]));
    pen.closePath();
    pen.globalAlpha = PALE * opacity;
    pen.fill();
    pen.globalAlpha = opacity;
    for (const finger of FINGERS.slice(0, 5)) {
      line(finger.map((point) => hand[point]));
      pen.stroke();
    }
  }
}

// x and y of each landmark, 0 to 1 in the square of `bounds`
function pointsAt(clip, facts, frame, { middle, size, aspect }) {
  const width = 2 * facts.landmarks.length;
  const at = (number) => clip.xy.subarray(number * width, (number + 1) * width);
  const [before, after] = [Math.floor(frame), Math.min(Math.ceil(frame), clip.numFrames - 1)];
  const scale = (1 - 2 * MARGIN) / size;
  return between(at(before), at(after), frame - before).map((value, axis) =>
    0.5 + (value - middle[axis % 2]) * scale * (axis % 2 ? 1 : aspect));
}
