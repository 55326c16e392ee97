// A video file as it plays, for browsers that cannot decode it otherwise: each picture is taken as it
// is shown, with its time.

import { onPicture } from "./pictures.js";

const PLAYBACK = 0.5; // rate: twice as long to show a picture, so that none is skipped
const AHEAD = 2; // pictures that may wait to be looked at before the video is paused
const SETTLE = 300; // milliseconds in which the last picture of a video is still shown

export class Undecodable extends Error {}

// A video's pictures as it plays, from the first on. It is paused while some wait to be looked at,
// so that none is lost on a slow device.
export class PlayedVideo {
  static async open(file, video) {
    const played = new PlayedVideo(video, URL.createObjectURL(file));
    try {
      await opened(video, played.address, file.name);
    } catch (error) {
      played.stop();
      throw error;
    }
    return played;
  }

  constructor(video, address) {
    Object.assign(this, { video, address, waiting: [], over: false, failure: null });
    this.wake = () => undefined;
    this.ended = () => setTimeout(() => this.stop(), SETTLE);
    video.addEventListener("ended", this.ended);
    this.watch();
  }

  get duration() {
    return this.video.duration;
  }

  get size() {
    return [this.video.videoWidth, this.video.videoHeight];
  }

  // { seconds, bitmap }
  async* pictures() {
    let last = -1;
    for (let next = await this.next(); next; next = await this.next()) {
      if (next.seconds <= last) continue; // the same once more
      last = next.seconds;
      yield { seconds: last, bitmap: await next.picture };
    }
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
    this.video.pause();
    this.video.removeAttribute("src");
    URL.revokeObjectURL(this.address);
    this.wake();
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
