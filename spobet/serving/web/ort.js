// ONNX Runtime Web as this server has it; the npm package has another file in this one's place.

import * as ort from "./vendor/ort.wasm.min.mjs";

ort.env.wasm.wasmPaths = new URL("./vendor/", import.meta.url).href;
ort.env.wasm.numThreads = 1; // more need headers that close the page off from others

export { ort };
