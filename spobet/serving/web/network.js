// The network in the browser: its file that reads raw landmarks, on ONNX Runtime Web. All of
// preprocessing is inside the file; the page does none.

import * as ort from "./vendor/ort.wasm.min.mjs";
import { directionOf, meaningOf, ranked } from "./answers.js";
import { cut, hidden, rawLandmarks, trimmed } from "./poses.js";
import { findSigning } from "./rests.js";

ort.env.wasm.wasmPaths = new URL("./vendor/", import.meta.url).href;
ort.env.wasm.numThreads = 1; // more need headers that close the page off from others
const LEAD = 1; // as in spobet.recognition.signs: by which a clip with its rests must score higher
const SPANS = 12; // of a clip, each hidden in turn to find those that mattered
const SIZE = [1, 1]; // clips are in the network's unit already, so no picture's size is needed

export class Network {
  // facts: what GET /api/networks/NAME gives; file: what .../landmarks gives; taught: signs kept
  // on this device (taught.js)
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

  // what the file gives for a clip: { logits, embedding, auxiliary, probabilities, confidence,
  // handsSeen }, as plain arrays and numbers
  async run(clip) {
    const { numFrames, times } = clip;
    const shape = [numFrames, this.facts.landmarks.length, 3];
    const seconds = times ? Float64Array.from(times) : new Float64Array(numFrames).fill(NaN);
    const feeds = {
      landmarks: new ort.Tensor("float32", rawLandmarks(clip), shape),
      size: new ort.Tensor("float32", SIZE, [2]),
      times: new ort.Tensor("float64", seconds, [numFrames]),
    };
    const done = this.busy.then(() => this.session.run(feeds));
    this.busy = done.catch(() => undefined);
    const { logits, embedding, others, probabilities, confidence, hands_seen } = await done;
    return {
      logits: [...logits.data],
      embedding: [...embedding.data],
      auxiliary: others ? [...others.data] : [],
      probabilities: [...probabilities.data],
      confidence: confidence.data[0],
      handsSeen: hands_seen.data[0],
    };
  }

  async output(clip) {
    const output = await this.run(clip);
    if (!output.handsSeen) throw new Error("No hand was seen in this clip.");
    return output;
  }

  meaning(output) {
    return meaningOf(output, this.glosses, this.taught.prototypes(), this.facts);
  }

  // The sign in a clip: of the spans in which it may lie that of the highest score, with what the
  // network makes of it.
  async sign(clip) {
    const { candidates, whole, strength } = findSigning(clip, this.facts);
    let best = null;
    for (const span of whole ? [...candidates, whole] : candidates) {
      const read = cut(clip, ...span);
      const output = { ...await this.output(read), strength };
      const meaning = this.meaning(output);
      const score = Math.max(...meaning.scores);
      const lead = span === whole ? LEAD : 0;
      if (!best || score - lead > best.score) best = { read, output, meaning, score };
    }
    return best;
  }

  // of several cuts of one sign, the answer to that of the highest score, and the cut
  async answer(clips, top = 5) {
    let best = null;
    for (const clip of clips) {
      const sign = await this.sign(clip);
      if (!best || sign.score > best.score) best = { ...sign, clip };
    }
    const answer = ranked(best.meaning, this.glosses, this.facts.threshold, top);
    return { ...answer, clip: best.clip };
  }

  async embed(clip) {
    return directionOf((await this.sign(clip)).output.embedding);
  }

  // What the first answer loses when a span of the clip is hidden: the clip as it is read, and
  // spans [{ first, stop, loss }] of its frames.
  async occlusion(clip) {
    const sign = await this.sign(clip);
    const { strength } = sign.output;
    const read = trimmed(sign.read, this.facts);
    const { probabilities } = sign.meaning;
    const highest = Math.max(...probabilities);
    const answered = probabilities.indexOf(highest);
    const edge = (span) => Math.round((span * read.numFrames) / SPANS);
    const spans = [];
    for (let span = 0; span < SPANS; span += 1) {
      const [first, stop] = [edge(span), edge(span + 1)];
      const left = { ...await this.run(hidden(read, first, stop)), strength };
      const remains = left.handsSeen ? this.meaning(left).probabilities[answered] : 0;
      spans.push({ first, stop, loss: Math.max(0, highest - remains) });
    }
    return { clip: read, spans };
  }
}
