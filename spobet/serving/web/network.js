// The network in the browser: its exported file on ONNX Runtime Web.

import * as ort from "./vendor/ort.wasm.min.mjs";
import { directionOf, probabilitiesOf, ranked, scoresOf } from "./answers.js";
import { networkInput, normalize, trimmed } from "./poses.js";

ort.env.wasm.wasmPaths = new URL("./vendor/", import.meta.url).href;
ort.env.wasm.numThreads = 1; // more need headers that close the page off from others
const SPANS = 12; // of a clip, each hidden in turn to find those that mattered

export class Network {
  // facts: what GET /api/networks/NAME gives; taught: signs kept on this device (taught.js)
  static async open(facts, file, taught) {
    return new Network(facts, await ort.InferenceSession.create(new Uint8Array(file)), taught);
  }

  constructor(facts, session, taught) {
    Object.assign(this, { facts, session, taught });
    this.busy = Promise.resolve(); // a session answers one call at a time
  }

  get glosses() {
    const trained = this.facts.glosses;
    return [...trained, ...this.taught.glosses.filter((gloss) => !trained.includes(gloss))];
  }

  // the output for each clip
  outputs(clips) {
    const ready = clips.map((clip) => normalize(trimmed(clip, this.facts), this.facts));
    return this.run(networkInput(ready, this.facts), clips.length);
  }

  run(input, count) {
    const { facts, session } = this;
    const shape = [count, facts.num_frames];
    const feeds = {
      landmarks: new ort.Tensor("float32", input.landmarks, [...shape, facts.landmarks.length, 3]),
      frame_mask: new ort.Tensor("bool", input.frame_mask, shape),
    };
    const done = this.busy.then(() => session.run(feeds));
    this.busy = done.catch(() => undefined);
    return done.then(({ logits, embedding, others }) =>
      Array.from({ length: count }, (_, clip) => ({
        logits: row(logits, clip, count),
        embedding: row(embedding, clip, count),
        auxiliary: others ? [others.data[clip]] : [],
      })));
  }

  scores(output) {
    const { glosses, taught, facts } = this;
    return scoresOf(output, glosses, taught.prototypes(), facts.prototype_scale);
  }

  // of several cuts of one sign, the answer to that of the highest score, and the cut
  async answer(clips, top = 5) {
    const outputs = await this.outputs(clips);
    const scores = outputs.map((output) => this.scores(output));
    const best = scores.map((values) => Math.max(...values));
    const chosen = best.indexOf(Math.max(...best));
    const answer = ranked(outputs[chosen], scores[chosen], this.glosses, this.facts, top);
    return { ...answer, clip: clips[chosen] };
  }

  async embed(clip) {
    const [{ embedding }] = await this.outputs([clip]);
    return directionOf(embedding);
  }

  // What the first answer loses when a span of the clip is hidden: the clip as it is read, and
  // spans [{ first, stop, loss }] of its frames.
  async occlusion(clip) {
    const { facts } = this;
    const read = trimmed(clip, facts);
    const { landmarks, frame_mask: mask } = networkInput([normalize(read, facts)], facts);
    const frames = facts.num_frames;
    const width = landmarks.length / frames;
    const edgeOf = (_, edge) => Math.round((edge * frames) / SPANS);
    const edges = Array.from({ length: SPANS + 1 }, edgeOf);
    const input = {
      landmarks: new Float32Array((SPANS + 1) * landmarks.length),
      frame_mask: new Uint8Array((SPANS + 1) * frames),
    };
    for (let copy = 0; copy <= SPANS; copy += 1) {
      const start = copy * landmarks.length;
      input.landmarks.set(landmarks, start);
      input.frame_mask.set(mask, copy * frames);
      if (!copy) continue; // the first copy is the whole clip
      const [from, to] = [edges[copy - 1], edges[copy]];
      input.landmarks.fill(0, start + from * width, start + to * width);
    }
    const probabilities = (await this.run(input, SPANS + 1)).map((output) =>
      probabilitiesOf(output, this.scores(output), facts.temperature, facts.auxiliary_weight));
    const best = probabilities[0].indexOf(Math.max(...probabilities[0]));
    const spans = edges.slice(1).map((edge, span) => ({
      first: (edges[span] * read.numFrames) / frames,
      stop: (edge * read.numFrames) / frames,
      loss: Math.max(0, probabilities[0][best] - probabilities[span + 1][best]),
    }));
    return { clip: read, spans };
  }
}

function row(tensor, number, count) {
  const width = tensor.data.length / count;
  return tensor.data.slice(number * width, (number + 1) * width);
}
