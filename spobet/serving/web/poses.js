// Clips as raw landmarks: what the network's file reads, and what is drawn.
//
// A clip is { xy, numFrames, times }: xy a Float32Array (frames x landmarks x 2) in the network's
// unit, NaN where a landmark is missing; times the seconds of its frames, null where they are even.
// `facts` are what the server knows of the network: landmarks by name, hands.right and hands.left
// as the positions of 21 of them, ...

export const sidesOf = ({ hands }) => [hands.right, hands.left].filter((hand) => hand.length);

// frames of landmarks of [x, y] or null, or null for a whole frame
export function clipOf(frames, facts, times = null) {
  const landmarks = facts.landmarks.length;
  const xy = new Float32Array(frames.length * landmarks * 2).fill(NaN);
  frames.forEach((frame, number) => frame?.forEach((point, landmark) => {
    if (!point || point[0] === null || point[1] === null) return;
    xy.set(point, 2 * (number * landmarks + landmark));
  }));
  return { xy, numFrames: frames.length, times };
}

// frames as Float32Arrays (landmarks x 2)
export function clipOfFrames(frames, times = null) {
  const xy = new Float32Array(frames.length * frames[0].length);
  frames.forEach((frame, number) => xy.set(frame, number * frame.length));
  return { xy, numFrames: frames.length, times };
}

export function cut({ xy, numFrames, times }, first, stop) {
  const width = xy.length / numFrames;
  return {
    xy: xy.slice(first * width, stop * width),
    numFrames: stop - first,
    times: times && times.slice(first, stop),
  };
}

// the same clip without what is seen in the frames from first to stop - 1
export function hidden(clip, first, stop) {
  const width = clip.xy.length / clip.numFrames;
  return { ...clip, xy: clip.xy.slice().fill(NaN, first * width, stop * width) };
}

// of every frame whether a landmark of a hand is seen in it
export function handFrames({ xy, numFrames }, facts) {
  const landmarks = facts.landmarks.length;
  const hands = sidesOf(facts).flat();
  return Array.from({ length: numFrames }, (_, frame) =>
    hands.some((landmark) => !Number.isNaN(xy[2 * (frame * landmarks + landmark)])));
}

// from the first to the last frame with a hand
export function trimmed(clip, facts) {
  const handed = handFrames(clip, facts);
  if (!handed.includes(true)) throw new Error("No hand was seen in this clip.");
  return cut(clip, handed.indexOf(true), handed.lastIndexOf(true) + 1);
}

// (frames x landmarks x 3): x, y, confidence, which is 0 where a landmark is missing
export function rawLandmarks({ xy }) {
  const values = new Float32Array((xy.length / 2) * 3);
  for (let landmark = 0; 2 * landmark < xy.length; landmark += 1) {
    const [x, y] = [xy[2 * landmark], xy[2 * landmark + 1]];
    if (!Number.isNaN(x) && !Number.isNaN(y)) values.set([x, y, 1], 3 * landmark);
  }
  return values;
}

// what lies between two frames, on the line from one to the other; the nearer where one is missing
export function between(earlier, later, share) {
  return earlier.map((from, at) => {
    const value = from + share * (later[at] - from);
    return Number.isNaN(value) ? (share < 0.5 ? from : later[at]) : value;
  });
}
