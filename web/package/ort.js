// ONNX Runtime Web as the app has installed it; an app may set its `env` before the first answer.

import * as ort from "onnxruntime-web/wasm";

export { ort };
