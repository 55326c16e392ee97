// MediaPipe's hand landmarker beside the page, which stays free to draw and to answer meanwhile.
//
// A message is { id, task, picture }; it is answered with { id, hands } or { id, error }.

let landmarker = null;
let lastTime = 0;

const tasks = {
  async open() {
    const address = (name) => new URL(`./vendor/${name}`, self.location.href).href;
    await import("./foreign.js");
    const { HandLandmarker } = await import("./vendor/vision_bundle.mjs");
    landmarker = await HandLandmarker.createFromOptions(
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
  },

  // another video begins: where hands were in the last one is forgotten, which takes a while
  async begin() {
    if (lastTime) await landmarker.setOptions({});
  },

  async find(picture) {
    const { foundHands } = await import("./hands.js");
    lastTime += 1; // it wants ascending times, whatever video its pictures are of
    try {
      return foundHands(landmarker.detectForVideo(picture, lastTime));
    } finally {
      picture.close();
    }
  },
};

self.addEventListener("message", async ({ data: { id, task, picture } }) => {
  try {
    self.postMessage({ id, hands: await tasks[task](picture) });
  } catch (error) {
    self.postMessage({ id, error: error.message });
  }
});

// MediaPipe writes its notes to the console's errors, where they would hide real ones
const { error: tellError } = console;
console.error = (...words) => (/^INFO:/.test(words[0]) ? console.info : tellError)(...words);
