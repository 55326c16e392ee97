// A clip as a moving drawing: played and paused, and moved through frame by frame.

import { button, element } from "./dom.js";
import { boundsOf, outline } from "./draw.js";

const SIZE = 480; // pixels of the drawing; the page scales it
const RATE = 25; // frames per second

export class Player {
  // small: no controls but the drawing, which plays when it is clicked
  constructor(clip, facts, label, small = false) {
    Object.assign(this, { clip, facts, bounds: boundsOf(clip), frame: 0, timer: null });
    const attributes = { width: SIZE, height: SIZE, role: "img", "aria-label": label };
    this.canvas = element("canvas", attributes);
    this.play = button("Play", () => this.toggle(), { "aria-label": `Play ${label}` });
    const range = { type: "range", min: 0, max: clip.numFrames - 1, value: 0 };
    this.slider = element("input", { ...range, "aria-label": `Frame of ${label}` });
    this.slider.addEventListener("input", () => {
      this.pause();
      this.show(Number(this.slider.value));
    });
    const controls = small ? [] : [element("div", { class: "row" }, this.play, this.slider)];
    this.element = element("div", { class: "player" }, this.canvas, ...controls);
    this.show(Math.floor(clip.numFrames / 2));
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.show(this.frame)); // in the ink of the other scheme
  }

  show(frame) {
    this.frame = frame;
    this.slider.value = frame;
    const pen = this.canvas.getContext("2d");
    const style = getComputedStyle(document.body).getPropertyValue("--ink");
    pen.clearRect(0, 0, SIZE, SIZE);
    Object.assign(pen, { lineWidth: 5, strokeStyle: style, lineCap: "round", lineJoin: "round" });
    for (const ends of outline(this.clip, this.facts, frame, this.bounds)) {
      pen.beginPath();
      ends.forEach(([x, y]) => pen.lineTo(x * SIZE, y * SIZE));
      pen.stroke();
    }
  }

  toggle() {
    if (this.timer) this.pause();
    else this.start();
  }

  start() {
    this.play.textContent = "Pause";
    this.timer = setInterval(() => {
      if (!this.element.isConnected) this.pause();
      else this.show((this.frame + 1) % this.clip.numFrames);
    }, 1000 / RATE);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = "Play";
  }
}
