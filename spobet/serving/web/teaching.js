// Teaching: signs that the page learns from the clip that is shown, or from examples at the camera.

import { button, element, part } from "./dom.js";
import * as server from "./server.js";
import { state } from "./state.js";
import { counted } from "./words.js";
import { doing } from "./work.js";

const EXAMPLES = 3; // shown at the camera for one sign

function say(words, going = false) {
  if (state.camera?.stream) scrollTo({ top: 0 }); // to the picture, and to these words beside it
  part("lesson").textContent = words;
  part("lesson-line").hidden = !words;
  part("end-lesson").hidden = !going;
}

export async function teachShown(gloss) {
  const { network, shown } = state;
  if (network) {
    learned(gloss, [await network.embed(shown.clip)]);
    return;
  }
  await server.enrol(gloss, [shown.body]);
  say(`Learned “${gloss}”. The server keeps it, for everybody who uses it.`);
  await showSigns();
}

export function teachAtCamera(gloss) {
  state.lesson = { gloss, examples: [] };
  say(`Show “${gloss}”, then rest. Example 1 of ${EXAMPLES}.`, true);
}

// an example of the sign that is being taught
export async function takeExample(clip) {
  const { lesson, network } = state;
  lesson.examples.push(await network.embed(clip));
  if (state.lesson !== lesson) return; // stopped meanwhile
  const { gloss, examples } = lesson;
  if (examples.length < EXAMPLES) {
    say(`Got it. Show “${gloss}” again: example ${examples.length + 1} of ${EXAMPLES}.`, true);
    return;
  }
  state.lesson = null;
  learned(gloss, examples);
}

export function endLesson() {
  if (state.lesson) say("");
  state.lesson = null;
}

function learned(gloss, directions) {
  const { taught } = state.network;
  taught.add(gloss, directions);
  const examples = counted(taught.clips.get(gloss).length, "example");
  say(`Learned “${gloss}” from ${examples}. This browser keeps it.`);
  showSigns();
}

export async function showSigns() {
  const { network } = state;
  const here = network ? listed(network.taught.clips) : [];
  const there = network ? listed(network.taught.onServer) : await server.signs();
  const lines = [
    ...here.map((sign) => line(sign, "", () => network.taught.forget(sign.gloss))),
    ...there.map((sign) => line(sign, network ? ", kept by the server" : "",
      network ? null : () => server.forget(sign.gloss))),
  ];
  const none = element("li", {}, "None yet.");
  part("signs").replaceChildren(...(lines.length ? lines : [none]));
  part("download").hidden = here.length === 0;
  part("load-row").hidden = !network;
}

const listed = (clips) => [...clips].map(([gloss, { length }]) => ({ gloss, clips: length }));

// forget: null where it is not this page's to forget
function line({ gloss, clips }, where, forget) {
  const words = element("span", {}, `${gloss} (${counted(clips, "example")}${where})`);
  if (!forget) return element("li", {}, words);
  const forgetting = button("Forget", () => doing("", async () => {
    await forget();
    await showSigns();
  }), { "aria-label": `Forget ${gloss}` });
  return element("li", {}, words, forgetting);
}

// signs from a file that this page or `spobet enrol` wrote
export async function load(file) {
  const glosses = state.network.taught.load(await file.text(), file.name);
  say(`Loaded ${counted(glosses.length, "sign")} from ${file.name}.`);
  await showSigns();
}

export function download() {
  const content = new Blob([state.network.taught.text()], { type: "application/json" });
  const href = URL.createObjectURL(content);
  element("a", { href, download: `${state.facts.name}.enrolled.json` }).click();
  URL.revokeObjectURL(href);
}
