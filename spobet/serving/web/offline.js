// What lets the page work without a network: a service worker that keeps what was loaded once.

import { part } from "./dom.js";

// all that the page may come to need, so that it is there before it is needed
const FINDER = [
  "vision_bundle.mjs",
  "vision_wasm_internal.js",
  "vision_wasm_internal.wasm",
  "hand_landmarker.task",
  "mediabunny.min.mjs",
  "ort.wasm.min.mjs",
  "ort-wasm-simd-threaded.mjs",
  "ort-wasm-simd-threaded.wasm",
];

const BODY_FINDER = "pose_landmarker_full.task";

// after the page is ready, so that nothing waits for it; more: addresses that were not loaded yet;
// body: whether it is looked for
export async function keepForOffline(more, body) {
  if (!navigator.serviceWorker) return; // a page that is not secure
  await navigator.serviceWorker.register("service-worker.js");
  const { active } = await navigator.serviceWorker.ready;
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data === "kept") part("offline").hidden = false;
  });
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const ours = loaded.filter((address) => new URL(address).origin === location.origin);
  const files = body ? [...FINDER, BODY_FINDER] : FINDER;
  const finder = files.map((name) => new URL(`vendor/${name}`, location.href).href);
  const page = location.origin + location.pathname;
  const later = more.map((address) => new URL(address, location.href).href);
  active.postMessage([...new Set([page, ...ours, ...finder, ...later])]);
}
