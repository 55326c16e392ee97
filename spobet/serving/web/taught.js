// Signs taught on this device: kept in the browser's own storage, in the form of spobet's enrolled.json, so that a download of
// them works with `spobet predict` and `spobet enrol --file` too.

import { directionOf } from "./network.js";

const FORMAT = "spobet enrolled 1";
const MAX_CLIPS = 10;

export class Taught {
  // network: hash of the network they hold for; given: signs that the server knows, shown but kept there
  constructor(network, given = []) {
    this.network = network;
    this.given = new Map(given.map(({ gloss, clips }) => [gloss, clips]));
    this.key = `spobet taught ${network}`;
    this.clips = new Map(this.stored().map(({ gloss, clips }) => [gloss, clips]));
  }

  stored() {
    try {
      const content = JSON.parse(localStorage.getItem(this.key) ?? "null");
      return content?.format === FORMAT && content.network === this.network ? content.signs : [];
    } catch {
      return []; // no storage here, or somebody else's content: nothing was taught
    }
  }

  get glosses() {
    return [...new Set([...this.given.keys(), ...this.clips.keys()])];
  }

  prototypes() {
    return this.glosses.map((gloss) => {
      const clips = [...(this.given.get(gloss) ?? []), ...(this.clips.get(gloss) ?? [])];
      return [gloss, directionOf(clips[0].map((_, at) => clips.reduce((sum, clip) => sum + clip[at], 0) / clips.length))];
    });
  }

  add(gloss, directions) {
    const clips = [...(this.clips.get(gloss) ?? []), ...directions];
    if (clips.length > MAX_CLIPS) throw new Error(`${gloss} would have ${clips.length} clips, at most ${MAX_CLIPS} are kept; forget it first`);
    this.clips.set(gloss, clips.map((clip) => clip.map((value) => Number(value.toFixed(6)))));
    this.keep();
  }

  forget(gloss) {
    this.clips.delete(gloss);
    this.keep();
  }

  keep() {
    localStorage.setItem(this.key, this.text());
  }

  text() {
    const signs = [...this.clips].map(([gloss, clips]) => ({ gloss, clips }));
    return `${JSON.stringify({ format: FORMAT, network: this.network, signs })}\n`;
  }
}
