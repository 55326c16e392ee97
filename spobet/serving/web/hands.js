// Hands as MediaPipe's hand landmarker finds them.

const HAND_POINTS = 21;

// whether the network reads hands and nothing else
export const handsOnly = (facts) =>
  readsBothHands(facts) && facts.landmarks.length === 2 * HAND_POINTS;

export const readsBothHands = ({ hands }) =>
  [hands.right, hands.left].every((hand) => hand.length === HAND_POINTS);

// what detectForVideo gives -> hands as framesOfHands takes them
export function foundHands({ landmarks, handedness }) {
  return landmarks.map((points, number) => {
    const [{ categoryName, score }] = handedness[number];
    const side = categoryName === "Right" ? score : -score;
    return { points: points.map(({ x, y }) => [x, y]), side };
  });
}
