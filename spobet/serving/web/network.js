// The network in the browser: its file that reads raw landmarks, on ONNX Runtime Web. Preprocessing,
// leaving rests out, probabilities: all of it is inside the file; the page does none.

import { adviceOn } from "./advice.js";
import { directionOf, meaningOf, ranked } from "./answers.js";
import { ort } from "./ort.js";
import { cut, handFrames, hidden, rawLandmarks, trimmed } from "./poses.js";

const PARTS = 12; // of a clip, each hidden in turn to find those that mattered
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

  // What the file gives for a clip, as plain arrays and numbers: spans in which the sign may lie,
  // [{ first, stop, lead, logits, embedding, auxiliary }], each with what the network makes of it;
  // evidence, handsSeen, advice on being seen better, and probabilities and confidence of the best
  // span.
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
    const found = await done;
    const row = (values, number) => {
      const [, width] = values?.dims ?? [0, 0];
      return values ? [...values.data.slice(number * width, (number + 1) * width)] : [];
    };
    const spans = Array.from(found.leads.data, (lead, number) => {
      const [first, stop] = row(found.spans, number).map(Number);
      const logits = row(found.span_logits, number);
      const embedding = row(found.span_embedding, number);
      return { first, stop, lead, logits, embedding, auxiliary: row(found.span_others, number) };
    });
    return {
      spans,
      evidence: found.evidence.data[0],
      advice: this.advice(found),
      handsSeen: found.hands_seen.data[0],
      probabilities: [...found.probabilities.data],
      confidence: found.confidence.data[0],
    };
  }

  advice({ sign_seen: told, evidence }) {
    if (!told) return ""; // a file that was exported before it told
    const [share, seconds, speed, length] = told.data;
    const size = this.facts.unit === "image" ? length : NaN;
    return adviceOn({ share, seconds, speed, size }, evidence.data[0]);
  }

  meaning(output) {
    return meaningOf(output, this.glosses, this.taught.prototypes(), this.facts);
  }

  // The sign in a clip: of the spans in which it may lie that of the highest score, with what the
  // network makes of it. Taught signs score too, so the choice is not the file's.
  async sign(clip) {
    const { spans, handsSeen, advice, ...whole } = await this.run(clip);
    if (!handsSeen) throw new Error("No hand was seen in this clip.");
    let best = null;
    for (const { first, stop, lead, ...output } of spans) {
      const meaning = this.meaning({ ...whole, ...output });
      const score = Math.max(...meaning.scores) - lead;
      if (!best || score > best.score) {
        best = { read: cut(clip, first, stop), output, meaning, score, advice };
      }
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
    return { ...answer, advice: best.advice, clip: best.clip };
  }

  async embed(clip) {
    return directionOf((await this.sign(clip)).output.embedding);
  }

  // What the first answer loses when a span of the clip is hidden: the clip as it is read, and
  // spans [{ first, stop, loss }] of its frames.
  async occlusion(clip) {
    const sign = await this.sign(clip);
    const read = trimmed(sign.read, this.facts);
    const { probabilities } = sign.meaning;
    const highest = Math.max(...probabilities);
    const answered = probabilities.indexOf(highest);
    const edge = (part) => Math.round((part * read.numFrames) / PARTS);
    const spans = [];
    for (let part = 0; part < PARTS; part += 1) {
      const [first, stop] = [edge(part), edge(part + 1)];
      const left = hidden(read, first, stop);
      const seen = handFrames(left, this.facts).includes(true);
      const remains = seen ? (await this.sign(left)).meaning.probabilities[answered] : 0;
      spans.push({ first, stop, loss: Math.max(0, highest - remains) });
    }
    return { clip: read, spans };
  }
}
