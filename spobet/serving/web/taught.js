// Signs taught on this device: in the browser's storage, in the form of spobet's enrolled.json, so
// that a download of them works with `spobet predict` and `spobet enrol --file` too.

import { directionOf } from "./answers.js";

const FORMAT = "spobet enrolled 1";
const MAX_CLIPS = 10; // of a sign: more made no sign better, and the storage is small

export class Taught {
  // network: hash of the network that they hold for; onServer: signs that the server keeps
  constructor(network, onServer = []) {
    this.network = network;
    this.onServer = new Map(onServer.map(({ gloss, clips }) => [gloss, clips]));
    this.key = `spobet taught ${network}`;
    this.clips = new Map(this.stored().map(({ gloss, clips }) => [gloss, clips]));
  }

  stored() {
    try {
      const content = JSON.parse(localStorage.getItem(this.key) ?? "null");
      return content?.format === FORMAT && content.network === this.network ? content.signs : [];
    } catch {
      return []; // no storage here, or something else in it: nothing was taught
    }
  }

  get glosses() {
    return [...new Set([...this.onServer.keys(), ...this.clips.keys()])];
  }

  prototypes() {
    return this.glosses.map((gloss) => {
      const clips = [...(this.onServer.get(gloss) ?? []), ...(this.clips.get(gloss) ?? [])];
      const sums = clips[0].map((_, axis) => clips.reduce((sum, clip) => sum + clip[axis], 0));
      return [gloss, directionOf(sums)];
    });
  }

  add(gloss, directions) {
    const clips = [...(this.clips.get(gloss) ?? []), ...directions];
    if (clips.length > MAX_CLIPS) {
      throw new Error(`“${gloss}” would have more than ${MAX_CLIPS} examples; forget it first.`);
    }
    const rounded = clips.map((clip) => clip.map((value) => Number(value.toFixed(6))));
    this.clips.set(gloss, rounded);
    this.store();
  }

  // The signs of a file that `text` or `spobet enrol` wrote join those that are here; gives their
  // glosses. name: of the file, for errors.
  load(text, name) {
    let content = null;
    try {
      content = JSON.parse(text);
    } catch {
      // said below
    }
    if (content?.format !== FORMAT || !Array.isArray(content.signs)) {
      throw new Error(`${name} is not a file of taught signs, as this page saves them.`);
    }
    if (content.network !== this.network) {
      throw new Error(`${name} holds signs taught with another program than this page runs.`);
    }
    const numbers = (clip) => Array.isArray(clip) && clip.every(Number.isFinite);
    const sane = ({ gloss, clips }) =>
      typeof gloss === "string" && Array.isArray(clips) && clips.length && clips.every(numbers);
    if (!content.signs.every(sane)) throw new Error(`${name} is damaged.`);
    for (const { gloss, clips } of content.signs) {
      this.clips.set(gloss, clips.slice(0, MAX_CLIPS));
    }
    this.store();
    return content.signs.map(({ gloss }) => gloss);
  }

  forget(gloss) {
    this.clips.delete(gloss);
    this.store();
  }

  store() {
    localStorage.setItem(this.key, this.text());
  }

  text() {
    const signs = [...this.clips].map(([gloss, clips]) => ({ gloss, clips }));
    return `${JSON.stringify({ format: FORMAT, network: this.network, signs })}\n`;
  }
}
