// References: a moving drawing for each sign, the mean of the clips that its network learned from.

import * as server from "./server.js";

const MISSING = -128;

export class References {
  // null where the network has none
  static async open(facts) {
    return facts.references ? new References(await server.references(facts)) : null;
  }

  // content: what GET /api/networks/NAME/references gives
  constructor({ glosses, frames, seconds, clips, landmarks, bones, hands, motion }) {
    Object.assign(this, { frames, seconds, clips });
    this.drawing = { landmarks, bones, hands };
    this.numbers = new Map(glosses.map((gloss, number) => [gloss, number]));
    this.codes = Int8Array.from(atob(motion), (letter) => letter.charCodeAt(0));
  }

  has(gloss) {
    return this.numbers.has(gloss);
  }

  // as clips of poses.js are, with its seconds, and of how many recordings it is the mean
  clip(gloss) {
    const number = this.numbers.get(gloss);
    const width = this.frames * this.drawing.landmarks.length * 2;
    const codes = this.codes.subarray(number * width, (number + 1) * width);
    return {
      xy: Float32Array.from(codes, (code) => (code === MISSING ? NaN : code / 127)),
      numFrames: this.frames,
      times: null,
      seconds: this.seconds[number],
      recordings: this.clips[number],
    };
  }
}
