// MediaPipe's landmarkers beside the page, which stays free to draw and to answer meanwhile.
//
// A message is { id, task, picture, body }; it is answered with { id, found } or { id, error }.

const FILES = { hands: "hand_landmarker.task", body: "pose_landmarker_full.task" };
const landmarkers = { hands: null, body: null };
let lastTime = 0;

const address = (name) => new URL(`./vendor/${name}`, self.location.href).href;

async function open(what) {
  await import("./foreign.js");
  const { HandLandmarker, PoseLandmarker } = await import("./vendor/vision_bundle.mjs");
  const [kind, counts] = what === "hands"
    ? [HandLandmarker, { numHands: 2 }] : [PoseLandmarker, { numPoses: 1 }];
  return kind.createFromOptions(
    {
      wasmLoaderPath: address("vision_wasm_internal.js"),
      wasmBinaryPath: address("vision_wasm_internal.wasm"),
    },
    {
      baseOptions: { modelAssetPath: address(FILES[what]), delegate: "CPU" },
      runningMode: "VIDEO",
      ...counts,
    },
  );
}

const tasks = {
  async open({ body }) {
    landmarkers.hands ??= await open("hands");
    if (body) landmarkers.body ??= await open("body");
  },

  // another video begins: where hands were in the last one is forgotten, which takes a while
  async begin() {
    if (!lastTime) return;
    for (const one of Object.values(landmarkers)) await one?.setOptions({});
  },

  async find({ picture, body }) {
    const { foundHands } = await import("./hands.js");
    const { foundBody } = await import("./body.js");
    lastTime += 1; // it wants ascending times, whatever video its pictures are of
    try {
      const hands = foundHands(landmarkers.hands.detectForVideo(picture, lastTime));
      if (!body) return { hands, body: null };
      return { hands, body: foundBody(landmarkers.body.detectForVideo(picture, lastTime)) };
    } finally {
      picture.close();
    }
  },
};

self.addEventListener("message", async ({ data: { id, task, ...given } }) => {
  try {
    self.postMessage({ id, found: await tasks[task](given) });
  } catch (error) {
    self.postMessage({ id, error: error.message });
  }
});

// MediaPipe writes its notes to the console's errors, where they would hide real ones
const { error: tellError } = console;
console.error = (...words) => (/^INFO:/.test(words[0]) ? console.info : tellError)(...words);
