// The network in the browser: the exported file on ONNX Runtime Web, answers as spobet's Recognizer gives them.

import * as ort from "./vendor/ort.wasm.min.mjs";
import { handFrames, networkInput, normalize } from "./poses.js";

ort.env.wasm.wasmPaths = new URL("./vendor/", import.meta.url).href;
ort.env.wasm.numThreads = 1; // more need headers that close the page off from others
const SPANS = 12; // into which a clip is cut to find the frames that mattered

export class Network {
  // facts: what GET /api/networks/NAME tells; taught: signs kept on this device (taught.js)
  static async open(facts, file, taught) {
    return new Network(facts, await ort.InferenceSession.create(new Uint8Array(file)), taught);
  }

  constructor(facts, session, taught) {
    Object.assign(this, { facts, session, taught });
    this.busy = Promise.resolve(); // a session answers one call at a time
  }

  get glosses() {
    const own = this.facts.glosses;
    return [...own, ...this.taught.glosses.filter((gloss) => !own.includes(gloss))];
  }

  // clips -> for each its logits of the trained glosses and its embedding
  score(clips) {
    return this.run(networkInput(clips.map((clip) => normalize(clip, this.facts)), this.facts), clips.length);
  }

  run(input, number) {
    const { facts, session } = this;
    const frames = facts.num_frames;
    const feeds = {
      landmarks: new ort.Tensor("float32", input.landmarks, [number, frames, facts.landmarks.length, 3]),
      frame_mask: new ort.Tensor("bool", input.frame_mask, [number, frames]),
    };
    const done = this.busy.then(() => session.run(feeds));
    this.busy = done.catch(() => undefined);
    return done.then(({ logits, embedding, others }) => Array.from({ length: number }, (_, clip) => ({
      logits: rowOf(logits, clip, number),
      embedding: rowOf(embedding, clip, number),
      others: others ? [others.data[clip]] : [],
    })));
  }

  // scores of every gloss; a trained gloss that was taught too takes the higher of both
  scores({ logits, embedding }) {
    const scores = Array.from(logits);
    const direction = directionOf(embedding);
    const names = this.glosses;
    for (const [gloss, prototype] of this.taught.prototypes()) {
      const place = names.indexOf(gloss);
      const score = this.facts.prototype_scale * direction.reduce((sum, value, at) => sum + value * prototype[at], 0);
      scores[place] = Math.max(scores[place] ?? -Infinity, score);
    }
    return scores;
  }

  // probabilities; what is left to one is that of glosses it was trained to tell from its own, except where a taught sign is best
  chances(scored, scores) {
    const trained = Math.max(...scores) <= Math.max(...scored.logits);
    return softmax(trained ? [...scores, ...scored.others] : scores, this.facts.temperature).slice(0, scores.length);
  }

  ranked(scored, scores, top = 5) {
    const chances = this.chances(scored, scores);
    const order = scores.map((score, place) => [score, place]).sort(([a, one], [b, other]) => b - a || one - other);
    return order.slice(0, top).map(([, place]) => ({ gloss: this.glosses[place], probability: chances[place] }));
  }

  // of several cuts of one sign, that of the highest score; its answers, whether the first counts, and the clip itself
  async answerOfSurest(clips, top = 5) {
    const scored = await this.score(clips);
    const scores = scored.map((one) => this.scores(one));
    const best = scores.map((row) => Math.max(...row));
    const chosen = best.indexOf(Math.max(...best));
    const answers = this.ranked(scored[chosen], scores[chosen], top);
    return { answers, sure: answers[0].probability >= this.facts.threshold, clip: clips[chosen] };
  }

  async embed(clip) {
    const [{ embedding }] = await this.score([clip]);
    return directionOf(embedding);
  }

  // how much of the best answer's probability goes when a span of the clip is taken out: spans x [first, stop, loss]
  async mattered(clip) {
    const handed = handFrames(clip, this.facts);
    const first = handed.indexOf(true);
    const read = handed.lastIndexOf(true) + 1 - first; // frames that are left of it when it is normalised
    const { landmarks, frame_mask: mask } = networkInput([normalize(clip, this.facts)], this.facts);
    const [frames, width] = [this.facts.num_frames, landmarks.length / this.facts.num_frames];
    const edges = Array.from({ length: SPANS + 1 }, (_, edge) => Math.round((edge * frames) / SPANS));
    const input = { landmarks: new Float32Array((SPANS + 1) * landmarks.length), frame_mask: new Uint8Array((SPANS + 1) * frames) };
    for (let row = 0; row <= SPANS; row += 1) {
      input.landmarks.set(landmarks, row * landmarks.length);
      input.frame_mask.set(mask, row * frames);
      if (row) input.landmarks.fill(0, row * landmarks.length + edges[row - 1] * width, row * landmarks.length + edges[row] * width);
    }
    const chances = (await this.run(input, SPANS + 1)).map((scored) => this.chances(scored, this.scores(scored)));
    const best = chances[0].indexOf(Math.max(...chances[0]));
    const moment = (edge) => first + (edge * read) / frames;
    return edges.slice(1).map((edge, span) => ({
      first: moment(edges[span]),
      stop: moment(edge),
      loss: Math.max(0, chances[0][best] - chances[span + 1][best]),
    }));
  }
}

function rowOf(tensor, row, rows) {
  const width = tensor.data.length / rows;
  return tensor.data.slice(row * width, (row + 1) * width);
}

export function directionOf(embedding) {
  const length = Math.hypot(...embedding);
  if (!(length > 1e-12)) throw new Error("this clip has no direction, nothing can be compared with it");
  return Array.from(embedding, (value) => value / length);
}

function softmax(scores, temperature) {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - highest) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
