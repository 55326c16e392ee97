// The hands in a video file: it is played, and each picture is taken once, with its time.

import { drawHands } from "./draw.js";
import { handsIn, openLandmarker } from "./landmarker.js";
import { clipOfFrames } from "./poses.js";
import { framesOfHands } from "./tracks.js";

const LONGEST = 20; // seconds of a video with one sign
const SLOWEST = 0.0625; // playback rate, below which Chromium refuses
const SPARE = 0.8; // share of a picture's time that looking for hands may take

export class Undecodable extends Error {}

// video, canvas: elements of the page; say(share) while it works
export async function clipOfVideo(file, video, canvas, facts, signal, say) {
  const address = URL.createObjectURL(file);
  try {
    await opened(video, address, file.name);
    if (!(video.duration <= LONGEST)) {
      const seconds = Math.round(video.duration);
      const limit = `Cut it to one sign, at most ${LONGEST} seconds.`;
      throw new Error(`${file.name} lasts ${seconds} seconds. ${limit}`);
    }
    const landmarker = await openLandmarker();
    const size = [video.videoWidth, video.videoHeight];
    [canvas.width, canvas.height] = size;
    const [pictures, times] = [[], []];
    await eachPicture(video, signal, (time) => {
      const hands = handsIn(landmarker, video);
      drawHands(canvas, hands);
      pictures.push(hands);
      times.push(time);
      say(time / video.duration);
    });
    if (!pictures.length) throw new Undecodable(`No picture of ${file.name} could be shown.`);
    return clipOfFrames(framesOfHands(pictures, facts, size), times);
  } finally {
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

// look(time) at every picture, played as slowly as looking takes
async function eachPicture(video, signal, look) {
  let last = -1;
  let interval = Infinity;
  let slowest = 0; // seconds that a look took; the first look warms up and does not count
  let count = 0;
  video.playbackRate = 0.5;
  for (let next = picture(video), started = video.play(); ; next = picture(video)) {
    await started;
    const time = await next;
    if (signal.aborted) throw new DOMException("cancelled", "AbortError");
    if (time === null) return;
    if (time <= last) continue;
    if (last >= 0) interval = Math.min(interval, time - last);
    last = time;
    const began = performance.now();
    look(time);
    count += 1;
    if (count < 3) continue;
    slowest = Math.max(0.9 * slowest, (performance.now() - began) / 1000);
    video.playbackRate = Math.min(1, Math.max(SLOWEST, (SPARE * interval) / slowest));
  }
}

// the time of the next picture that is shown, null at the end
function picture(video) {
  return new Promise((resolve) => {
    if (video.ended) resolve(null);
    video.addEventListener("ended", () => resolve(null), { once: true });
    if (video.requestVideoFrameCallback) {
      video.requestVideoFrameCallback((_, { mediaTime }) => resolve(mediaTime));
    } else requestAnimationFrame(() => resolve(video.currentTime));
  });
}
