// Hands over the camera's picture, and a clip as a strip of moments above how much each mattered.

const SVG = "http://www.w3.org/2000/svg";
const FINGERS = [[0, 1, 2, 3, 4], [0, 5, 6, 7, 8], [0, 9, 10, 11, 12], [0, 13, 14, 15, 16], [0, 17, 18, 19, 20], [5, 9, 13, 17]];
const [BOX, GAP, BAR] = [100, 8, 34]; // of the strip's moments, in its own units

export function drawHands(canvas, found) {
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  for (const { points } of found) {
    for (const [width, colour] of [[7, "#101418"], [3.5, "#ffd166"]]) { // a dark rim, so that it stands out of any picture
      Object.assign(pen, { lineWidth: width, strokeStyle: colour, lineCap: "round", lineJoin: "round" });
      for (const finger of FINGERS) {
        pen.beginPath();
        finger.forEach((point) => pen.lineTo(points[point][0] * canvas.width, points[point][1] * canvas.height));
        pen.stroke();
      }
    }
  }
}

// mattered: spans { first, stop, loss } of the clip (network.js), or null: then evenly spread moments without bars
export function strip(clip, facts, mattered) {
  const spans = mattered ?? evenly(clip.frames);
  const highest = Math.max(...spans.map((span) => span.loss), 0.01);
  const height = BOX + GAP + (mattered ? BAR : 0);
  const picture = element("svg", { viewBox: `0 0 ${spans.length * (BOX + GAP)} ${height}`, role: "img", "aria-label": inWords(mattered) });
  const box = bounds(clip);
  spans.forEach((span, number) => {
    const frame = Math.min(clip.frames - 1, Math.floor((span.first + span.stop) / 2));
    const part = element("g", { transform: `translate(${number * (BOX + GAP)} 0)` });
    part.append(element("rect", { class: "moment", width: BOX, height: BOX, rx: 6 }));
    part.append(element("path", { class: "bones", d: outline(clip, facts, frame, box) }));
    if (mattered) {
      const length = Math.max(1, (BAR * span.loss) / highest);
      part.append(element("rect", { class: "loss", y: BOX + GAP + BAR - length, width: BOX, height: length }));
    }
    picture.append(part);
  });
  return picture;
}

function evenly(frames) {
  return Array.from({ length: 12 }, (_, span) => ({ first: (span * frames) / 12, stop: ((span + 1) * frames) / 12, loss: 0 }));
}

function inWords(mattered) {
  if (!mattered) return "Twelve moments of the clip";
  const total = mattered.at(-1).stop - mattered[0].first;
  const most = mattered.reduce((best, span) => (span.loss > best.loss ? span : best));
  const share = (frame) => Math.round((100 * (frame - mattered[0].first)) / total);
  return `Twelve moments of the clip. Without those from ${share(most.first)} to ${share(most.stop)} % of it the answer loses most: ${Math.round(100 * most.loss)} points.`;
}

function bounds(clip) {
  const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
  clip.xy.forEach((value, at) => {
    if (value !== value) return;
    low[at % 2] = Math.min(low[at % 2], value);
    high[at % 2] = Math.max(high[at % 2], value);
  });
  return { low, size: Math.max(high[0] - low[0], high[1] - low[1], 1e-6), high };
}

function outline(clip, facts, frame, { low, high, size }) {
  const landmarks = facts.landmarks.length;
  const margin = 8;
  const place = (point) => [0, 1].map((axis) => {
    const centred = (clip.xy[2 * (frame * landmarks + point) + axis] - (low[axis] + high[axis]) / 2) / size;
    return (BOX / 2 + centred * (BOX - 2 * margin)).toFixed(1);
  });
  return facts.bones
    .map(([from, to]) => [place(from), place(to)])
    .filter((ends) => ends.flat().every((value) => value !== "NaN"))
    .map(([from, to]) => `M${from}L${to}`)
    .join("");
}

function element(kind, attributes) {
  const made = document.createElementNS(SVG, kind);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  return made;
}
