// spobet in a web page: names single signs from landmarks, in the browser.

import { inWords, directionOf } from "./answers.js";
import { factsOf } from "./metadata.js";
import { Network } from "./network.js";
import { clipOf } from "./poses.js";

export { foundBody } from "./body.js";
export { foundHands } from "./hands.js";
export { SignStream } from "./stream.js";
export { Spotter } from "./spotter.js";

// source: the address of a NAME-landmarks.onnx, or its bytes
export async function load(source) {
  const file = source instanceof ArrayBuffer || ArrayBuffer.isView(source) ? source
    : await fetched(source);
  const bytes = ArrayBuffer.isView(file)
    ? new Uint8Array(file.buffer, file.byteOffset, file.byteLength) : new Uint8Array(file);
  const facts = factsOf(bytes);
  const signs = new Signs();
  return new Recognizer(await Network.open(facts, bytes, signs), signs);
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: status ${answer.status}`);
  return answer.arrayBuffer();
}

class Recognizer {
  #network;

  #signs;

  constructor(network, signs) {
    this.#network = network;
    this.#signs = signs;
  }

  get facts() {
    return this.#network.facts;
  }

  get landmarks() {
    return this.facts.landmarks;
  }

  get glosses() {
    return this.#network.glosses;
  }

  // The likeliest glosses of one sign, best first. frames: one entry a frame, of [x, y] or null a
  // landmark, null for a frame without any; or what a Spotter or SignStream found.
  async predict(frames, { top = 5, times = null, size = null } = {}) {
    const found = await this.#network.answer([this.#clip(frames, times, size)], top);
    const { answers, accepted, confidence, advice } = found;
    const answer = inWords(found, this.facts.threshold);
    return { answer, accepted, confidence, answers, ...(advice && { advice }) };
  }

  // teaches a sign from 1 to 10 takes; it is known until the page is closed
  async enrol(gloss, takes) {
    const directions = [];
    for (const frames of takes) {
      directions.push(await this.#network.embed(this.#clip(frames, null, null)));
    }
    this.#signs.add(gloss, directions);
  }

  #clip(frames, times, size) {
    if (frames.xy) return frames;
    if (!frames.length) throw new Error("No frames.");
    const wrong = frames.findIndex((frame) => frame && frame.length !== this.landmarks.length);
    if (wrong >= 0) {
      throw new Error(`Frame ${wrong + 1}: ${frames[wrong].length} landmarks, `
        + `expected ${this.landmarks.length}, or null.`);
    }
    if (times && times.length !== frames.length) {
      throw new Error(`${times.length} times, expected one for each of ${frames.length} frames.`);
    }
    const clip = clipOf(frames, this.facts, times);
    if (size && this.facts.unit === "image") {
      clip.xy.forEach((value, at) => { clip.xy[at] = value / size[at % 2]; });
    }
    return clip;
  }
}

// taught signs, as Network asks for them
class Signs {
  #clips = new Map();

  add(gloss, directions) {
    this.#clips.set(gloss, [...(this.#clips.get(gloss) ?? []), ...directions]);
  }

  get glosses() {
    return [...this.#clips.keys()];
  }

  prototypes() {
    return [...this.#clips].map(([gloss, clips]) => {
      const sums = clips[0].map((_, axis) => clips.reduce((sum, clip) => sum + clip[axis], 0));
      return [gloss, directionOf(sums)];
    });
  }
}
