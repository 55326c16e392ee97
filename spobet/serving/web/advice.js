// What a person can do to be seen better: spobet.recognition.evidence in Python.

const SEEN = 0.8; // share of the frames with a hand that nearly all training clips have
const [LITTLE, LITTLE_SHARE] = [0.4, 0.5]; // strength and share below which something is said
const SMALL = 0.03; // hand length in heights of the picture
const FAST = 2; // hand lengths a second: signs are faster

// sign: what the network's file tells of a sign: share of its frames with a hand, seconds with one,
// speed in hand lengths a second, and size, the hand length in heights of the picture, NaN where
// it is not known; strength: its evidence, 0.01 to 1. "" where enough was seen.
export function adviceOn({ share, seconds, speed, size }, strength) {
  if (share >= LITTLE_SHARE && strength >= LITTLE) return "";
  if (size < SMALL) {
    const height = `${(100 * size).toFixed(1)} % of its height`;
    return `your hands are small in the picture (${height}): come nearer`;
  }
  if (speed / FAST < LITTLE && share >= LITTLE_SHARE) {
    return "your hands hardly moved: show the sign from its beginning to its end";
  }
  if (share < SEEN) {
    return `your hands were seen in ${(100 * share).toFixed(0)} % of the pictures: `
      + "move back until they stay in the picture, and have more light";
  }
  return `your hands were seen for ${seconds.toFixed(1)} seconds only: sign more slowly`;
}
