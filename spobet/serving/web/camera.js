// The camera: pictures, the hands found in them drawn over them, and signs as they end.

import { drawFound } from "./draw.js";
import { openLandmarker } from "./landmarker.js";
import { looksAtBody } from "./lookat.js";
import { onPicture } from "./pictures.js";
import { SignStream } from "./stream.js";

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
      this.landmarker = await openLandmarker(looksAtBody(this.facts));
      await this.landmarker.begin();
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
    this.signs = new SignStream(this.facts, size);
    this.looking = false;
    this.watch();
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.say("");
  }

  watch() {
    const { stream } = this;
    onPicture(this.video, (seconds) => {
      if (this.stream !== stream) return;
      this.look(seconds);
      this.watch();
    });
  }

  // a picture that comes while one is looked at is dropped: late answers would be worse
  async look(seconds) {
    if (this.looking) return;
    this.looking = true;
    const { stream } = this;
    try {
      const found = await this.landmarker.find(await createImageBitmap(this.video));
      if (this.stream !== stream) return;
      drawFound(this.canvas, found);
      this.take(found, seconds);
    } catch (error) {
      if (this.stream === stream) this.onLost(error);
    } finally {
      this.looking = false;
    }
  }

  take({ hands, body }, seconds) {
    const clip = this.signs.push(hands, seconds, body);
    if (clip) this.onSign(clip);
    const waiting = hands.length ? "Ready. Make one sign, then rest." : "No hand in the picture.";
    this.say(this.signs.signing ? "Signing …" : waiting);
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
