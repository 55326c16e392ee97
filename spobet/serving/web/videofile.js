// The hands in a video file: it is played, and each picture is taken once, with its time.

import { drawHands } from "./draw.js";
import { openLandmarker } from "./landmarker.js";
import { onPicture } from "./pictures.js";
import { clipOfFrames } from "./poses.js";
import { framesOfHands } from "./tracks.js";

const LONGEST = 20; // seconds of a video with one sign
const PLAYBACK = 0.5; // rate: twice as long to show a picture, so that none is skipped
const AHEAD = 2; // pictures that may wait to be looked at before the video is paused
const SETTLE = 300; // milliseconds in which the last picture of a video is still shown

export class Undecodable extends Error {}

// video, canvas: elements of the page; say(share) while it works
export async function clipOfVideo(file, video, canvas, facts, signal, say) {
  const address = URL.createObjectURL(file);
  const shown = new ShownPictures(video);
  signal.addEventListener("abort", () => shown.stop());
  try {
    await opened(video, address, file.name);
    if (!(video.duration <= LONGEST)) {
      const seconds = Math.round(video.duration);
      const limit = `Cut it to one sign, at most ${LONGEST} seconds.`;
      throw new Error(`${file.name} lasts ${seconds} seconds. ${limit}`);
    }
    const landmarker = await openLandmarker();
    await landmarker.begin();
    const size = [video.videoWidth, video.videoHeight];
    [canvas.width, canvas.height] = size;
    const [pictures, times] = [[], []];
    for (let next = await shown.next(); next; next = await shown.next()) {
      if (next.seconds <= times.at(-1)) continue; // the same once more
      const hands = await landmarker.hands(await next.picture);
      drawHands(canvas, hands);
      pictures.push(hands);
      times.push(next.seconds);
      say(next.seconds / video.duration);
    }
    signal.throwIfAborted();
    if (!pictures.length) throw new Undecodable(`No picture of ${file.name} could be shown.`);
    return clipOfFrames(framesOfHands(pictures, facts, size), times);
  } finally {
    shown.stop();
    video.pause();
    video.removeAttribute("src");
    URL.revokeObjectURL(address);
  }
}

function opened(video, address, name) {
  return new Promise((resolve, reject) => {
    const failed = () => reject(new Undecodable(`This browser cannot read ${name}.`));
    const options = { once: true };
    video.addEventListener("loadeddata", () => (video.videoWidth ? resolve() : failed()), options);
    video.addEventListener("error", failed, options);
    video.srcObject = null;
    video.src = address;
  });
}

// A video's pictures as it plays, from the first on. It is paused while some wait to be looked at,
// so that none is lost on a slow device.
class ShownPictures {
  constructor(video) {
    Object.assign(this, { video, waiting: [], over: false, failure: null });
    this.wake = () => undefined;
    this.ended = () => setTimeout(() => this.stop(), SETTLE);
    video.addEventListener("ended", this.ended);
    this.watch();
  }

  watch() {
    onPicture(this.video, (seconds) => {
      if (this.over) return;
      this.waiting.push({ seconds, picture: createImageBitmap(this.video) });
      if (this.waiting.length >= AHEAD) this.video.pause();
      this.wake();
      this.watch();
    });
  }

  // { seconds, picture: a promise of an ImageBitmap }, or null after the last
  async next() {
    while (!this.waiting.length && !this.over) {
      this.play();
      await new Promise((resolve) => { this.wake = resolve; });
    }
    if (this.failure) throw this.failure;
    return this.waiting.shift() ?? null;
  }

  play() {
    const { video } = this;
    if (!video.paused || video.ended) return;
    video.playbackRate = PLAYBACK;
    video.play().catch((error) => {
      if (error.name === "AbortError") return; // paused again before it began
      this.failure = error;
      this.stop();
    });
  }

  stop() {
    this.over = true;
    this.video.removeEventListener("ended", this.ended);
    this.wake();
  }
}
