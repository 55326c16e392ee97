// What is looked at in pictures: hands, and the body beside them where the network reads one.

import { bodyOf } from "./body.js";
import { part } from "./dom.js";

const HAND_POINTS = 21;

// whether all that the network reads is found here
export function canFind(facts) {
  const { right, left } = facts.hands;
  return right.length === HAND_POINTS && left.length === HAND_POINTS
    && bodyOf(facts).every(({ points }) => points.length);
}

export const readsBody = (facts) => canFind(facts) && bodyOf(facts).length > 0;

export const looksAtBody = (facts) => readsBody(facts) && part("look-at-body").checked;
