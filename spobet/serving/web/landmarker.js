// MediaPipe's hand landmarker, loaded once from this server: about 10 MB.

import { HandLandmarker } from "./vendor/vision_bundle.mjs";
import { foundHands } from "./hands.js";

let opening = null;
let lastTime = 0;

export function openLandmarker() {
  if (opening) return opening;
  quietConsole();
  const address = (name) => new URL(`./vendor/${name}`, import.meta.url).href;
  opening = HandLandmarker.createFromOptions(
    {
      wasmLoaderPath: address("vision_wasm_internal.js"),
      wasmBinaryPath: address("vision_wasm_internal.wasm"),
    },
    {
      baseOptions: { modelAssetPath: address("hand_landmarker.task"), delegate: "CPU" },
      runningMode: "VIDEO",
      numHands: 2,
    },
  );
  opening.catch(() => { opening = null; }); // so that it can be tried again
  return opening;
}

// the hands in the picture that a video shows now
export function handsIn(landmarker, video) {
  // it wants ascending times, whatever video its pictures are of
  lastTime = Math.max(lastTime + 1, Math.round(performance.now()));
  return foundHands(landmarker.detectForVideo(video, lastTime));
}

// MediaPipe writes its notes to the console's errors, where they would hide real ones
function quietConsole() {
  const { error } = console;
  console.error = (...words) => (/^INFO:/.test(words[0]) ? console.info : error)(...words);
}
