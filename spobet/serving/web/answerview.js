// The answer: one word, how probable it is, the next likeliest, and the clip that it answers.

import { inWords } from "./answers.js";
import { element, part } from "./dom.js";
import { strip } from "./draw.js";
import { Player } from "./player.js";
import { state } from "./state.js";
import { percent, sayable } from "./words.js";

const LONG = 24; // letters of an answer that is written smaller

// answer: of Network.answer or the server; seen: { clip, spans, facts, body }, spans null where the
// network was not asked which moments mattered, body what the server would be taught
export function showAnswer(answer, { clip, spans = null, facts, body = null, example = clip }) {
  part("steps").hidden = true;
  part("answered").hidden = false;
  const { word, probability } = verdict(answer, facts);
  part("word").textContent = word;
  part("word").classList.toggle("long", word.length > LONG);
  part("probability").textContent = probability;
  part("answers").replaceChildren(...answer.answers.map(bar));
  showClip(clip, facts, spans);
  state.shown = facts === state.facts ? { clip: example, body } : null;
  part("teach").hidden = !state.shown;
  if (!state.camera?.stream) part("result").scrollIntoView({ block: "nearest" });
}

function verdict(answer, facts) {
  const word = inWords(answer, facts.threshold);
  const [best] = answer.answers;
  if (word === "not sure") return { word, probability: `closest: ${sayable(best.gloss)}` };
  return {
    word: word.replace(best.gloss, sayable(best.gloss)),
    probability: `${percent(best.probability)} likely`,
  };
}

function bar({ gloss, probability }) {
  const words = percent(probability);
  const meter = element("progress", { max: 1, "aria-label": `${sayable(gloss)}: ${words}` });
  meter.value = probability;
  const number = element("span", { "aria-hidden": "true" }, words);
  return element("li", {}, element("span", {}, sayable(gloss)), meter, number);
}

function showClip(clip, facts, spans) {
  const player = new Player(clip, facts, "what the page saw");
  part("player").replaceChildren(player.element);
  part("strip").replaceChildren(strip(clip, facts, spans, (frame) => player.show(frame)));
  part("mattered").hidden = !spans;
  part("replay").hidden = false;
}
