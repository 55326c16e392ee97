// The first screen: what the page is, what to do, and a sign to begin with; the vocabulary below.

import { element, part } from "./dom.js";
import { handsOnly } from "./hands.js";
import { canFind, readsBody } from "./lookat.js";
import { Player, moves } from "./player.js";
import { state } from "./state.js";
import { arrows, listed } from "./watch.js";
import { MANY, search } from "./words.js";

const PRIVATE = "Nothing you show leaves this device. Camera and videos are read by this browser.";
const NOT_PRIVATE = "What you show is sent to the server of this page, read there, and not kept.";
const TWO_OF_THREE = "Be a little careful: of signs by a new person it names about two in three "
  + "right, and says when it is not sure.";
const CAREFUL = "Be careful: it can be wrong, and says when it is not sure.";
const LOOK_UP = "Look a sign up: make it at the camera, and see the ten likeliest of";
const NAME = "Make one sign at the camera, and the page tells which of";
const TIMES = 3; // that a sign moves unasked
const BEGIN_WITH = ["book", "help", "walk", "drink", "play", "family"]; // seen well as drawings

// here: whether this browser recognises, or else the server
export function introduce({ network: name, version, glosses }, here) {
  const count = glosses.length.toLocaleString("en");
  const dictionary = glosses.length >= MANY;
  if (/^wlasl/.test(name)) {
    part("language").textContent = "Signs of American Sign Language, one at a time.";
  }
  part("about").textContent = dictionary ? `${LOOK_UP} ${count} words.`
    : `${NAME} ${count} words it is likely to be.`;
  part("count").textContent = count;
  part("network").textContent = `spobet ${version}, ${name}`;
  part("where").textContent = here ? PRIVATE : NOT_PRIVATE;
  part("sure").textContent = /^wlasl100-/.test(name) ? TWO_OF_THREE : CAREFUL;
  part("known-limits").hidden = !/^wlasl100-/.test(name);
  const camera = here && canFind(state.facts);
  part("camera-section").hidden = !camera;
  part("three-takes").hidden = !camera;
  part("body-row").hidden = !(here && readsBody(state.facts));
  part("hands-only").hidden = !handsOnly(state.facts);
  document.body.dataset.camera = camera;
  if (!camera) {
    const step = element("li", {}, "Choose a video of one sign below.");
    part("steps").replaceChildren(step);
  }
  showVocabulary();
}

export function showVocabulary() {
  const found = search(state.facts.glosses, part("search").value);
  const { references } = state;
  if (found.some((gloss) => references?.has(gloss))) {
    listed(part("glosses"), found);
  } else part("glosses").replaceChildren(...found.map((gloss) => element("li", {}, gloss)));
  part("watchable").hidden = !references;
  part("found").textContent = part("search").value ? `${found.length} found` : "";
}

// a sign to begin with, moving; another one each time
export function showExample() {
  const { references } = state;
  const among = references ? BEGIN_WITH.filter((gloss) => references.has(gloss)) : [];
  part("example").hidden = among.length === 0;
  if (!among.length) return;
  const next = (among.indexOf(part("example").dataset.gloss) + 1) % among.length;
  const gloss = among[next];
  part("example").dataset.gloss = gloss;
  const player = new Player(references.clip(gloss), references.drawing, `“${gloss}”`, true);
  part("example-player").replaceChildren(player.element);
  part("example-gloss").textContent = `“${gloss}”`;
  part("example-play").replaceChildren(player.play);
  if (moves()) player.start(TIMES);
}

part("search").addEventListener("input", showVocabulary);
part("another").addEventListener("click", showExample);
arrows(part("glosses"));
