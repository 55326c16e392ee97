// The body as MediaPipe's pose landmarker finds it: which of its points a network reads.

// in the landmarker's order, by the names of skeletons
export const POINTS = [
  "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye",
  "right_eye_outer", "left_ear", "right_ear", "left_mouth", "right_mouth", "left_shoulder",
  "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_pinky",
  "right_pinky", "left_index", "right_index", "left_thumb", "right_thumb", "left_hip", "right_hip",
  "left_knee", "right_knee", "left_ankle", "right_ankle", "left_heel", "right_heel",
  "left_foot_index", "right_foot_index",
];
const POINTS_OF = { neck: ["left_shoulder", "right_shoulder"] }; // the middle between them
const WRISTS = ["right_wrist", "left_wrist"].map((name) => POINTS.indexOf(name));

// the landmarks of a network that are of no hand: [{ landmark, points }], points as positions in
// POINTS; of a landmark that is not found here there are none
export function bodyOf({ landmarks, hands }) {
  const inHands = new Set([...hands.right, ...hands.left]);
  return landmarks.map((name, landmark) => ({ name, landmark }))
    .filter(({ landmark }) => !inHands.has(landmark))
    .map(({ name, landmark }) => {
      const points = (POINTS_OF[name] ?? [name]).map((point) => POINTS.indexOf(point));
      return { landmark, points: points.includes(-1) ? [] : points };
    });
}

// what detectForVideo gives -> 33 points [x, y, visibility] in shares of the picture, or null
export function foundBody({ landmarks: [points] }) {
  return points ? points.map(({ x, y, visibility }) => [x, y, visibility]) : null;
}

// right and left, as handSides takes them; scale: of x
export function wristsOf(body, scale) {
  return WRISTS.map((wrist) => {
    if (!body) return null;
    const [x, y, visibility] = body[wrist];
    return [x * scale, y, visibility];
  });
}

// the middle of some points [x, y], or null where one of them is a guess
export function middleOf(body, points, minConfidence) {
  const some = points.map((point) => body[point]);
  if (!some.every(([, , visibility]) => visibility >= minConfidence)) return null;
  return [0, 1].map((axis) => some.reduce((sum, one) => sum + one[axis], 0) / some.length);
}
