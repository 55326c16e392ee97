// A clip as a moving drawing: played and paused, and moved through frame by frame.

import { button, element } from "./dom.js";
import { boundsOf, drawFrame } from "./draw.js";

const SIZE = 480; // pixels of the drawing; the page scales it
export const THUMBNAIL = 192; // of one beside a word
const RATE = 25; // frames per second, where the clip's own is unknown
const REST = 0.5; // seconds between the end and the next beginning
const SLOWER = 0.8; // speed: hands are followed better
const PICTURE = 1000 / 30; // milliseconds between two drawings: more cost a phone its battery

export const moves = () => !matchMedia("(prefers-reduced-motion: reduce)").matches;

// both of two clips that are drawn over each other
function withBelow(clip) {
  if (!clip.below) return clip;
  return { ...clip, xy: Float32Array.of(...clip.xy, ...clip.below.xy) };
}

export class Player {
  // clip: of poses.js, with `seconds` and `aspect` where they are known. small: no controls but
  // the drawing
  constructor(clip, facts, label, small = false, size = SIZE) {
    Object.assign(this, { clip, facts, bounds: boundsOf(withBelow(clip)), frame: 0, began: null });
    const attributes = { width: size, height: size, role: "img", "aria-label": label };
    this.canvas = element("canvas", attributes);
    this.play = button("Play", () => this.toggle(), { "aria-label": `Play ${label}` });
    const range = { type: "range", min: 0, max: clip.numFrames - 1, value: 0, step: "any" };
    this.slider = element("input", { ...range, "aria-label": `Moment of ${label}` });
    this.slider.addEventListener("input", () => {
      this.pause();
      this.show(Number(this.slider.value));
    });
    const controls = small ? [] : [element("div", { class: "row" }, this.play, this.slider)];
    this.element = element("div", { class: "player" }, this.canvas, ...controls);
    this.show((clip.numFrames - 1) / 2);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.show(this.frame)); // in the ink of the other scheme
  }

  get seconds() {
    const { seconds, times, numFrames } = this.clip;
    return seconds ?? (times ? times.at(-1) - times[0] : numFrames / RATE);
  }

  show(frame) {
    this.frame = frame;
    this.slider.value = frame;
    drawFrame(this.canvas, this.clip, this.facts, frame, this.bounds);
  }

  // plays while a button is pointed at or has the focus
  playOn(trigger) {
    this.canvas.setAttribute("aria-hidden", "true");
    for (const [begin, end] of [["pointerenter", "pointerleave"], ["focus", "blur"]]) {
      trigger.addEventListener(begin, () => this.start());
      trigger.addEventListener(end, () => this.pause());
    }
  }

  toggle() {
    if (this.began === null) this.start();
    else this.pause();
  }

  // times: how often it is shown
  start(times = Infinity) {
    this.play.textContent = "Pause";
    Object.assign(this, { began: performance.now(), drawn: 0, times });
    requestAnimationFrame(() => this.step());
  }

  step() {
    if (this.began === null) return;
    const lasts = Math.max(this.seconds / SLOWER, 0.2);
    const now = performance.now();
    const passed = (now - this.began) / 1000;
    const shown = this.canvas.getClientRects().length > 0;
    if (!shown || passed > this.times * (lasts + REST)) {
      this.pause();
      return;
    }
    if (now - this.drawn >= PICTURE) {
      this.drawn = now;
      this.show(Math.min(1, (passed % (lasts + REST)) / lasts) * (this.clip.numFrames - 1));
    }
    requestAnimationFrame(() => this.step());
  }

  pause() {
    this.began = null;
    this.play.textContent = "Play";
  }
}
