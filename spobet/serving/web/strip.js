// A clip as a strip of pictures: each can be enlarged, and says how much it mattered.

import { element } from "./dom.js";
import { boundsOf, drawFrame } from "./draw.js";

const BOX = 208; // pixels of a picture, half as many on the page
const BAR = 30; // of the highest bar, on the page
const PICTURES = 12; // of a strip

// spans { first, stop, loss } of the clip (network.js), or null: then even ones without bars;
// onFrame(frame) when a picture is chosen
export function strip(clip, facts, spans, onFrame) {
  const shown = spans ?? evenSpans(clip.numFrames);
  const highest = Math.max(...shown.map(({ loss }) => loss), 0.01);
  const bounds = boundsOf(clip);
  return shown.map(({ first, stop, loss }, number) => {
    const frame = Math.min(clip.numFrames - 1, Math.floor((first + stop) / 2));
    const canvas = element("canvas", { width: BOX, height: BOX });
    drawFrame(canvas, clip, facts, frame, bounds);
    const mattered = spans ? `, mattered ${Math.round(100 * loss)} of 100` : "";
    const label = `Moment ${number + 1} of ${shown.length}${mattered}: enlarge`;
    const made = element("button", { type: "button", "aria-label": label }, canvas);
    made.addEventListener("click", () => onFrame(frame));
    if (spans) {
      const bar = element("span", { class: "loss" });
      bar.style.height = `${Math.max(2, (BAR * loss) / highest)}px`;
      made.append(bar);
    }
    return made;
  });
}

function evenSpans(frames) {
  const edge = (span) => (span * frames) / PICTURES;
  const spans = Array.from({ length: PICTURES }, (_, span) => [edge(span), edge(span + 1)]);
  return spans.map(([first, stop]) => ({ first, stop, loss: 0 }));
}
