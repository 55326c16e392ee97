// The camera: pictures, the hands found in them drawn over them, and signs as they end.

import { drawHands } from "./draw.js";
import { handsIn, openLandmarker } from "./landmarker.js";
import { Spotter } from "./spotter.js";
import { EvenFrames, HandTracks } from "./tracks.js";

const WANTED = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" };
const REFUSED = "The camera was not allowed. Allow it beside the page's address, then start again.";
const INSECURE = "Browsers give the camera only to pages opened over https or on this machine.";

export class Camera {
  // video, canvas: elements; onSign(clip) for every sign that ended; onState(words) when what is
  // seen changes; onLost() when the camera goes away
  constructor(video, canvas, facts, { onSign, onState, onLost }) {
    Object.assign(this, { video, canvas, facts, onSign, onState, onLost, stream: null, state: "" });
  }

  async start() {
    const stream = await openCamera();
    try {
      this.landmarker = await openLandmarker();
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      stream.getTracks().forEach((track) => track.stop());
      throw error;
    }
    this.stream = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => this.onLost());
    const size = [this.video.videoWidth, this.video.videoHeight];
    [this.canvas.width, this.canvas.height] = size;
    this.tracks = new HandTracks(this.facts, size);
    this.evenFrames = new EvenFrames();
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
      const hands = handsIn(this.landmarker, this.video);
      drawHands(this.canvas, hands);
      this.take(hands, performance.now() / 1000);
    }
    requestAnimationFrame(() => this.look());
  }

  take(hands, seconds) {
    const frame = this.tracks.push(hands);
    const { frames, restarted } = this.evenFrames.push(frame, seconds);
    if (restarted) this.spotter = new Spotter(this.facts);
    for (const even of frames) {
      const sign = this.spotter.push(even);
      if (sign) this.onSign(sign.clip);
    }
    const waiting = hands.length ? "Ready. Make one sign, then rest." : "No hand in the picture.";
    this.say(this.spotter.signing ? "Signing …" : waiting);
  }

  say(words) {
    if (words !== this.state) this.onState(words);
    this.state = words;
  }
}

async function openCamera() {
  if (!navigator.mediaDevices) throw new Error(INSECURE);
  try {
    return await navigator.mediaDevices.getUserMedia({ video: WANTED, audio: false });
  } catch (error) {
    if (error.name === "NotAllowedError") throw new Error(REFUSED);
    if (error.name === "NotFoundError") throw new Error("No camera was found on this device.");
    throw new Error(`The camera cannot be opened: is another program using it? (${error.message})`);
  }
}
