/** x and y of a landmark; null where it is missing. */
export type Landmark = readonly [number, number] | null;
/** The landmarks of a frame in the network's order; null for a frame without any. */
export type Frame = readonly Landmark[] | null;

/** A clip as `Spotter` and `SignStream` give it: x and y, frame by frame, NaN where missing. */
export interface Clip {
  xy: Float32Array;
  numFrames: number;
  /** Seconds of the frames; null where they are even. */
  times: readonly number[] | null;
}

/** What a network's file says of itself. */
export interface Facts {
  glosses: string[];
  landmarks: string[];
  hands: { right: number[]; left: number[] };
  /** "image": x and y are shares of the picture's width and height. */
  unit: "image" | "pixels";
  /** The confidence from which an answer is accepted. */
  threshold: number;
  licence: string;
  version: string;
  [fact: string]: unknown;
}

export interface Answer {
  gloss: string;
  probability: number;
}

export interface Prediction {
  /** In words: "computer", "perhaps computer" or "not sure". */
  answer: string;
  accepted: boolean;
  confidence: number;
  /** Best first. */
  answers: Answer[];
  /** How to be seen better; absent where enough was seen. */
  advice?: string;
}

export interface PredictOptions {
  /** How many glosses to answer with; 5 without it. */
  top?: number;
  /** Seconds of the frames, where they are not even. */
  times?: readonly number[] | null;
  /** Width and height of the picture, where x and y are pixels. */
  size?: readonly [number, number] | null;
}

export interface Recognizer {
  readonly facts: Facts;
  readonly landmarks: string[];
  /** The trained glosses, then those taught. */
  readonly glosses: string[];
  /** The likeliest glosses of one sign; fails where no hand is seen. */
  predict(frames: readonly Frame[] | Clip, options?: PredictOptions): Promise<Prediction>;
  /** Teach a sign from 1 to 10 takes; it is known until the page is closed. */
  enrol(gloss: string, takes: readonly (readonly Frame[] | Clip)[]): Promise<void>;
}

/** A recognizer of a NAME-landmarks.onnx: its address or its bytes. */
export function load(source: string | URL | ArrayBuffer | ArrayBufferView): Promise<Recognizer>;

/** Where a sign begins and ends in a stream of 25 frames a second. */
export class Spotter {
  constructor(facts: Facts);
  readonly signing: boolean;
  /** frame: x and y of every landmark, NaN where missing. The sign that ended with it, or null. */
  push(frame: Float32Array): { start: number; stop: number; clip: Clip } | null;
  /** The sign that the end of the stream ends, or null. */
  finish(): { start: number; stop: number; clip: Clip } | null;
}

/** A hand of a picture: 21 points in shares of it; side from 1, surely a right hand, to -1. */
export interface Hand {
  points: [number, number][];
  side: number;
}

/** What MediaPipe's HandLandmarker.detectForVideo gives, as hands for a SignStream. */
export function foundHands(result: {
  landmarks: { x: number; y: number }[][];
  handedness: { categoryName: string; score: number }[][];
}): Hand[];

/** A body of a picture: 33 points [x, y, visibility], x and y in shares of it. */
export type Body = [number, number, number][];

/** What MediaPipe's PoseLandmarker.detectForVideo gives, as a body for a SignStream; null for none. */
export function foundBody(result: {
  landmarks: { x: number; y: number; visibility: number }[][];
}): Body | null;

/** Signs in a stream of pictures, at whatever rate they come. */
export class SignStream {
  /** size: width and height of the pictures. */
  constructor(facts: Facts, size: readonly [number, number]);
  readonly signing: boolean;
  /**
   * hands: of the picture that was taken at this second; body: of the same, for networks that read
   * one. The sign that ended with it, or null.
   */
  push(hands: Hand[], seconds: number, body?: Body | null): Clip | null;
}
