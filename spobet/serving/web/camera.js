// The camera: pictures, the hands found in them drawn over them, and signs as they end.

import { drawHands } from "./draw.js";
import { foundHands, moment, openHands } from "./hands.js";
import { Spotter } from "./spotter.js";
import { HandTracks, Steady } from "./tracks.js";

export class Camera {
  // video, canvas: elements; onSign(clip) for every sign that has ended; onState(words) when what is seen changes
  constructor(video, canvas, facts, onSign, onState) {
    Object.assign(this, { video, canvas, facts, onSign, onState, stream: null, state: "" });
  }

  async start() {
    if (!navigator.mediaDevices) throw new Error("this browser gives no camera to a page that is neither local nor encrypted");
    const wanted = { video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" }, audio: false };
    const stream = await navigator.mediaDevices.getUserMedia(wanted).catch((error) => {
      throw new Error(error.name === "NotAllowedError" ? "the camera was not allowed" : `no camera can be opened (${error.message})`);
    });
    try {
      this.hands = await openHands();
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      stream.getTracks().forEach((track) => track.stop());
      throw error;
    }
    this.stream = stream;
    const size = [this.video.videoWidth, this.video.videoHeight];
    [this.canvas.width, this.canvas.height] = size;
    this.tracks = new HandTracks(this.facts, size);
    this.steady = new Steady(this.tracks);
    this.spotter = new Spotter(this.facts);
    this.shown = -1;
    requestAnimationFrame(() => this.look());
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.say("");
  }

  look() {
    if (!this.stream) return;
    if (this.video.currentTime !== this.shown && this.video.readyState >= 2) {
      this.shown = this.video.currentTime;
      const found = foundHands(this.hands.detectForVideo(this.video, moment()));
      drawHands(this.canvas, found);
      this.take(found, performance.now() / 1000);
    }
    requestAnimationFrame(() => this.look());
  }

  take(found, seconds) {
    const { frames, anew } = this.steady.push(this.tracks.push(found, seconds), seconds);
    if (anew) this.spotter = new Spotter(this.facts);
    for (const frame of frames) {
      const sign = this.spotter.push(frame);
      if (sign) this.onSign(this.tracks.sided(sign.clip, sign.frames));
    }
    this.say(this.spotter.signing ? "Signing …" : found.length ? "Ready: sign, then let your hands rest." : "No hand in the picture.");
  }

  say(words) {
    if (words !== this.state) this.onState(words);
    this.state = words;
  }
}
