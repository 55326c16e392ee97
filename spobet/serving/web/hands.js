// Hands in pictures and videos: MediaPipe's hand landmarker in the browser.

import { HandLandmarker } from "./vendor/vision_bundle.mjs";
import { clipOfFrames, RATE } from "./spotter.js";
import { apart, HandTracks, palm } from "./tracks.js";

const HAND_POINTS = 21;
const ONE_HAND = 0.3; // palm lengths between two found hands below which they are one, found twice

let opened = null;

// the landmarker, loaded once: about 10 MB
export function openHands() {
  const from = (name) => new URL(`./vendor/${name}`, import.meta.url).href;
  if (opened) return opened;
  hushed();
  opened = HandLandmarker.createFromOptions(
    { wasmLoaderPath: from("vision_wasm_internal.js"), wasmBinaryPath: from("vision_wasm_internal.wasm") },
    { baseOptions: { modelAssetPath: from("hand_landmarker.task"), delegate: "CPU" }, runningMode: "VIDEO", numHands: 2 },
  );
  opened.catch(() => { opened = null; });
  return opened;
}

// MediaPipe writes what it merely tells to the console's errors, where it would hide true ones
function hushed() {
  const tell = console.error;
  console.error = (...words) => (/^INFO:/.test(words[0]) ? console.info : tell)(...words);
}

// whether the network's landmarks are hands and nothing else, which is what is found here
export const handsOnly = (facts) => facts.landmarks.length === 2 * HAND_POINTS && facts.hands.right.length + facts.hands.left.length === 2 * HAND_POINTS;

// what detectForVideo gives -> hands as { points, side }: points in shares of the picture, side 1 a right hand .. -1 a left one
export function foundHands({ landmarks, handedness }) {
  const hands = landmarks.map((points, place) => {
    const [{ categoryName, score }] = handedness[place];
    return { points: points.map(({ x, y }) => [x, y]), side: categoryName === "Right" ? score : -score };
  });
  return hands.filter((hand, place) => !hands.slice(0, place).some((other) => apart(hand, other) < ONE_HAND * palm(other)));
}

// Every hand of a video file, 25 pictures a second: nothing of it leaves this device.
export async function clipOfVideo(file, facts, maxSeconds, say) {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  Object.assign(video, { muted: true, src: address });
  try {
    await happened(video, "loadeddata");
    if (!(video.duration <= maxSeconds)) throw new Error(`this video lasts ${Math.round(video.duration)} seconds, expected one sign of at most ${maxSeconds}`);
    const hands = await openHands();
    const tracks = new HandTracks(facts, [video.videoWidth, video.videoHeight]);
    const frames = [];
    for (let number = 0; number / RATE < video.duration; number += 1) {
      video.currentTime = number / RATE;
      await happened(video, "seeked");
      frames.push(tracks.push(foundHands(hands.detectForVideo(video, moment())), number / RATE));
      say(number / RATE / video.duration);
    }
    return tracks.sided(clipOfFrames(frames), frames);
  } finally {
    URL.revokeObjectURL(address);
  }
}

// the landmarker wants ascending times, of all its pictures
let told = 0;
export function moment() {
  told = Math.max(told + 1, Math.round(performance.now()));
  return told;
}

function happened(video, event) {
  return new Promise((resolve, reject) => {
    video.addEventListener(event, resolve, { once: true });
    video.addEventListener("error", () => reject(new Error("this browser cannot read the video; mp4 and webm it can, most likely")), { once: true });
  });
}
