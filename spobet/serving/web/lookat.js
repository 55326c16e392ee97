// What is looked at in pictures: hands, and the body beside them where the network reads one.

import { bodyOf } from "./body.js";
import { part } from "./dom.js";
import { readsBothHands } from "./hands.js";

// whether all that the network reads is found here
export const canFind = (facts) =>
  readsBothHands(facts) && bodyOf(facts).every(({ points }) => points.length);

export const readsBody = (facts) => canFind(facts) && bodyOf(facts).length > 0;

export const looksAtBody = (facts) => readsBody(facts) && part("look-at-body").checked;
