// Signs in a stream of pictures: where one ended, and its pictures with their true times.

import { clipOfFrames } from "./poses.js";
import { CONFIG, RATE, Spotter } from "./spotter.js";
import { EvenFrames, HandTracks, framesOfHands } from "./tracks.js";

// seconds of pictures that are remembered: the longest sign, and the longest hold before its end
const REMEMBERED = CONFIG.longest + CONFIG.still / CONFIG.held + 1;
const ROUNDING = 1e-6; // seconds: sums of intervals do not meet a picture's time exactly

export class SignStream {
  // size: of the pictures
  constructor(facts, size) {
    Object.assign(this, { facts, size, pictures: [] });
    this.tracks = new HandTracks(facts, size);
    this.even = new EvenFrames();
    this.spotter = new Spotter(facts);
  }

  get signing() {
    return this.spotter.signing;
  }

  // hands: those found in the picture that was taken at this second; body: found there too, where
  // it was looked for. Gives the clip of the sign that ended with it, else null.
  push(hands, seconds, body = null) {
    const { frames, restarted } = this.even.push(this.tracks.push(hands, body), seconds);
    if (restarted) {
      this.spotter = new Spotter(this.facts);
      this.pictures = [];
    }
    this.pictures.push({ hands, seconds, body });
    while (this.pictures[0].seconds < seconds - REMEMBERED) this.pictures.shift();
    const signs = frames.map((frame) => this.spotter.push(frame)).filter((sign) => sign);
    return signs.length ? this.clipOf(signs.at(-1)) : null;
  }

  // the pictures between which the frames of a spotted sign lie
  clipOf({ start, stop }) {
    const [begin, end] = [start, stop - 1].map((frame) => this.even.begin + frame / RATE);
    const times = this.pictures.map(({ seconds }) => seconds);
    const after = times.findIndex((seconds) => seconds > begin + ROUNDING);
    const last = times.findIndex((seconds) => seconds >= end - ROUNDING);
    const [from, to] = [Math.max(0, after - 1), last + 1];
    const pictures = this.pictures.slice(from, to);
    const [hands, bodies] = ["hands", "body"].map((what) => pictures.map((one) => one[what]));
    const landmarks = framesOfHands(hands, this.facts, this.size, bodies);
    return clipOfFrames(landmarks, times.slice(from, to));
  }
}
