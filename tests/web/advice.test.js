// Claims about what a person is told who was hardly seen.

import assert from "node:assert/strict";
import test from "node:test";

import { adviceOn } from "../../spobet/serving/web/advice.js";

const enough = { share: 1, seconds: 2, speed: 5, size: 0.1 };
for (const [name, seen, strength, words] of [
  ["enough", {}, 1, ""],
  ["small hands", { share: 0.3, size: 0.025 }, 1, "your hands are small in the picture (2.5 % of its height): come nearer"],
  ["size unknown", { share: 0.3, size: NaN }, 1, "your hands were seen in 30 % of the pictures: move back until they stay in the picture, and have more light"],
  ["hardly moved", { speed: 0.3 }, 0.15, "your hands hardly moved: show the sign from its beginning to its end"],
  ["hardly seen, so hardly moved", { share: 0.3, speed: 0.3 }, 0.15, "your hands were seen in 30 % of the pictures: move back until they stay in the picture, and have more light"],
  ["short", { seconds: 0.24 }, 0.3, "your hands were seen for 0.2 seconds only: sign more slowly"],
]) {
  test(name, () => assert.equal(adviceOn({ ...enough, ...seen }, strength), words));
}
