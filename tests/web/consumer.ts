// A program of a user of the npm package, in types; `tsc --strict` must accept it.
import { load, Spotter, SignStream, foundHands } from "spobet";
import type { Answer, Clip, Facts, Frame, Hand, Landmark, Prediction, PredictOptions, Recognizer } from "spobet";

declare const found: {
  landmarks: { x: number; y: number; z: number }[][];
  handedness: { categoryName: string; score: number; index: number }[][];
};
declare const video: HTMLVideoElement;

const recognizer: Recognizer = await load(new URL("https://example.org/network-landmarks.onnx"));
const facts: Facts = recognizer.facts;
const frame: Frame = recognizer.landmarks.map((): Landmark => [0.5, 0.5]);
const options: PredictOptions = { top: 3, size: [640, 480], times: [0, 0.04] };
const prediction: Prediction = await recognizer.predict([frame, null], options);
const first: Answer | undefined = prediction.answers[0];
await recognizer.enrol("tea", [[frame, null]]);

const spotter = new Spotter(facts);
const sign = spotter.push(new Float32Array(2 * facts.landmarks.length)) ?? spotter.finish();
if (sign) await recognizer.predict(sign.clip);

const stream = new SignStream(facts, [video.videoWidth, video.videoHeight]);
const hands: Hand[] = foundHands(found);
const clip: Clip | null = stream.push(hands, performance.now() / 1000);
if (clip) await recognizer.predict(clip, { times: clip.times });
export { first };

// @ts-expect-error a network has an address or bytes, no number
await load(3);
// @ts-expect-error an answer has no such part
prediction.answers[0].chance;
// @ts-expect-error facts cannot be exchanged
recognizer.facts = facts;
