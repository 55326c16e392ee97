// Hands as MediaPipe's hand landmarker finds them.

import { apart, palm } from "./tracks.js";

const HAND_POINTS = 21;
const ONE_HAND = 0.3; // palm lengths between two found hands below which they are one, found twice

// whether the network reads hands and nothing else, which is what is found here
export function handsOnly({ hands, landmarks }) {
  const count = hands.right.length + hands.left.length;
  return landmarks.length === 2 * HAND_POINTS && count === 2 * HAND_POINTS;
}

// what detectForVideo gives -> hands as HandTracks takes them
export function foundHands({ landmarks, handedness }) {
  const hands = landmarks.map((points, number) => {
    const [{ categoryName, score }] = handedness[number];
    const side = categoryName === "Right" ? score : -score;
    return { points: points.map(({ x, y }) => [x, y]), side };
  });
  const one = (hand, other) => apart(hand, other) < ONE_HAND * palm(other);
  return hands.filter((hand, number) => !hands.slice(0, number).some((other) => one(hand, other)));
}
