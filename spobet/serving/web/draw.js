// Hands over the camera's picture, a clip as a strip of pictures, and single frames of it.

const SVG = "http://www.w3.org/2000/svg";
const FINGERS = [
  [0, 1, 2, 3, 4],
  [0, 5, 6, 7, 8],
  [0, 9, 10, 11, 12],
  [0, 13, 14, 15, 16],
  [0, 17, 18, 19, 20],
  [5, 9, 13, 17],
];
const RIM = [7, "#101418"]; // a dark rim, so that the hand stands out of any picture
const LINE = [3.5, "#ffd166"];
const [BOX, GAP, BAR] = [104, 8, 30]; // pixels of the strip's pictures, and its highest bar
const PICTURES = 12; // of a strip
const MARGIN = 0.08; // of a picture, around the signer

export function drawHands(canvas, hands) {
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  for (const { points } of hands) {
    for (const [lineWidth, strokeStyle] of [RIM, LINE]) {
      Object.assign(pen, { lineWidth, strokeStyle, lineCap: "round", lineJoin: "round" });
      for (const finger of FINGERS) {
        pen.beginPath();
        finger.forEach((point) => {
          pen.lineTo(points[point][0] * canvas.width, points[point][1] * canvas.height);
        });
        pen.stroke();
      }
    }
  }
}

// spans { first, stop, loss } of the clip (network.js), or null: then even ones without bars;
// onFrame(frame) when a picture is clicked
export function strip(clip, facts, spans, onFrame) {
  const shown = spans ?? evenSpans(clip.numFrames);
  const highest = Math.max(...shown.map(({ loss }) => loss), 0.01);
  const height = BOX + (spans ? GAP + BAR : 0);
  const width = shown.length * (BOX + GAP) - GAP;
  const size = { viewBox: `0 0 ${width} ${height}`, width, height };
  const picture = shape("svg", { ...size, role: "img", "aria-label": describe(spans) });
  const bounds = boundsOf(clip);
  shown.forEach(({ first, stop, loss }, number) => {
    const frame = Math.min(clip.numFrames - 1, Math.floor((first + stop) / 2));
    const part = shape("g", { transform: `translate(${number * (BOX + GAP)} 0)` });
    part.addEventListener("click", () => onFrame(frame));
    part.append(shape("rect", { class: "frame", width: BOX, height: BOX, rx: 8 }));
    const point = (position) => position.map((value) => (value * BOX).toFixed(1));
    const bones = outline(clip, facts, frame, bounds);
    const d = bones.map((ends) => `M${ends.map(point).join("L")}`).join("");
    part.append(shape("path", { class: "bones", d }));
    if (spans) {
      const bar = Math.max(2, (BAR * loss) / highest);
      const box = { y: height - bar, width: BOX, height: bar, rx: 2 };
      part.append(shape("rect", { class: "loss", ...box }));
    }
    picture.append(part);
  });
  return picture;
}

function evenSpans(frames) {
  const edge = (span) => (span * frames) / PICTURES;
  const spans = Array.from({ length: PICTURES }, (_, span) => [edge(span), edge(span + 1)]);
  return spans.map(([first, stop]) => ({ first, stop, loss: 0 }));
}

function describe(spans) {
  if (!spans) return "The clip in twelve pictures";
  const most = spans.reduce((best, span) => (span.loss > best.loss ? span : best));
  const share = (frame) => Math.round((100 * frame) / spans.at(-1).stop);
  const lost = Math.round(100 * most.loss);
  return `The clip in twelve pictures. The part from ${share(most.first)} to ${share(most.stop)} % `
    + `of it mattered most: without it the answer loses ${lost} points.`;
}

// the square that holds every landmark of a clip
export function boundsOf({ xy }) {
  const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
  xy.forEach((value, at) => {
    if (Number.isNaN(value)) return;
    low[at % 2] = Math.min(low[at % 2], value);
    high[at % 2] = Math.max(high[at % 2], value);
  });
  const middle = low.map((value, axis) => (value + high[axis]) / 2);
  return { middle, size: Math.max(high[0] - low[0], high[1] - low[1], 1e-6) };
}

// the bones of a frame as pairs of [x, y], 0 to 1 in the square of `bounds`
export function outline(clip, facts, frame, { middle, size }) {
  const landmarks = facts.landmarks.length;
  const position = (landmark) => [0, 1].map((axis) => {
    const value = clip.xy[2 * (frame * landmarks + landmark) + axis];
    return 0.5 + ((value - middle[axis]) / size) * (1 - 2 * MARGIN);
  });
  return facts.bones
    .map((bone) => bone.map(position))
    .filter((ends) => !ends.flat().some(Number.isNaN));
}

function shape(kind, attributes) {
  const made = document.createElementNS(SVG, kind);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  return made;
}
